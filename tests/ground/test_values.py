"""Plain things that pass between slices."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platformlink.values import in_utc

OFFSETS = st.integers(-14 * 60, 14 * 60).map(
    lambda minutes: timezone(timedelta(minutes=minutes))
)


MOMENTS = st.datetimes(
    min_value=datetime(2, 1, 1),  # noqa: DTZ001 - bounds have no zone
    max_value=datetime(9998, 1, 1),  # noqa: DTZ001
    timezones=OFFSETS,
)


@given(MOMENTS)
def test_the_same_instant_in_utc(moment: datetime) -> None:
    found = in_utc(moment)

    assert (found, found.tzinfo) == (moment, UTC)


def test_a_time_without_a_zone_is_no_instant() -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        in_utc(datetime(2026, 11, 24))  # noqa: DTZ001 - that is the point
