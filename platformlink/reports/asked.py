"""One request that went out, and what came of it, as it is counted. Pure."""

from datetime import datetime

import msgspec

from platformlink.clocks.terms import Pause, Source
from platformlink.requests.rules import Outcome
from platformlink.responses.codes import Fault
from platformlink.responses.rules import DATA, faults

UNDECIDED = (Outcome.NOT_ASSESSED, Outcome.PRESERVED_ONLY)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """
    One request that went out, and what came of it; instants are aware.

    ``until_at`` is where it stopped being watched: its withdrawal, or now. ``zone`` and
    ``calendar`` are those of whoever must answer. ``due_at`` is the expected time with
    its pauses, None where no clock ran.
    """

    id: int = 0
    platform: str
    kind: str
    month: str
    sent_at: datetime
    until_at: datetime
    acknowledged_at: datetime | None = None
    substance_at: datetime | None = None
    completed_at: datetime | None = None
    is_withdrawn: bool = False
    zone: str = "UTC"
    calendar: str | None = None
    pauses: tuple[Pause, ...] = ()
    due_at: datetime | None = None
    source: Source | None = None
    outcomes: tuple[Outcome, ...] = ()
    outcome: Outcome = Outcome.NOT_ASSESSED
    reasons: frozenset[str] = frozenset()
    returned_at: datetime | None = None
    was_delivered: bool = False

    @property
    def has_data(self) -> bool:
        """Say whether some data came, assessed item by item or not yet."""
        is_unassessed = self.outcome is Outcome.NOT_ASSESSED
        return self.outcome in DATA or (self.was_delivered and is_unassessed)

    @property
    def is_decided(self) -> bool:
        """Say whether there is a final answer that tells whether data came."""
        is_told = self.has_data or self.outcome not in UNDECIDED
        return self.completed_at is not None and is_told

    @property
    def is_our_fault(self) -> bool:
        """Say whether it was returned or refused for a reason of ours."""
        return self.returned_at is not None and Fault.OURS in faults(self.reasons)

    @property
    def is_open(self) -> bool:
        """Say whether it is neither finally answered nor withdrawn."""
        return self.completed_at is None and not self.is_withdrawn

    def is_due(self, as_of: datetime) -> bool:
        """Say whether its expected time has passed, unless it was withdrawn before."""
        if self.due_at is None or self.source is None or self.due_at > as_of:
            return False
        return not (self.is_withdrawn and self.until_at < self.due_at)

    @property
    def was_in_time(self) -> bool:
        """Say whether the final answer came by the expected time."""
        done, due = self.completed_at, self.due_at
        return done is not None and due is not None and done < due
