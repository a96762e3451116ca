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
BODY = b'{"event":"request.send"}'


def test_a_receiver_finds_the_signature_from_time_and_body() -> None:
    given = signature(SECRET, BODY, NOW)

    stamp, _, found = given.removeprefix("t=").partition(",v1=")
    message = stamp.encode() + b"." + BODY
    assert int(stamp) == NOW.timestamp()
    assert found == hmac.new(SECRET.encode(), message, hashlib.sha256).hexdigest()


@given(st.binary(max_size=50), st.integers(0, 100), st.text(min_size=32))
def test_another_body_time_or_secret_has_another_signature(
    body: bytes, seconds: int, secret: str
) -> None:
    is_same = (body, seconds, secret) == (BODY, 0, SECRET)

    later = NOW + timedelta(seconds=seconds)
    assert (signature(secret, body, later) == signature(SECRET, BODY, NOW)) == is_same


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
