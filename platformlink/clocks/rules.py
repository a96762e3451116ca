"""When a term ends: pure arithmetic, after Regulation (EEC, Euratom) 1182/71."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
from dateutil.relativedelta import relativedelta

from platformlink.clocks.terms import (
    LONGEST,
    WEEKENDS_ONLY,
    Calendar,
    Duty,
    Evidence,
    Length,
    Pause,
    Term,
    TermWrong,
    Unit,
)
from platformlink.errors import Conflict, FieldError
from platformlink.values import in_utc

DAY = timedelta(days=1)
COUNTED_YEARS = range(1970, 2101)
FEWEST_WORKING_DAYS = 2


class ExtensionRefused(Conflict):
    """No further extension is possible, or it was asked too late."""

    code = "extension-refused"
    title = "This cannot be extended again"


class Ingredients(msgspec.Struct, frozen=True, kw_only=True):
    """All that an end is computed from; ``calendar`` holds the days that mattered."""

    term: Term
    start_at: datetime
    earliest_at: datetime
    evidence: Evidence
    pauses: tuple[Pause, ...] = ()
    calendar: Calendar | None = None

    @property
    def start_on(self) -> date:
        """Return the day of the event where the term is counted."""
        return day_of(self.start_at, self.term.zone)

    @property
    def earliest_on(self) -> date:
        """Return the day of the earliest plausible start."""
        return day_of(self.earliest_at, self.term.zone)


class Computation(msgspec.Struct, frozen=True, kw_only=True):
    """
    When a term ends, in UTC, and what it was computed from.

    The days are in the term's zone and None where it ends at an instant:
    ``nominal_on`` is the last day as counted, ``last_on`` after the shift of art. 3(4)
    and (5), ``safe_on`` the one to work to. Ends are exclusive midnights.
    """

    ingredients: Ingredients
    legal_due_at: datetime
    safe_due_at: datetime
    nominal_on: date | None = None
    last_on: date | None = None
    safe_on: date | None = None
    stopped_days: int = 0


def day_of(moment: datetime, zone: str) -> date:
    """Return the day on which an aware instant falls in a zone."""
    return in_utc(moment).astimezone(ZoneInfo(zone)).date()


def end_of(day: date, zone: str) -> datetime:
    """Return the midnight that follows a day in a zone, in UTC."""
    return datetime.combine(day + DAY, time(), ZoneInfo(zone)).astimezone(UTC)


def check(term: Term, start_at: datetime) -> None:
    """
    Let pass a term that can be counted from an aware instant.

    Raises: TermWrong, which names each wrong field.
    """
    errors = []
    if in_utc(start_at).year not in COUNTED_YEARS:
        message = "Give a year from 1970 to 2100."
        errors.append(FieldError("/start", "range", message))
    ends = (term.length, term.until_on, term.until_at)
    if sum(end is not None for end in ends) != 1:
        errors.append(
            FieldError("/length", "one-end", "Give a length, a day or an instant.")
        )
    for length in [term.length, *term.extensions]:
        if length and not 1 <= length.amount <= LONGEST[length.unit]:
            most = str(LONGEST[length.unit])
            message = "Give a whole number from 1 to %(most)s."
            errors.append(FieldError("/amount", "range", message, {"most": most}))
    if not _is_zone(term.zone):
        message = "Give an IANA zone, such as Europe/Tirane."
        errors.append(FieldError("/zone", "unknown", message))
    if errors:
        raise TermWrong("", *errors)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return bool(name)


def next_working(day: date, calendar: Calendar) -> date:
    """Return the day itself, or the first working day after it."""
    while calendar.is_rest(day):
        day += DAY
    return day


def last_working(day: date, calendar: Calendar, *, floor: date) -> date:
    """Return the day or the last working day before it, unless that is before floor."""
    found = day
    while calendar.is_rest(found) and found > floor:
        found -= DAY
    return day if calendar.is_rest(found) else found


def add(day: date, length: Length, calendar: Calendar | None = None) -> date:
    """
    Return the last day of a length that begins after a day; nothing is shifted.

    Without a calendar working days leave out Saturdays and Sundays.

    Source: Regulation (EEC, Euratom) 1182/71, art. 3(1) and 3(2).
    """
    if length.unit is Unit.WORKING_DAYS:
        return _add_working(day, length.amount, calendar or WEEKENDS_ONLY)
    steps = {
        Unit.DAYS: relativedelta(days=length.amount),
        Unit.WEEKS: relativedelta(weeks=length.amount),
        Unit.MONTHS: relativedelta(months=length.amount),
        Unit.YEARS: relativedelta(years=length.amount),
    }
    return day + steps[length.unit]


def _add_working(day: date, amount: int, calendar: Calendar) -> date:
    for _ in range(amount):
        day = next_working(day + DAY, calendar)
    return day


def compute(
    term: Term,
    start_at: datetime,
    *,
    evidence: Evidence = Evidence.SENT,
    earliest_at: datetime | None = None,
    pauses: tuple[Pause, ...] = (),
    calendar: Calendar | None = None,
) -> Computation:
    """
    Return when a term ends that begins at an aware instant.

    ``earliest_at`` is the earliest plausible start, where it differs; ``pauses`` are
    in order and do not overlap; ``calendar`` covers the term and the weeks after it.

    Raises: TermWrong.
    """
    check(term, start_at)
    start_at = in_utc(start_at)
    ingredients = Ingredients(
        term=term,
        start_at=start_at,
        earliest_at=min(start_at, in_utc(earliest_at or start_at)),
        evidence=evidence,
        pauses=pauses,
        calendar=None if term.in_hours else calendar,
    )
    found = recompute(ingredients)
    return msgspec.structs.replace(found, ingredients=_trimmed(ingredients, found))


def _trimmed(ingredients: Ingredients, found: Computation) -> Ingredients:
    """Return the ingredients with no other days of the calendar than were looked at."""
    if ingredients.calendar is None or found.last_on is None:
        return ingredients
    zone = ingredients.term.zone
    ends = [found.last_on, *(day_of(one.to_at, zone) for one in ingredients.pauses)]
    days = ingredients.calendar.within(ingredients.earliest_on, max(ends))
    return msgspec.structs.replace(ingredients, calendar=days)


def recompute(ingredients: Ingredients) -> Computation:
    """
    Return the same end from the same ingredients.

    Raises: TermWrong if the end lies before the start.
    """
    term = ingredients.term
    if term.until_at is not None:
        found = _at_instant(ingredients, in_utc(term.until_at))
    elif term.in_hours:
        found = _in_hours(ingredients)
    else:
        found = _in_days(ingredients)
    if found.legal_due_at <= ingredients.start_at:
        message = "The end lies before the start."
        raise TermWrong("", FieldError("/until", "before-start", message))
    return found


def _at_instant(ingredients: Ingredients, due_at: datetime) -> Computation:
    return Computation(ingredients=ingredients, legal_due_at=due_at, safe_due_at=due_at)


def _in_hours(ingredients: Ingredients) -> Computation:
    """Count elapsed time, through nights, holidays and changes of the clock."""
    term = ingredients.term
    lengths = [term.length, *term.extensions]
    total = timedelta(hours=sum(one.amount for one in lengths if one))
    stopped = sum((p.to_at - p.from_at for p in ingredients.pauses), timedelta())
    legal = ingredients.start_at + total + stopped
    safe = legal if term.duty is Duty.THEIRS else ingredients.earliest_at + total
    return Computation(ingredients=ingredients, legal_due_at=legal, safe_due_at=safe)


def _in_days(ingredients: Ingredients) -> Computation:
    zone, calendar = ingredients.term.zone, ingredients.calendar
    stopped = sum(_stopped_days(ingredients, pause) for pause in ingredients.pauses)
    nominal = _nominal(ingredients, ingredients.start_on, stopped)
    last = _shifted(ingredients, nominal)
    safe = last
    if ingredients.term.duty is Duty.OURS:
        safe = _nominal(ingredients, ingredients.earliest_on, 0)
        if calendar:
            safe = last_working(safe, calendar, floor=ingredients.earliest_on)
    return Computation(
        ingredients=ingredients,
        legal_due_at=end_of(last, zone),
        safe_due_at=end_of(safe, zone),
        nominal_on=nominal,
        last_on=last,
        safe_on=safe,
        stopped_days=stopped,
    )


def _nominal(ingredients: Ingredients, start_on: date, stopped_days: int) -> date:
    """Return the last day as counted from a day, with the days that it stood still."""
    term = ingredients.term
    if term.length is None:
        return term.until_on or start_on
    day = start_on
    for length in (term.length, *term.extensions):
        day = add(day, length, ingredients.calendar)
    if not stopped_days:
        return day
    is_working = term.length.unit is Unit.WORKING_DAYS
    unit = Unit.WORKING_DAYS if is_working else Unit.DAYS
    return add(day, Length(stopped_days, unit), ingredients.calendar)


def _stopped_days(ingredients: Ingredients, pause: Pause) -> int:
    """Count the days of a pause: its first day, but not the day of the resumption."""
    term = ingredients.term
    first = max(day_of(pause.from_at, term.zone), ingredients.start_on)
    days = _days(first, day_of(pause.to_at, term.zone))
    if term.length and term.length.unit is Unit.WORKING_DAYS:
        calendar = ingredients.calendar or WEEKENDS_ONLY
        return sum(not calendar.is_rest(day) for day in days)
    return sum(1 for _ in days)


def _days(first: date, end: date) -> Iterator[date]:
    """Yield the days from the first to the one before the end."""
    return (first + DAY * n for n in range((end - first).days))


def _shifted(ingredients: Ingredients, nominal: date) -> date:
    """
    Return the last day, moved to a working day; a day that was named stays.

    Source: Regulation (EEC, Euratom) 1182/71, art. 3(4) and 3(5).
    """
    calendar, length = ingredients.calendar, ingredients.term.length
    if calendar is None or length is None:
        return nominal
    last = next_working(nominal, calendar)
    if length == Length(1, Unit.DAYS) or length == Length(1, Unit.WORKING_DAYS):
        return last
    while _worked(ingredients.start_on, last, calendar) < FEWEST_WORKING_DAYS:
        last = next_working(last + DAY, calendar)
    return last


def _worked(start_on: date, last: date, calendar: Calendar) -> int:
    """Count the working days after a day up to the last one, no further than two."""
    found = 0
    for day in _days(start_on + DAY, last + DAY):
        found += not calendar.is_rest(day)
        if found == FEWEST_WORKING_DAYS:
            break
    return found


def whole_hours_due(computation: Computation) -> datetime | None:
    """
    Return the end by the reading that leaves out the hour of the event, or None.

    It differs from elapsed time only where the event was not on the full hour.

    Source: Regulation (EEC, Euratom) 1182/71, art. 3(1).
    """
    start = computation.ingredients.start_at
    past = timedelta(
        minutes=start.minute, seconds=start.second, microseconds=start.microsecond
    )
    if not computation.ingredients.term.in_hours or not past:
        return None
    return computation.legal_due_at + timedelta(hours=1) - past


class Extending(msgspec.Struct, frozen=True):
    """By how much, and how often, a term may be extended; None: without a limit."""

    length: Length
    most_times: int | None = None


def extend(running: Computation, extending: Extending, *, asked_at: datetime) -> Term:
    """
    Return the term with one more extension, counted from the same start.

    It must be asked before the last day as counted is over, unshifted.

    Raises: ExtensionRefused.
    """
    term = running.ingredients.term
    most = extending.most_times
    if most is not None and len(term.extensions) >= most:
        raise ExtensionRefused(
            "It has been extended as often as the rule allows: %(most)s.",
            params={"most": str(most)},
        )
    end_at = running.legal_due_at
    if running.nominal_on:
        end_at = end_of(running.nominal_on, term.zone)
    if in_utc(asked_at) >= end_at:
        raise ExtensionRefused("It ended before the extension was asked for.")
    added = (*term.extensions, extending.length)
    return msgspec.structs.replace(term, extensions=added)


def days_left(last_on: date, today: date) -> int:
    """Return how many days remain after today; negative when it is over."""
    return (last_on - today).days


WARN_DAYS = {Duty.OURS: (21, 14, 7, 3, 1), Duty.THEIRS: (2,)}
WARN_HOURS = (4, 1)


def notice_hours(
    term: Term,
    *,
    warn_days: tuple[int, ...] | None = None,
    reminder_days: tuple[int, ...] = (),
) -> list[int]:
    """
    Return how many hours before its end a clock gives notice, the farthest first.

    0 is the end itself, negative ones lie ``reminder_days`` after it. What is counted
    in hours warns 4 and 1 before; nobody is nudged whose answer may not come early.
    """
    days = WARN_DAYS[term.duty] if warn_days is None else warn_days
    before = [24 * one for one in days]
    if term.in_hours or term.until_at:
        before = list(WARN_HOURS)
    if term.is_embargo:
        before = []
    after = [-24 * one for one in reminder_days]
    return sorted({*before, 0, *after}, reverse=True)


def next_notice_at(
    due_at: datetime, hours: list[int], after: datetime
) -> datetime | None:
    """Return the first notice later than an instant, or None when all have passed."""
    moments = (due_at - timedelta(hours=one) for one in hours)
    return min((one for one in moments if one > after), default=None)


def level_at(due_at: datetime, hours: list[int], now: datetime) -> int | None:
    """Return the nearest level that has been reached, in hours before the end."""
    reached = (one for one in hours if due_at - timedelta(hours=one) <= now)
    return min(reached, default=None)
