"""What platforms publish of our country stands beside ours, with source and period."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from platformlink.protocols.protocol import Confidence, Published
from platformlink.protocols.shelf import Library
from platformlink.reports import rules
from platformlink.reports.asked import Asked
from platformlink.reports.published import mirrors, newest
from platformlink.reports.shown import Shown
from platformlink.requests.rules import Outcome
from platformlink.web.words import Words
from tests.shipped import AUTHORITY

AS_OF = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def shown(library: Library, *platforms: str, country: str = "AL") -> Shown:
    found = [
        Asked(
            platform=platform,
            kind="disclosure",
            month="2026-11",
            sent_at=AS_OF - timedelta(days=9),
            until_at=AS_OF,
            completed_at=AS_OF,
            outcome=Outcome.FULL,
        )
        for platform in platforms
    ]
    report = rules.report(
        found,
        lambda one, end_at: 1.0,
        from_on=date(2026, 11, 1),
        to_on=date(2026, 11, 30),
        as_of=AS_OF,
        by=("platform",),
    )
    words = Words("en", ZoneInfo("Europe/Tirane"))
    authority = msgspec.structs.replace(AUTHORITY, country=country)
    return Shown(words, library, authority, report)


def test_a_published_rate_stands_beside_ours_with_its_source(library: Library) -> None:
    found = mirrors(shown(library, "meta", "tiktok"))

    assert {one.slug for one in found} == {"meta"}
    first = next(one for one in found if one.from_on == date(2013, 1, 1))
    assert (first.until_on, first.requests) == (date(2013, 6, 30), 6)
    assert first.produced == "83 %"
    assert (first.ours.numerator, first.ours.denominator) == (1, 1)
    assert "BIRN" in first.source
    assert first.read_on is None


def test_a_rate_that_is_not_told_is_no_number(library: Library) -> None:
    found = mirrors(shown(library, "meta"))

    assert [one.produced for one in found] == ["", "", "", "83 %"]


def test_a_report_by_something_else_has_none(library: Library) -> None:
    found = shown(library, "meta")
    by_month = msgspec.structs.replace(found.report, by=("platform", "month"))

    assert mirrors(msgspec.structs.replace(found, report=by_month)) == []


def test_another_country_has_figures_of_its_own(library: Library) -> None:
    assert mirrors(shown(library, "meta", country="IE")) == []


def test_a_platform_that_no_file_knows_any_more_has_none(library: Library) -> None:
    assert mirrors(shown(library, "gone")) == []


def test_only_the_newest_periods_are_shown(library: Library) -> None:
    def of(year: int) -> Published:
        return Published(
            country="AL",
            from_on=date(year, 1, 1),
            until_on=date(year, 6, 30),
            requests=year,
            produced_percent="unknown",
            confidence=Confidence.BACKGROUND,
        )

    meta = msgspec.structs.replace(
        library.get("meta"), published=tuple(of(year) for year in range(2015, 2025))
    )

    assert [one.requests for one in newest(meta, "AL")] == [2024, 2023, 2022, 2021]
