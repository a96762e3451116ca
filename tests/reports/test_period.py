"""Which days and platforms are read for a group of figures."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from platformlink.reports.period import Period, part_of

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
HALF_A_YEAR = Period(date(2026, 5, 26), date(2026, 11, 24), NOW)
DAYS = st.dates(date(2025, 1, 1), date(2028, 12, 31))


@given(DAYS, DAYS, DAYS)
@example(date(2027, 1, 1), date(2027, 12, 31), date(2027, 2, 28))
@example(date(2027, 1, 1), date(2027, 12, 31), date(2027, 2, 1))
def test_a_day_of_the_period_is_read_just_when_it_is_of_the_month(
    first: date, last: date, day: date
) -> None:
    period = Period(min(first, last), max(first, last), NOW)

    part = part_of(period, {"month": "2027-02"})

    is_in_both = period.from_on <= day <= period.to_on and f"{day:%Y-%m}" == "2027-02"
    assert (part.from_on <= day <= part.to_on) == is_in_both


@pytest.mark.parametrize("month", ["", "2026-13", "2026-00", "x", "2026-11-01", "²0"])
def test_what_is_no_month_narrows_nothing(month: str) -> None:
    assert part_of(HALF_A_YEAR, {"month": month}) == HALF_A_YEAR


def test_a_platform_narrows_unless_the_period_is_of_another() -> None:
    of_meta = Period(HALF_A_YEAR.from_on, HALF_A_YEAR.to_on, NOW, platform="meta")

    assert part_of(HALF_A_YEAR, {"platform": "tiktok"}).platform == "tiktok"
    assert part_of(of_meta, {"platform": "tiktok"}) == of_meta
