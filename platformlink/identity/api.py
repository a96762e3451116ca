"""Signing in and out, for programs."""

from typing import Any

from litestar import Request, Response, Router, delete, get, post
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.errors import Refusal
from platformlink.identity import actions, queries, tokens
from platformlink.identity.schemas import Credentials, Me, Token
from platformlink.identity.tables import Unit, User
from platformlink.web.handed import JSONBody, Now, Runtime, Session, Who
from platformlink.web.limits import few_a_minute


async def _me(session: AsyncSession, user_id: int) -> Me:
    user = await session.get_one(User, user_id)
    unit = await session.get_one(Unit, user.unit_id)
    return Me(user.id, user.name, user.email, unit.code, user.roles, user.language)


@post("/session", middleware=[few_a_minute(20, "sign-in")], status_code=200)
async def sign_in(runtime: Runtime, now: Now, data: JSONBody[Credentials]) -> Token:
    """Return a token for an e-mail address and a password."""
    async with runtime.sessions.begin() as session:
        found = await actions.sign_in(session, data.email, data.password, now=now)
    if isinstance(found, Refusal):
        raise found
    token, claims = tokens.issue(runtime.settings.secret, found.id, found.user_id, now)
    async with runtime.sessions() as session:
        return Token(token, claims.expires_at, await _me(session, found.user_id))


@post("/session/renew", status_code=200)
async def renew(
    request: Request[Any, Any, Any],
    runtime: Runtime,
    session: Session,
    actor: Who,
    now: Now,
) -> Token:
    """Return a fresh token of the same sign-in."""
    sign_in_id: str = request.state["sign_in"]
    token, claims = tokens.issue(runtime.settings.secret, sign_in_id, actor.id, now)
    return Token(token, claims.expires_at, await _me(session, actor.id))


@delete("/session", status_code=204)
async def sign_out(
    request: Request[Any, Any, Any], session: Session, actor: Who, now: Now
) -> None:
    """End the sign-in: its tokens are dead at once."""
    await actions.sign_out(session, request.state["sign_in"], now=now)


@get("/me")
async def me(session: Session, actor: Who) -> Me:
    """Return who is signed in."""
    return await _me(session, actor.id)


@get("/units")
async def units(session: Session, actor: Who) -> Response[list[str]]:
    """Return the codes of the authority's units."""
    return Response([unit.code for unit in await queries.units(session)])


router = Router("/api/v1", route_handlers=[sign_in, renew, sign_out, me, units])
