"""Where the lines of a chart run: coordinates for a picture, its words elsewhere."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from platformlink.reports.estimates import Curve, Quantile, Share

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 48, 104, 12, 40
STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
MOST_TICKS = 8
LABEL_HEIGHT = 15
ROW_HEIGHT = 28
SPANS_LEFT, SPANS_RIGHT = 170, 20
MOST_CURVES = 4
Styles = tuple[tuple[str, str], ...]
# Colour and dash of each curve; on paper they are told apart by dash alone.
DASHES = ("", "7 4", "2 3", "9 3 2 3")
ON_SCREEN: Styles = tuple(
    (f"var(--line-{number})", dash)
    for number, dash in zip((1, 2, 4, 3), DASHES, strict=True)
)
ON_PAPER: Styles = tuple(("#000", dash) for dash in DASHES)


class Tick(msgspec.Struct, frozen=True):
    """One mark of an axis: where, and which number."""

    at: float
    number: int


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One curve with its band, told apart by colour, dash and the name at its end."""

    name: str
    colour: str
    dash: str
    path: str
    band: str
    end_x: float
    end_y: float
    label_y: float
    half_x: float | None  # where half is reached
    open_marks: list[tuple[float, float]]  # where an open one stands today
    waiting: list[int]  # how many still wait, at each tick


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """A picture of curves: axes, lines, and its size in units of its own."""

    lines: list[Line]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    half_y: float
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM
    label_x: int = WIDTH - RIGHT + 10


def tick_step(longest: float) -> int:
    """Return the distance of marks that gives few and round ones."""
    fits = (one for one in STEPS if longest / one <= MOST_TICKS)
    return next(fits, STEPS[-1])


def chart(curves: Sequence[tuple[str, Curve]], styles: Styles = ON_SCREEN) -> Chart:
    """Return the picture of at most four named curves."""
    curves = curves[:MOST_CURVES]
    longest = max((one.last_days for _, one in curves), default=0) or 1
    step = tick_step(longest)
    last = (int(longest // step) + 1) * step
    scale = _Scale(last)
    numbers = range(0, last + 1, step)
    ends = [_y(one.steps[-1].share if one.steps else 0) for _, one in curves]
    return Chart(
        lines=[
            _line(name, one, style, scale, label_y, numbers)
            for (name, one), style, label_y in zip(
                curves, styles, spread(ends), strict=False
            )
        ],
        x_ticks=[Tick(scale.x(number), number) for number in numbers],
        y_ticks=[Tick(_y(number / 100), number) for number in (0, 25, 50, 75, 100)],
        half_y=_y(0.5),
    )


class _Scale(msgspec.Struct, frozen=True):
    """Days to places from left to right."""

    last: int

    def x(self, days: float) -> float:
        """Return the place of a day."""
        return round(LEFT + (WIDTH - LEFT - RIGHT) * days / self.last)


def _y(share: float) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * share)


def _line(
    name: str,
    found: Curve,
    style: tuple[str, str],
    scale: _Scale,
    label_y: float,
    numbers: Iterable[int],
) -> Line:
    end_y = _y(found.steps[-1].share if found.steps else 0)
    half = next((one.days for one in found.steps if one.share >= 0.5), None)  # noqa: PLR2004 - a half
    return Line(
        name=name,
        colour=style[0],
        dash=style[1],
        path=_stairs([(one.days, one.share) for one in found.steps], found, scale),
        band=_band(found, scale),
        end_x=scale.x(found.last_days),
        end_y=end_y,
        label_y=label_y,
        half_x=scale.x(half) if half is not None else None,
        open_marks=[
            (scale.x(day), _y(share_at(found, day))) for day in found.open_days
        ],
        waiting=[found.waiting_at(number) for number in numbers],
    )


def share_at(found: Curve, days: float) -> float:
    """Return the share that a curve has reached at a day."""
    at = bisect_right(found.steps, days, key=lambda one: one.days)
    return found.steps[at - 1].share if at else 0.0


def _stairs(pairs: Iterable[tuple[float, float]], found: Curve, scale: _Scale) -> str:
    stairs = "".join(f"H{scale.x(days)}V{_y(share)}" for days, share in pairs)
    return f"M{scale.x(0)},{_y(0)}{stairs}H{scale.x(found.last_days)}"


def _band(found: Curve, scale: _Scale) -> str:
    """Return the outline of the interval: forth along its top, back along its foot."""
    if not found.steps:
        return ""
    top = _stairs([(one.days, one.high) for one in found.steps], found, scale)
    foot = f"V{_y(found.steps[-1].low)}"
    lows = [0.0, *(one.low for one in found.steps[:-1])]
    for one, low in zip(reversed(found.steps), reversed(lows), strict=True):
        foot += f"H{scale.x(one.days)}V{_y(low)}"
    return f"{top}{foot}Z"


def spread(places: Sequence[float]) -> list[float]:
    """Return the places of labels, moved down until none covers another."""
    order = sorted(range(len(places)), key=lambda number: places[number])
    moved = list(places)
    for before, after in pairwise(order):
        moved[after] = max(moved[after], moved[before] + LABEL_HEIGHT)
    return moved


class Bar(msgspec.Struct, frozen=True):
    """A share on a line of 100 units: its interval and where it lies."""

    low: float
    high: float
    at: float


def bar(share: Share) -> Bar:
    """Return where a share and its interval lie on a line of 100 units."""
    low, high = share.interval
    at = 100 * (share.value or 0)
    return Bar(round(100 * low, 1), round(100 * (high - low), 1), round(at, 1))


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a picture of times: the half, the nine of ten, or beyond the edge."""

    name: str
    count: int
    y: float
    half_x: float | None
    end_x: float
    is_reached: bool  # nine of ten have happened; else an arrow points on


class Spans(msgspec.Struct, frozen=True, kw_only=True):
    """A picture of times by platform: lines from the half to nine of ten."""

    lines: list[Span]
    ticks: list[Tick]
    width: int = WIDTH
    height: int
    left: int = SPANS_LEFT


def spans(rows: Sequence[tuple[str, Curve, Quantile, Quantile]]) -> Spans:
    """Return the picture of named times: their curve, its half and its nine of ten."""
    ends = [nine.days or curve.last_days for _, curve, _, nine in rows]
    longest = max(ends, default=0) or 1
    step = tick_step(longest)
    last = (int(longest // step) + 1) * step
    wide = WIDTH - SPANS_LEFT - SPANS_RIGHT

    def x(days: float) -> float:
        return round(SPANS_LEFT + wide * days / last, 1)

    return Spans(
        lines=[
            Span(
                name=name,
                count=curve.count,
                y=(number + 0.5) * ROW_HEIGHT,
                half_x=None if half.days is None else x(half.days),
                end_x=x(end),
                is_reached=nine.days is not None,
            )
            for number, ((name, curve, half, nine), end) in enumerate(
                zip(rows, ends, strict=True)
            )
        ],
        ticks=[Tick(x(number), number) for number in range(0, last + 1, step)],
        height=len(rows) * ROW_HEIGHT,
    )
