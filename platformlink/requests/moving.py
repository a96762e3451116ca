"""What a changed day of a calendar moves, before it is applied and when it is."""

import hashlib
from datetime import date, datetime, timedelta

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.clocks import actions as clocks
from platformlink.clocks import calendars
from platformlink.clocks import queries as clock_queries
from platformlink.clocks.calendars import Change
from platformlink.clocks.rules import Computation, day_of
from platformlink.clocks.tables import Clock
from platformlink.clocks.terms import Kind, Term
from platformlink.errors import Conflict
from platformlink.permissions import Actor, Right, require
from platformlink.requests import actions, queries
from platformlink.requests.tables import PlatformRequest
from platformlink.values import Phrase

LED_BY_A_HOLD = (Kind.RENEWAL, Kind.LEGAL_PROCESS)
MOVED_WORDS = {
    Kind.ACKNOWLEDGEMENT: "The acknowledgement is due on %(due_on)s, and no longer"
    " on %(was_on)s: %(day_on)s was changed in the calendar %(calendar)s.",
    Kind.RESPONSE: "The answer is due on %(due_on)s, and no longer on %(was_on)s:"
    " %(day_on)s was changed in the calendar %(calendar)s.",
    Kind.HOLD_EXPIRY: "The hold is counted until %(due_on)s, and no longer until"
    " %(was_on)s: %(day_on)s was changed in the calendar %(calendar)s.",
    Kind.RENEWAL: "The extension must go out by %(due_on)s, and no longer by"
    " %(was_on)s: %(day_on)s was changed in the calendar %(calendar)s.",
    Kind.LEGAL_PROCESS: "The order must go out by %(due_on)s, and no longer by"
    " %(was_on)s: %(day_on)s was changed in the calendar %(calendar)s.",
    Kind.SUPPLEMENT: "Our own answer is due on %(due_on)s, and no longer on"
    " %(was_on)s: %(day_on)s was changed in the calendar %(calendar)s.",
}


class MovedOn(Conflict):
    """Since the page was read, other clocks would move than it showed."""

    code = "calendar-moved-on"
    title = "Other dates would move now: look again before you apply it"


class Move(msgspec.Struct, frozen=True):
    """A clock, and the end that it would have."""

    clock: Clock
    found: Computation

    @property
    def days(self) -> tuple[date, date]:
        """Return the day to work to, before and after; by law where that one stays."""
        was, found = self.clock, self.found
        if was.safe_due_at != found.safe_due_at:
            return self._last_on(was.safe_due_at), self._last_on(found.safe_due_at)
        return self._last_on(was.legal_due_at), self._last_on(found.legal_due_at)

    def _last_on(self, end_at: datetime) -> date:
        """Return the day that an end closes: midnight belongs to the day before."""
        zone = self.found.ingredients.term.zone
        return day_of(end_at - timedelta(microseconds=1), zone)


def led(term: Term, start_on: date, by: timedelta) -> Term:
    """Return the term of what must happen before a hold ends, after the hold moved."""
    if term.until_on is None:
        return term
    until_on = max(term.until_on + by, start_on)
    return msgspec.structs.replace(term, until_on=until_on)


async def moves(session: AsyncSession, calendar: str, change: Change) -> list[Move]:
    """
    Return which open clocks a change would move, the most urgent first.

    What must happen before a hold ends moves with the hold.

    Raises: CalendarUnknown.
    """
    calendars.load(calendar, change.day_on.year, change.day_on.year)
    changes = [*await clock_queries.changes(session, calendar), change]
    found: list[Move] = []
    for clock in await clock_queries.movable(session, calendar, change.day_on):
        became = calendars.moved(clock.computation, changes)
        if became is not None:
            one = Move(clock, became)
            found += [one, *await _led_by(session, one)]
    return sorted(found, key=lambda one: (one.found.safe_due_at, one.clock.id))


async def _led_by(session: AsyncSession, hold: Move) -> list[Move]:
    request_id = hold.clock.request_id
    moves_safely = hold.clock.safe_due_at != hold.found.safe_due_at
    if hold.clock.kind != Kind.HOLD_EXPIRY or not moves_safely or request_id is None:
        return []
    was_on, due_on = hold.days
    by = due_on - was_on
    found = []
    for clock in await clock_queries.open_of(session, request_id, kinds=LED_BY_A_HOLD):
        kept = clock.computation.ingredients
        term = led(kept.term, kept.start_on, by)
        became = calendars.moved(clock.computation, (), term=term)
        found += [Move(clock, became)] if became else []
    return found


def fingerprint(found: list[Move]) -> str:
    """Return what stands for the dates that a person was shown: 64 hex digits."""
    shown = [
        (one.clock.id, one.found.legal_due_at, one.found.safe_due_at) for one in found
    ]
    return hashlib.sha256(msgspec.json.encode(shown)).hexdigest()


async def apply(
    session: AsyncSession,
    calendar: str,
    change: Change,
    *,
    seen: str,
    actor: Actor,
    now: datetime,
) -> list[Move]:
    """
    Change a day, and move what was shown to move; old ends stay beside the new ones.

    ``seen`` is the fingerprint of what was shown.

    Raises: MayNot, CalendarUnknown, MovedOn.
    """
    require(actor, Right.ADMINISTER)
    found = await moves(session, calendar, change)
    if fingerprint(found) != seen:
        raise MovedOn
    await clocks.change_day(session, calendar, change, actor=actor, now=now)
    requests = await _requests(session, found)
    for one in found:
        await clocks.move(session, one.clock, one.found, now=now)
        request = requests.get(one.clock.request_id or 0)
        if request is not None:
            await _tell(session, request, one, calendar, change, actor=actor, now=now)
    await session.flush()
    return found


async def _requests(
    session: AsyncSession, found: list[Move]
) -> dict[int, PlatformRequest]:
    ids = {one.clock.request_id for one in found}
    wanted = select(PlatformRequest).where(col(PlatformRequest.id).in_(ids))
    return {one.id: one for one in (await session.exec(wanted)).all()}


async def _tell(
    session: AsyncSession,
    request: PlatformRequest,
    one: Move,
    calendar: str,
    change: Change,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Write the move into the request's history, and let its holds end as they do."""
    was_on, due_on = one.days
    params: dict[str, str | int | datetime] = {
        "was_on": was_on.isoformat(),
        "due_on": due_on.isoformat(),
        "day_on": change.day_on.isoformat(),
        "calendar": calendar,
    }
    phrase = Phrase(MOVED_WORDS[Kind(one.clock.kind)], params)
    actions.note(session, request, "clock_moved", phrase, actor=actor, now=now)
    if one.clock.kind == Kind.HOLD_EXPIRY:
        for hold in await queries.holds_of(session, request.id):
            if hold.until_at == one.clock.safe_due_at:
                hold.until_at = one.found.safe_due_at
