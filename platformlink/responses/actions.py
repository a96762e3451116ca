"""Recording what came back: kept, then the clocks, then the request's move."""

from collections.abc import Iterator
from datetime import datetime

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.authority import Authority
from platformlink.errors import FieldError
from platformlink.permissions import Actor, Right
from platformlink.protocols import queries as protocols
from platformlink.protocols.protocol import Category
from platformlink.requests import actions as requests
from platformlink.requests import queries as request_queries
from platformlink.requests import sending
from platformlink.requests.rules import CloseIn, Outcome, State
from platformlink.requests.tables import PlatformRequest, Target
from platformlink.responses import effects, queries, rules
from platformlink.responses.codes import KIND_NAMES, Effect, Kind
from platformlink.responses.effects import Came
from platformlink.responses.rules import EFFECTS, IMPLIED, ItemIn, Until
from platformlink.responses.schemas import ResponseIn
from platformlink.responses.senders import Senders, address_in
from platformlink.responses.tables import Response, ResponseItem
from platformlink.values import Phrase


class Asked(msgspec.Struct, frozen=True):
    """What a request asks of whom: accounts, categories; and who may answer."""

    platform: str
    targets: list[Target]
    categories: list[str]
    senders: Senders


async def record(
    session: AsyncSession,
    authority: Authority,
    request: PlatformRequest,
    fields: ResponseIn,
    *,
    actor: Actor | None,
    now: datetime,
) -> Response:
    """
    Return the response, kept with its items; clocks and request are moved by it.

    `request` is locked by the caller. `actor` is None for a job that reads mail.

    Raises: MayNot, NotSentYet, ResponseInvalid, NoSuchResponse.
    """
    if actor is not None:
        await requests.require_right(session, request, Right.SEND, actor)
    asked = await asked_of(session, request)
    kind, items, until, arrived = _checked(request, asked, fields, now)
    if fields.corrects is not None:
        await queries.corrected(session, request.id, fields.corrects)
    response = _response(request, fields, until, arrived, actor=actor, now=now)
    session.add(response)
    await session.flush()
    session.add_all(_rows(response, items or _implied(asked, kind), fields))
    await session.flush()
    reasons = {code for item in items for code in item.reasons} | set(fields.reasons)
    is_more = rules.is_more_promised(kind, reasons)
    came = Came(
        authority=authority,
        request=request,
        response=response,
        kind=kind,
        until=until,
        is_final=EFFECTS[kind] is Effect.ANSWERS and not is_more,
        now=now,
    )
    await _move(session, came, actor=actor)
    return response


async def close(
    session: AsyncSession,
    request: PlatformRequest,
    fields: CloseIn,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """
    Close an answered request; the caller has locked it.

    Raises: ResponseInvalid, RequestInvalid, MayNot, StepNotPossible.
    """
    rules.check_closing(fields)
    await requests.close(session, request, fields, actor=actor, now=now)


async def asked_of(session: AsyncSession, request: PlatformRequest) -> Asked:
    """Return what a request asks for: accounts, and categories of its data."""
    protocol = await protocols.pinned(session, request.protocol_version)
    category = {item.code: item.category.value for item in protocol.data}
    wanted = {category.get(code, code) for code in request.data}
    return Asked(
        protocol.name,
        await request_queries.targets_of(session, request.id),
        [one.value for one in Category if one in wanted],
        Senders(protocol, sending.agreement_of(request)),
    )


def _checked(
    request: PlatformRequest, asked: Asked, fields: ResponseIn, now: datetime
) -> tuple[Kind, list[ItemIn], Until, Until]:
    """Return kind, items by number, until, and arrived; all wrong fields at once."""
    items = [_by_number(item, asked.targets) for item in fields.items]
    ids = [target.id for target in asked.targets]
    errors = [
        *rules.check_times(fields.received_at, request.sent_at, now),
        *rules.check_codes(fields.reasons, fields.wanted),
        *asked.senders.check(fields.sender, fields.kind),
        *rules.check_items(items, ids, asked.categories),
    ]
    if fields.kind not in set(Kind):
        message, codes = "Choose one of: %(codes)s.", {"codes": ", ".join(Kind)}
        errors.append(FieldError("/kind", "unknown", message, codes))
    until = _moment(fields.until, "/until", errors)
    arrived = _moment(fields.arrived, "/arrived", errors)
    if request.sent_at:
        errors += rules.check_arrival(
            fields.kind, arrived, request.sent_at, fields.received_at
        )
    if errors:
        raise rules.ResponseInvalid("", *errors)
    return Kind(fields.kind), items, until, arrived


def _moment(text: str, pointer: str, errors: list[FieldError]) -> Until:
    """Return a day or an instant; what is wrong with it is noted."""
    try:
        return rules.parse_until(text, pointer)
    except rules.ResponseInvalid as refused:
        errors += refused.errors
        return Until()


def _by_number(item: ItemIn, targets: list[Target]) -> ItemIn:
    """Return an item whose account is named by its number, where it is known."""
    for target in targets:
        if item.target in (target.typed, target.normalised):
            return msgspec.structs.replace(item, target=target.id)
    return item


def _response(
    request: PlatformRequest,
    fields: ResponseIn,
    until: Until,
    arrived: Until,
    *,
    actor: Actor | None,
    now: datetime,
) -> Response:
    return Response(
        request_id=request.id,
        kind=fields.kind,
        received_at=max(fields.received_at, request.sent_at or fields.received_at),
        recorded_at=now,
        recorded_by_id=actor.id if actor else None,
        channel=fields.channel,
        sender=address_in(fields.sender),
        platform_reference=fields.platform_reference.strip(),
        until_on=until.on,
        until_at=until.at,
        arrived_on=arrived.on,
        arrived_at=arrived.at,
        note=fields.note.strip(),
        reasons=list(fields.reasons),
        wanted=list(fields.wanted),
        corrects_id=fields.corrects,
    )


def _implied(asked: Asked, kind: Kind) -> list[ItemIn]:
    """Return what a kind says of all that was asked."""
    outcome = IMPLIED.get(kind)
    if outcome is None:
        return []
    is_copy = kind.startswith("preservation")
    categories = [""] if is_copy or not asked.categories else asked.categories
    return [
        ItemIn(one.id, outcome, each) for one in asked.targets for each in categories
    ]


def _rows(
    response: Response, items: list[ItemIn], fields: ResponseIn
) -> Iterator[ResponseItem]:
    for item in items:
        is_full = item.outcome == Outcome.FULL
        yield ResponseItem(
            response_id=response.id,
            target_id=int(item.target),
            category=item.category,
            outcome=item.outcome,
            reasons=[] if is_full else list(item.reasons or fields.reasons),
        )


async def _move(session: AsyncSession, came: Came, *, actor: Actor | None) -> None:
    """Move the clocks, and the request where its state allows it."""
    request, response = came.request, came.response
    if response.platform_reference:
        request.platform_reference = response.platform_reference
    step = rules.step_for(
        came.kind, State(request.state), is_more_promised=not came.is_final
    )
    await effects.start_anew(session, came, actor=actor)
    await effects.clocks_of(session, came, is_new_question=step is not None)
    phrase = Phrase(KIND_NAMES[came.kind])
    proof = response.platform_reference
    if step is None:
        requests.note(
            session,
            request,
            "respond",
            phrase,
            actor=actor,
            now=came.now,
            occurred_at=response.received_at,
            proof=proof,
        )
        await session.flush()
        return
    await requests.take(
        session,
        request,
        step,
        phrase,
        actor=actor,
        now=came.now,
        occurred_at=response.received_at,
        proof=proof,
    )
