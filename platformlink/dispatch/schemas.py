"""What goes out of the dispatches' doors."""

from datetime import datetime

import msgspec


class DispatchOut(msgspec.Struct, frozen=True, kw_only=True):
    """One sending."""

    id: int
    letter: str
    channel: str
    channel_kind: str
    status: str
    queued_at: datetime
    delivered_at: datetime | None
    proof: str
    message_id: str
    note: str


class ResolutionIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person found out: went_out, send_again or give_up."""

    resolution: str
