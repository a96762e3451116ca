"""A report as programs and spreadsheets read it."""

import csv
import io
from collections.abc import Callable, Iterable
from datetime import date, datetime

import msgspec

from platformlink.reports import official, rules, standards
from platformlink.reports.estimates import Share, Step, Time
from platformlink.reports.ourside import OurSide
from platformlink.reports.rules import DEFINITIONS, Figures, Report
from platformlink.requests.rules import Outcome, State
from platformlink.responses.codes import REASONS, Fault

Say = Callable[[str], str]
MEASURE_HEAD = (
    *("set", "code", "name", *official.DIMENSIONS, "unit", "when"),
    *("count", "of", "days", "timed", "is_small", "note"),
)


class ShareOut(msgspec.Struct, frozen=True):
    """A share with what it is made of and its 95 % interval (Wilson)."""

    numerator: int
    denominator: int
    share: float | None
    low: float
    high: float
    is_small: bool


class TimeOut(msgspec.Struct, frozen=True, kw_only=True):
    """
    Days of their working time; null: not yet reached.

    The curve is Kaplan-Meier; of steps within one part in 120 the first is given.
    """

    n: int
    happened: int
    median_days: float | None
    median_low: float | None
    median_high: float | None
    p90_days: float | None
    p90_low: float | None
    p90_high: float | None
    is_small: bool
    curve: tuple[Step, ...]


class ReasonOut(msgspec.Struct, frozen=True):
    """How many requests met a reason, and whose fault it is."""

    code: str
    name: str
    count: int
    fault: str | None


class FiguresOut(msgspec.Struct, frozen=True, kw_only=True):
    """All figures of one group; each is defined in `definitions`."""

    key: dict[str, str]
    sent: int
    answered: int
    open: int
    overdue: int
    acknowledgement: TimeOut
    first_substance: TimeOut
    completion: TimeOut
    in_time: dict[str, ShareOut]
    outcomes: dict[Outcome, int]
    reasons: list[ReasonOut]
    faults: dict[Fault, int]
    disclosure: ShareOut
    disclosure_without_our_returns: ShareOut
    avoidable_returns: ShareOut
    days_lost: float
    is_small: bool


class CellOut(msgspec.Struct, frozen=True):
    """
    One count of a measure, of so many where it is a share, by its dimensions.

    Days are a mean (of routes: the median) over as many as were `timed`.
    """

    key: dict[str, str]
    count: int
    of: int | None
    days: float | None
    timed: int | None
    is_small: bool


class MeasureOut(msgspec.Struct, frozen=True, kw_only=True):
    """One measure of an official set; with `not_answerable` it has no cells."""

    set: str
    code: str
    name: str
    definition: str
    not_answerable: str | None
    cells: list[CellOut]


class OurTimeOut(msgspec.Struct, frozen=True, kw_only=True):
    """Hours of the clock that a step of ours took; null: not yet reached."""

    n: int
    happened: int
    median_hours: float | None
    median_low: float | None
    median_high: float | None
    p90_hours: float | None
    is_small: bool


class BacklogOut(msgspec.Struct, frozen=True):
    """How many wait with us in one unit and state; "" are several units."""

    unit: str
    state: State
    count: int
    oldest_at: datetime


class OurSideOut(msgspec.Struct, frozen=True, kw_only=True):
    """Our own side: what was filed in the period, and what waits with us now."""

    approval: OurTimeOut
    sending: OurTimeOut
    whole: OurTimeOut
    returned: ShareOut
    backlog: list[BacklogOut]


class ReportOut(
    msgspec.Struct, frozen=True, kw_only=True, rename={"from_on": "from", "to_on": "to"}
):
    """A report; both days are included. The hash names its content."""

    from_on: date
    to_on: date
    as_of: datetime
    by: tuple[str, ...]
    sha256: str
    definitions: dict[str, str]
    total: FiguresOut
    rows: list[FiguresOut]
    months: list[FiguresOut]
    official: list[MeasureOut]
    ours: OurSideOut


def _share(one: Share) -> ShareOut:
    low, high = one.interval
    return ShareOut(one.numerator, one.denominator, one.value, low, high, one.is_small)


def _time(one: Time) -> TimeOut:
    return TimeOut(
        n=one.count,
        happened=one.happened,
        median_days=one.median.days,
        median_low=one.median.low,
        median_high=one.median.high,
        p90_days=one.p90.days,
        p90_low=one.p90.low,
        p90_high=one.p90.high,
        is_small=one.is_small,
        curve=one.curve.steps,
    )


def figures_out(key: dict[str, str], found: Figures, say: Say) -> FiguresOut:
    """Return the figures of a group, its reasons in the reader's language."""
    return FiguresOut(
        key=key,
        sent=found.sent,
        answered=found.answered,
        open=found.open,
        overdue=found.overdue,
        acknowledgement=_time(found.acknowledgement),
        first_substance=_time(found.first_substance),
        completion=_time(found.completion),
        in_time={source: _share(one) for source, one in found.in_time.items()},
        outcomes=found.outcomes,
        reasons=[
            ReasonOut(one.code, say(REASONS[one.code].name), one.count, one.fault)
            for one in found.reasons
        ],
        faults=found.faults,
        disclosure=_share(found.disclosure),
        disclosure_without_our_returns=_share(found.disclosure_without_our_returns),
        avoidable_returns=_share(found.avoidable_returns),
        days_lost=found.days_lost,
        is_small=found.is_small,
    )


def measures_out(report: Report, say: Say) -> list[MeasureOut]:
    """Return the measures of the official sets, each with its definition."""
    found = {one.code: one for one in report.official.measures}
    return [
        MeasureOut(
            set=name,
            code=code,
            name=say(standards.NAMES[code]),
            definition=say(standards.DEFINITIONS[code]),
            not_answerable=say(why) if (why := standards.WHY_NOT.get(code)) else None,
            cells=[
                CellOut(x.key, x.count, x.of, x.days, x.timed, x.is_small)
                for x in found[code].cells
            ],
        )
        for name, codes in official.SETS.items()
        for code in codes
        if code in found
    ]


def report_out(report: Report, say: Say) -> ReportOut:
    """Return a report with its definitions, in the reader's language."""
    return ReportOut(
        from_on=report.from_on,
        to_on=report.to_on,
        as_of=report.as_of,
        by=report.by,
        sha256=rules.digest(report),
        definitions={name: say(text) for name, text in DEFINITIONS.items()},
        total=figures_out({}, report.total, say),
        rows=[figures_out(row.key, row.figures, say) for row in report.rows],
        months=[figures_out(row.key, row.figures, say) for row in report.months],
        official=measures_out(report, say),
        ours=_ours(report.ours),
    )


def _ours(found: OurSide) -> OurSideOut:
    return OurSideOut(
        approval=_our_time(found.approval),
        sending=_our_time(found.sending),
        whole=_our_time(found.whole),
        returned=_share(found.returned),
        backlog=[
            BacklogOut(one.unit, one.state, one.count, one.oldest_at)
            for one in found.backlog
        ],
    )


def _our_time(one: Time) -> OurTimeOut:
    return OurTimeOut(
        n=one.count,
        happened=one.happened,
        median_hours=one.median.days,
        median_low=one.median.low,
        median_high=one.median.high,
        p90_hours=one.p90.days,
        is_small=one.is_small,
    )


def _cells(found: Figures) -> dict[str, object]:
    """Return the figures of a group as the cells of one line."""
    cells: dict[str, object] = {
        "sent": found.sent,
        "answered": found.answered,
        "open": found.open,
        "overdue": found.overdue,
    }
    for name in ("acknowledgement", "first_substance", "completion"):
        time: Time = getattr(found, name)
        cells[f"{name}_median_days"] = _rounded(time.median.days)
        cells[f"{name}_p90_days"] = _rounded(time.p90.days)
    for source in ("agreed", "stated", "own"):
        share = {str(key): one for key, one in found.in_time.items()}.get(source)
        cells[f"in_time_{source}"] = share.numerator if share else ""
        cells[f"due_{source}"] = share.denominator if share else ""
    for name in ("disclosure", "disclosure_without_our_returns", "avoidable_returns"):
        one: Share = getattr(found, name)
        cells[name], cells[f"{name}_of"] = one.numerator, one.denominator
    cells["days_lost"] = round(found.days_lost, 2)
    return cells


def _rounded(days: float | None) -> float | str:
    return round(days, 2) if days is not None else "not yet"


def lines(report: Report) -> list[dict[str, object]]:
    """Return one line for each group and one for all, by the names of its cells."""
    found = [dict(row.key) | _cells(row.figures) for row in report.rows]
    return [*found, dict.fromkeys(report.by, "all") | _cells(report.total)]


def measure_lines(report: Report, say: Say) -> list[dict[str, object]]:
    """Return one line for each cell of each measure; one that has none, too."""
    blank: dict[str, object] = dict.fromkeys(MEASURE_HEAD, "")
    found: list[dict[str, object]] = []
    for one in measures_out(report, say):
        head = blank | {"set": one.set, "code": one.code, "name": one.name}
        if not one.cells:
            found.append(head | {"note": one.not_answerable or say("none")})
        found += [head | cell.key | _counted(cell) for cell in one.cells]
    return found


def _counted(cell: CellOut) -> dict[str, object]:
    return {
        "count": cell.count,
        "of": "" if cell.of is None else cell.of,
        "days": "" if cell.days is None else round(cell.days, 2),
        "timed": "" if cell.timed is None else cell.timed,
        "is_small": "yes" if cell.is_small else "no",
    }


def as_csv(rows: list[dict[str, object]], head: Iterable[str]) -> str:
    """Return lines that all have the same cells, with a header."""
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(head))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
