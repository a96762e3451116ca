"""The two mirrors: how they treat us, and what we sent that they could not use."""

import msgspec

from platformlink.reports import charts
from platformlink.reports.charts import Bar
from platformlink.reports.estimates import Share
from platformlink.reports.rules import Figures
from platformlink.reports.shown import SOURCE_NAMES, Shown
from platformlink.responses.codes import REASONS, Fault

MOST_REASONS = 8


class Treated(msgspec.Struct, frozen=True):
    """How often one platform answered in time, by one source of the expected time."""

    slug: str
    key: dict[str, str]
    name: str
    share: Share
    percent: str
    interval: str
    source: str
    bar: Bar


class Returned(msgspec.Struct, frozen=True):
    """One reason and how many requests met it; the bar is of 100 units."""

    code: str
    name: str
    count: int
    bar: float


def by_source(shown: Shown, key: dict[str, str], figures: Figures) -> list[Treated]:
    """Return how often a group was answered in time, by the source of the time."""
    slug = key.get("platform", "")
    return [
        Treated(
            slug=slug,
            key=key | {"source": source},
            name=shown.name(slug),
            share=share,
            percent=shown.words.percent(share.value or 0),
            interval=shown.percents(share),
            source=shown.say(SOURCE_NAMES[source]),
            bar=charts.bar(share),
        )
        for source, share in figures.in_time.items()
    ]


def ranked(shown: Shown) -> list[Treated]:
    """Return who answered in time; what is too small stands below and unranked."""
    found = [
        one
        for row in shown.report.rows
        for one in by_source(shown, row.key, row.figures)
    ]
    return sorted(
        found,
        key=lambda one: (
            one.share.is_small,
            0 if one.share.is_small else -(one.share.value or 0),
            one.name,
        ),
    )


def returned(shown: Shown, *, is_ours: bool) -> list[Returned]:
    """Return the reasons for which requests came back: those of ours, or the others."""
    found = [one for one in shown.report.total.reasons if one.fault]
    reasons = [one for one in found if (one.fault is Fault.OURS) is is_ours]
    reasons = reasons[:MOST_REASONS]
    most = max((one.count for one in reasons), default=1)
    return [
        Returned(
            one.code,
            shown.say(REASONS[one.code].name),
            one.count,
            round(100 * one.count / most, 1),
        )
        for one in reasons
    ]
