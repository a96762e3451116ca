"""Curves and shares, against figures computed by hand and what must always hold."""

from math import exp, log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platformlink.reports import charts, estimates
from platformlink.reports.estimates import Lapse, Quantile, Share

# Five requests: three answered after 1, 3 and 4 days, two still open after 2 and 5.
# By hand: 4/5 wait after day 1; of the three left 2/3 after day 3; of two 1/2 after 4.
FIVE = [
    Lapse(1, has_happened=True),
    Lapse(2, has_happened=False),
    Lapse(3, has_happened=True),
    Lapse(4, has_happened=True),
    Lapse(5, has_happened=False),
]

lapses = st.lists(
    st.builds(
        Lapse,
        st.integers(0, 40).map(float) | st.floats(0, 400),
        has_happened=st.booleans(),
    ),
    max_size=60,
)


def test_open_requests_are_counted_in_the_curve() -> None:
    found = estimates.curve(FIVE)

    assert [step.days for step in found.steps] == [1, 3, 4]
    assert [step.at_risk for step in found.steps] == [5, 3, 2]
    shares = [step.share for step in found.steps]
    assert shares == pytest.approx([1 / 5, 7 / 15, 11 / 15])
    assert (found.count, found.happened, found.last_days) == (5, 3, 5)
    assert found.open_days == (2, 5)
    assert [found.waiting_at(day) for day in (0, 2, 3, 5, 9)] == [5, 4, 3, 1, 0]


@given(lapses)
def test_what_is_drawn_of_a_curve_is_true_and_nowhere_far_from_it(
    some: list[Lapse],
) -> None:
    found = estimates.curve(some)
    drawn = estimates.drawn(found)

    for share in (0.5, 0.9):
        reached = estimates.quantile(found, share).days
        assert estimates.quantile(drawn, share).days == reached
    assert set(drawn.steps) <= set(found.steps)
    assert drawn.steps[-1:] == found.steps[-1:]
    for step in found.steps:
        at = charts.share_at(drawn, step.days)
        assert step.share - 1 / estimates.LEVELS <= at + 1e-9 <= step.share + 2e-9


def test_a_picture_of_thousands_has_as_many_steps_as_it_can_show() -> None:
    many = [
        Lapse(day / 1000, has_happened=day % 3 > 0 and day < 19_900)
        for day in range(20_000)
    ]
    whole = estimates.curve(many)

    drawn = estimates.taken(many).curve

    assert len(drawn.steps) <= estimates.LEVELS + 1
    assert len(drawn.open_days) <= estimates.LEVELS + 1
    assert (drawn.count, drawn.waiting_at(10)) == (20_000, 10_000)
    assert drawn.steps[-1] == whole.steps[-1]
    for share in (0.5, 0.9):
        reached = estimates.quantile(whole, share).days
        assert estimates.quantile(drawn, share).days == reached


def test_the_interval_is_greenwoods_on_the_log_log_scale() -> None:
    step = estimates.curve(FIVE).steps[1]
    waiting = 8 / 15
    spread = estimates.Z * sqrt(1 / 20 + 1 / 6) / log(waiting)

    assert step.low == pytest.approx(1 - waiting ** exp(spread))
    assert step.high == pytest.approx(1 - waiting ** exp(-spread))
    assert (step.low, step.high) == pytest.approx((0.1369, 0.9317), abs=5e-5)


def test_mean_median_and_censored_median_differ() -> None:
    answered = [1, 3, 4]

    assert sum(answered) / 3 == pytest.approx(2.667, abs=1e-3)
    assert sorted(answered)[1] == 3
    assert estimates.quantile(estimates.curve(FIVE), 0.5).days == 4


def test_what_is_not_reached_is_not_guessed() -> None:
    found = estimates.curve(FIVE)

    assert estimates.quantile(found, 0.9).days is None
    assert estimates.quantile(found, 0.5).high is None


def test_nothing_at_all_gives_an_empty_curve() -> None:
    found = estimates.curve([])

    assert (found.steps, found.count) == ((), 0)
    assert estimates.quantile(found, 0.5) == Quantile(None, None, None)


def test_without_open_requests_the_curve_is_the_plain_share() -> None:
    found = estimates.curve([Lapse(day, has_happened=True) for day in (1, 2, 2, 4)])

    assert [step.share for step in found.steps] == pytest.approx([0.25, 0.75, 1])
    assert estimates.quantile(found, 0.5).days == 2


def test_an_answer_on_the_day_another_is_given_up_counts_it_at_risk() -> None:
    found = estimates.curve([Lapse(2, has_happened=True), Lapse(2, has_happened=False)])

    assert found.steps[0].share == 0.5


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (0, 0, 0, 1),
        (0, 10, 0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1),
        (81, 263, 0.2553, 0.3662),
    ],
)
def test_shares_have_wilsons_interval(
    successes: int, trials: int, low: float, high: float
) -> None:
    assert estimates.wilson(successes, trials) == pytest.approx((low, high), abs=5e-5)


def test_below_ten_there_are_too_few_to_judge() -> None:
    assert Share(9, 9).is_small
    assert not Share(0, 10).is_small
    assert Share(0, 0).value is None


@given(lapses)
def test_a_curve_only_rises_within_its_band(some: list[Lapse]) -> None:
    found = estimates.curve(some)

    shares = [step.share for step in found.steps]
    assert shares == sorted(shares)
    for step in found.steps:
        assert 0 <= step.low <= step.share + 1e-9
        assert step.share <= step.high + 1e-9 <= 1 + 2e-9


@given(lapses)
def test_the_order_of_requests_does_not_matter(some: list[Lapse]) -> None:
    assert estimates.curve(some) == estimates.curve(some[::-1])


@given(lapses, st.floats(0.05, 0.95))
def test_another_open_request_never_shortens_a_quantile(
    some: list[Lapse], share: float
) -> None:
    watched = [*some, Lapse(1000, has_happened=False)]

    before = estimates.quantile(estimates.curve(some), share).days
    after = estimates.quantile(estimates.curve(watched), share).days

    if before is None:
        assert after is None
    assert after is None or after >= (before or 0)


@given(lapses)
def test_a_quantile_lies_in_its_interval(some: list[Lapse]) -> None:
    found = estimates.quantile(estimates.curve(some), 0.5)

    if found.days is not None and found.low is not None:
        assert found.low <= found.days
    if found.days is not None and found.high is not None:
        assert found.days <= found.high


@given(st.integers(0, 500), st.integers(0, 500))
def test_a_share_lies_in_its_interval(successes: int, others: int) -> None:
    share = Share(successes, successes + others)
    low, high = share.interval

    assert 0 <= low <= high <= 1
    if share.value is not None:
        assert low - 1e-9 <= share.value <= high + 1e-9
