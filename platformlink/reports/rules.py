"""What is counted of the requests that went out, and how it is called. Pure."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime

import msgspec

from platformlink.clocks.terms import Source
from platformlink.errors import FieldError, Invalid
from platformlink.reports import estimates
from platformlink.reports.asked import Asked
from platformlink.reports.estimates import FEWEST, Lapse, Share, Time
from platformlink.reports.official import FEWEST_OPEN, Official
from platformlink.reports.ourside import NOBODY, OurSide
from platformlink.requests.rules import Outcome
from platformlink.responses.codes import Fault
from platformlink.responses.rules import faults

NOTHING = Official()
KEYS = ("platform", "kind", "month")
# No platform answered before, and nothing is counted in days that have no calendar.
FIRST_ON, LAST_ON = date(2000, 1, 1), date(2999, 12, 31)

DEFINITIONS = {
    "sent": "Requests that went out in the period.",
    "answered": "Of these, finally answered by now.",
    "open": "Of these, neither finally answered nor withdrawn.",
    "overdue": "Open, and past the time that was expected.",
    "without_substance": "Sent, and no data, refusal or decision has come yet.",
    "acknowledgement": "Their time until a person or a case system took the request.",
    "first_substance": "Their time until the first data, refusal or other decision.",
    "completion": "Their time until the final answer.",
    "time": (
        "In working days of whoever must answer, without the days that they waited for"
        " us. Open requests count as at least so long."
    ),
    "in_time": (
        "Finally answered by the expected time, of all whose expected time has passed."
        " What is not yet due is left out."
    ),
    "disclosure": "Some data given, of all that were decided.",
    "disclosure_without_our_returns": (
        "Some data given, of all that were decided, without refusals that were our"
        " fault."
    ),
    "avoidable_returns": (
        "Requests that they returned or refused for a reason that was ours, of all"
        " that went out."
    ),
    "due": "Requests whose expected time has passed.",
    "decided": "Finally answered, and it is known whether data came.",
    "fair": "Decided, without refusals that were our fault.",
    "days_lost": (
        "Their working days from our letter until they said that they could not use it,"
        " for a reason that was ours, all such requests together."
    ),
}
FIGURE_NAMES = {
    "sent": "Sent",
    "answered": "Answered",
    "open": "Open",
    "overdue": "Overdue",
    "without_substance": "Without an answer of substance",
    "acknowledgement": "Acknowledgement",
    "first_substance": "First substance",
    "completion": "Completion",
    "time": "Time",
    "in_time": "In time",
    "disclosure": "Disclosure",
    "disclosure_without_our_returns": "Disclosure without our returns",
    "avoidable_returns": "Avoidable returns",
    "due": "Due by now",
    "decided": "Decided",
    "fair": "Decided, without our returns",
    "days_lost": "Days lost",
}


class ReportInvalid(Invalid):
    """The report cannot be made like this; each field is named."""

    code = "report-invalid"
    title = "There is no such report"


COUNTED: dict[str, Callable[[Asked, datetime], bool]] = {
    "sent": lambda one, as_of: True,
    "answered": lambda one, as_of: one.completed_at is not None,
    "open": lambda one, as_of: one.is_open,
    "overdue": lambda one, as_of: (
        one.is_open and one.due_at is not None and one.due_at <= as_of
    ),
    "without_substance": lambda one, as_of: one.substance_at is None,
    "due": lambda one, as_of: one.is_due(as_of),
    "in_time": lambda one, as_of: one.is_due(as_of) and one.was_in_time,
    "decided": lambda one, as_of: one.is_decided,
    "disclosure": lambda one, as_of: one.is_decided and one.has_data,
    "fair": lambda one, as_of: (
        one.is_decided and (one.has_data or not one.is_our_fault)
    ),
    "avoidable_returns": lambda one, as_of: one.is_our_fault,
}
DIMENSIONS: dict[str, Callable[[Asked], Collection[str]]] = {
    "platform": lambda one: [one.platform],
    "month": lambda one: [one.month],
    "source": lambda one: [one.source or ""],
    "outcome": lambda one: [one.outcome],
    "reason": lambda one: one.reasons,
    "fault": lambda one: faults(one.reasons),
}
Elapsed = Callable[[Asked, datetime], float]  # working days until an instant


class Reason(msgspec.Struct, frozen=True):
    """How many requests met a reason, and whose fault it is (none: no refusal)."""

    code: str
    count: int
    fault: Fault | None


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """All figures of one group."""

    sent: int
    answered: int
    open: int
    overdue: int
    acknowledgement: Time
    first_substance: Time
    completion: Time
    in_time: dict[Source, Share]
    outcomes: dict[Outcome, int]
    reasons: tuple[Reason, ...]
    faults: dict[Fault, int]  # requests that met a reason of theirs, of ours
    disclosure: Share
    disclosure_without_our_returns: Share
    avoidable_returns: Share
    days_lost: float

    @property
    def is_small(self) -> bool:
        """Say whether there are too few to judge or rank."""
        return self.sent < FEWEST


class Row(msgspec.Struct, frozen=True):
    """One group, by the keys that the report was asked for."""

    key: dict[str, str]
    figures: Figures


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """
    A report: which days (both included), as of when, the whole, by group and by month.

    A month is that of the sending, in the authority's zone. ``official`` are the sets
    that others define, ``ours`` is our own side of what was filed in the period.
    """

    from_on: date
    to_on: date
    as_of: datetime
    by: tuple[str, ...]
    total: Figures
    rows: tuple[Row, ...]
    months: tuple[Row, ...]
    official: Official = NOTHING
    ours: OurSide = NOBODY


def check_days(from_on: date | None, to_on: date | None) -> None:
    """
    Let pass days that a report can begin and end with, as far as they are given.

    Raises: ReportInvalid, which names each wrong field.
    """
    message = "Choose a day from %(first)s to %(last)s."
    allowed = {"first": f"{FIRST_ON}", "last": f"{LAST_ON}"}
    given = {"/from": from_on, "/to": to_on}
    errors = [
        FieldError(at, "out-of-range", message, allowed)
        for at, day in given.items()
        if day and not FIRST_ON <= day <= LAST_ON
    ]
    if errors:
        raise ReportInvalid("", *errors)


def check(from_on: date, to_on: date, by: Collection[str]) -> None:
    """
    Let pass a period and keys that a report can be made of.

    Raises: ReportInvalid, which names each wrong field.
    """
    errors = []
    if to_on < from_on:
        message = "The period ends before it begins."
        errors.append(FieldError("/to", "before-from", message))
    for key in by:
        if key not in KEYS:
            message = "Choose from: %(keys)s."
            allowed = {"keys": ", ".join(KEYS)}
            errors.append(FieldError("/by", "unknown", message, allowed))
    if errors:
        raise ReportInvalid("", *errors)


def report(
    asked: Collection[Asked],
    measure: Elapsed,
    *,
    from_on: date,
    to_on: date,
    as_of: datetime,
    by: tuple[str, ...],
    official: Official = NOTHING,
    ours: OurSide = NOBODY,
) -> Report:
    """Return the figures of all requests and of each group, in the order of keys."""

    def rows(keys: tuple[str, ...]) -> tuple[Row, ...]:
        groups: dict[tuple[str, ...], list[Asked]] = {}
        for one in asked:
            groups.setdefault(tuple(getattr(one, key) for key in keys), []).append(one)
        return tuple(
            Row(dict(zip(keys, values, strict=True)), figures(group, measure, as_of))
            for values, group in sorted(groups.items())
        )

    return Report(
        from_on=from_on,
        to_on=to_on,
        as_of=as_of,
        by=by,
        total=figures(asked, measure, as_of),
        rows=rows(by) if by else (),
        months=rows(("month",)),
        official=official,
        ours=ours,
    )


def discreet(found: Report) -> Report:
    """Return a report without groups too small to be told; the whole is told."""

    def told(rows: tuple[Row, ...]) -> tuple[Row, ...]:
        return tuple(one for one in rows if one.figures.sent >= FEWEST_OPEN)

    return msgspec.structs.replace(
        found, rows=told(found.rows), months=told(found.months)
    )


def behind(
    code: str, key: dict[str, str], asked: Iterable[Asked], as_of: datetime
) -> list[Asked]:
    """Return the requests that a figure counts, in the group of a key."""
    is_counted = COUNTED[code]
    return [
        one
        for one in asked
        if is_counted(one, as_of)
        and all(value in DIMENSIONS[name](one) for name, value in key.items())
    ]


def figures(asked: Collection[Asked], measure: Elapsed, as_of: datetime) -> Figures:
    """Return all figures of a group."""
    ours = behind("avoidable_returns", {}, asked, as_of)
    counts = {code: len(behind(code, {}, asked, as_of)) for code in COUNTED}
    return Figures(
        sent=counts["sent"],
        answered=counts["answered"],
        open=counts["open"],
        overdue=counts["overdue"],
        acknowledgement=_time(asked, measure, "acknowledged_at"),
        first_substance=_time(asked, measure, "substance_at"),
        completion=_time(asked, measure, "completed_at"),
        in_time=in_time(asked, as_of),
        outcomes=dict(sorted(Counter(one.outcome for one in asked).items())),
        reasons=reasons(asked),
        faults=by_fault(asked),
        disclosure=Share(counts["disclosure"], counts["decided"]),
        disclosure_without_our_returns=Share(counts["disclosure"], counts["fair"]),
        avoidable_returns=Share(len(ours), len(asked)),
        days_lost=sum(measure(one, one.returned_at or one.sent_at) for one in ours),
    )


def _time(asked: Iterable[Asked], measure: Elapsed, what: str) -> Time:
    """Return how long one thing took; what has not happened counts as so long."""
    lapses = []
    for one in asked:
        happened_at: datetime | None = getattr(one, what)
        days = measure(one, happened_at or one.until_at)
        lapses.append(Lapse(days, happened_at is not None))
    return estimates.taken(lapses)


def in_time(asked: Iterable[Asked], as_of: datetime) -> dict[Source, Share]:
    """
    Return, by the source of the expected time, who answered by it of all due by now.

    A request withdrawn before it was due is left out.
    """
    due: Counter[Source] = Counter()
    met: Counter[Source] = Counter()
    for one in asked:
        if one.source is not None and one.is_due(as_of):
            due[one.source] += 1
            met[one.source] += one.was_in_time
    return {source: Share(met[source], due[source]) for source in sorted(due)}


def reasons(asked: Iterable[Asked]) -> tuple[Reason, ...]:
    """Return how many requests met each reason, the most frequent first."""
    counts = Counter(code for one in asked for code in sorted(one.reasons))
    return tuple(
        Reason(code, count, next(iter(faults([code])), None))
        for code, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    )


def by_fault(asked: Iterable[Asked]) -> dict[Fault, int]:
    """Return how many requests met a reason of whose fault; some met several."""
    counts = Counter(fault for one in asked for fault in faults(one.reasons))
    return {fault: counts[fault] for fault in Fault}


def digest(report: Report) -> str:
    """Return the SHA-256 of a report's content, to name it by."""
    content = msgspec.msgpack.encode(report, order="deterministic")
    return hashlib.sha256(content).hexdigest()
