"""When somebody worked here last."""

from datetime import datetime, timedelta

import pytest

from platformlink.identity.rules import last_worked
from tests.factories import NOW

HOUR = timedelta(hours=1)


def seen(*hours: tuple[float, float]) -> list[tuple[datetime, datetime]]:
    """Sign-ins by how many hours ago they began and were seen last."""
    return [(NOW - begun * HOUR, NOW - last * HOUR) for begun, last in hours]


@pytest.mark.parametrize(
    ("sign_ins", "hours_ago"),
    [
        (seen((1, 0)), None),
        (seen((1, 0), (170, 168)), 168),
        (seen((1, 0), (5, 3), (20, 17)), 17),
        (seen((1, 0), (9, 2), (30, 29)), 29),
        (seen((170, 168)), 168),
        ([], None),
    ],
    ids=["first day", "a week", "a lunch", "two at once", "gone", "never"],
)
def test_a_long_break_parts_two_days_of_work(
    sign_ins: list[tuple[datetime, datetime]], hours_ago: float | None
) -> None:
    expected = None if hours_ago is None else NOW - hours_ago * HOUR

    assert last_worked(sign_ins, NOW) == expected
