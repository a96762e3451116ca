"""Who is behind a web request: bearer token or cookie, never both at once."""

from datetime import datetime, timedelta
from typing import Any

from litestar import Request
from litestar.datastructures import Cookie
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.identity import actions, queries, tokens
from platformlink.identity.rules import TOKEN_LIFE, NotSignedIn
from platformlink.permissions import Actor
from platformlink.ports import Runtime

COOKIE = "platformlink_session"
# Later renewal would sign people out before they were idle for a token's whole life.
FRESH = timedelta(minutes=1)


def cookie(token: str, *, is_secure: bool) -> Cookie:
    """Return the cookie that carries a token; no script can read it."""
    return Cookie(
        key=COOKIE,
        value=token,
        httponly=True,
        secure=is_secure,
        samesite="lax",
        path="/",
    )


def is_secure(runtime: Runtime) -> bool:
    """Say whether browsers reach this desk by https."""
    return runtime.settings.base_url.startswith("https://")


def token_of(request: Request[Any, Any, Any]) -> tuple[str, bool]:
    """
    Return the token that came, and whether it was a cookie.

    The API takes bearer tokens alone, so that no other site can act through a
    browser's cookie. Raises: NotSignedIn.
    """
    header = request.headers.get("authorization", "")
    if header.lower().startswith("bearer "):
        return header[7:].strip(), False
    kept = request.cookies.get(COOKIE)
    if kept and not request.url.path.startswith("/api/"):
        return kept, True
    raise NotSignedIn


async def identify(
    request: Request[Any, Any, Any],
    session: AsyncSession,
    runtime: Runtime,
    now: datetime,
) -> Actor:
    """
    Return who is signed in; a cookie older than a minute is renewed.

    Raises: NotSignedIn.
    """
    if known := request.state.get("actor"):
        found: Actor = known
        return found
    token, is_cookie = token_of(request)
    claims = tokens.read(runtime.settings.secret, token, now)
    user, entry = await queries.signed_in(session, claims, now)
    await actions.touch(session, entry, now)
    actor = queries.as_actor(user)
    looks = {"theme": user.theme, "density": user.density}
    request.state.update({"actor": actor, "sign_in": entry.id, **looks})
    if is_cookie and claims.expires_at - now < TOKEN_LIFE - FRESH:
        renewed, _ = tokens.issue(runtime.settings.secret, entry.id, user.id, now)
        fresh = cookie(renewed, is_secure=is_secure(runtime))
        request.state["renewed_cookie"] = fresh.to_header(header="")
    return actor


async def identify_if_any(
    request: Request[Any, Any, Any],
    session: AsyncSession,
    runtime: Runtime,
    now: datetime,
) -> Actor | None:
    """Return who is signed in, or None: for pages that are open to anybody."""
    try:
        return await identify(request, session, runtime, now)
    except NotSignedIn:
        return None
