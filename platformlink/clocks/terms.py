"""The words of clocks: units, duties, lengths, calendars, terms."""

import re
from datetime import date, datetime
from enum import StrEnum

import msgspec

from platformlink.errors import Invalid


class Unit(StrEnum):
    """What a length is counted in."""

    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


class Duty(StrEnum):
    """Whose loss a lapse is: ours (a hold, a link), or theirs (an answer they owe)."""

    OURS = "ours"
    THEIRS = "theirs"


class Source(StrEnum):
    """Where a length comes from. The five are never mixed up on a page."""

    AGREED = "agreed"
    STATED = "stated"
    OWN = "own"
    LAW = "law"
    PROMISED = "promised"


class Evidence(StrEnum):
    """How the start is known, the weakest first."""

    EVENT = "event"  # recorded here, with no word from outside
    SENT = "sent"
    AUTOMATIC = "automatic"
    ACKNOWLEDGED = "acknowledged"
    STATED = "stated"  # they named the day themselves

    def outweighs(self, kept: "Evidence") -> bool:
        """Say whether it replaces what is kept; a person's later word does so too."""
        strength = list(Evidence).index
        is_second_word = self is kept is Evidence.ACKNOWLEDGED
        return is_second_word or strength(self) > strength(kept)


class Kind(StrEnum):
    """What ends."""

    ACKNOWLEDGEMENT = "acknowledgement"
    RESPONSE = "response"
    HOLD_EXPIRY = "hold_expiry"
    RENEWAL = "renewal"
    LEGAL_PROCESS = "legal_process"
    RATIFICATION = "ratification"
    SUPPLEMENT = "supplement"
    NOTICE_DELAY = "notice_delay"
    DOWNLOAD_EXPIRY = "download_expiry"
    AGREEMENT_REVIEW = "agreement_review"
    PROTOCOL_REVIEW = "protocol_review"
    RETENTION_REVIEW = "retention_review"


class State(StrEnum):
    """Whether a clock runs."""

    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


class EndedAs(StrEnum):
    """How a clock ended."""

    MET = "met"
    MISSED = "missed"
    REPLACED = "replaced"
    VOID = "void"


class TermWrong(Invalid):
    """A length, zone or end cannot be counted with."""

    code = "term-wrong"
    title = "This term cannot be counted"


class Length(msgspec.Struct, frozen=True):
    """How long: an amount of one unit."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        """Return the notation that `parse` reads."""
        if self.unit is Unit.WORKING_DAYS:
            return f"{self.amount} working days"
        sign = next(sign for sign, unit in NOTATION.items() if unit is self.unit)
        return sign.replace("#", str(self.amount))


NOTATION = {
    "PT#H": Unit.HOURS,
    "P#D": Unit.DAYS,
    "P#W": Unit.WEEKS,
    "P#M": Unit.MONTHS,
    "P#Y": Unit.YEARS,
}
WORKING = re.compile(r"([0-9]{1,6}) working days?")
# Fifty years: nobody keeps a clock for longer, and all calendars reach so far.
LONGEST = {
    Unit.HOURS: 438_000,
    Unit.DAYS: 18_250,
    Unit.WORKING_DAYS: 12_500,
    Unit.WEEKS: 2_600,
    Unit.MONTHS: 600,
    Unit.YEARS: 50,
}


def parse(text: str) -> Length:
    """
    Return a length from `P90D`, `PT8H`, `P3W`, `P6M`, `P1Y` or `10 working days`.

    Raises: TermWrong.
    """
    if found := WORKING.fullmatch(text):
        return Length(int(found[1]), Unit.WORKING_DAYS)
    for sign, unit in NOTATION.items():
        if found := re.fullmatch(sign.replace("#", "([0-9]{1,6})"), text):
            return Length(int(found[1]), unit)
    raise TermWrong(
        "A length is written P90D, PT8H, P3W, P6M, P1Y or 10 working days: %(text)s",
        params={"text": text},
    )


class Calendar(msgspec.Struct, frozen=True):
    """Rest days of one country: its weekend (Monday is 0) and its dated holidays."""

    code: str
    version: str = ""
    weekend: tuple[int, ...] = (5, 6)
    holidays: dict[date, str] = {}
    worked: tuple[date, ...] = ()  # rest days that an authority declared working days

    def is_rest(self, day: date) -> bool:
        """Say whether nobody works on a day."""
        if day in self.worked:
            return False
        return day.weekday() in self.weekend or day in self.holidays

    def within(self, first: date, last: date) -> "Calendar":
        """Return the same calendar with the days of a span only, both included."""
        named = {d: n for d, n in sorted(self.holidays.items()) if first <= d <= last}
        worked = tuple(d for d in self.worked if first <= d <= last)
        return msgspec.structs.replace(self, holidays=named, worked=worked)


WEEKENDS_ONLY = Calendar("")


class Pause(msgspec.Struct, frozen=True):
    """An interval in which a clock stood still."""

    from_at: datetime
    to_at: datetime


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """
    What is counted: a length, or a day or an instant that somebody named.

    ``zone`` is the IANA zone of whoever must act. ``until_on`` ends with that day.
    ``extensions`` follow on the length, counted from the same start. An answer under
    ``is_embargo`` may not come before the end. ``rule`` cites the law or the protocol.
    """

    length: Length | None = None
    until_on: date | None = None
    until_at: datetime | None = None
    zone: str
    calendar: str | None = None
    duty: Duty
    source: Source = Source.LAW
    rule: str = ""
    extensions: tuple[Length, ...] = ()
    is_embargo: bool = False

    @property
    def in_hours(self) -> bool:
        """Say whether it is counted in elapsed hours."""
        return self.length is not None and self.length.unit is Unit.HOURS
