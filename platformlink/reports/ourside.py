"""How fast we are ourselves: the mirror beside the window. Pure."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

import msgspec

from platformlink.reports import estimates
from platformlink.reports.estimates import Lapse, Share, Time
from platformlink.requests.rules import State

HOUR_SECONDS = 3600
WAITING = (State.IN_REVIEW, State.READY, State.NEEDS_US)  # for us, not for them
STEP_NAMES = {
    "Filed to approved": "From the first submission to the approval that held.",
    "Approved to sent": "From that approval until the letter went out.",
    "Filed to sent": "Both together: as long as the evidence waited for us.",
}
BACKLOG = "waiting"  # the code of what waits with us, by unit and state
FIGURE_NAMES = {
    "filed": "Filed",
    "approved": "Approved",
    "returned_by_us": "Returned by our own approver",
    BACKLOG: "What waits with us now",
}
DEFINITIONS = {
    "filed": "Requests that were filed in the period, whether they went out or not.",
    "approved": "Of these, approved by now.",
    "returned_by_us": "Of these, sent back to their author at least once.",
    BACKLOG: (
        "Requests that wait for us and not for a platform: in review, sealed and not"
        " yet sent, or asked for more. Whenever they were filed."
    ),
}


class Handled(msgspec.Struct, frozen=True, kw_only=True):
    """
    One request that was filed, and our own steps; instants are aware.

    ``until_at`` is where it stopped being watched: its end before it was sent, or now.
    What a duty officer sealed alone was approved when it was filed.
    """

    id: int = 0
    filed_at: datetime
    until_at: datetime
    approved_at: datetime | None = None
    sent_at: datetime | None = None
    was_returned: bool = False  # by our own approver


class Waiting(msgspec.Struct, frozen=True):
    """One request that waits with us: with which unit, in which state, since when."""

    unit: str  # its code
    state: State
    since_at: datetime
    id: int = 0


class Backlog(msgspec.Struct, frozen=True):
    """How many wait with one unit in one state, and since when; "": several units."""

    unit: str
    state: State
    count: int
    oldest_at: datetime


class OurSide(msgspec.Struct, frozen=True, kw_only=True):
    """Our own times, in hours of the clock, and what waits with us."""

    approval: Time
    sending: Time
    whole: Time
    returned: Share
    backlog: tuple[Backlog, ...]


COUNTED: dict[str, Callable[[Handled], bool]] = {
    "filed": lambda one: True,
    "approved": lambda one: one.approved_at is not None,
    "returned_by_us": lambda one: one.was_returned,
}
DIMENSIONS: dict[str, Callable[[Waiting], str]] = {
    "unit": lambda one: one.unit,
    "state": lambda one: one.state,
}


def _time(lapses: Iterable[tuple[datetime, datetime | None, datetime]]) -> Time:
    """Return how long steps took: begun, done or not yet, and watched until."""
    return estimates.taken(
        [
            Lapse(((done or until) - begun).total_seconds() / HOUR_SECONDS, bool(done))
            for begun, done, until in lapses
        ]
    )


def behind(code: str, handled: Iterable[Handled]) -> list[Handled]:
    """Return the requests that a figure of our own steps counts."""
    return [one for one in handled if COUNTED[code](one)]


def backlog(waiting: Iterable[Waiting], *, fewest: int = 0) -> tuple[Backlog, ...]:
    """
    Return what waits by unit and state, the oldest first.

    Less than the ``fewest`` of one unit are told without it, together with those of
    other units; what is still less is left out.
    """
    groups: dict[tuple[str, State], list[datetime]] = {}
    for one in waiting:
        groups.setdefault((one.unit, one.state), []).append(one.since_at)
    told: dict[tuple[str, State], list[datetime]] = {}
    for (unit, state), moments in groups.items():
        key = (unit if len(moments) >= fewest else "", state)
        told.setdefault(key, []).extend(moments)
    found = [
        Backlog(unit, state, len(moments), min(moments))
        for (unit, state), moments in told.items()
        if len(moments) >= fewest
    ]
    return tuple(sorted(found, key=lambda one: (one.oldest_at, one.unit, one.state)))


def our_side(
    handled: Collection[Handled], waiting: Iterable[Waiting], *, fewest: int = 0
) -> OurSide:
    """Return our own figures; what is not done yet counts as at least so long."""
    approved = behind("approved", handled)
    return OurSide(
        approval=_time((x.filed_at, x.approved_at, x.until_at) for x in handled),
        sending=_time(
            (x.approved_at or x.filed_at, x.sent_at, x.until_at) for x in approved
        ),
        whole=_time((x.filed_at, x.sent_at, x.until_at) for x in handled),
        returned=Share(len(behind("returned_by_us", handled)), len(handled)),
        backlog=backlog(waiting, fewest=fewest),
    )


NOBODY = our_side([], [])
