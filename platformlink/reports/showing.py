"""A report in the reader's words: what the page, the brief and the workbook show."""

from datetime import date

import msgspec

from platformlink.reports import charts, rules, treated
from platformlink.reports.charts import Chart
from platformlink.reports.estimates import Curve, Share, Time
from platformlink.reports.ours import Ours, our_side
from platformlink.reports.rules import DEFINITIONS, FIGURE_NAMES, Figures
from platformlink.reports.shown import SOURCE_NAMES, Shown
from platformlink.reports.treated import Returned, Treated
from platformlink.responses.codes import FAULT_NAMES, OUTCOME_NAMES
from platformlink.values import Phrase

WITHOUT = "disclosure_without_our_returns"


class Stat(msgspec.Struct, frozen=True, kw_only=True):
    """
    One figure with what it is made of.

    ``met`` and ``all`` are the codes of the figures that it is a share of, with their
    numbers and the group; without ``met`` it is one of ``all``.
    """

    label: str
    figure: str
    unit: str
    second: str
    definition: str
    is_few: bool
    interval: str
    met: tuple[str, int] | None = None
    all: tuple[str, int]
    key: dict[str, str] = {}


class Speed(msgspec.Struct, frozen=True):
    """One platform's times, as the table behind the curves shows them."""

    slug: str
    name: str
    count: int
    without_substance: int
    half: str
    interval: str
    nine: str
    colour: str
    dash: str
    is_small: bool


class Month(msgspec.Struct, frozen=True):
    """What was sent in one month, and how they answered by the source of the time."""

    key: dict[str, str]
    name: str
    sent: int
    answered: int
    half: str
    interval: str
    is_small: bool
    treated: list[Treated]


class Line(msgspec.Struct, frozen=True):
    """Everything that is counted of one platform; times are median and 9 of 10."""

    key: dict[str, str]
    name: str
    sent: int
    answered: int
    open: int
    overdue: int
    acknowledgement: str
    first_substance: str
    completion: str
    outcomes: list[tuple[str, str, int]]  # code, name, how many


def headline(shown: Shown) -> str:
    """Say the finding: who answers fastest, who slowest; nobody below ten is named."""
    fair = [
        (row.figures.first_substance.median.days, shown.name(row.key["platform"]))
        for row in shown.report.rows
        if not row.figures.first_substance.is_small
    ]
    reached = sorted((days, name) for days, name in fair if days is not None)
    if not reached:
        return shown.say("Too few answers to judge.")
    (fast_days, fast), (slow_days, slow) = reached[0], reached[-1]
    said = {"fast": fast, "fast_days": shown.days(fast_days)}
    if waiting := sorted(name for days, name in fair if days is None):
        return shown.say(
            "%(fast)s answers half within %(fast_days)s working days; %(slow)s has not"
            " answered half yet.",
            **said,
            slow=waiting[0],
        )
    if fast == slow:
        return shown.say(
            "%(fast)s answers half within %(fast_days)s working days.", **said
        )
    return shown.say(
        "%(fast)s answers half within %(fast_days)s working days; %(slow)s needs"
        " %(slow_days)s.",
        **said,
        slow=slow,
        slow_days=shown.days(slow_days),
    )


def _share_stat(
    shown: Shown,
    label: Phrase,
    share: Share,
    codes: tuple[str, str],
    key: dict[str, str] | None = None,
) -> Stat:
    value, (met, all_) = share.value, codes
    meant = WITHOUT if all_ == "fair" else met
    return Stat(
        label=shown.words.say(label),
        figure=shown.say("none") if value is None else f"{round(100 * value)}",
        unit="" if value is None else "%",
        second=shown.say(
            "%(numerator)s of %(denominator)s · 95 %% interval %(interval)s",
            numerator=share.numerator,
            denominator=share.denominator,
            interval=shown.percents(share),
        ),
        definition=shown.say(DEFINITIONS[meant]),
        is_few=share.is_small,
        interval=shown.percents(share),
        met=(met, share.numerator),
        all=(all_, share.denominator),
        key=key or {},
    )


def stats(shown: Shown) -> list[Stat]:
    """Return the figures that stand first."""
    total = shown.report.total
    time = total.first_substance
    half = Stat(
        label=shown.say("Half of all answers came within"),
        figure=shown.days(time.median.days),
        unit=shown.say("working days"),
        second=shown.say(
            "95 %% interval %(interval)s · n = %(n)s",
            interval=shown.between(time.median),
            n=time.count,
        ),
        definition=shown.say(
            "First answer of substance, on their clock. %(open)s open ones count as"
            " “at least so long”.",
            open=time.count - time.happened,
        ),
        is_few=time.is_small,
        interval=shown.between(time.median),
        all=("sent", time.count),
    )
    in_time = [
        _share_stat(
            shown,
            Phrase("In time, %(source)s", {"source": shown.say(SOURCE_NAMES[source])}),
            share,
            ("in_time", "due"),
            {"source": source},
        )
        for source, share in total.in_time.items()
    ]
    disclosed = _share_stat(
        shown,
        Phrase("Something was disclosed"),
        total.disclosure,
        ("disclosure", "decided"),
    )
    fair = _share_stat(
        shown,
        Phrase("The same, without our own mistakes"),
        total.disclosure_without_our_returns,
        ("disclosure", "fair"),
    )
    return [half, *in_time, disclosed, fair]


def drawn(shown: Shown) -> list[tuple[str, Curve]]:
    """Return whom the picture shows: those with most answers, none below ten."""
    fair = [row for row in shown.report.rows if not row.figures.is_small]
    fair.sort(key=lambda row: -row.figures.sent)
    return [
        (shown.name(row.key["platform"]), row.figures.first_substance.curve)
        for row in fair[: charts.MOST_CURVES]
    ]


def speeds(shown: Shown, chart: Chart | None) -> list[Speed]:
    """Return every platform's times, the smallest groups last."""
    styles = {one.name: one for one in chart.lines} if chart else {}
    found = []
    for row in shown.report.rows:
        time, name = row.figures.first_substance, shown.name(row.key["platform"])
        line = styles.get(name)
        speed = Speed(
            slug=row.key["platform"],
            name=name,
            count=time.count,
            without_substance=time.count - time.happened,
            half=shown.days(time.median.days),
            interval=shown.between(time.median),
            nine=shown.days(time.p90.days),
            colour=line.colour if line else "",
            dash=line.dash if line else "",
            is_small=time.is_small,
        )
        found.append(speed)
    return sorted(found, key=lambda one: (one.is_small, -one.count, one.name))


def lines(shown: Shown) -> list[Line]:
    """Return every figure by platform, and of all together at the end."""
    found = [
        _line(shown, row.key, shown.name(row.key["platform"]), row.figures)
        for row in shown.report.rows
    ]
    found.sort(key=lambda one: (-one.sent, one.name))
    return [*found, _line(shown, {}, shown.say("All"), shown.report.total)]


def _line(shown: Shown, key: dict[str, str], name: str, figures: Figures) -> Line:
    def pair(time: Time) -> str:
        return f"{shown.days(time.median.days)} · {shown.days(time.p90.days)}"

    told = [
        (outcome.value, shown.say(OUTCOME_NAMES[outcome]), count)
        for outcome, count in figures.outcomes.items()
        if count
    ]
    return Line(
        key=key,
        name=name,
        sent=figures.sent,
        answered=figures.answered,
        open=figures.open,
        overdue=figures.overdue,
        acknowledgement=pair(figures.acknowledgement),
        first_substance=pair(figures.first_substance),
        completion=pair(figures.completion),
        outcomes=told,
    )


def months(shown: Shown) -> list[Month]:
    """Return the months in their order; what is not yet due waits in the last ones."""
    found = []
    for row in shown.report.months:
        time = row.figures.first_substance
        year, month = row.key["month"].split("-")
        found.append(
            Month(
                key=row.key,
                name=shown.words.month(date(int(year), int(month), 1)),
                sent=row.figures.sent,
                answered=row.figures.answered,
                half=shown.days(time.median.days),
                interval=shown.between(time.median),
                is_small=time.is_small,
                treated=treated.by_source(shown, row.key, row.figures),
            )
        )
    return found


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """All that a report tells, in the reader's words."""

    headline: str
    from_on: date
    to_on: date
    stats: list[Stat]
    chart: Chart | None
    speeds: list[Speed]
    treated: list[Treated]
    lines: list[Line]
    ours: list[Returned]
    theirs: list[Returned]
    ours_share: str
    ours_cost: str
    months: list[Month]
    faults: list[tuple[str, str, int]]  # code, name, how many
    returns: tuple[int, int]  # our own, of all
    our_side: Ours
    definitions: list[tuple[str, str, str]]  # code, name, meaning
    as_of: str
    sha256: str


def told(shown: Shown, styles: charts.Styles = charts.ON_SCREEN) -> Told:
    """Return all that a report tells; ``styles`` are those of the curves."""
    report, total = shown.report, shown.report.total
    curves = drawn(shown)
    chart = charts.chart(curves, styles) if curves else None
    returns = total.avoidable_returns
    return Told(
        headline=headline(shown),
        from_on=report.from_on,
        to_on=report.to_on,
        stats=stats(shown),
        chart=chart,
        speeds=speeds(shown, chart),
        treated=treated.ranked(shown),
        lines=lines(shown),
        ours=treated.returned(shown, is_ours=True),
        theirs=treated.returned(shown, is_ours=False),
        ours_share=shown.say(
            "%(numerator)s of %(denominator)s came back for a reason that was ours:"
            " %(percent)s, 95 %% interval %(interval)s.",
            numerator=returns.numerator,
            denominator=returns.denominator,
            percent=shown.words.percent(returns.value or 0),
            interval=shown.percents(returns),
        ),
        ours_cost=shown.say(
            "It cost %(days)s of their working days in all.",
            days=shown.days(total.days_lost),
        )
        if returns.numerator
        else "",
        months=months(shown),
        faults=[
            (one.value, shown.say(FAULT_NAMES[one]), count)
            for one, count in total.faults.items()
        ],
        returns=(returns.numerator, returns.denominator),
        our_side=our_side(shown),
        definitions=[
            (name, shown.say(FIGURE_NAMES[name]), shown.say(text))
            for name, text in DEFINITIONS.items()
        ],
        as_of=shown.words.when(report.as_of),
        sha256=rules.digest(report),
    )
