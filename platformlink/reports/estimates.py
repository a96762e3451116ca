"""Kaplan-Meier under censoring, its intervals, and Wilson's for shares. Pure."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable
from itertools import groupby
from math import exp, log, sqrt

import msgspec

Z = 1.959963984540054  # 95 %, two-sided
FEWEST = 10
HAIR = 1e-12  # what multiplying shares may lose
LEVELS = 120  # heights, and widths, that a picture can tell apart


class Lapse(msgspec.Struct, frozen=True):
    """One time in days: until it happened, or at least so long where it has not."""

    days: float
    has_happened: bool


class Step(msgspec.Struct, frozen=True):
    """From this day on: the share for which it has happened, and its interval."""

    days: float
    share: float
    low: float
    high: float
    at_risk: int


class Curve(msgspec.Struct, frozen=True):
    """
    The share over time, in steps; `last_days` is how far anybody was watched.

    `waiting` holds how many were still waiting, and watched, at day 0, 1, and so on;
    `open_days` how long what has not happened was watched, in order.
    """

    steps: tuple[Step, ...]
    count: int
    happened: int
    last_days: float
    waiting: tuple[int, ...]
    open_days: tuple[float, ...]

    def waiting_at(self, day: int) -> int:
        """Return how many were still waiting, and watched, at a day."""
        return self.waiting[day] if day < len(self.waiting) else 0


class Quantile(msgspec.Struct, frozen=True):
    """When a share is reached, in days, with its interval; None: not yet."""

    days: float | None
    low: float | None
    high: float | None


class Time(msgspec.Struct, frozen=True):
    """
    How long something took: quantiles, and the curve as a picture can show it.

    They are read from the whole curve.
    """

    count: int
    happened: int
    median: Quantile
    p90: Quantile
    curve: Curve

    @property
    def is_small(self) -> bool:
        """Say whether there are too few to judge."""
        return self.count < FEWEST


class Share(msgspec.Struct, frozen=True):
    """A part of a whole."""

    numerator: int
    denominator: int

    @property
    def value(self) -> float | None:
        """Return the share, or None of nothing."""
        return self.numerator / self.denominator if self.denominator else None

    @property
    def interval(self) -> tuple[float, float]:
        """Return Wilson's 95 % interval."""
        return wilson(self.numerator, self.denominator)

    @property
    def is_small(self) -> bool:
        """Say whether there are too few to judge."""
        return self.denominator < FEWEST


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """
    Return the 95 % score interval of a share; of nothing it is everything.

    Source: E. B. Wilson, Probable inference, JASA 22 (1927), 209-212.
    """
    if not trials:
        return 0.0, 1.0
    share, square = successes / trials, Z * Z
    middle = share + square / (2 * trials)
    spread = Z * sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    whole = 1 + square / trials
    low, high = (middle - spread) / whole, (middle + spread) / whole
    # Rounding must not leave a hair beyond the ends, where they are exact.
    return (
        0.0 if successes == 0 else max(low, 0.0),
        1.0 if successes == trials else min(high, 1.0),
    )


def curve(lapses: Collection[Lapse]) -> Curve:
    """
    Return the share for which it has happened, over time (Kaplan-Meier).

    Intervals are Greenwood's, on the log-log scale. What ends at the same moment as
    another happens is still counted at risk.

    Source: E. L. Kaplan and P. Meier, JASA 53 (1958), 457-481.
    """
    happened = Counter(one.days for one in lapses if one.has_happened)
    left = Counter(one.days for one in lapses)
    at_risk, waiting, summed = len(lapses), 1.0, 0.0
    steps: list[Step] = []
    for days in sorted(left):
        if count := happened[days]:
            waiting *= 1 - count / at_risk
            if count < at_risk:
                summed += count / (at_risk * (at_risk - count))
            low, high = _interval(waiting, summed, steps)
            steps.append(Step(days, 1 - waiting, 1 - high, 1 - low, at_risk))
        at_risk -= left[days]
    watched = sorted(left.elements())
    last_days = watched[-1] if watched else 0.0
    return Curve(
        tuple(steps),
        count=len(watched),
        happened=happened.total(),
        last_days=last_days,
        waiting=tuple(
            len(watched) - bisect_left(watched, day)
            for day in range(int(last_days) + 1)
        ),
        open_days=tuple(sorted((left - happened).elements())),
    )


def drawn(found: Curve) -> Curve:
    """
    Return a curve without the steps and the open days that no picture can tell apart.

    What stays are the steps that reach another of LEVELS first: so when a half and nine
    of ten are reached stays as well.
    """
    firsts = [next(group) for _, group in groupby(found.steps, key=_level)]
    width = found.last_days / LEVELS or 1.0
    marks = {int(days / width): days for days in found.open_days}
    return msgspec.structs.replace(
        found,
        steps=tuple(dict.fromkeys([*firsts, *found.steps[-1:]])),
        open_days=tuple(marks.values()),
    )


def _level(step: Step) -> int:
    return int((step.share + HAIR) * LEVELS)


def _interval(waiting: float, summed: float, steps: list[Step]) -> tuple[float, float]:
    """Return the interval of the share that still waits."""
    if waiting <= 0:
        return 0.0, (1 - steps[-1].low if steps else 1.0)
    spread = Z * sqrt(summed) / log(waiting)
    return waiting ** exp(-spread), waiting ** exp(spread)


def quantile(found: Curve, share: float) -> Quantile:
    """Return when a share is reached; its interval is where the band crosses it."""
    return Quantile(
        _first(((step.days, step.share) for step in found.steps), share),
        _first(((step.days, step.high) for step in found.steps), share),
        _first(((step.days, step.low) for step in found.steps), share),
    )


def _first(reached: Iterable[tuple[float, float]], share: float) -> float | None:
    return next((days for days, one in reached if one >= share - HAIR), None)


def taken(lapses: Collection[Lapse]) -> Time:
    """Return how long something took, of all that were watched."""
    found = curve(lapses)
    half, nine = quantile(found, 0.5), quantile(found, 0.9)
    return Time(found.count, found.happened, half, nine, drawn(found))
