"""What a sending may become, and what proves it. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

import msgspec

from platformlink.errors import Conflict, FieldError, Invalid, Missing

STUCK = timedelta(minutes=2)
RETRIES = (1, 2, 5, 10, 30, 60)  # minutes between tries that surely took nothing
SHORTEST_PROOF = 3


class Status(StrEnum):
    """Where a sending stands."""

    QUEUED = "queued"
    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


class Resolution(StrEnum):
    """What a person found out about an uncertain sending."""

    WENT_OUT = "went_out"
    SEND_AGAIN = "send_again"
    GIVE_UP = "give_up"


STATUS_NAMES: Mapping[Status, str] = MappingProxyType(
    {
        Status.QUEUED: "Waits to go out",
        Status.SENDING: "Is going out",
        Status.DELIVERED: "Delivered",
        Status.FAILED: "Refused",
        Status.UNCERTAIN: "We do not know if it went out",
    }
)


class NothingToSend(Conflict):
    """There is no sealed letter that is in force."""

    code = "nothing-to-send"
    title = "There is no sealed letter to send"


class AlreadySending(Conflict):
    """A sending of this letter waits, runs, is uncertain, or was delivered."""

    code = "already-sending"
    title = "This letter is going out already, or has gone out"


class NotUncertain(Conflict):
    """There is nothing to decide about this sending."""

    code = "not-uncertain"
    title = "There is nothing to decide about this sending"


class NoSuchDispatch(Missing):
    """The request has no such sending."""

    code = "no-such-dispatch"
    title = "There is no such sending"


class ChannelUnconfirmed(Conflict):
    """Nobody but the sender has confirmed that the channel is the platform's own."""

    code = "channel-unconfirmed"
    title = "A second person must confirm this channel first"
    mend = (
        "Let a colleague open the platform's page, compare the address with what the"
        " platform itself says, and press Confirm. Then send it. Once for each address."
    )


class DispatchInvalid(Invalid):
    """The sending cannot be recorded like this."""

    code = "dispatch-invalid"
    title = "The sending cannot be recorded like this"


def resolution_of(text: str) -> Resolution:
    """
    Return what a person found out about an uncertain sending.

    Raises: DispatchInvalid.
    """
    if text not in set(Resolution):
        message = "Choose went_out, send_again or give_up."
        raise DispatchInvalid("", FieldError("/resolution", "unknown", message))
    return Resolution(text)


class Proof(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What proves a sending by hand: reference, when, and a note."""

    reference: str = ""
    sent_at: datetime | None = None
    note: str = ""


class DispatchIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A sending: through which of the protocol's channels; proof where by hand."""

    channel: str
    proof: Proof | None = None


def check_proof(
    proof: Proof, *, approved_at: datetime | None, now: datetime
) -> datetime:
    """
    Return when it was sent, if the proof will do.

    Raises: DispatchInvalid, which names each wrong field.
    """
    errors = []
    if len(proof.reference.strip()) < SHORTEST_PROOF and not proof.note.strip():
        message = "Give the reference that the portal showed, or a signed note."
        errors.append(FieldError("/proof/reference", "required", message))
    sent_at = proof.sent_at or now
    if sent_at.tzinfo is None:
        message = "Give the time with its offset, such as 2026-11-24T10:30+01:00."
        raise DispatchInvalid("", FieldError("/proof/sent_at", "no-zone", message))
    if sent_at > now:
        message = "This moment has not come yet."
        errors.append(FieldError("/proof/sent_at", "in-the-future", message))
    if approved_at and sent_at < approved_at.replace(second=0, microsecond=0):
        message = "The letter was sealed later than this."
        errors.append(FieldError("/proof/sent_at", "before-seal", message))
    if errors:
        raise DispatchInvalid("", *errors)
    return sent_at


def next_try(attempts: int, now: datetime) -> datetime | None:
    """Return when a sending that surely took nothing is tried again, or None."""
    if attempts > len(RETRIES):
        return None
    return now + timedelta(minutes=RETRIES[attempts - 1])


def message_id(dispatch_id: int, code: str, domain: str) -> str:
    """Return the id under which a mail server and its bounces know a sending."""
    return f"<dispatch-{dispatch_id}-{code.lower()[:8]}@{domain}>"
