"""What data probably still exists, and until when: the reason for haste. Pure."""

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum

import msgspec
from dateutil.relativedelta import relativedelta

from platformlink.protocols.protocol import (
    CooperationProtocol,
    DataItem,
    Retention,
)

FROM_THE_START = ("creation", "view", "delivery")
SOON_DAYS = 14


class State(StrEnum):
    """Whether data that arose on a day is still there."""

    GONE = "gone"
    SOON = "soon"  # goes within two weeks
    THERE = "there"
    DEPENDS = "depends"  # counted from an event that we do not know
    UNKNOWN = "unknown"
    NOT_KEPT = "not_kept"


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """
    One rule of retention, applied to data of a day.

    ``until_on`` is the last day on which the data probably exists, by the earliest
    reading: what is counted from reading or delivery is taken to begin at once.
    """

    item: DataItem
    rule: Retention
    state: State
    until_on: date | None = None


def end_of(keeps: str, start_on: date) -> date | None:
    """Return the day a span in words leads to, or None where it is no span."""
    amount, _, unit = keeps.partition(" ")
    if not amount.isdecimal():
        return None
    count, unit = int(amount), unit.removesuffix("s")
    if unit == "hour":
        return start_on + timedelta(days=-(-count // 24))
    if unit in ("day", "working day"):
        return start_on + timedelta(days=count)
    if unit == "week":
        return start_on + timedelta(weeks=count)
    months = count * 12 if unit == "year" else count
    return start_on + relativedelta(months=months)


def _state(rule: Retention, until_on: date | None, today: date) -> State:
    if rule.keeps == "not_kept":
        return State.NOT_KEPT
    if rule.keeps == "unknown":
        return State.UNKNOWN
    if until_on is None:
        return State.DEPENDS
    if until_on < today:
        return State.GONE
    return State.SOON if (until_on - today).days <= SOON_DAYS else State.THERE


def _of_item(item: DataItem, happened_on: date, today: date) -> Iterator[Left]:
    for rule in item.retention:
        is_certain = rule.counts_from in FROM_THE_START
        until_on = end_of(rule.keeps, happened_on) if is_certain else None
        state = _state(rule, until_on, today)
        yield Left(item=item, rule=rule, state=state, until_on=until_on)


def remaining(
    protocol: CooperationProtocol, happened_on: date, today: date
) -> tuple[Left, ...]:
    """Return what is left of data that arose on a day, what goes first at the top."""
    found = [
        left
        for item in protocol.data
        if item.is_available
        for left in _of_item(item, happened_on, today)
    ]
    return tuple(sorted(found, key=lambda left: left.until_on or date.max))


def short_lived(
    protocol: CooperationProtocol,
) -> tuple[tuple[DataItem, Retention], ...]:
    """Return the data that is gone within a month of its making, shortest first."""
    start = date(2026, 1, 1)
    lives = [
        (end, item, rule)
        for item in protocol.data
        if item.is_available
        for rule in item.retention
        if rule.counts_from in FROM_THE_START
        and (end := end_of(rule.keeps, start)) is not None
        and end <= start + timedelta(days=31)
    ]
    lives.sort(key=lambda one: one[0])
    return tuple((item, rule) for _, item, rule in lives)
