"""One letter for all that is late at a platform: what is in it, and its sealing."""

from collections.abc import Collection
from datetime import datetime, time
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col, exists, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.authority import Authority
from platformlink.cases.tables import Case
from platformlink.clocks.tables import Clock
from platformlink.clocks.terms import Kind as ClockKind
from platformlink.clocks.terms import State as ClockState
from platformlink.errors import Conflict
from platformlink.letters.tables import Letter
from platformlink.permissions import Actor, Right
from platformlink.ports import Runtime
from platformlink.requests import composing, gathering, sealing
from platformlink.requests.queries import seen_by
from platformlink.requests.rules import WITH_PLATFORM
from platformlink.requests.tables import PlatformRequest, Reminder
from platformlink.values import Phrase

MOST = 60  # that one confirmation chases


class NothingLate(Conflict):
    """No drafted reminder waits there: all is paused, promised, or chased today."""

    code = "nothing-late"
    title = "Nothing is late there, or it was chased today"


class Late(msgspec.Struct, frozen=True):
    """A request whose answer is late, and the reminders that were drafted for it."""

    request: PlatformRequest
    case: Case
    due_at: datetime
    reminders: list[Reminder]

    @property
    def level(self) -> int:
        """Return how firm the next word is."""
        return max(one.level for one in self.reminders)


def _today(authority: Authority, now: datetime) -> datetime:
    """Return when the authority's present day began."""
    zone = ZoneInfo(authority.zone)
    return datetime.combine(now.astimezone(zone).date(), time(), zone)


def _was_chased(authority: Authority, now: datetime) -> ColumnElement[bool]:
    """Return the condition that a request was chased today."""
    return exists().where(
        col(Reminder.request_id) == col(PlatformRequest.id),
        col(Reminder.sent_at) >= _today(authority, now),
    )


async def late_at(
    session: AsyncSession,
    authority: Authority,
    platform: str,
    *,
    actor: Actor,
    now: datetime,
    among: Collection[int] | None = None,
    is_to_change: bool = False,
) -> list[Late]:
    """
    Return what is late at a platform and may be chased now, the latest first.

    What waits for us, what they promised for later (its clock moved) and what was
    chased today is left out; so is what does not stand `among` some ids, if given.
    With `is_to_change` the reminders are locked, so that one letter takes them.
    """
    query = (
        select(PlatformRequest, Case, Clock.safe_due_at)
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .join(Clock, col(Clock.request_id) == col(PlatformRequest.id))
        .where(
            PlatformRequest.platform == platform,
            col(PlatformRequest.state).in_(WITH_PLATFORM),
            Clock.kind == ClockKind.RESPONSE,
            Clock.state == ClockState.RUNNING,
            col(Clock.safe_due_at) <= now,
            seen_by(actor, Right.SEND),
            ~_was_chased(authority, now),
        )
        .order_by(col(Clock.safe_due_at))
    )
    if among is not None:
        query = query.where(col(PlatformRequest.id).in_(among))
    found = (await session.exec(query)).all()
    ids = [request.id for request, _, _ in found]
    waiting = await _waiting(session, ids, is_to_change=is_to_change)
    return [
        Late(request, case, due_at, waiting[request.id])
        for request, case, due_at in found
        if request.id in waiting
    ]


async def _waiting(
    session: AsyncSession, request_ids: list[int], *, is_to_change: bool
) -> dict[int, list[Reminder]]:
    """Return the drafted reminders that no letter has taken, by request."""
    query = (
        select(Reminder)
        .where(
            col(Reminder.request_id).in_(request_ids),
            col(Reminder.letter_id).is_(None),
        )
        .order_by(col(Reminder.id))
    )
    if is_to_change:
        query = query.with_for_update()
    found: dict[int, list[Reminder]] = {}
    for one in (await session.exec(query)).all():
        found.setdefault(one.request_id, []).append(one)
    return found


async def chase(
    session: AsyncSession,
    runtime: Runtime,
    platform: str,
    entity: str,
    *,
    actor: Actor,
    now: datetime,
    among: Collection[int] | None = None,
) -> Letter:
    """
    Return one sealed letter that names all that is late at a responding entity.

    It belongs to the request that is the latest; each request in it counts as chased
    once the letter is sent, by its own reminder.

    Raises: NothingLate, Upstream.
    """
    found = await late_at(
        session,
        runtime.authority,
        platform,
        actor=actor,
        now=now,
        among=among,
        is_to_change=True,
    )
    late = [one for one in found if one.request.entity == entity]
    if not late:
        raise NothingLate
    first = late[0]
    matter = await gathering.matter_of(
        session, runtime, first.request, first.case, signed_by=actor, now=now
    )
    rows = [await gathering.open_line(session, runtime, one.request) for one in late]
    level = max(one.level for one in late)
    fields = composing.reminder_fields(matter, level, tuple(rows))
    letter = await sealing.sealed(
        session, runtime, first.request, fields, actor=actor, now=now
    )
    for one in late:
        for reminder in one.reminders:
            reminder.letter_id = letter.id
    return letter


class Passed(msgspec.Struct, frozen=True):
    """A request for which no letter is made now, and why; `letter`: the one that is."""

    request: PlatformRequest
    case: Case
    why: Phrase
    letter: str = ""


async def candidates(
    session: AsyncSession, *, platform: str, names: Collection[str], actor: Actor
) -> list[int]:
    """Return the ids of requests by reference, and of what a platform owes."""
    owed = exists().where(
        col(Clock.request_id) == col(PlatformRequest.id),
        col(Clock.kind) == ClockKind.RESPONSE,
        col(Clock.state) != ClockState.ENDED,
    )
    has_waited = exists().where(col(Reminder.request_id) == col(PlatformRequest.id))
    at_platform = and_(col(PlatformRequest.platform) == platform, owed, has_waited)
    query = (
        select(PlatformRequest.id)
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(
            or_(at_platform, col(PlatformRequest.reference).in_(names)),
            seen_by(actor),
        )
        .order_by(col(PlatformRequest.sent_at))
        .limit(MOST)
    )
    return list((await session.exec(query)).all())


async def passed_over(
    session: AsyncSession,
    authority: Authority,
    ids: Collection[int],
    *,
    actor: Actor,
    now: datetime,
) -> list[Passed]:
    """Return why no reminder goes out for each of these requests."""
    is_awaited = (
        (col(Clock.request_id) == col(PlatformRequest.id))
        & (col(Clock.kind) == ClockKind.RESPONSE)
        & (col(Clock.state) != ClockState.ENDED)
    )
    query = (
        select(  # type: ignore[call-overload]  # SQLModel types four
            PlatformRequest,
            Case,
            Clock,
            seen_by(actor, Right.SEND).label("may_send"),
            _was_chased(authority, now).label("was_chased"),
        )
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .outerjoin(Clock, is_awaited)
        .where(col(PlatformRequest.id).in_(ids), seen_by(actor))
        .order_by(col(PlatformRequest.sent_at))
    )
    found = (await session.exec(query)).all()
    taken = await _taken(session, ids)
    return [
        Passed(request, case, why, letter)
        for request, case, clock, may_send, was_chased in found
        for letter in (taken.get(request.id, ""),)
        for why in (
            _why(clock, now, may_send=may_send, was_chased=was_chased, letter=letter),
        )
    ]


async def _taken(session: AsyncSession, ids: Collection[int]) -> dict[int, str]:
    """Return the sealed letters that wait to be sent for requests, by request."""
    query = (
        select(Reminder.request_id, Letter.reference)
        .join(Letter, col(Letter.id) == col(Reminder.letter_id))
        .where(col(Reminder.request_id).in_(ids), col(Reminder.sent_at).is_(None))
        .order_by(col(Letter.id))
    )
    return dict((await session.exec(query)).all())


def _why(
    clock: Clock | None,
    now: datetime,
    *,
    may_send: bool,
    was_chased: bool,
    letter: str,
) -> Phrase:
    """Return why no reminder goes out, the firmest reason first."""
    is_paused = clock is not None and clock.state == ClockState.PAUSED
    reasons = (
        (not may_send, Phrase("You may not send for this request.")),
        (clock is None, Phrase("No answer is awaited.")),
        (is_paused, Phrase("It is paused: they wait for us.")),
        (clock is not None and clock.safe_due_at > now, _not_yet(clock)),
        (was_chased, Phrase("It was chased today.")),
        (bool(letter), Phrase("Letter %(letter)s chases it.", {"letter": letter})),
    )
    none_yet = Phrase("No step of its ladder has come yet.")
    return next((phrase for is_so, phrase in reasons if is_so), none_yet)


def _not_yet(clock: Clock | None) -> Phrase:
    text = "It is not late: it is due on %(due_at)s."
    if clock is None:
        return Phrase(text)
    if clock.source == "promised":
        text = "They promised it for %(due_at)s."
    return Phrase(text, {"due_at": clock.safe_due_at})
