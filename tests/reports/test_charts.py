"""Where lines run."""

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from platformlink.reports import charts, estimates
from platformlink.reports.estimates import Lapse, Share

curves = st.lists(
    st.builds(Lapse, st.floats(0, 400), has_happened=st.booleans()), max_size=40
).map(estimates.curve)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@given(st.lists(curves, max_size=5))
def test_every_line_stays_inside_its_picture(found: list[estimates.Curve]) -> None:
    made = charts.chart([(f"P{n}", one) for n, one in enumerate(found)])

    assert len(made.lines) == min(len(found), 4)
    for line in made.lines:
        assert "nan" not in line.path + line.band
        places = [float(one) for one in NUMBER.findall(line.path)]
        assert all(0 <= place <= made.width for place in places)


@given(st.lists(st.floats(0, 300), max_size=4))
def test_labels_never_cover_each_other(places: list[float]) -> None:
    moved = sorted(charts.spread(places))

    gaps = [after - before for before, after in pairwise(moved)]
    assert all(gap >= charts.LABEL_HEIGHT - 1e-9 for gap in gaps)


@given(st.floats(0.1, 3000))
def test_an_axis_has_few_and_round_marks(longest: float) -> None:
    step = charts.tick_step(longest)

    assert step in charts.STEPS
    assert longest / step <= charts.MOST_TICKS or step == charts.STEPS[-1]


def test_a_bar_shows_the_interval_around_the_share() -> None:
    made = charts.bar(Share(5, 10))

    assert made.at == 50
    assert (made.low, made.low + made.high) == (23.7, 76.4)
