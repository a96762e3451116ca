"""Our own times: nothing dropped, nothing flattered."""

from datetime import UTC, datetime, timedelta

from platformlink.reports.estimates import Share
from platformlink.reports.ourside import (
    Backlog,
    Handled,
    Waiting,
    backlog,
    our_side,
)
from platformlink.requests.rules import State

FILED = datetime(2026, 11, 20, 9, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def handled(
    approved: int | None = None, sent: int | None = None, *, was_returned: bool = False
) -> Handled:
    return Handled(
        filed_at=FILED,
        until_at=NOW,
        approved_at=FILED + approved * HOUR if approved is not None else None,
        sent_at=FILED + sent * HOUR if sent is not None else None,
        was_returned=was_returned,
    )


def test_each_step_is_measured_from_the_one_before() -> None:
    found = our_side([handled(2, 5)], [])

    times = (found.approval, found.sending, found.whole)
    assert [one.median.days for one in times] == [2, 3, 5]


def test_what_still_waits_counts_as_at_least_so_long() -> None:
    found = our_side([handled(2, 3), handled(4), handled()], [])

    assert (found.approval.count, found.approval.happened) == (3, 2)
    assert (found.sending.count, found.sending.happened) == (2, 1)
    assert found.whole.median.days is None


def test_what_was_sealed_alone_was_approved_at_once() -> None:
    assert our_side([handled(0, 1)], []).approval.median.days == 0


def test_returns_by_our_own_approver_are_counted_once_each() -> None:
    found = our_side([handled(2, 3, was_returned=True), handled(1)], [])

    assert found.returned == Share(1, 2)


def test_what_waits_longest_stands_first() -> None:
    late = [Waiting("tirana", State.READY, NOW - x * HOUR) for x in (30, 20)]
    later = Waiting("vlora", State.IN_REVIEW, NOW - 90 * HOUR)

    assert our_side([], [*late, later]).backlog == (
        Backlog("vlora", State.IN_REVIEW, 1, NOW - 90 * HOUR),
        Backlog("tirana", State.READY, 2, NOW - 30 * HOUR),
    )


def test_a_unit_with_few_waiting_is_told_together_with_others_or_not_at_all() -> None:
    def waiting(unit: str, state: State, count: int) -> list[Waiting]:
        return [Waiting(unit, state, NOW - x * HOUR) for x in range(count)]

    found = backlog(
        [
            *waiting("tirana", State.READY, 5),
            *waiting("vlora", State.READY, 3),
            *waiting("korca", State.READY, 2),
            *waiting("vlora", State.NEEDS_US, 4),
        ],
        fewest=5,
    )

    assert {(one.unit, one.state, one.count) for one in found} == {
        ("tirana", State.READY, 5),
        ("", State.READY, 5),
    }
