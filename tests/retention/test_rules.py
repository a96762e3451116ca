"""How long things wait, and what a decision must say."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platformlink.retention.rules import KeepingInvalid, check_keeping

TODAY = date(2026, 11, 25)


@given(st.integers(-4000, 4000), st.integers(1, 3650))
def test_records_are_kept_to_a_day_within_the_authoritys_own_term(
    days: int, most_days: int
) -> None:
    until_on = TODAY + timedelta(days=days)

    try:
        kept = check_keeping("Appeal", until_on, TODAY, most_days=most_days)
    except KeepingInvalid:
        assert not 0 < days <= most_days
    else:
        assert (kept, 0 < days <= most_days) == (until_on, True)


def test_all_that_a_decision_lacks_is_said_at_once() -> None:
    with pytest.raises(KeepingInvalid) as refused:
        check_keeping(" ", None, TODAY, most_days=10)

    assert [one.pointer for one in refused.value.errors] == ["/reason", "/until"]
