from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platformlink.protocols.retention import State, end_of, remaining, short_lived
from tests.shipped import LIBRARY

days = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1))


@pytest.mark.parametrize(
    ("keeps", "end"),
    [
        ("24 hours", date(2026, 2, 1)),
        ("25 hours", date(2026, 2, 2)),
        ("30 days", date(2026, 3, 2)),
        ("2 weeks", date(2026, 2, 14)),
        ("1 month", date(2026, 2, 28)),
        ("24 months", date(2028, 1, 31)),
        ("2 years", date(2028, 1, 31)),
        ("until_deleted", None),
        ("unknown", None),
    ],
)
def test_a_span_in_words_ends_on_a_day(keeps: str, end: date | None) -> None:
    assert end_of(keeps, date(2026, 1, 31)) == end


def states(slug: str, happened_on: date) -> dict[str, State]:
    found = remaining(LIBRARY.get(slug), happened_on, date(2026, 11, 24))
    return {left.item.code: left.state for left in found}


def test_chats_are_gone_after_a_day_and_logs_after_25() -> None:
    assert states("snapchat", date(2026, 11, 20))["chats"] is State.GONE
    assert states("apple", date(2026, 11, 5))["mail_logs"] is State.SOON
    assert states("viber", date(2026, 11, 5))["call_records"] is State.THERE
    assert states("tiktok", date(2026, 11, 5))["logins"] is State.UNKNOWN
    assert states("reddit", date(2026, 11, 5))["posts"] is State.DEPENDS


def test_what_lives_shortest_stands_first() -> None:
    found = short_lived(LIBRARY.get("snapchat"))

    assert [item.code for item, _ in found] == ["chats", "stories"]


@given(days, days)
def test_what_is_gone_stays_gone(happened_on: date, today: date) -> None:
    later = date.fromordinal(today.toordinal() + 1)
    for slug in ("apple", "snapchat", "viber"):
        now = remaining(LIBRARY.get(slug), happened_on, today)
        then = remaining(LIBRARY.get(slug), happened_on, later)
        for one, next_one in zip(now, then, strict=True):
            assert one.state is not State.GONE or next_one.state is State.GONE
