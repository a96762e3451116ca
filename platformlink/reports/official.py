"""
What others define and ask for: the Regulation's statistics and those of SIRIUS. Pure.

A measure counts requests by predicates of one request, whole and split by dimensions;
so each of its cells can say which requests it is made of.

Source: Regulation (EU) 2023/1543, Article 28(2); the SIRIUS reports on the situation of
electronic evidence, as far as they say how they count.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from itertools import product

import msgspec

from platformlink.reports import estimates
from platformlink.reports.asked import Asked
from platformlink.reports.estimates import FEWEST, Lapse
from platformlink.requests.rules import Kind, Outcome, is_emergency
from platformlink.responses.rules import faults

DAY_SECONDS = 86_400
PRODUCTION = (Kind.DISCLOSURE, Kind.EMERGENCY_DISCLOSURE)
ORDERS = ("epoc", "epoc-pr")
FEWEST_OPEN = 5  # below it, a cell is not opened to who may only count


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """
    One request with what only these sets ask of it; instants are aware.

    ``data`` are categories, ``accounts`` kind and normal form of what it asks about,
    ``form`` that of its instrument and ``route`` the instrument's force.
    ``produced_at`` is when the first disclosure on what it preserves was issued.
    """

    asked: Asked
    case_id: int
    issued_at: datetime
    urgency: str = "routine"
    form: str = ""
    route: str = ""
    data: frozenset[str] = frozenset()
    accounts: frozenset[tuple[str, str]] = frozenset()
    delivered_at: datetime | None = None
    preserved_at: datetime | None = None
    produced_at: datetime | None = None
    is_sealed_alone: bool = False
    is_ratified: bool = False
    is_fee_asked: bool = False
    is_delayed: bool = False
    is_undelivered: bool = False

    @property
    def is_emergency(self) -> bool:
        """Say whether it is an emergency, by its kind or its own urgency."""
        return is_emergency(self.asked.kind, self.urgency)

    @property
    def is_production(self) -> bool:
        """Say whether data is asked for."""
        return self.asked.kind in PRODUCTION

    @property
    def is_preservation(self) -> bool:
        """Say whether data is to be kept; an extension is no new one."""
        return self.asked.kind == Kind.PRESERVATION

    @property
    def is_order(self) -> bool:
        """Say whether it asks for data, or to keep it."""
        return self.is_production or self.is_preservation

    @property
    def is_fulfilled(self) -> bool:
        """Say whether some data came in the end, or the keeping was confirmed."""
        if self.is_preservation:
            return self.preserved_at is not None
        return self.asked.is_decided and self.asked.has_data

    @property
    def is_refused(self) -> bool:
        """Say whether it was refused in the end."""
        return self.asked.is_decided and self.asked.outcome is Outcome.REFUSED

    @property
    def result(self) -> str:
        """Return how it stands: what is undecided is not called unfulfilled."""
        if self.is_fulfilled:
            return "fulfilled"
        is_over = self.is_preservation and self.asked.completed_at is not None
        return "unfulfilled" if is_over or self.asked.is_decided else "undecided"


Key = dict[str, str]
Predicate = Callable[[Issued], bool]

DIMENSIONS: dict[str, Callable[[Issued], Collection[str]]] = {
    "footing": lambda one: ["certificate" if one.form in ORDERS else "other"],
    "order": lambda one: ["production" if one.is_production else "preservation"],
    "data": lambda one: one.data or ("unnamed",),
    "platform": lambda one: [one.asked.platform],
    "situation": lambda one: ["emergency" if one.is_emergency else "routine"],
    "result": lambda one: [one.result],
    "route": lambda one: [one.route or "unnamed"],
    "ground": lambda one: [x for x in one.asked.reasons if faults([x])] or ["none"],
}
ALL = ("footing", "order", "data", "platform", "situation")


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """
    How one measure counts.

    Of all that are ``counted``, those that ``met`` something (None: all of them), in
    each of the ``splits``. ``is_part`` measures a cell against all that are counted,
    not against its own group; ``until`` says what the mean time runs to.
    """

    counted: Predicate
    met: Predicate | None = None
    splits: tuple[tuple[str, ...], ...] = ((),)
    is_part: bool = False
    until: Callable[[Issued], datetime | None] | None = None


RULES: dict[str, Rule] = {
    "28-2-a": Rule(
        counted=lambda one: one.is_order, splits=(("footing", "order"), ALL)
    ),
    "28-2-b": Rule(
        counted=lambda one: one.is_production and one.is_emergency,
        met=lambda one: one.is_sealed_alone,
        splits=(("footing",),),
    ),
    "28-2-c": Rule(
        counted=lambda one: one.is_order,
        splits=(("footing", "order", "result"), (*ALL, "result")),
    ),
    "28-2-d": Rule(
        counted=lambda one: one.is_production and one.is_refused,
        splits=(("footing",), ("footing", "ground"), (*ALL, "ground")),
    ),
    "28-2-e": Rule(
        counted=lambda one: one.is_production and one.is_fulfilled,
        splits=(("footing",), ALL),
        until=lambda one: one.delivered_at,
    ),
    "28-2-f": Rule(
        counted=lambda one: one.is_preservation and one.is_fulfilled,
        splits=(("footing",), ALL),
        until=lambda one: one.produced_at,
    ),
    "28-2-i": Rule(
        counted=lambda one: one.is_sealed_alone,
        met=lambda one: not one.is_ratified,
        splits=(("footing",),),
    ),
    "28-2-j": Rule(
        counted=lambda one: one.is_order,
        met=lambda one: one.is_fee_asked,
        splits=(("footing",),),
    ),
    "volume": Rule(counted=lambda one: True, splits=(("platform",),), is_part=True),
    "success": Rule(
        counted=lambda one: one.is_production and one.result != "undecided",
        met=lambda one: one.is_fulfilled,
    ),
    "success-of-sent": Rule(
        counted=lambda one: one.is_production, met=lambda one: one.is_fulfilled
    ),
    "preserved": Rule(
        counted=lambda one: one.is_preservation, met=lambda one: one.is_fulfilled
    ),
    "emergencies": Rule(counted=lambda one: True, met=lambda one: one.is_emergency),
    "data": Rule(
        counted=lambda one: one.is_production, splits=(("data",),), is_part=True
    ),
    "reasons": Rule(
        counted=lambda one: one.asked.returned_at is not None,
        splits=(("ground",),),
        is_part=True,
    ),
    "delays": Rule(counted=lambda one: True, met=lambda one: one.is_delayed),
    "routes": Rule(counted=lambda one: True, splits=(("route",),)),
    "channels": Rule(counted=lambda one: True, met=lambda one: one.is_undelivered),
}
# What is counted of requests, and is not requests: these are behind it.
UNITS: dict[str, Rule] = {
    "identifiers": Rule(counted=lambda one: bool(one.accounts)),
    "accounts": Rule(counted=lambda one: bool(one.accounts)),
    "cases": Rule(counted=lambda one: True),
}
OPENED = RULES | UNITS
E_EVIDENCE = tuple(f"28-2-{letter}" for letter in "abcdefghij")
SIRIUS = (
    *("units", "volume", "countries", "success", "success-of-sent", "preserved"),
    *("emergencies", "growth", "data", "reasons", "delays", "routes", "contacts"),
    "channels",
)
SETS = {"e-evidence": E_EVIDENCE, "sirius": SIRIUS}


class Cell(msgspec.Struct, frozen=True):
    """
    One count, of so many where it is a share; days are of the clock.

    ``timed`` is of how many a time in days is, None where none was measured.
    """

    key: Key
    count: int
    of: int | None = None
    days: float | None = None
    timed: int | None = None

    @property
    def is_small(self) -> bool:
        """Say whether it rests on too few to judge."""
        rests_on = (self.count if self.of is None else self.of, self.timed)
        return min(one for one in rests_on if one is not None) < FEWEST


class Measure(msgspec.Struct, frozen=True):
    """One measure with its cells."""

    code: str
    cells: tuple[Cell, ...]


class Official(msgspec.Struct, frozen=True, kw_only=True):
    """
    All measures; whether the State may issue European orders.

    ``is_discreet``: without the small cells of the finest split, for who may only
    count.
    """

    measures: tuple[Measure, ...] = ()
    is_bound: bool = False
    is_discreet: bool = False


def grouped(
    issued: Iterable[Issued], split: tuple[str, ...]
) -> dict[tuple[str, ...], list[Issued]]:
    """Return requests by their values in each dimension, in order of the values."""
    groups: dict[tuple[str, ...], list[Issued]] = {}
    for one in issued:
        for values in product(*(DIMENSIONS[name](one) for name in split)):
            groups.setdefault(values, []).append(one)
    return dict(sorted(groups.items()))


def behind(code: str, key: Key, issued: Iterable[Issued]) -> list[Issued]:
    """Return the requests that a cell counts, or whose time it tells."""
    rule = OPENED[code]
    return [
        one
        for one in issued
        if rule.counted(one)
        and (rule.met is None or rule.met(one))
        and (rule.until is None or rule.until(one))
        and all(value in DIMENSIONS[name](one) for name, value in key.items())
    ]


def whole(code: str, key: Key, issued: Iterable[Issued]) -> list[Issued]:
    """Return the requests of which a cell of a measure is a share."""
    rule = OPENED[code]
    within = {} if rule.is_part else key
    return [
        one
        for one in issued
        if rule.counted(one)
        and all(value in DIMENSIONS[name](one) for name, value in within.items())
    ]


def _cell(rule: Rule, key: Key, group: Collection[Issued], whole: int) -> Cell:
    met = [one for one in group if rule.met is None or rule.met(one)]
    of = whole if rule.is_part else len(group) if rule.met else None
    if rule.until is None:
        return Cell(key, len(met), of)
    spans = [
        (until - one.issued_at).total_seconds() / DAY_SECONDS
        for one in met
        if (until := rule.until(one))
    ]
    mean = sum(spans) / len(spans) if spans else None
    return Cell(key, len(met), of, mean, len(spans))


def _measure(code: str, issued: Collection[Issued]) -> Measure:
    rule = RULES[code]
    counted = [one for one in issued if rule.counted(one)]
    return Measure(
        code,
        tuple(
            _cell(rule, dict(zip(split, values, strict=True)), group, len(counted))
            for split in rule.splits
            for values, group in grouped(counted, split).items()
        ),
    )


def _units(issued: Collection[Issued]) -> Measure:
    """Count requests, identifiers, accounts and cases, which are four things."""
    accounts = {(x.asked.platform, *a) for x in issued for a in x.accounts}
    counts = {
        "requests": len(issued),
        "identifiers": sum(len(one.accounts) for one in issued),
        "accounts": len(accounts),
        "cases": len({one.case_id for one in issued}),
    }
    return Measure("units", tuple(Cell({"unit": x}, n) for x, n in counts.items()))


def _routes(issued: Collection[Issued], elapsed: Callable[[Asked], float]) -> Measure:
    """Return the median time to substance by route, open ones as at least so long."""
    routes: dict[str, list[Lapse]] = {}
    for one in issued:
        lapse = Lapse(elapsed(one.asked), one.asked.substance_at is not None)
        (route,) = DIMENSIONS["route"](one)
        routes.setdefault(route, []).append(lapse)
    cells = []
    for route, lapses in sorted(routes.items()):
        half = estimates.quantile(estimates.curve(lapses), 0.5)
        cells.append(Cell({"route": route}, len(lapses), None, half.days, len(lapses)))
    return Measure("routes", tuple(cells))


def _growth(issued: Collection[Issued], before: int) -> Measure:
    """Count emergencies now and in the period of the same length before."""
    now = sum(one.is_emergency for one in issued)
    cells = (Cell({"when": "now"}, now), Cell({"when": "before"}, before))
    return Measure("growth", cells)


def measures(
    issued: Collection[Issued],
    elapsed: Callable[[Asked], float],
    *,
    emergencies_before: int,
) -> tuple[Measure, ...]:
    """
    Return all measures of all sets in their order.

    ``elapsed`` is the time to substance of a request, or how long it has waited.
    """
    special = {
        "units": _units(issued),
        "routes": _routes(issued, elapsed),
        "growth": _growth(issued, emergencies_before),
    }
    return tuple(
        special.get(code)
        or (_measure(code, issued) if code in RULES else Measure(code, ()))
        for codes in SETS.values()
        for code in codes
    )


def discreet(found: Iterable[Measure]) -> tuple[Measure, ...]:
    """
    Return measures without the small cells that name an addressee.

    Such a cell is left out with its key, so that no sum tells what stands in it.
    """
    return tuple(
        Measure(
            one.code,
            tuple(
                cell
                for cell in one.cells
                if "platform" not in cell.key or cell.count >= FEWEST_OPEN
            ),
        )
        for one in found
    )
