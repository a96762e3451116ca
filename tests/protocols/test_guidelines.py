from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platformlink.protocols import guidelines
from platformlink.protocols.guidelines import Dated, TextWrong
from platformlink.protocols.review import walk
from platformlink.protocols.shelf import Library

TODAY = date(2026, 11, 24)
OLD = "# Preservation\nWe preserve records for 90 days.\nWrite to legal@zoom.example.\n"
NEW = OLD.replace("90 days", "60 days")


def test_a_folder_is_read_by_the_days_of_its_files(tmp_path: Path) -> None:
    (tmp_path / "2026-06-01.md").write_text(NEW, encoding="utf-8")
    (tmp_path / "2025-01-31.txt").write_bytes(OLD.replace("\n", "\r\n").encode())
    (tmp_path / "README").write_text("no text of theirs", encoding="utf-8")

    assert guidelines.read(tmp_path, TODAY) == [
        Dated(date(2025, 1, 31), OLD),
        Dated(date(2026, 6, 1), NEW),
    ]


def test_a_single_file_without_a_day_is_todays(tmp_path: Path) -> None:
    file = tmp_path / "guide.md"
    file.write_text(OLD, encoding="utf-8")

    assert guidelines.read(file, TODAY) == [Dated(TODAY, OLD)]


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a\0b", b"x" * 2_000_001])
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "2026-06-01.md"
    file.write_bytes(content)

    with pytest.raises(TextWrong):
        guidelines.read(file, TODAY)


@pytest.mark.parametrize("name", ["2026-13-01.md", "guide.md"])
def test_a_folder_without_days_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(OLD, encoding="utf-8")

    with pytest.raises(TextWrong):
        guidelines.read(tmp_path, TODAY)


def test_a_difference_shows_what_is_gone_and_new() -> None:
    found = guidelines.difference(OLD, NEW)

    assert [(one.sign, one.text) for one in found] == [
        (" ", "# Preservation"),
        ("-", "We preserve records for 90 days."),
        ("+", "We preserve records for 60 days."),
        (" ", "Write to legal@zoom.example."),
    ]


@given(st.text(max_size=300))
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert guidelines.difference(text, text) == []


def test_facts_that_rest_on_what_changed_are_named(library: Library) -> None:
    protocol = library.get("tiktok")
    at, fact = next(
        (at, one)
        for at, one in walk(protocol)
        if at.startswith("/required/") and one.source
    )
    changed = guidelines.difference(f"# A\n{fact.text}\n", "# A\nNothing of it.\n")

    found = guidelines.touched(protocol, fact.source[0], changed)

    assert at in [one.pointer for one in found]
    assert len(found) < len(list(walk(protocol))) / 3
    assert guidelines.touched(protocol, "no-such-source", changed) == []


def test_a_number_that_is_gone_touches_the_facts_that_bear_it(
    library: Library,
) -> None:
    protocol = library.get("zoom")
    source = protocol.requests.preservation.holds[0].source[0]
    changed = guidelines.difference("Held for 90 days.", "Held for 60 days.")

    found = [one.pointer for one in guidelines.touched(protocol, source, changed)]

    assert "/requests/preservation/holds/0" in found


def test_long_texts_are_compared_line_by_line() -> None:
    old = "\n".join(f"Rule {n}: keep records for {n} days." for n in range(20_000))
    new = old.replace("for 777 days", "for 778 days")

    found = guidelines.difference(old, new)

    assert [one.sign for one in found] == [" ", "-", "+", " "]
