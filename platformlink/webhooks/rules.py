"""What is told, how it is signed, and when it is tried again."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

HEADER = "PlatformLink-Signature"
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(days=1)
MOST_DOUBLINGS = 10


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """An event as other programs get it: no name, no account, no text."""

    id: int
    event: str
    reference: str
    state: str
    at: datetime


def event_name(verb: str) -> str:
    """Return how receivers call a verb of the history."""
    return f"request.{verb}"


def body_of(told: Told) -> bytes:
    """Return what is posted."""
    return msgspec.json.encode(told)


def signature(secrets: Sequence[str], body: bytes, at: datetime) -> str:
    """
    Return the header by which a receiver knows us: `t=<unix>,v1=<hex>`.

    The HMAC-SHA256 is over the time, a dot and the body, so that an old message
    cannot be sent again as a new one. While a secret changes there is a `v1` for each
    of the two: whoever knows one of them is sure. Source: RFC 2104.
    """
    stamp = int(at.timestamp())
    message = b"%d." % stamp + body
    signed = [hmac.new(one.encode(), message, hashlib.sha256) for one in secrets]
    return ",".join([f"t={stamp}", *(f"v1={one.hexdigest()}" for one in signed)])


def next_try(tries: int, happened_at: datetime, now: datetime) -> datetime | None:
    """Return when to try again after so many tries; None once a day has passed."""
    wait = min(FIRST_WAIT * 2 ** min(tries - 1, MOST_DOUBLINGS), LONGEST_WAIT)
    then = now + wait
    return then if then <= happened_at + GIVEN_UP_AFTER else None
