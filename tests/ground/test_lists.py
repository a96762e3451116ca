from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col

from platformlink.lists import BadCursor, BadSort, Place, Sort, sort_of
from platformlink.requests.tables import PlatformRequest

KEYS = col(PlatformRequest.id), col(PlatformRequest.changed_at)
INSTANTS = st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


@given(st.sampled_from(Sort), st.integers(1, 10**17), INSTANTS)
def test_a_part_begins_where_the_one_before_said(
    sort: Sort, key: int, at: datetime
) -> None:
    cursor = Place(sort, "").cursor(key, at)

    assert Place(sort, "").rest(*KEYS) == []
    assert len(Place(sort, cursor).rest(*KEYS)) == 1


@given(st.sampled_from(Sort), st.text(max_size=40))
def test_any_text_is_a_cursor_or_refused_as_one(sort: Sort, text: str) -> None:
    with suppress(BadCursor):
        Place(sort, text)


def test_the_newest_come_first_where_nobody_says_how() -> None:
    assert sort_of("") is Sort.NEWEST


def test_an_order_that_is_not_offered_is_refused_with_those_that_are() -> None:
    with pytest.raises(BadSort) as refused:
        sort_of("-changed", Sort.NEWEST)

    assert refused.value.errors[0].params == {"sorts": "-created"}
