import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platformlink.protocols import patches, shelf
from platformlink.protocols.patches import NoSuchPlace, ProposalInvalid
from platformlink.protocols.review import walk

ZOOM = Path("protocols/zoom.yaml").read_text(encoding="utf-8")
HOLD = "/requests/preservation/holds/0/days"


def test_a_word_is_changed_and_nothing_else() -> None:
    after = patches.replaced(ZOOM, HOLD, "60")

    assert patches.text_at(ZOOM, HOLD) == "90"
    assert shelf.decode(after).requests.preservation.holds[0].days == 60
    changed = [
        x for x in patches.patch("zoom", ZOOM, after).splitlines() if x[0] in "+-"
    ]
    assert len(changed) == 4  # two names, one line out, one line in


def test_a_text_that_yaml_would_misread_is_put_in_quotes() -> None:
    after = patches.replaced(ZOOM, "/about", "Fast: but # not free")

    assert shelf.decode(after).about == "Fast: but # not free"


def test_an_entry_is_changed_as_it_is_written() -> None:
    entry = patches.text_at(ZOOM, "/channels/0")

    after = patches.replaced(ZOOM, "/channels/0", entry + "\nhours: weekdays")

    assert shelf.decode(after).channels[0].hours == "weekdays"
    assert patches.still_reads(after, "/channels/0", entry + "\nhours: weekdays")


@pytest.mark.parametrize(
    "pointer",
    ["", "about", "/nothing", "/channels/99", "/name/0", "/a b", f"/data/{'9' * 5000}"],
)
def test_a_place_that_is_not_there_is_named(pointer: str) -> None:
    with pytest.raises(NoSuchPlace):
        patches.replaced(ZOOM, pointer, "x")


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        (HOLD, "minus one"),
        ("/slug", "zoomed"),
        ("/channels/0", "{broken"),
        ("/sources", "[]"),
    ],
)
def test_a_file_that_would_be_wrong_is_refused(pointer: str, value: str) -> None:
    with pytest.raises(ProposalInvalid) as refused:
        patches.check("zoom", patches.replaced(ZOOM, pointer, value))

    assert refused.value.errors


@pytest.mark.parametrize("value", ["[" * 90_000, "&a [*a]", "\0", "\u202e", "!!x y"])
def test_what_would_harm_a_reader_becomes_a_text_or_is_refused(value: str) -> None:
    after = patches.replaced(ZOOM, "/about", value)

    with contextlib.suppress(ProposalInvalid):
        patches.check("zoom", after)


@pytest.mark.parametrize("file", sorted(Path("protocols").glob("*.yaml")), ids=str)
def test_what_is_put_back_changes_nothing(file: Path) -> None:
    content = file.read_text(encoding="utf-8")
    places = [at for at, _ in walk(shelf.decode(content)) if at]

    for at in places[:: len(places) // 8]:
        try:
            text = patches.text_at(content, at)
        except NoSuchPlace:  # a default that the file leaves out
            continue
        assert patches.replaced(content, at, text) == content


def test_a_file_that_begins_with_a_byte_order_mark_is_changed_in_its_place() -> None:
    after = patches.replaced("\ufeff" + ZOOM, "/name", "Zoom Phone")

    assert after == "\ufeff" + patches.replaced(ZOOM, "/name", "Zoom Phone")
    assert patches.text_at(after, "/name") == "Zoom Phone"


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=60))
def test_any_text_is_read_back_as_it_was_typed(value: str) -> None:
    typed = " ".join(value.split())
    after = patches.replaced(ZOOM, "/about", value)

    if typed and typed[0] not in "'\"":
        assert patches.text_at(after, "/about") in (typed, _quoted(typed))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
