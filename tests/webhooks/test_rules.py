"""How an event is signed, and when it is tried again."""

import hashlib
import hmac
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from platformlink.webhooks.rules import GIVEN_UP_AFTER, next_try, signature
from tests.factories import NOW

SECRET = "a secret that only tests use, long enough"
NEW = "the secret that takes its place, as long"
BODY = b'{"event":"request.send"}'


def taken(header: str, secret: str, body: bytes, now: datetime) -> bool:
    """What a receiver does: it compares each `v1`, and takes nothing that is old."""
    stamp, *found = (one.partition("=")[2] for one in header.split(","))
    message = stamp.encode() + b"." + body
    right = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    is_fresh = abs(now.timestamp() - int(stamp)) <= 300
    return is_fresh and any(hmac.compare_digest(right, one) for one in found)


def test_a_receiver_finds_the_signature_from_time_and_body() -> None:
    header = signature([SECRET], BODY, NOW)

    assert header.count("v1=") == 1
    assert taken(header, SECRET, BODY, NOW)
    assert not taken(header, SECRET, BODY, NOW + timedelta(minutes=6))
    assert not taken(header, SECRET, BODY + b" ", NOW)


def test_while_a_secret_changes_either_is_right_and_no_other() -> None:
    header = signature([NEW, SECRET], BODY, NOW)

    rights = [taken(header, one, BODY, NOW) for one in (NEW, SECRET, NEW + "x")]
    assert rights == [True, True, False]
    assert not taken(signature([NEW], BODY, NOW), SECRET, BODY, NOW)


@given(st.binary(max_size=50), st.integers(0, 100), st.text(min_size=32))
def test_another_body_time_or_secret_has_another_signature(
    body: bytes, seconds: int, secret: str
) -> None:
    is_same = (body, seconds, secret) == (BODY, 0, SECRET)

    later = NOW + timedelta(seconds=seconds)
    found = signature([secret], body, later)
    assert (found == signature([SECRET], BODY, NOW)) == is_same


@given(st.integers(1, 1000), st.integers(0, 100_000))
def test_a_next_try_is_later_within_the_hour_and_within_the_day(
    tries: int, seconds: int
) -> None:
    now = NOW + timedelta(seconds=seconds)

    found = next_try(tries, NOW, now)

    if found is not None:
        assert now < found <= min(now + timedelta(hours=1), NOW + GIVEN_UP_AFTER)


def test_it_is_tried_through_the_whole_day_ever_more_seldom_and_then_given_up() -> None:
    moments: list[datetime] = []
    now: datetime | None = NOW
    while now is not None:
        moments.append(now)
        now = next_try(len(moments), NOW, now)

    gaps = [after - before for before, after in pairwise(moments)]
    assert gaps == sorted(gaps)
    assert gaps[0] == timedelta(seconds=30)
    assert timedelta(hours=22) < moments[-1] - NOW <= GIVEN_UP_AFTER
