"""What happens to a clock: start, pause, resume, stop, replace, ring."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.audit import actions as audit
from platformlink.clocks import calendars, queries, rules
from platformlink.clocks.calendars import Change
from platformlink.clocks.rules import Computation, Extending, Ingredients
from platformlink.clocks.tables import CalendarDay, Clock
from platformlink.clocks.terms import (
    Duty,
    EndedAs,
    Evidence,
    Kind,
    Pause,
    State,
    Term,
)
from platformlink.permissions import Actor, Right, require

# Two clocks that may both be worked by are never so far apart (`wiring`).
AHEAD = timedelta(minutes=5)


class Rung(msgspec.Struct, frozen=True):
    """A clock whose notice is due: how many hours before its end (negative: after)."""

    clock: Clock
    level_hours: int


async def start(  # noqa: PLR0913 - a clock has so many parts
    session: AsyncSession,
    kind: Kind,
    term: Term,
    *,
    start_at: datetime,
    evidence: Evidence = Evidence.SENT,
    earliest_at: datetime | None = None,
    request_id: int | None = None,
    target_id: int | None = None,
    subject: str = "",
    notice_hours: Collection[int] | None = None,
) -> Clock:
    """
    Start a clock; one that is already over rings at the next tick.

    ``notice_hours`` are hours before the safe end (negative: after); without them the
    usual ones of `rules.notice_hours`. ``subject`` tells apart what has no request, or
    several clocks of one kind.

    Raises: TermWrong, CalendarUnknown.
    """
    calendar = await queries.calendar_of(session, term, start_at)
    found = rules.compute(
        term,
        start_at,
        evidence=evidence,
        earliest_at=earliest_at,
        calendar=calendar,
    )
    hours = rules.notice_hours(term) if notice_hours is None else notice_hours
    clock = Clock(
        request_id=request_id,
        target_id=target_id,
        subject=subject,
        kind=kind,
        duty=term.duty,
        source=term.source,
        notice_hours=sorted(hours, reverse=True),
        **_computed(found),
    )
    _wind(clock)
    session.add(clock)
    await session.flush()
    return clock


async def _compute(session: AsyncSession, wanted: Ingredients) -> Computation:
    """Compute with the calendar of today instead of the days that were kept."""
    term, earliest_at, pauses = wanted.term, wanted.earliest_at, wanted.pauses
    return rules.compute(
        term,
        wanted.start_at,
        evidence=wanted.evidence,
        earliest_at=earliest_at,
        pauses=pauses,
        calendar=await queries.calendar_of(session, term, earliest_at, pauses),
    )


def _computed(found: Computation) -> dict[str, Any]:
    """Return the columns that a computation fills."""
    return {
        "started_at": found.ingredients.start_at,
        "start_evidence": found.ingredients.evidence,
        "legal_due_at": found.legal_due_at,
        "safe_due_at": found.safe_due_at,
        "ingredients": msgspec.to_builtins(found.ingredients, str_keys=True),
    }


def _wind(clock: Clock) -> None:
    """Set when the clock rings next: never again for what was noticed already."""
    after = clock.noticed_at or clock.started_at
    is_running = clock.state == State.RUNNING
    clock.next_notice_at = (
        rules.next_notice_at(clock.safe_due_at, clock.notice_hours, after)
        if is_running
        else None
    )


async def pause(session: AsyncSession, clock: Clock, *, at: datetime) -> None:
    """Let a running clock stand still; any other stays as it is."""
    if clock.state == State.RUNNING:
        clock.state, clock.paused_at = State.PAUSED, at
        _wind(clock)
        await session.flush()


async def resume(session: AsyncSession, clock: Clock, *, at: datetime) -> None:
    """Let a paused clock run on, with its end moved; any other stays as it is."""
    if clock.paused_at is None:
        return
    kept = clock.computation.ingredients
    pauses = (*kept.pauses, Pause(clock.paused_at, max(at, clock.paused_at)))
    found = rules.compute(
        kept.term,
        kept.start_at,
        evidence=kept.evidence,
        earliest_at=kept.earliest_at,
        pauses=pauses,
        calendar=await queries.calendar_of(
            session, kept.term, kept.earliest_at, pauses
        ),
    )
    clock.state, clock.paused_at = State.RUNNING, None
    clock.sqlmodel_update(_computed(found))
    _wind(clock)
    await session.flush()


async def stop(session: AsyncSession, clock: Clock, *, at: datetime) -> None:
    """End a clock with what it waited for: met, or missed if that came too late."""
    await resume(session, clock, at=at)
    is_met = at < clock.legal_due_at
    await end(session, clock, EndedAs.MET if is_met else EndedAs.MISSED, at=at)


async def end(
    session: AsyncSession, clock: Clock, ended_as: EndedAs, *, at: datetime
) -> None:
    """End a clock in a way that the caller knows; an ended one stays as it is."""
    if clock.state == State.ENDED:
        return
    clock.state, clock.paused_at = State.ENDED, None
    clock.ended_at, clock.ended_as = at, ended_as
    _wind(clock)
    await session.flush()


async def pause_theirs(session: AsyncSession, request_id: int, *, at: datetime) -> None:
    """Let all that they owe on a request stand still, while they wait for us."""
    for clock in await queries.open_of(session, request_id, duties=(Duty.THEIRS,)):
        await pause(session, clock, at=at)


async def resume_theirs(
    session: AsyncSession, request_id: int, *, at: datetime
) -> None:
    """Let all that they owe on a request run on."""
    for clock in await queries.open_of(session, request_id, duties=(Duty.THEIRS,)):
        await resume(session, clock, at=at)


async def stop_kinds(
    session: AsyncSession, request_id: int, *kinds: Kind, at: datetime
) -> None:
    """End the clocks of some kinds of a request with what they waited for."""
    for clock in await queries.open_of(session, request_id, kinds=kinds):
        await stop(session, clock, at=at)


async def void_all(session: AsyncSession, request_id: int, *, at: datetime) -> None:
    """End all clocks of a request that no longer counts."""
    for clock in await queries.open_of(session, request_id):
        await end(session, clock, EndedAs.VOID, at=at)


async def restart_with_better_evidence(
    session: AsyncSession,
    clock: Clock,
    evidence: Evidence,
    *,
    start_at: datetime,
    now: datetime,
) -> Clock:
    """
    Return a new computation beside the old one, or the old one for no better evidence.

    The earliest plausible start stays, so that the safe end of what is ours never
    moves back.
    """
    kept = clock.computation.ingredients
    is_same = (evidence, start_at) == (kept.evidence, kept.start_at)
    is_over = clock.state == State.ENDED
    if is_over or is_same or not evidence.outweighs(kept.evidence):
        return clock
    return await _replace(
        session,
        clock,
        msgspec.structs.replace(
            kept,
            start_at=start_at,
            evidence=evidence,
            earliest_at=min(kept.earliest_at, start_at),
        ),
        now=now,
    )


async def extend(
    session: AsyncSession, clock: Clock, extending: Extending, *, asked_at: datetime
) -> Clock:
    """
    Return the clock with one more extension, beside the old one.

    Raises: ExtensionRefused.
    """
    longer = rules.extend(clock.computation, extending, asked_at=asked_at)
    return await retime(session, clock, longer, now=asked_at)


async def retime(
    session: AsyncSession, clock: Clock, term: Term, *, now: datetime
) -> Clock:
    """
    Return the clock under another term (a date that they promised), beside the old one.

    Raises: TermWrong.
    """
    kept = msgspec.structs.replace(clock.computation.ingredients, term=term)
    return await _replace(session, clock, kept, now=now)


async def _replace(
    session: AsyncSession, old: Clock, ingredients: Ingredients, *, now: datetime
) -> Clock:
    """Compute anew what is known better, beside the old clock."""
    return await move(session, old, await _compute(session, ingredients), now=now)


async def move(
    session: AsyncSession, old: Clock, found: Computation, *, now: datetime
) -> Clock:
    """End the old clock and return the new one; both keep what was noticed."""
    term = found.ingredients.term
    state, paused_at = old.state, old.paused_at
    # The old one first: no two open clocks say the same of one request.
    await end(session, old, EndedAs.REPLACED, at=now)
    kept = old.model_dump(include=KEPT) | _computed(found)
    new = Clock(
        **kept,
        duty=term.duty,
        source=term.source,
        state=state,
        paused_at=paused_at,
        number=old.number + 1,
        replaces_id=old.id,
    )
    _wind(new)
    session.add(new)
    await session.flush()
    return new


KEPT = {
    "request_id",
    "target_id",
    "subject",
    "kind",
    "notice_hours",
    "noticed_at",
    "warned_level",
}


async def claim_due(
    session: AsyncSession, now: datetime, *, limit: int = 500
) -> list[Rung]:
    """
    Return the clocks that must be noticed now, each to one caller and once a level.

    A late caller gets the nearest level only. Locked rows are another worker's.
    """
    wanted = (
        select(Clock)
        .where(col(Clock.next_notice_at) <= now)
        .order_by(col(Clock.next_notice_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rung = [_ring(clock, now) for clock in await session.exec(wanted)]
    await session.flush()
    return rung


def _ring(clock: Clock, now: datetime) -> Rung:
    level = rules.level_at(clock.safe_due_at, clock.notice_hours, now)
    clock.noticed_at, clock.warned_level = now, level
    _wind(clock)
    return Rung(clock, level or 0)


async def turn_back(
    session: AsyncSession, now: datetime, *, limit: int = 500
) -> list[Clock]:
    """
    Return clocks that rang at a time which has not come yet, wound anew.

    The machine's clock had run ahead; each of them rings again at its own time.
    """
    wanted = (
        select(Clock)
        .where(col(Clock.noticed_at) > now + AHEAD, queries.IS_OPEN)
        .order_by(col(Clock.noticed_at))  # so its index is read, whatever is guessed
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = list((await session.exec(wanted)).all())
    for clock in found:
        clock.noticed_at = clock.warned_level = None
        _wind(clock)
    await session.flush()
    return found


async def change_day(
    session: AsyncSession, calendar: str, change: Change, *, actor: Actor, now: datetime
) -> None:
    """
    Make a day a rest day or a working day, for all that is computed from now on.

    Clocks that run are moved by whoever knows what hangs on them.

    Raises: MayNot, CalendarUnknown.
    """
    require(actor, Right.ADMINISTER)
    calendars.load(calendar, change.day_on.year, change.day_on.year)
    session.add(
        CalendarDay(
            calendar=calendar,
            day_on=change.day_on,
            is_rest=change.is_rest,
            name=change.name,
            changed_by_id=actor.id,
            changed_at=now,
        )
    )
    audit.record(
        session,
        actor_id=actor.id,
        verb="calendar.changed",
        subject=f"calendar/{calendar}",
        now=now,
        detail=msgspec.to_builtins(change),
    )
    await session.flush()
