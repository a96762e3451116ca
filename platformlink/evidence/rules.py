"""What an item may be, what custody says, and what is wrong with an upload. Pure."""

import re
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from platformlink.errors import Conflict, Denied, FieldError, Invalid, Missing

PART_BYTES = 8 * 1024 * 1024
MOST_PARTS = 1_000_000  # 8 TB
LONGEST_NAME = 255
CHECKED_EVERY = timedelta(days=30)
SHA256 = re.compile(r"[0-9a-f]{64}")


class Way(StrEnum):
    """Whether the material is here."""

    VAULTED = "vaulted"
    REGISTERED = "registered"


class State(StrEnum):
    """Where an item stands."""

    ARRIVING = "arriving"  # parts are missing
    ARRIVED = "arrived"  # all parts are here; it waits to be hashed and encrypted
    KEPT = "kept"
    DAMAGED = "damaged"  # the last check found other bytes, or none


class Verb(StrEnum):
    """What happened to an item. Source: ISO/IEC 27037, chain of custody record."""

    RECEIVED = "received"
    REGISTERED = "registered"
    OPENED = "opened"
    HANDED_OVER = "handed_over"
    CHECKED = "checked"
    DAMAGED = "damaged"


VERB_NAMES: tuple[tuple[Verb, str], ...] = (
    (Verb.RECEIVED, "Received and kept"),
    (Verb.REGISTERED, "Registered; the material stays outside"),
    (Verb.OPENED, "Opened"),
    (Verb.HANDED_OVER, "Handed over"),
    (Verb.CHECKED, "Checked: unchanged"),
    (Verb.DAMAGED, "Checked: NOT what was kept"),
)


class EvidenceIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    An item that comes: its name and size; for a registered one hash and place too.

    `received_at` is when the platform's file reached us; else it is now.
    """

    name: str
    size_bytes: int
    way: str = Way.VAULTED
    sha256: str = ""
    place: str = ""
    custodian: str = ""
    received_at: datetime | None = None
    note: str = ""


class HandOverIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """To whom an item was given, on what authority, and for what."""

    to: str
    purpose: str
    authority: str = ""


class EvidenceInvalid(Invalid):
    """The item cannot be kept like this; each field is named."""

    code = "evidence-invalid"
    title = "The item cannot be kept like this"


class NoSuchItem(Missing):
    """There is no such item, or it is not this person's to know."""

    code = "no-such-item"
    title = "There is no such item"


class NotComplete(Conflict):
    """Parts are missing, or the item is not kept yet."""

    code = "not-complete"
    title = "The file is not complete yet"


class PurposeMissing(Invalid):
    """Whoever opens an item says for what."""

    code = "purpose-missing"
    title = "Say for what you open it"


class NotGranted(Denied):
    """Evidence is opened by the officer of the request, or by grant."""

    code = "not-granted"
    title = "Evidence is opened by the officer of the request, or by their grant"


class NoVault(Conflict):
    """The authority has named no recipients, so nothing can be encrypted."""

    code = "no-vault"
    title = "No vault: the authority's file names no recipients"
    mend = "Add `vault: {recipients: [age1…]}` to it, or register the item instead."


def part_count(size_bytes: int) -> int:
    """Return how many parts a file has; an empty one has one."""
    return max(1, -(-size_bytes // PART_BYTES))


def part_bytes(size_bytes: int, number: int) -> int:
    """Return how many bytes part `number` (from 1) of a file has."""
    return min(PART_BYTES, size_bytes - (number - 1) * PART_BYTES)


def check(item: EvidenceIn, now: datetime) -> None:
    """
    Let pass an item that can be kept or registered.

    Raises: EvidenceInvalid, which names each wrong field.
    """
    errors = []
    if not item.name.strip() or len(item.name) > LONGEST_NAME:
        message = "Name the file, in at most 255 characters."
        errors.append(FieldError("/name", "required", message))
    if not 0 <= item.size_bytes <= PART_BYTES * MOST_PARTS:
        message = "Give its size in bytes."
        errors.append(FieldError("/size_bytes", "out-of-range", message))
    if item.way not in set(Way):
        message = "Choose vaulted or registered."
        errors.append(FieldError("/way", "unknown", message))
    if item.received_at is not None and item.received_at > now:
        message = "This moment has not come yet."
        errors.append(FieldError("/received_at", "in-the-future", message))
    if item.way == Way.REGISTERED:
        errors += _check_registered(item)
    if errors:
        raise EvidenceInvalid("", *errors)


def _check_registered(item: EvidenceIn) -> list[FieldError]:
    errors = []
    if not SHA256.fullmatch(item.sha256.lower()):
        message = "Give its SHA-256: 64 hexadecimal digits."
        errors.append(FieldError("/sha256", "wrong", message))
    for name, value in (("place", item.place), ("custodian", item.custodian)):
        if not value.strip():
            message = "Say where the material lies, and who has it."
            errors.append(FieldError(f"/{name}", "required", message))
    return errors


def check_part(size_bytes: int, number: int, got_bytes: int) -> None:
    """
    Let pass a part that belongs to the file and has its full length.

    Raises: EvidenceInvalid.
    """
    if not 1 <= number <= part_count(size_bytes):
        message = "The file has %(count)s parts."
        count = {"count": str(part_count(size_bytes))}
        raise EvidenceInvalid("", FieldError("/number", "unknown", message, count))
    wanted = part_bytes(size_bytes, number)
    if got_bytes != wanted:
        message = "This part must have %(wanted)s bytes; %(got)s came."
        given = {"wanted": str(wanted), "got": str(got_bytes)}
        raise EvidenceInvalid("", FieldError("", "wrong-length", message, given))
