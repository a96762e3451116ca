"""Only their own working time counts against a platform."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platformlink.clocks import calendars
from platformlink.clocks.terms import Pause
from platformlink.reports.worktime import Worktime

FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)
IRELAND = Worktime("Europe/Dublin", calendars.load("IE", 2025, 2028), FIRST, LAST)
PLAIN = Worktime("Europe/Dublin", None, FIRST, LAST)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


moments = st.datetimes(
    datetime(2026, 1, 3),  # noqa: DTZ001 - hypothesis adds the zone itself
    datetime(2027, 12, 29),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def test_a_weekend_and_a_bank_holiday_do_not_count() -> None:
    # Friday noon to Tuesday noon over the October bank holiday, a change of the clock
    # on its Sunday included.
    worked = IRELAND.of_clock(
        at("2026-10-23T12:00+01:00"), at("2026-10-27T12:00+00:00"), ()
    )

    assert worked == 1


def test_without_a_calendar_all_time_counts() -> None:
    worked = PLAIN.of_clock(
        at("2026-10-23T12:00+01:00"), at("2026-10-27T12:00+00:00"), ()
    )

    assert worked == pytest.approx(4 + 1 / 24)


def test_the_days_they_waited_for_us_do_not_count() -> None:
    pause = Pause(at("2026-11-03T00:00+00:00"), at("2026-11-05T00:00+00:00"))

    worked = IRELAND.of_clock(
        at("2026-11-02T00:00+00:00"), at("2026-11-06T00:00+00:00"), (pause,)
    )

    assert worked == 2


def test_an_arrival_on_a_rest_day_counts_from_monday() -> None:
    worked = IRELAND.of_clock(
        at("2026-11-07T15:00+00:00"), at("2026-11-09T06:00+00:00"), ()
    )

    assert worked == 0.25


def test_a_moment_outside_the_span_is_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        IRELAND.between(at("2025-11-07T15:00+00:00"), at("2026-11-09T06:00+00:00"))


@given(moments, moments, moments)
def test_working_time_adds_up(a: datetime, b: datetime, c: datetime) -> None:
    a, b, c = sorted((a, b, c))

    assert IRELAND.between(a, b) + IRELAND.between(b, c) == IRELAND.between(a, c)
    assert timedelta() <= IRELAND.between(a, c) <= c - a


@given(moments, moments, st.lists(st.tuples(moments, moments), max_size=1))
def test_a_pause_never_lengthens_their_time(
    a: datetime, b: datetime, pairs: list[tuple[datetime, datetime]]
) -> None:
    a, b = sorted((a, b))
    pauses = [Pause(*sorted(pair)) for pair in pairs]

    assert 0 <= IRELAND.of_clock(a, b, pauses) <= IRELAND.of_clock(a, b, ())
