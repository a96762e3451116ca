"""Reading responses. The caller's right to the request is checked before."""

from datetime import date

from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.authority import Authority
from platformlink.protocols import queries as protocols
from platformlink.requests import queries as requests
from platformlink.requests.rules import Outcome
from platformlink.requests.tables import PlatformRequest
from platformlink.responses import rules
from platformlink.responses.codes import Kind
from platformlink.responses.proposals import (
    PROPOSED_IN,
    REFUSING,
    Asked,
    Known,
    Proposal,
    propose,
)
from platformlink.responses.schemas import AnswerOut, ItemOut
from platformlink.responses.tables import Response, ResponseItem

Correction = aliased(Response)
COUNTS = ~(
    select(Correction.id).where(Correction.corrects_id == col(Response.id)).exists()
)


async def of_request(session: AsyncSession, request_id: int) -> list[Response]:
    """Return all responses of a request, corrected ones too, newest first."""
    query = select(Response).where(Response.request_id == request_id)
    ordered = query.order_by(col(Response.received_at).desc(), col(Response.id).desc())
    return list((await session.exec(ordered)).all())


async def items_of(session: AsyncSession, *response_ids: int) -> list[ResponseItem]:
    """Return the items of responses, by response, account and category."""
    query = select(ResponseItem).where(col(ResponseItem.response_id).in_(response_ids))
    ordered = query.order_by(
        col(ResponseItem.response_id),
        col(ResponseItem.target_id),
        ResponseItem.category,
    )
    return list((await session.exec(ordered)).all())


async def current_items(session: AsyncSession, request_id: int) -> list[ResponseItem]:
    """Return what counts for each account and category: the item received last."""
    query = (
        select(ResponseItem)
        .join(Response, col(Response.id) == col(ResponseItem.response_id))
        .where(Response.request_id == request_id, COUNTS)
        .ext(distinct_on(col(ResponseItem.target_id), col(ResponseItem.category)))
        .order_by(
            col(ResponseItem.target_id),
            col(ResponseItem.category),
            col(Response.received_at).desc(),
            col(Response.id).desc(),
        )
    )
    return list((await session.exec(query)).all())


async def outcome_of(session: AsyncSession, request_id: int) -> Outcome:
    """Return the outcome of a request, derived from what counts of each item."""
    items = await current_items(session, request_id)
    return rules.derive([Outcome(item.outcome) for item in items])


async def reasons_of(session: AsyncSession, request_id: int) -> list[str]:
    """Return why it was not all, by code: what counts of responses and items."""
    query = select(Response.reasons).where(Response.request_id == request_id, COUNTS)
    found = [*(await session.exec(query)).all()]
    found += [item.reasons for item in await current_items(session, request_id)]
    return list(dict.fromkeys(code for codes in found for code in codes))


async def corrected(
    session: AsyncSession, request_id: int, response_id: int
) -> Response:
    """
    Return the response that is to be corrected.

    Raises: NoSuchResponse, also where it was corrected before.
    """
    query = select(Response).where(
        Response.id == response_id, Response.request_id == request_id, COUNTS
    )
    found = (await session.exec(query)).first()
    if found is None:
        raise rules.NoSuchResponse
    return found


async def proposals(
    session: AsyncSession,
    authority: Authority,
    request: PlatformRequest,
    *,
    language: str,
    on: date,
) -> list[Proposal]:
    """Return what may be done next, by their answers and what the protocol knows."""
    if request.state not in PROPOSED_IN:
        return []
    query = select(Response.kind).where(Response.request_id == request.id, COUNTS)
    answers = tuple(Kind(one) for one in (await session.exec(query)).all())
    if not REFUSING.intersection(answers):
        return []
    targets = await requests.targets_of(session, request.id)
    asked = Asked(
        kind=request.kind,
        entity=request.entity,
        instrument=request.instrument,
        language=request.language,
        data=tuple(request.data),
        identifiers=frozenset(one.kind for one in targets),
        answers=answers,
        reasons=tuple(await reasons_of(session, request.id)),
    )
    protocol = await protocols.pinned(session, request.protocol_version)
    return propose(Known(asked, protocol, authority.instruments, language, on))


def recorded(one: Response, items: list[ResponseItem]) -> AnswerOut:
    """Return a response as it was recorded, with its own of these items."""
    return AnswerOut(
        id=one.id,
        kind=one.kind,
        received_at=one.received_at,
        recorded_at=one.recorded_at,
        channel=one.channel,
        sender=one.sender,
        platform_reference=one.platform_reference,
        until_on=one.until_on,
        until_at=one.until_at,
        arrived_on=one.arrived_on,
        arrived_at=one.arrived_at,
        note=one.note,
        reasons=one.reasons,
        wanted=one.wanted,
        items=[
            ItemOut(item.target_id, item.category, item.outcome, item.reasons)
            for item in items
            if item.response_id == one.id
        ],
        corrects=one.corrects_id,
    )
