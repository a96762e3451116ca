"""What goes out of the doors of evidence."""

from datetime import datetime

import msgspec


class ItemOut(msgspec.Struct, frozen=True, kw_only=True):
    """One item; while it arrives, the parts that are still `missing`."""

    id: int
    way: str
    state: str
    name: str
    size_bytes: int
    part_bytes: int
    missing: list[int]
    sha256: str
    kept_sha256: str
    place: str
    custodian: str
    received_at: datetime
    recorded_at: datetime
    checked_at: datetime | None


class CustodyOut(msgspec.Struct, frozen=True, kw_only=True):
    """One line of custody."""

    verb: str
    at: datetime
    who: str
    purpose: str
    to: str
    authority: str


class WholeItem(msgspec.Struct, frozen=True):
    """An item and its chain of custody, the oldest line first."""

    item: ItemOut
    custody: list[CustodyOut]


class PurposeIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For what an item is opened."""

    purpose: str = ""


class GrantIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who may open the evidence of this request from now on."""

    email: str
