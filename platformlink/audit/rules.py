"""The arithmetic of the chain."""

import hashlib
from datetime import datetime
from typing import Any

import msgspec

from platformlink.values import in_utc

GENESIS = "0" * 64
MARK = b"\x01"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One act: who did what to what, why, and the hash of what was said."""

    at: datetime
    actor_id: int | None  # None: the desk itself, a job
    verb: str
    subject: str  # "request/12"
    purpose: str = ""
    detail_sha256: str = ""
    trace: str = ""  # the id of the web request or job run


def canonical(entry: Entry) -> bytes:
    """Return an entry as JSON with sorted keys, no blanks, and instants in UTC."""
    plain: dict[str, Any] = msgspec.to_builtins(entry)
    plain["at"] = in_utc(entry.at).isoformat(timespec="microseconds")
    return msgspec.json.encode(plain, order="sorted")


def digest(detail: dict[str, Any]) -> str:
    """Return the SHA-256 of a detail, or nothing for an empty one."""
    if not detail:
        return ""
    return hashlib.sha256(msgspec.json.encode(detail, order="sorted")).hexdigest()


def link(previous: str, entry: Entry) -> str:
    """
    Return the hash that chains an entry to the one before, as 64 hex digits.

    Source: the leaf marking of RFC 6962, section 2.1, with a linear chain.
    """
    leaf = hashlib.sha256(canonical(entry)).digest()
    return hashlib.sha256(MARK + bytes.fromhex(previous) + leaf).hexdigest()
