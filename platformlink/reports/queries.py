"""What went out in a period and what came of it, as far as the reader may count it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, exists, false, func, or_, true
from sqlalchemy import select as columns
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from platformlink.authority import BOUND, Authority
from platformlink.cases.tables import Case, CaseMember
from platformlink.clocks import calendars
from platformlink.clocks import queries as clock_queries
from platformlink.clocks import rules as clock_rules
from platformlink.clocks.rules import Ingredients
from platformlink.clocks.tables import Clock
from platformlink.clocks.terms import Kind as ClockKind
from platformlink.clocks.terms import Pause, Source
from platformlink.identity.tables import Unit
from platformlink.permissions import Actor, Reach, Right, reach, require
from platformlink.reports import issuing, official, ourside, rules
from platformlink.reports.asked import Asked
from platformlink.reports.official import Issued, Official
from platformlink.reports.opening import Opened
from platformlink.reports.ourside import Handled, OurSide, Waiting
from platformlink.reports.rules import Elapsed, Figures, Report
from platformlink.reports.worktime import Worktime
from platformlink.requests.rules import Outcome, State, Step, is_emergency
from platformlink.requests.tables import PlatformRequest, RequestEvent
from platformlink.responses.codes import Effect, Kind
from platformlink.responses.queries import COUNTS
from platformlink.responses.rules import EFFECTS, derive
from platformlink.responses.tables import Response, ResponseItem

DAY = timedelta(days=1)
USUAL_DAYS = 182
HEARD = [kind for kind, effect in EFFECTS.items() if effect is not Effect.NONE]
DECIDES = [kind for kind, effect in EFFECTS.items() if effect is Effect.ANSWERS]
RETURNS = [
    Kind.REFUSAL,
    Kind.PRESERVATION_REFUSED,
    Kind.NEED_MORE_INFO,
    Kind.CHALLENGE,
]
DONE = (State.ANSWERED, State.CLOSED)
BEGINS_TO_WAIT = (Step.SUBMIT, Step.APPROVE, Step.SEAL_ALONE, Step.ASK)


class Period(msgspec.Struct, frozen=True):
    """Which days of sending count, both included, as of when; "": of any kind."""

    from_on: date
    to_on: date
    as_of: datetime
    kind: str = ""
    platform: str = ""


def period_of(
    authority: Authority,
    now: datetime,
    from_on: date | None,
    to_on: date | None,
    kind: str = "",
) -> Period:
    """Return the days that are counted: those asked for, else the last half year."""
    until = to_on or now.astimezone(authority.tz).date()
    return Period(from_on or until - timedelta(days=USUAL_DAYS), until, now, kind)


class Timing(msgspec.Struct, frozen=True):
    """What an answer is measured by: where, what stopped it, when it is due."""

    zone: str
    calendar: str | None
    pauses: tuple[Pause, ...] = ()
    due_at: datetime | None = None
    source: Source | None = None


def counted_by(actor: Actor) -> ColumnElement[bool]:
    """
    Return the condition under which a person may count a request; joins Case.

    Numbers show nobody a restricted case: those are counted for its members alone.
    """
    is_own = col(PlatformRequest.author_id) == actor.id
    within: dict[Reach | None, ColumnElement[bool]] = {
        Reach.ALL: true(),
        Reach.COUNTS: true(),
        Reach.UNIT: or_(col(PlatformRequest.unit_id) == actor.unit_id, is_own),
        Reach.OWN: is_own,
    }
    is_member = exists().where(
        col(CaseMember.case_id) == col(Case.id), col(CaseMember.user_id) == actor.id
    )
    is_open = or_(col(Case.is_restricted).is_(False), is_member)
    return is_open & within.get(reach(actor, Right.REPORT), false())


async def responsiveness(
    session: AsyncSession,
    authority: Authority,
    period: Period,
    *,
    by: tuple[str, ...],
    actor: Actor,
) -> Report:
    """
    Return how platforms answered what was sent in a period, and the official sets.

    Raises: MayNot, ReportInvalid.
    """
    require(actor, Right.REPORT)
    rules.check(period.from_on, period.to_on, by)
    asked = await facts(session, authority, period, actor=actor)
    measure = await _measure(session, asked, period)
    return rules.report(
        asked,
        measure,
        from_on=period.from_on,
        to_on=period.to_on,
        as_of=period.as_of,
        by=by,
        official=await _official(session, authority, period, asked, measure, actor),
    )


async def figures(
    session: AsyncSession, authority: Authority, period: Period, *, actor: Actor
) -> Figures:
    """
    Return the figures of all that was sent in a period, without the official sets.

    Raises: MayNot, ReportInvalid.
    """
    require(actor, Right.REPORT)
    rules.check(period.from_on, period.to_on, ())
    asked = await facts(session, authority, period, actor=actor)
    measure = await _measure(session, asked, period)
    return rules.figures(asked, measure, period.as_of)


async def _measure(
    session: AsyncSession, asked: Sequence[Asked], period: Period
) -> Elapsed:
    """Return how to measure their time, in working days until an instant."""
    worktimes = await _worktimes(session, asked, period)

    known: dict[tuple[int, datetime], float] = {}  # each is asked for by many figures

    def measure(one: Asked, end_at: datetime) -> float:
        found = known.get((one.id, end_at))
        if found is None:
            worktime = worktimes[one.zone, one.calendar]
            found = worktime.of_clock(one.sent_at, end_at, one.pauses)
            known[one.id, end_at] = found
        return found

    return measure


async def _official(
    session: AsyncSession,
    authority: Authority,
    period: Period,
    asked: Sequence[Asked],
    measure: Elapsed,
    actor: Actor,
) -> Official:
    """Return the official sets; who may only count is given no small cells."""
    found = official.measures(
        await issued(session, authority, period, asked, actor=actor),
        lambda one: measure(one, one.substance_at or one.until_at),
        emergencies_before=await _emergencies_before(session, authority, period, actor),
    )
    is_discreet = reach(actor, Right.REPORT) is Reach.COUNTS
    return Official(
        measures=official.discreet(found) if is_discreet else found,
        is_bound=authority.country in BOUND,
        is_discreet=is_discreet,
    )


async def issued(
    session: AsyncSession,
    authority: Authority,
    period: Period,
    asked: Sequence[Asked],
    *,
    actor: Actor,
) -> list[Issued]:
    """Return each request with what the official sets ask of it."""
    sent = _sent(authority, period, actor)
    return await issuing.issued(session, authority, asked, sent, counted_by(actor))


async def behind(
    session: AsyncSession,
    authority: Authority,
    period: Period,
    opened: Opened,
    *,
    actor: Actor,
) -> tuple[int, ...]:
    """
    Return the ids of the requests behind a figure; to list them is another right.

    Raises: MayNot, ReportInvalid.
    """
    require(actor, Right.REPORT)
    rules.check(period.from_on, period.to_on, ())
    asked = await facts(session, authority, period, actor=actor)
    if not opened.is_official:
        return tuple(opened.among_asked(asked, period.as_of))
    found = await issued(session, authority, period, asked, actor=actor)
    return tuple(opened.among_issued(found))


async def _emergencies_before(
    session: AsyncSession, authority: Authority, period: Period, actor: Actor
) -> int:
    """Count the emergencies of the period of the same length just before."""
    days = period.to_on - period.from_on + DAY
    before = msgspec.structs.replace(
        period, from_on=period.from_on - days, to_on=period.from_on - DAY
    )
    sent = _sent(authority, before, actor)
    query = select(PlatformRequest.kind, PlatformRequest.urgency)
    rows = await session.exec(query.where(col(PlatformRequest.id).in_(sent)))
    return sum(is_emergency(kind, urgency) for kind, urgency in rows)


async def facts(
    session: AsyncSession, authority: Authority, period: Period, *, actor: Actor
) -> list[Asked]:
    """Return each request that the reader may count, in the order of sending."""
    sent = _sent(authority, period, actor)
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


def _bounds(authority: Authority, period: Period) -> tuple[datetime, datetime]:
    """Return the first instant of the period, and the first one after it."""
    start = datetime.combine(period.from_on, time(), authority.tz)
    return start, datetime.combine(period.to_on + DAY, time(), authority.tz)


def _of_kind(period: Period) -> ColumnElement[bool]:
    return col(PlatformRequest.kind) == period.kind if period.kind else true()


def _sent(authority: Authority, period: Period, actor: Actor) -> SelectOfScalar[int]:
    """Return the ids of what was sent in the period, in the authority's days."""
    start, end = _bounds(authority, period)
    return (
        select(PlatformRequest.id)
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(
            col(PlatformRequest.sent_at) >= start,
            col(PlatformRequest.sent_at) < min(end, period.as_of),
            counted_by(actor),
            _of_kind(period),
            col(PlatformRequest.platform) == period.platform
            if period.platform
            else true(),
        )
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


async def _worktimes(
    session: AsyncSession, asked: Sequence[Asked], period: Period
) -> dict[tuple[str, str | None], Worktime]:
    """Return the measure of each zone and calendar in use."""
    first = period.from_on - DAY
    last = period.as_of.date() + DAY
    found = {}
    for zone, code in {(one.zone, one.calendar) for one in asked}:
        calendar = None
        if code is not None:
            changed = await clock_queries.changes(session, code)
            calendar = calendars.load(code, first.year, last.year, changed)
        found[zone, code] = Worktime(zone, calendar, first, last)
    return found


async def our_side(
    session: AsyncSession, authority: Authority, period: Period, *, actor: Actor
) -> OurSide:
    """
    Return our own times of what was filed in a period, and what waits with us now.

    Raises: MayNot.
    """
    require(actor, Right.REPORT)
    steps = (await session.exec(_steps(authority, period, actor))).all()
    handled = [
        Handled(
            filed_at=one.filed_at,
            until_at=one.ended_at or period.as_of,
            approved_at=one.approved_at,
            sent_at=one.sent_at,
            was_returned=one.was_returned,
        )
        for one in steps
    ]
    backlog = (await session.exec(_waiting(period, actor))).all()
    return ourside.our_side(
        handled, [Waiting(unit, State(s), n, at) for unit, s, n, at in backlog]
    )


def _steps(authority: Authority, period: Period, actor: Actor) -> Any:  # noqa: ANN401 - a row of its own shape
    """Select our own steps with each request; what has not gone out may have ended."""
    verb, at = col(RequestEvent.verb), col(RequestEvent.occurred_at)
    filed = func.min(at).filter(verb.in_([Step.SUBMIT, Step.SEAL_ALONE]))
    start, end = _bounds(authority, period)
    return (
        columns(
            filed.label("filed_at"),
            func.max(at)
            .filter(verb.in_([Step.APPROVE, Step.SEAL_ALONE]))
            .label("approved_at"),
            func.min(at).filter(verb == Step.SEND).label("sent_at"),
            func.max(at)
            .filter(verb.in_([Step.CANCEL, Step.WITHDRAW]))
            .label("ended_at"),
            func.bool_or(verb == Step.RETURN).label("was_returned"),
        )
        .join(PlatformRequest, col(PlatformRequest.id) == RequestEvent.request_id)
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(
            at <= period.as_of,
            col(PlatformRequest.created_at) < end,
            counted_by(actor),
            _of_kind(period),
        )
        .group_by(col(RequestEvent.request_id))
        .having(filed >= start, filed < end)
    )


def _waiting(period: Period, actor: Actor) -> Any:  # noqa: ANN401 - a row of its own shape
    """Select how many requests wait with us, by unit and state, and the oldest."""
    state = col(PlatformRequest.state)
    since = (
        columns(func.max(col(RequestEvent.occurred_at)))
        .where(
            col(RequestEvent.request_id) == col(PlatformRequest.id),
            col(RequestEvent.verb).in_(BEGINS_TO_WAIT),
        )
        .scalar_subquery()
    )
    return (
        columns(col(Unit.code), state, func.count(), func.min(since))
        .select_from(PlatformRequest)
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .join(Unit, col(Unit.id) == col(PlatformRequest.unit_id))
        .where(state.in_(ourside.WAITING), counted_by(actor), _of_kind(period))
        .group_by(col(Unit.code), state)
    )
