"""Responses, for programs."""

import msgspec
from litestar import Response as Answer
from litestar import Router, get, post
from litestar.di import NamedDependency
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.identity.once import Once
from platformlink.protocols.shelf import Library
from platformlink.requests import queries as requests
from platformlink.requests import showing
from platformlink.requests.rules import CloseIn
from platformlink.requests.schemas import RequestOut
from platformlink.requests.showing import finding
from platformlink.requests.tables import PlatformRequest
from platformlink.responses import actions, next_steps, queries
from platformlink.responses.schemas import FollowIn, ResponseIn, ResponseOut
from platformlink.responses.tables import Response
from platformlink.web.handed import (
    FromPath,
    JSONBody,
    Now,
    Runtime,
    Session,
    Shell,
    Who,
)
from platformlink.web.versions import IfMatch, require_version, tagged
from platformlink.web.words import Words

Key = NamedDependency[Once]
Protocols = NamedDependency[Library]


async def _shown(
    session: AsyncSession, request: PlatformRequest, words: Words, *found: Response
) -> list[ResponseOut]:
    """Return responses with their items and what the request has come to."""
    items = await queries.items_of(session, *(one.id for one in found))
    outcome = await queries.outcome_of(session, request.id)
    senders = (await actions.asked_of(session, request)).senders
    return [
        ResponseOut(
            **msgspec.structs.asdict(queries.recorded(one, items)),
            state=request.state,
            outcome=outcome,
            findings=[finding(x, words) for x in [senders.finding(one.sender)] if x],
        )
        for one in found
    ]


@post("/requests/{reference:str}/responses")
async def record(
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    shell: Shell,
    once: Key,
    reference: FromPath[str],
    data: JSONBody[ResponseIn],
) -> Answer[ResponseOut]:
    """Record one thing that the platform did."""
    if once.answer is not None:
        return once.answer
    request, _ = await requests.by_reference(
        session, reference, actor=actor, is_to_change=True
    )
    made = await actions.record(
        session, runtime.authority, request, data, actor=actor, now=now
    )
    (shown,) = await _shown(session, request, shell.words, made)
    return once.keep(shown, 201)


@post("/requests/{reference:str}/close", status_code=200)
async def close(
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    shell: Shell,
    once: Key,
    reference: FromPath[str],
    data: JSONBody[CloseIn],
    if_match: IfMatch = None,
) -> Answer[RequestOut]:
    """Close an answered request with its outcome."""
    if once.answer is not None:
        return once.answer
    request, case = await requests.by_reference(
        session, reference, actor=actor, is_to_change=True
    )
    require_version(request.version, if_match)
    await actions.close(session, request, data, actor=actor, now=now)
    shown = await showing.whole(session, runtime, request, case, shell.words, now)
    return tagged(once.keep(shown, 200), request.version)


@get("/requests/{reference:str}/responses")
async def listed(
    session: Session, actor: Who, shell: Shell, reference: FromPath[str]
) -> list[ResponseOut]:
    """Return all responses of a request, corrected ones too, newest first."""
    request, _ = await requests.by_reference(session, reference, actor=actor)
    found = await queries.of_request(session, request.id)
    return await _shown(session, request, shell.words, *found)


@get("/requests/{reference:str}/proposals")
async def proposals(
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    shell: Shell,
    reference: FromPath[str],
) -> list[next_steps.ProposalOut]:
    """Return what may be done next, by their answers and what the protocol knows."""
    request, _ = await requests.by_reference(session, reference, actor=actor)
    showing.audit_read(session, request, actor, now)
    found = await next_steps.proposed(session, runtime, request, shell.words, now)
    return [next_steps.shown(one, shell.words) for one in found]


@post("/requests/{reference:str}/follow-ups")
async def follow_up(
    session: Session,
    runtime: Runtime,
    library: Protocols,
    actor: Who,
    now: Now,
    shell: Shell,
    once: Key,
    reference: FromPath[str],
    data: JSONBody[FollowIn],
) -> Answer[RequestOut]:
    """Return the draft of a proposal, linked to the request that it follows."""
    if once.answer is not None:
        return once.answer
    request, case = await requests.by_reference(
        session, reference, actor=actor, is_to_change=True
    )
    words = shell.words
    draft = await next_steps.follow(
        session, runtime, library, request, data.key, words, actor=actor, now=now
    )
    told = await showing.whole(session, runtime, draft, case, words, now)
    return once.keep(told, 201)


router = Router("/api/v1", route_handlers=[record, close, listed, proposals, follow_up])
