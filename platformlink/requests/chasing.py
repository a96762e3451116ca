"""One letter for all that is late at a platform: what is in it, and its sealing."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import msgspec
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
from platformlink.requests import composing, sealing
from platformlink.requests.queries import seen_by
from platformlink.requests.rules import WITH_PLATFORM
from platformlink.requests.tables import PlatformRequest, Reminder


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


async def late_at(
    session: AsyncSession,
    authority: Authority,
    platform: str,
    *,
    actor: Actor,
    now: datetime,
    is_to_change: bool = False,
) -> list[Late]:
    """
    Return what is late at a platform and may be chased now, the latest first.

    What waits for us, what they promised for later (its clock moved) and what was
    chased today is left out. With `is_to_change` the reminders are locked, so that one
    letter takes them.
    """
    was_chased = exists().where(
        col(Reminder.request_id) == col(PlatformRequest.id),
        col(Reminder.sent_at) >= _today(authority, now),
    )
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
            ~was_chased,
        )
        .order_by(col(Clock.safe_due_at))
    )
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
) -> Letter:
    """
    Return one sealed letter that names all that is late at a responding entity.

    It belongs to the request that is the latest; each request in it counts as chased
    once the letter is sent, by its own reminder.

    Raises: NothingLate, Upstream.
    """
    found = await late_at(
        session, runtime.authority, platform, actor=actor, now=now, is_to_change=True
    )
    late = [one for one in found if one.request.entity == entity]
    if not late:
        raise NothingLate
    first = late[0]
    matter = await sealing.matter_of(
        session, runtime, first.request, first.case, signed_by=actor, now=now
    )
    rows = [await sealing.open_line(session, runtime, one.request) for one in late]
    level = max(one.level for one in late)
    fields = composing.reminder_fields(matter, level, tuple(rows))
    letter = await sealing.sealed(
        session, runtime, first.request, fields, actor=actor, now=now
    )
    for one in late:
        for reminder in one.reminders:
            reminder.letter_id = letter.id
    return letter
