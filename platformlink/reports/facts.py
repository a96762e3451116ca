"""What came of each request that went out, as the reports count it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import func
from sqlalchemy import select as columns
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from platformlink.authority import Authority
from platformlink.clocks import queries as clock_queries
from platformlink.clocks import rules as clock_rules
from platformlink.clocks.rules import Ingredients
from platformlink.clocks.tables import Clock
from platformlink.clocks.terms import Kind as ClockKind
from platformlink.clocks.terms import Pause, Source
from platformlink.permissions import Actor
from platformlink.reports.asked import Asked
from platformlink.reports.period import Period
from platformlink.reports.scope import sent_in
from platformlink.requests.rules import Outcome, State, Step
from platformlink.requests.tables import PlatformRequest, RequestEvent
from platformlink.responses.codes import Effect, Kind
from platformlink.responses.queries import COUNTS
from platformlink.responses.rules import EFFECTS, derive
from platformlink.responses.tables import Response, ResponseItem

HEARD = [kind for kind, effect in EFFECTS.items() if effect is not Effect.NONE]
DECIDES = [kind for kind, effect in EFFECTS.items() if effect is Effect.ANSWERS]
RETURNS = [
    Kind.REFUSAL,
    Kind.PRESERVATION_REFUSED,
    Kind.NEED_MORE_INFO,
    Kind.CHALLENGE,
]
DONE = (State.ANSWERED, State.CLOSED)


class Timing(msgspec.Struct, frozen=True):
    """What an answer is measured by: where, what stopped it, when it is due."""

    zone: str
    calendar: str | None
    pauses: tuple[Pause, ...] = ()
    due_at: datetime | None = None
    source: Source | None = None


async def facts(
    session: AsyncSession, authority: Authority, period: Period, *, actor: Actor
) -> list[Asked]:
    """Return each request that the reader may count, in the order of sending."""
    sent = sent_in(authority, period, actor)
    timings = await _timings(session, sent, period)
    heard = {row.request_id: row for row in await session.exec(_heard(sent))}
    moves = {row.request_id: row for row in await session.exec(_moves(sent))}
    outcomes = await _outcomes(session, sent)
    reasons = await _reasons(session, sent)
    # A whole row is three times as slow to read, and this reads thousands.
    query: Any = columns(
        *(col(PlatformRequest.id), col(PlatformRequest.platform)),
        *(col(PlatformRequest.kind), col(PlatformRequest.state)),
        col(PlatformRequest.sent_at),
    ).where(col(PlatformRequest.id).in_(sent))
    ordered = query.order_by(col(PlatformRequest.sent_at), col(PlatformRequest.id))
    unknown = Timing(authority.zone, None)
    return [
        _fact(
            request,
            authority,
            period,
            timing=timings.get(request.id, unknown),
            heard=heard.get(request.id),
            moved=moves.get(request.id),
            outcomes=outcomes[request.id],
            reasons=reasons[request.id],
        )
        for request in await session.exec(ordered)
    ]


def _fact(
    request: Any,  # noqa: ANN401 - some columns of a request
    authority: Authority,
    period: Period,
    *,
    timing: Timing,
    heard: Any,  # noqa: ANN401 - a row of _heard
    moved: Any,  # noqa: ANN401 - a row of _moves
    outcomes: list[Outcome],
    reasons: set[str],
) -> Asked:
    sent_at = request.sent_at or period.as_of
    withdrawn_at = moved.withdrawn_at if moved else None
    is_done = request.state in DONE and moved is not None
    return Asked(
        id=request.id,
        platform=request.platform,
        kind=request.kind,
        month=f"{sent_at.astimezone(authority.tz):%Y-%m}",
        sent_at=sent_at,
        until_at=withdrawn_at or period.as_of,
        acknowledged_at=heard.acknowledged_at if heard else None,
        substance_at=heard.substance_at if heard else None,
        completed_at=moved.answered_at if is_done else None,
        is_withdrawn=withdrawn_at is not None,
        zone=timing.zone,
        calendar=timing.calendar,
        pauses=timing.pauses,
        due_at=timing.due_at,
        source=timing.source,
        outcome=derive(outcomes),
        reasons=frozenset(reasons),
        returned_at=heard.returned_at if heard else None,
        was_delivered=bool(heard and heard.was_delivered),
    )


def _heard(sent: SelectOfScalar[int]) -> Any:  # noqa: ANN401 - a row of its own shape
    """Select when each request was first heard of, and first decided."""
    kind, at = col(Response.kind), func.min(col(Response.received_at))
    return (
        columns(
            col(Response.request_id),
            at.filter(kind.in_(HEARD)).label("acknowledged_at"),
            at.filter(kind.in_(DECIDES)).label("substance_at"),
            at.filter(kind.in_(RETURNS)).label("returned_at"),
            func.bool_or(kind == Kind.DELIVERY).label("was_delivered"),
        )
        .where(col(Response.request_id).in_(sent), COUNTS)
        .group_by(col(Response.request_id))
    )


def _moves(sent: SelectOfScalar[int]) -> Any:  # noqa: ANN401 - a row of its own shape
    """Select when each request was finally answered, or withdrawn."""
    verb, at = col(RequestEvent.verb), func.max(col(RequestEvent.occurred_at))
    return (
        select(
            RequestEvent.request_id,
            at.filter(verb == Step.ANSWER).label("answered_at"),
            at.filter(verb == Step.WITHDRAW).label("withdrawn_at"),
        )
        .where(
            col(RequestEvent.request_id).in_(sent),
            verb.in_([Step.ANSWER, Step.WITHDRAW]),
        )
        .group_by(col(RequestEvent.request_id))
    )


async def _outcomes(
    session: AsyncSession, sent: SelectOfScalar[int]
) -> dict[int, list[Outcome]]:
    """Return what counts for each item of each request: the one received last."""
    query = (
        select(Response.request_id, ResponseItem.outcome)
        .join(Response, col(Response.id) == col(ResponseItem.response_id))
        .where(col(Response.request_id).in_(sent), COUNTS)
        .ext(
            distinct_on(
                col(Response.request_id),
                col(ResponseItem.target_id),
                col(ResponseItem.category),
            )
        )
        .order_by(
            col(Response.request_id),
            col(ResponseItem.target_id),
            col(ResponseItem.category),
            col(Response.received_at).desc(),
            col(Response.id).desc(),
        )
    )
    found: dict[int, list[Outcome]] = defaultdict(list)
    for request_id, outcome in await session.exec(query):
        found[request_id].append(Outcome(outcome))
    return found


async def _reasons(
    session: AsyncSession, sent: SelectOfScalar[int]
) -> dict[int, set[str]]:
    """Return the reasons that each request met, of its responses and their items."""
    whole = select(Response.request_id, Response.reasons).where(
        col(Response.request_id).in_(sent),
        COUNTS,
        func.cardinality(Response.reasons) > 0,
    )
    each = (
        select(Response.request_id, ResponseItem.reasons)
        .join(Response, col(Response.id) == col(ResponseItem.response_id))
        .where(
            col(Response.request_id).in_(sent),
            COUNTS,
            func.cardinality(ResponseItem.reasons) > 0,
        )
    )
    found: dict[int, set[str]] = defaultdict(set)
    for query in (whole, each):
        for request_id, codes in await session.exec(query):
            found[request_id].update(codes)
    return found


async def _timings(
    session: AsyncSession, sent: SelectOfScalar[int], period: Period
) -> dict[int, Timing]:
    """Return what each request's answer is measured by."""
    query: Any = (
        columns(
            *(col(Clock.request_id), col(Clock.source), col(Clock.ingredients)),
            *(col(Clock.paused_at), col(Clock.legal_due_at)),
        )
        .where(
            col(Clock.request_id).in_(sent),
            col(Clock.kind) == ClockKind.RESPONSE,
        )
        .order_by(col(Clock.id))
    )
    clocks: dict[int, list[Any]] = defaultdict(list)
    for clock in await session.exec(query):
        clocks[clock.request_id or 0].append(clock)
    return {
        request_id: await _timing(session, rows, period)
        for request_id, rows in clocks.items()
    }


async def _timing(
    session: AsyncSession,
    rows: Sequence[Any],
    period: Period,
) -> Timing:
    """Take the end that was expected, not promised, with the pauses of all rows."""
    expected = [row for row in rows if row.source != Source.PROMISED] or rows
    kept = msgspec.convert(expected[-1].ingredients, Ingredients)
    pauses = kept.pauses
    if expected[-1] is not rows[-1]:
        pauses = msgspec.convert(rows[-1].ingredients, Ingredients).pauses
    if since_at := rows[-1].paused_at:
        pauses = (*pauses, Pause(since_at, max(period.as_of, since_at)))
    due_at = expected[-1].legal_due_at
    if pauses != kept.pauses:
        due_at = await _moved(session, kept, pauses)
    term = kept.term
    calendar = None if term.in_hours else term.calendar
    return Timing(term.zone, calendar, pauses, due_at, Source(expected[-1].source))


async def _moved(
    session: AsyncSession, kept: Ingredients, pauses: tuple[Pause, ...]
) -> datetime:
    """Return the expected end, moved by pauses that its own row does not know."""
    calendar = await clock_queries.calendar_of(
        session, kept.term, kept.start_at, pauses
    )
    found = clock_rules.compute(
        kept.term, kept.start_at, pauses=pauses, calendar=calendar
    )
    return found.legal_due_at
