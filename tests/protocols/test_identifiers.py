from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platformlink.protocols.identifiers import (
    born_at,
    canonical,
    fits,
    identifier_of,
    kinds_of,
    luhn,
    masked,
    normalise,
    oddities,
)
from platformlink.protocols.protocol import Identifier
from tests.shipped import LIBRARY

EVERY = [
    pytest.param(one, id=f"{protocol.slug}-{one.kind}")
    for protocol in LIBRARY.all()
    for one in protocol.identifiers
    if one.example
]


@pytest.mark.parametrize("identifier", EVERY)
def test_the_canonical_form_of_an_example_is_its_own(identifier: Identifier) -> None:
    once = canonical(identifier, identifier.example or "")

    assert canonical(identifier, once) == once
    assert fits(identifier, once)


@pytest.mark.parametrize(
    ("slug", "kind", "typed", "expected"),
    [
        ("tiktok", "username", " @Some.Name ", "some.name"),
        ("tiktok", "username", "https://www.tiktok.com/@Some.Name?x=1", "some.name"),
        ("tiktok", "phone", "00355 69 123-4567", "+355691234567"),
        ("google", "google_email", "Some.One+tag@googlemail.com", "someone@gmail.com"),
        ("google", "google_email", "Some.One@example.org", "some.one@example.org"),
        ("zoom", "meeting_id", "123 4567 8901", "12345678901"),
        ("epic-games", "account_id", "4735CE91-32924CAF-8A5B17789B40F79C",
         "4735ce9132924caf8a5b17789b40f79c"),
        ("tiktok", "no_such_kind", " a\u200bb ", "ab"),
    ],
)  # fmt: skip
def test_what_is_typed_gets_its_canonical_form(
    slug: str, kind: str, typed: str, expected: str
) -> None:
    assert normalise(LIBRARY.get(slug), kind, typed) == expected


def test_a_value_is_told_which_kinds_it_could_be() -> None:
    tiktok = LIBRARY.get("tiktok")

    assert kinds_of(tiktok, "+355691234567") == ("phone", "shop_seller")
    assert kinds_of(tiktok, "https://www.tiktok.com/@some.name") == ("username",)


@pytest.mark.parametrize(
    ("digits", "verdict"),
    [
        ("490154203237518", "right"),
        ("490154203237517", "wrong"),
        ("", "wrong"),
        ("٤٩", "wrong"),
        ("18", "right"),
    ],
)
def test_the_check_digit_is_checked(digits: str, verdict: str) -> None:
    assert luhn(digits) is (verdict == "right")


@given(st.integers(min_value=0, max_value=10**14), st.integers(0, 9))
def test_one_check_digit_of_ten_is_right(number: int, digit: int) -> None:
    right = [last for last in range(10) if luhn(f"{number}{last}")]

    assert len(right) == 1
    assert luhn(f"{number}{digit}") is (digit in right)


@pytest.mark.parametrize(
    ("value", "count"),
    [
        ("some.name", 0),
        ("përdorues", 0),
        ("Пример", 0),
        ("sоme", 1),
        ("a\u202eb", 1),
        ("s\u200bоme", 2),
    ],
)
def test_what_deceives_the_eye_is_named(value: str, count: int) -> None:
    assert len(oddities(value)) == count


def test_a_display_name_is_never_accepted() -> None:
    one = identifier_of(LIBRARY.get("meta"), "display_name")

    assert one is not None
    assert one.accepted == "never"


def known(slug: str, kind: str) -> Identifier:
    found = identifier_of(LIBRARY.get(slug), kind)
    assert found is not None
    return found


def test_an_id_says_when_it_was_made() -> None:
    post, account = known("x", "post_url"), known("discord", "user_id")

    assert born_at(post, "1541815603606036480") == datetime(
        2022, 6, 28, 16, 7, 40, 105000, tzinfo=UTC
    )
    assert born_at(account, "175928847299117063") == datetime(
        2016, 4, 30, 11, 18, 25, 796000, tzinfo=UTC
    )
    assert born_at(known("discord", "username"), "some.name") is None


def test_what_opens_content_is_masked() -> None:
    link = known("mega", "link")

    assert masked(link, "https://mega.nz/file/AbCdEfGh#key") == (
        "https://mega.nz/file/AbCdEfGh#…"
    )
    assert masked(known("tiktok", "username"), "a#b") == "a#b"
