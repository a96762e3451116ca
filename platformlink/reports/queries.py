"""Reports of a period, as far as their reader may count."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import func
from sqlalchemy import select as columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.authority import BOUND, Authority
from platformlink.cases.tables import Case
from platformlink.clocks import calendars
from platformlink.clocks import queries as clock_queries
from platformlink.identity.tables import Unit
from platformlink.permissions import Actor, Reach, Right, reach, require
from platformlink.reports import issuing, official, ourside, rules
from platformlink.reports.asked import Asked
from platformlink.reports.facts import facts
from platformlink.reports.official import Issued, Official
from platformlink.reports.opening import Behind, Opened
from platformlink.reports.ourside import Handled, OurSide, Waiting
from platformlink.reports.period import DAY, Period, bounds, part_of
from platformlink.reports.rules import Elapsed, Figures, Report
from platformlink.reports.scope import counted_by, of_kind, sent_in
from platformlink.reports.worktime import Worktime
from platformlink.requests.rules import State, Step, is_emergency
from platformlink.requests.tables import PlatformRequest, RequestEvent

BEGINS_TO_WAIT = (Step.SUBMIT, Step.APPROVE, Step.SEAL_ALONE, Step.ASK)


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
    sets = await _official(session, authority, period, asked, measure, actor)
    # Of many requests this is seconds of arithmetic: others are served meanwhile.
    found = await asyncio.to_thread(
        rules.report,
        asked,
        measure,
        from_on=period.from_on,
        to_on=period.to_on,
        as_of=period.as_of,
        by=by,
        official=sets,
        ours=await our_side(session, authority, period, actor=actor),
    )
    is_discreet = reach(actor, Right.REPORT) is Reach.COUNTS
    return rules.discreet(found) if is_discreet else found


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
    return await asyncio.to_thread(rules.figures, asked, measure, period.as_of)


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
    found = await asyncio.to_thread(
        official.measures,
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
    sent = sent_in(authority, period, actor)
    return await issuing.issued(session, authority, asked, sent, counted_by(actor))


async def behind(
    session: AsyncSession,
    authority: Authority,
    period: Period,
    opened: Opened,
    *,
    actor: Actor,
) -> Behind:
    """
    Return the requests behind a figure, by their ids; to list them is another right.

    Raises: MayNot, ReportInvalid.
    """
    require(actor, Right.REPORT)
    rules.check(period.from_on, period.to_on, ())
    if opened.is_ours:
        handled = await _handled(session, authority, period, actor)
        waiting = await _waiting(session, period, actor)
        ids = opened.among_ours(handled, waiting)
        return Behind(tuple(ids), len(handled) + len(waiting), period.as_of)
    part = period if opened.is_official else part_of(period, opened.key)
    asked = await facts(session, authority, part, actor=actor)
    if opened.is_official:
        found = await issued(session, authority, period, asked, actor=actor)
        ids = opened.among_issued(found)
    else:
        ids = opened.among_asked(asked, period.as_of)
    return Behind(tuple(ids), len(asked), period.as_of)


async def _emergencies_before(
    session: AsyncSession, authority: Authority, period: Period, actor: Actor
) -> int:
    """Count the emergencies of the period of the same length just before."""
    days = period.to_on - period.from_on + DAY
    before = msgspec.structs.replace(
        period, from_on=period.from_on - days, to_on=period.from_on - DAY
    )
    sent = sent_in(authority, before, actor)
    query = select(PlatformRequest.kind, PlatformRequest.urgency)
    rows = await session.exec(query.where(col(PlatformRequest.id).in_(sent)))
    return sum(is_emergency(kind, urgency) for kind, urgency in rows)


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
    is_discreet = reach(actor, Right.REPORT) is Reach.COUNTS
    return await asyncio.to_thread(
        ourside.our_side,
        await _handled(session, authority, period, actor),
        await _waiting(session, period, actor),
        fewest=official.FEWEST_OPEN if is_discreet else 0,
    )


async def _handled(
    session: AsyncSession, authority: Authority, period: Period, actor: Actor
) -> list[Handled]:
    """Return each request that was filed in the period, and our own steps."""
    return [
        Handled(
            id=one.request_id,
            filed_at=one.filed_at,
            until_at=one.ended_at or period.as_of,
            approved_at=one.approved_at,
            sent_at=one.sent_at,
            was_returned=one.was_returned,
        )
        for one in await session.exec(_steps(authority, period, actor))
    ]


def _steps(authority: Authority, period: Period, actor: Actor) -> Any:  # noqa: ANN401 - a row of its own shape
    """Select our own steps with each request; what has not gone out may have ended."""
    verb, at = col(RequestEvent.verb), col(RequestEvent.occurred_at)
    filed = func.min(at).filter(verb.in_([Step.SUBMIT, Step.SEAL_ALONE]))
    start, end = bounds(authority, period)
    return (
        columns(
            col(RequestEvent.request_id),
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
            of_kind(period),
        )
        .group_by(col(RequestEvent.request_id))
        .having(filed >= start, filed < end)
    )


async def _waiting(
    session: AsyncSession, period: Period, actor: Actor
) -> list[Waiting]:
    """Return each request that waits with us, whenever it was filed."""
    state = col(PlatformRequest.state)
    since = (
        columns(func.max(col(RequestEvent.occurred_at)))
        .where(
            col(RequestEvent.request_id) == col(PlatformRequest.id),
            col(RequestEvent.verb).in_(BEGINS_TO_WAIT),
        )
        .scalar_subquery()
    )
    query: Any = (
        columns(col(Unit.code), state, since, col(PlatformRequest.id))
        .select_from(PlatformRequest)
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .join(Unit, col(Unit.id) == col(PlatformRequest.unit_id))
        .where(state.in_(ourside.WAITING), counted_by(actor), of_kind(period))
    )
    return [
        Waiting(unit, State(state), since_at or period.as_of, id_)
        for unit, state, since_at, id_ in await session.exec(query)
    ]
