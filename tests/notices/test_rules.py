"""When mails may go out: office hours, working days, and one mail a day."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platformlink.clocks.calendars import load
from platformlink.clocks.terms import WEEKENDS_ONLY
from platformlink.identity.rules import Pace
from platformlink.notices.rules import Office, opened_at, ripe_until

ALBANIA = Office("Europe/Tirane", time(8), time(16), load("AL", 2025, 2028))
ZONES = ("Europe/Tirane", "Pacific/Apia", "America/St_Johns", "UTC")
moments = st.integers(0, 700 * 24 * 3600).map(
    lambda seconds: datetime(2026, 1, 2, tzinfo=UTC) + timedelta(seconds=seconds)
)
offices = st.builds(
    Office,
    st.sampled_from(ZONES),
    st.times(time(0), time(11)),
    st.times(time(12), time(23, 59)),
    st.just(ALBANIA.calendar),
)


def at(local: str) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(ALBANIA.zone))


@pytest.mark.parametrize("local", ["2026-11-24T08:00", "2026-11-24T15:59"])
def test_the_office_is_open_in_its_hours(local: str) -> None:
    assert opened_at(at(local), ALBANIA) == at("2026-11-24T08:00")


@pytest.mark.parametrize(
    "local",
    [
        *("2026-11-24T07:59", "2026-11-24T16:00"),
        "2026-11-21T10:00",  # a Saturday
        "2027-03-29T10:00",  # Easter Monday
    ],
)
def test_the_office_is_shut_out_of_its_hours_and_on_rest_days(local: str) -> None:
    assert opened_at(at(local), ALBANIA) is None


def test_an_office_without_an_end_of_its_day_is_open_until_midnight() -> None:
    office = Office("UTC", time(0), time(0), WEEKENDS_ONLY)

    assert opened_at(datetime(2026, 11, 24, 23, 59, tzinfo=UTC), office)


@given(moments, offices)
def test_an_open_office_opened_today_on_a_working_day(
    now: datetime, office: Office
) -> None:
    opening = opened_at(now, office)

    if opening is not None:
        local = opening.astimezone(ZoneInfo(office.zone))
        assert opening <= now < opening + timedelta(days=1)
        assert local.time() == office.opens
        assert not office.calendar.is_rest(local.date())


def openings(office: Office, told_at: datetime) -> list[datetime]:
    """The next mornings after an instant, with gaps as long as holidays make them."""
    zone = ZoneInfo(office.zone)
    first = told_at.astimezone(zone).date()
    days: list[date] = [first + timedelta(days=n) for n in range(20)]
    found = [
        datetime.combine(day, office.opens, zone).astimezone(UTC)
        for day in days
        if not office.calendar.is_rest(day)
    ]
    return [one for one in found if one >= told_at]


@given(moments, offices)
def test_a_daily_reader_hears_of_it_on_the_next_morning_and_not_before(
    told_at: datetime, office: Office
) -> None:
    morning = openings(office, told_at)[0]
    eve = morning - timedelta(microseconds=1)

    until_at = ripe_until(Pace.DAILY, morning, office)

    assert until_at is not None
    assert told_at <= until_at
    before = ripe_until(Pace.DAILY, max(told_at, eve), office)
    assert before is None or before < told_at or told_at == morning


@given(moments, offices, st.integers(0, 24 * 60))
def test_a_second_mail_of_a_day_finds_nothing(
    now: datetime, office: Office, minutes: int
) -> None:
    later = now + timedelta(minutes=minutes)
    zone = ZoneInfo(office.zone)
    first, second = (ripe_until(Pace.DAILY, one, office) for one in (now, later))

    is_same_day = now.astimezone(zone).date() == later.astimezone(zone).date()
    if first is not None and second is not None and is_same_day:
        assert first == second


@given(moments, offices)
def test_who_reads_each_at_once_waits_for_the_office_alone(
    now: datetime, office: Office
) -> None:
    is_open = opened_at(now, office) is not None

    assert ripe_until(Pace.AT_ONCE, now, office) == (now if is_open else None)
