"""Responses, for programs."""

from litestar import Response as Answer
from litestar import Router, get, post
from litestar.di import NamedDependency
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.identity.once import Once
from platformlink.requests import queries as requests
from platformlink.requests.tables import PlatformRequest
from platformlink.responses import actions, queries
from platformlink.responses.schemas import ItemOut, ResponseIn, ResponseOut
from platformlink.responses.tables import Response, ResponseItem
from platformlink.web.handed import FromPath, JSONBody, Now, Runtime, Session, Who

Key = NamedDependency[Once]


async def _shown(
    session: AsyncSession, request: PlatformRequest, *found: Response
) -> list[ResponseOut]:
    """Return responses with their items and what the request has come to."""
    items = await queries.items_of(session, *(one.id for one in found))
    outcome = await queries.outcome_of(session, request.id)
    return [_out(request, one, items, outcome) for one in found]


def _out(
    request: PlatformRequest, one: Response, items: list[ResponseItem], outcome: str
) -> ResponseOut:
    return ResponseOut(
        id=one.id,
        kind=one.kind,
        received_at=one.received_at,
        recorded_at=one.recorded_at,
        channel=one.channel,
        platform_reference=one.platform_reference,
        until_on=one.until_on,
        until_at=one.until_at,
        note=one.note,
        reasons=one.reasons,
        wanted=one.wanted,
        items=[
            ItemOut(item.target_id, item.category, item.outcome, item.reasons)
            for item in items
            if item.response_id == one.id
        ],
        corrects=one.corrects_id,
        state=request.state,
        outcome=outcome,
    )


@post("/requests/{reference:str}/responses")
async def record(
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
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
    (shown,) = await _shown(session, request, made)
    return once.keep(shown, 201)


@get("/requests/{reference:str}/responses")
async def listed(
    session: Session, actor: Who, reference: FromPath[str]
) -> list[ResponseOut]:
    """Return all responses of a request, corrected ones too, newest first."""
    request, _ = await requests.by_reference(session, reference, actor=actor)
    found = await queries.of_request(session, request.id)
    return await _shown(session, request, *found)


router = Router("/api/v1", route_handlers=[record, listed])
