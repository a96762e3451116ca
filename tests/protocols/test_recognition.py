from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platformlink.protocols.identifiers import address_of
from platformlink.protocols.protocol import Identifier
from platformlink.protocols.recognition import Certainty, Recogniser, recognise
from tests.shipped import LIBRARY

RECOGNISER = Recogniser(LIBRARY.all())


def lines(name: str) -> list[str]:
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("# ")]


@pytest.mark.parametrize("line", lines("recognised.tsv"))
def test_an_account_is_recognised(line: str) -> None:
    text, *expected = line.split("\t")

    found = [[one.platform, one.kind, one.normalised] for one in RECOGNISER.find(text)]

    assert expected in found


@pytest.mark.parametrize("text", lines("not_recognised.txt"))
def test_what_is_no_account_is_left_alone(text: str) -> None:
    found = RECOGNISER.find(text)

    assert [(one.platform, one.kind, one.value) for one in found] == []


LINKED = [
    pytest.param(protocol.slug, one, id=f"{protocol.slug}-{one.kind}")
    for protocol in LIBRARY.all()
    for one in protocol.identifiers
    if one.link_example
]


@pytest.mark.parametrize(("slug", "identifier"), LINKED)
def test_the_link_of_every_file_is_found_for_certain(
    slug: str, identifier: Identifier
) -> None:
    found = RECOGNISER.find(f"see {identifier.link_example} there")

    assert (slug, identifier.kind, Certainty.CERTAIN) in [
        (one.platform, one.kind, one.certainty) for one in found
    ]


@pytest.mark.parametrize(("slug", "identifier"), LINKED)
def test_its_front_for_browsers_and_telephones_is_the_same_host(
    slug: str, identifier: Identifier
) -> None:
    host, slash, path = address_of(identifier.link_example or "").partition("/")
    host = host.removeprefix("www.")

    for front in ("", "www.", "m.", "mobile."):
        found = RECOGNISER.find(f"see https://{front}{host}{slash}{path} there")
        assert (slug, identifier.kind) in [(one.platform, one.kind) for one in found]
        forged = f"see https://{front}{host}.example{slash}{path} there"
        assert RECOGNISER.find(forged) == []


def test_a_place_is_that_of_the_original_text() -> None:
    text = "look at\u200b @nat\u200b.geo on Instagram"

    (found,) = RECOGNISER.find(text)

    assert text[found.start : found.end] == found.value == "@nat\u200b.geo"
    assert found.normalised == "nat.geo"


def test_a_name_that_could_be_anywhere_has_its_candidates() -> None:
    found = RECOGNISER.find("ask @some_name about it")

    assert {one.platform for one in found} >= {"tiktok", "meta", "x", "telegram"}
    assert {one.certainty for one in found} == {Certainty.POSSIBLE}


def test_a_name_beside_a_platform_is_of_that_platform_alone() -> None:
    found = RECOGNISER.find("ask @some_name on telegram")

    assert [(one.platform, one.certainty) for one in found] == [
        ("telegram", Certainty.LIKELY)
    ]


def test_a_name_inside_an_address_is_no_cue() -> None:
    found = RECOGNISER.find("ask @some_name, see https://x.com/Safety")

    handles = [one for one in found if one.value == "@some_name"]
    assert {one.certainty for one in handles} == {Certainty.POSSIBLE}


def test_a_cue_on_another_line_says_nothing() -> None:
    found = RECOGNISER.find("telegram\n@some_name")

    assert {one.certainty for one in found} == {Certainty.POSSIBLE}


def test_a_short_link_is_named_and_never_followed() -> None:
    (found,) = RECOGNISER.find("https://vm.tiktok.com/ZMhK3x9/")

    assert (found.kind, found.certainty) == ("short_link", Certainty.POSSIBLE)
    assert "not followed" in found.why.text


def test_one_link_may_name_an_account_and_an_item() -> None:
    found = RECOGNISER.find("https://www.tiktok.com/@name/video/7300000000000000000")

    assert [one.kind for one in found] == ["username", "video_id"]


def test_without_protocols_nothing_is_recognised() -> None:
    assert recognise([], "https://www.tiktok.com/@some.name") == []


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_searched_and_places_hold(text: str) -> None:
    for one in RECOGNISER.find(text):
        assert text[one.start : one.end] == one.value


HOSTILE = [
    "a" * 200_000,
    "a." * 100_000,
    "@a" * 100_000,
    "a@" * 100_000,
    "tiktok: " * 25_000,
    "http://" * 28_000,
    "tiktok.com/" * 18_000,
    "+1 2 3 4 5 6 7 8 " * 12_000,
    "\u200b" * 200_000,
    "id=1&" * 40_000,
    "youtube.com/watch?" + "a=b&" * 50_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:10])
def test_a_hostile_text_is_read_to_its_end(text: str) -> None:
    found = RECOGNISER.find(f"{text}\nhttps://www.tiktok.com/@some.name")

    assert found[-1].normalised == "some.name"
