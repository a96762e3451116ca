"""How fast we are ourselves: the mirror beside the window. Pure."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from platformlink.reports import estimates
from platformlink.reports.estimates import Lapse, Share
from platformlink.reports.rules import Time
from platformlink.requests.rules import State

HOUR_SECONDS = 3600
WAITING = (State.IN_REVIEW, State.READY, State.NEEDS_US)  # for us, not for them


class Handled(msgspec.Struct, frozen=True, kw_only=True):
    """
    One request that was filed, and our own steps; instants are aware.

    ``until_at`` is where it stopped being watched: its end before it was sent, or now.
    What a duty officer sealed alone was approved when it was filed.
    """

    filed_at: datetime
    until_at: datetime
    approved_at: datetime | None = None
    sent_at: datetime | None = None
    was_returned: bool = False  # by our own approver


class Waiting(msgspec.Struct, frozen=True):
    """How many requests of one unit wait with us in one state, and since when."""

    unit: str  # its code
    state: State
    count: int
    oldest_at: datetime


class OurSide(msgspec.Struct, frozen=True, kw_only=True):
    """Our own times, in hours of the clock, and what waits with us."""

    approval: Time
    sending: Time
    whole: Time
    returned: Share
    backlog: tuple[Waiting, ...]


def _time(lapses: Iterable[tuple[datetime, datetime | None, datetime]]) -> Time:
    """Return how long steps took: begun, done or not yet, and watched until."""
    found = estimates.curve(
        [
            Lapse(((done or until) - begun).total_seconds() / HOUR_SECONDS, bool(done))
            for begun, done, until in lapses
        ]
    )
    return Time(
        found.count,
        found.happened,
        estimates.quantile(found, 0.5),
        estimates.quantile(found, 0.9),
        found,
    )


def our_side(handled: list[Handled], backlog: Iterable[Waiting]) -> OurSide:
    """Return our own figures; what is not done yet counts as at least so long."""
    approved = [one for one in handled if one.approved_at]
    return OurSide(
        approval=_time((x.filed_at, x.approved_at, x.until_at) for x in handled),
        sending=_time(
            (x.approved_at or x.filed_at, x.sent_at, x.until_at) for x in approved
        ),
        whole=_time((x.filed_at, x.sent_at, x.until_at) for x in handled),
        returned=Share(sum(one.was_returned for one in handled), len(handled)),
        backlog=tuple(sorted(backlog, key=lambda one: one.oldest_at)),
    )
