"""Why a clock is due then, sentence by sentence, and how it is shown."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum

import msgspec

from platformlink.clocks.rules import (
    DAY,
    Computation,
    day_of,
    days_left,
    whole_hours_due,
)
from platformlink.clocks.terms import (
    WEEKENDS_ONLY,
    Duty,
    EndedAs,
    Evidence,
    Source,
    State,
    Unit,
)
from platformlink.values import Phrase

STARTS = {
    Evidence.EVENT: "It starts on %(start_at)s.",
    Evidence.SENT: "It starts with the sending on %(start_at)s.",
    Evidence.AUTOMATIC: "It starts with the receipt on %(start_at)s, as their automatic"
    " reply names it.",
    Evidence.ACKNOWLEDGED: "It starts with the receipt on %(start_at)s, as a person"
    " there named it.",
    Evidence.STATED: "It starts with the moment that they named: %(start_at)s.",
}
# Where days are counted, they often name no more than the day.
STARTS_ON = {
    Evidence.AUTOMATIC: "It starts with the receipt on %(start_on)s, as their automatic"
    " reply names it.",
    Evidence.ACKNOWLEDGED: "It starts with the receipt on %(start_on)s, as a person"
    " there named it.",
}
SOURCES = {
    Source.AGREED: "The time was agreed with them.",
    Source.STATED: "The time is the one that they publish.",
    Source.OWN: "The time is our own target: they have agreed or published none.",
    Source.LAW: "The time is set by law.",
    Source.PROMISED: "The time is the one that they promised.",
}
COUNTS = {
    Unit.HOURS: "Length in hours: %(amount)s.",
    Unit.DAYS: "Length in calendar days: %(amount)s.",
    Unit.WORKING_DAYS: "Length in working days: %(amount)s.",
    Unit.WEEKS: "Length in weeks: %(amount)s.",
    Unit.MONTHS: "Length in months: %(amount)s.",
    Unit.YEARS: "Length in years: %(amount)s.",
}
EXTENDED = {
    Unit.HOURS: "Extended, in hours, by %(amount)s.",
    Unit.DAYS: "Extended, in calendar days, by %(amount)s.",
    Unit.WORKING_DAYS: "Extended, in working days, by %(amount)s.",
    Unit.WEEKS: "Extended, in weeks, by %(amount)s.",
    Unit.MONTHS: "Extended, in months, by %(amount)s.",
    Unit.YEARS: "Extended, in years, by %(amount)s.",
}


def explain(found: Computation) -> list[Phrase]:
    """Return why a term ends then: whose word it is, and how it is counted."""
    return [*_source(found), *reckon(found)]


def reckon(found: Computation) -> list[Phrase]:
    """Return how an end is counted: start, length, arithmetic, end."""
    return [
        *_beginning(found),
        *_length(found),
        *_pauses(found),
        *(_in_hours(found) if found.last_on is None else _in_days(found)),
    ]


def _source(found: Computation) -> Iterator[Phrase]:
    term = found.ingredients.term
    yield Phrase(SOURCES[term.source])
    if term.rule:
        yield Phrase("Rule: %(rule)s.", {"rule": term.rule})


def _beginning(found: Computation) -> Iterator[Phrase]:
    ingredients = found.ingredients
    yield _start(found)
    is_ours = ingredients.term.duty is Duty.OURS
    if is_ours and ingredients.earliest_at != ingredients.start_at:
        yield Phrase(
            "To be safe we count from the earliest possible start, %(earliest_at)s.",
            {"earliest_at": ingredients.earliest_at},
        )


def _start(found: Computation) -> Phrase:
    ingredients = found.ingredients
    if found.last_on and (text := STARTS_ON.get(ingredients.evidence)):
        return Phrase(text, {"start_on": f"{ingredients.start_on}"})
    return Phrase(STARTS[ingredients.evidence], {"start_at": ingredients.start_at})


def _length(found: Computation) -> Iterator[Phrase]:
    term = found.ingredients.term
    if term.length is None:
        return
    yield Phrase(COUNTS[term.length.unit], {"amount": term.length.amount})
    for one in term.extensions:
        yield Phrase(EXTENDED[one.unit], {"amount": one.amount})


def _pauses(found: Computation) -> Iterator[Phrase]:
    for pause in found.ingredients.pauses:
        yield Phrase(
            "It stood still from %(from_at)s to %(to_at)s, while they waited for us.",
            {"from_at": pause.from_at, "to_at": pause.to_at},
        )
    if found.stopped_days:
        yield Phrase("Days added for that: %(days)s.", {"days": found.stopped_days})


def _in_hours(found: Computation) -> Iterator[Phrase]:
    if found.ingredients.term.in_hours:
        yield Phrase(
            "Hours are elapsed time: they run through nights, rest days and a change"
            " of the clock."
        )
    yield Phrase("It ends on %(due_at)s.", {"due_at": found.legal_due_at})
    if whole_at := whole_hours_due(found):
        yield Phrase(
            "Read in whole hours, without the hour of the event, it would end on"
            " %(whole_at)s.",
            {"whole_at": whole_at},
        )
    yield from _embargo(found)


def _in_days(found: Computation) -> Iterator[Phrase]:
    term = found.ingredients.term
    if term.length:
        yield Phrase(
            "The day of the event is not counted; the first day is %(first_on)s.",
            {"first_on": f"{found.ingredients.start_on + DAY}"},
        )
        yield from _left_out(found)
        yield Phrase("The last day counted is %(nominal_on)s.", _day(found.nominal_on))
        yield from _shift(found)
    yield Phrase(
        "It ends with the end of %(last_on)s in the zone %(zone)s.",
        {"last_on": f"{found.last_on}", "zone": term.zone},
    )
    if found.safe_due_at < found.legal_due_at:
        yield Phrase(
            "We work to the earlier day, because what lapses cannot be recovered:"
            " the end of %(safe_on)s.",
            {"safe_on": f"{found.safe_on}"},
        )
    yield from _embargo(found)


def _day(day: date | None) -> dict[str, str | int | datetime]:
    return {"nominal_on": f"{day}"}


def _left_out(found: Computation) -> Iterator[Phrase]:
    """Name each holiday that a count of working days passes over."""
    ingredients = found.ingredients
    length = ingredients.term.length
    if length is None or length.unit is not Unit.WORKING_DAYS:
        return
    if ingredients.calendar is None:
        yield Phrase("No calendar is named: only Saturdays and Sundays are left out.")
    calendar = ingredients.calendar or WEEKENDS_ONLY
    for day, name in calendar.holidays.items():
        is_inside = ingredients.start_on < day <= (found.nominal_on or day)
        if is_inside and day.weekday() not in calendar.weekend:
            yield Phrase(
                "%(day_on)s is left out: %(name)s.", {"day_on": f"{day}", "name": name}
            )


def _shift(found: Computation) -> Iterator[Phrase]:
    calendar, nominal = found.ingredients.calendar, found.nominal_on
    if calendar is None:
        yield Phrase("No calendar is named, so no rest day moves it.")
        return
    if nominal is None or found.last_on == nominal:
        return
    if calendar.is_rest(nominal):
        yield Phrase(
            "That is a rest day (%(calendar)s), so by law it runs to the end of the"
            " next working day.",
            {"calendar": calendar.code},
        )
    else:
        yield Phrase("By law it must hold at least two working days.")


def _embargo(found: Computation) -> Iterator[Phrase]:
    if found.ingredients.term.is_embargo:
        yield Phrase("They may not answer earlier, so silence until then is not late.")


class Facts(msgspec.Struct, frozen=True):
    """What of a clock is shown; ``due_at`` is the safe end, None where unknown."""

    state: State
    due_at: datetime | None
    ended_as: EndedAs | None = None
    is_embargo: bool = False


class Urgency(StrEnum):
    """How a clock chip looks."""

    LATE = "late"
    TODAY = "today"
    SOON = "soon"
    CALM = "calm"
    UNCLEAR = "unclear"
    PAUSED = "paused"
    MET = "met"


SETTLED = {
    (State.ENDED, EndedAs.MISSED): Urgency.LATE,
    (State.ENDED, EndedAs.MET): Urgency.MET,
    (State.ENDED, EndedAs.REPLACED): Urgency.CALM,
    (State.ENDED, EndedAs.VOID): Urgency.CALM,
    (State.PAUSED, None): Urgency.PAUSED,
}


class Chip(msgspec.Struct, frozen=True):
    """How a clock shows itself: urgency, words, and the end to work to."""

    urgency: Urgency
    words: Phrase
    due_at: datetime | None


def urgency(facts: Facts, now: datetime, *, zone: str, soon_days: int = 3) -> Urgency:
    """
    Return how urgent a clock is, in the zone of the reader.

    "Today" ends with the day, so an end at midnight belongs to the day before. An
    answer that may not come early is never soon.
    """
    if settled := SETTLED.get((facts.state, facts.ended_as)):
        return settled
    if facts.due_at is None:
        return Urgency.UNCLEAR
    if now >= facts.due_at:
        return Urgency.LATE
    return _nearness(facts, facts.due_at, now, zone, soon_days)


def _nearness(
    facts: Facts, due_at: datetime, now: datetime, zone: str, soon_days: int
) -> Urgency:
    last_on = day_of(due_at - timedelta(microseconds=1), zone)
    left = days_left(last_on, day_of(now, zone))
    if facts.is_embargo or left > soon_days:
        return Urgency.CALM
    return Urgency.SOON if left > 0 else Urgency.TODAY


def chip(facts: Facts, now: datetime, *, zone: str, soon_days: int = 3) -> Chip:
    """Return how a clock shows itself at an instant, in the zone of the reader."""
    found = urgency(facts, now, zone=zone, soon_days=soon_days)
    return Chip(found, _words(facts, found, now), facts.due_at)


def _words(facts: Facts, found: Urgency, now: datetime) -> Phrase:
    if facts.state is State.ENDED:
        return Phrase(ENDED_WORDS[facts.ended_as or EndedAs.VOID])
    if facts.state is State.PAUSED:
        return Phrase("Stands still")
    if facts.due_at is None:
        return Phrase("Not known when")
    if facts.is_embargo and found is Urgency.CALM:
        return Phrase("They may not answer yet")
    is_late = now >= facts.due_at
    return _span(abs(facts.due_at - now), LATE_WORDS if is_late else LEFT_WORDS)


def _span(span: timedelta, words: tuple[str, str, str]) -> Phrase:
    in_days, in_hours, in_minutes = words
    if span >= timedelta(days=2):
        return Phrase(in_days, {"days": span.days})
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    if not hours:
        return Phrase(in_minutes, {"minutes": minutes})
    return Phrase(in_hours, {"hours": hours, "minutes": minutes})


ENDED_WORDS = {
    EndedAs.MET: "In time",
    EndedAs.MISSED: "Missed",
    EndedAs.REPLACED: "Replaced",
    EndedAs.VOID: "No longer counts",
}
LATE_WORDS = (
    "Late by %(days)s days",
    "Late by %(hours)s h %(minutes)s min",
    "Late by %(minutes)s min",
)
LEFT_WORDS = (
    "%(days)s days left",
    "%(hours)s h %(minutes)s min left",
    "%(minutes)s min left",
)
