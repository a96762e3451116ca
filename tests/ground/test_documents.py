from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platformlink.documents import MOST_FAULTS, DocumentWrong, Strict, decode, line_of


class Inner(Strict, frozen=True):
    name: str
    size: int = 0
    way: Literal["fast", "slow"] = "fast"


class Outer(Strict, frozen=True):
    title: str
    parts: tuple[Inner, ...] = ()
    words: dict[str, str] = {}  # noqa: RUF012 - msgspec copies an empty default


def problem_of(text: str | bytes) -> str:
    with pytest.raises(DocumentWrong) as caught:
        decode(text, Outer, file="a.yaml")
    return str(caught.value.problems[0])


def test_a_document_becomes_a_struct() -> None:
    text = "title: One\nparts:\n- {name: a, size: 3}\nwords: {sq: Një}\n"

    assert decode(text, Outer, file="a.yaml") == Outer(
        "One", (Inner("a", 3),), {"sq": "Një"}
    )


@pytest.mark.parametrize(
    "word", ["NO", "no", "yes", "12:30", "2026-11-24", "0x1F", "1_000"]
)
def test_plain_words_stay_words(word: str) -> None:
    assert decode(f"title: {word}", Outer, file="a.yaml").title == word


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("titel: x", "a.yaml:1:1: unknown field 'titel': did you mean 'title'?"),
        ("title: x\nparts:\n- nam: a", "a.yaml:3:3: unknown field 'nam': did you mean"),
        (
            "title: x\nparts:\n- name: a\n  way: fasst",
            "a.yaml:4:8: way: 'fasst' is no word for it; did you mean 'fast'?",
        ),
        ("title: 3", "title: a text is expected here, not a number; put it in quotes"),
        ("title: a\ntitle: b", "a.yaml:2:1: the key 'title' stands here twice"),
        ("title: &a x", "a.yaml:1:8: anchors and aliases are not allowed"),
        ("title: *a", "anchors and aliases are not allowed"),
        ("title: !!python/object:os.system x", "the tag"),
        ("title: [", "a.yaml:2:1: "),
        ("? [a]\n: b", "a key must be a word"),
        ("title: a\n---\ntitle: b", "a.yaml:2:1: a second document begins here"),
        ("", "the file is empty"),
        ("# only a remark", "the file is empty"),
        (b"title: x\nwords: \xff", "a.yaml:2:1: this is not UTF-8 text"),
        ("title: " + "x" * 1_000_001, "larger than 1 MB"),
        ("[" * 60 + "]" * 60, "a.yaml:1:41: nested too deeply"),
        ("[" * 100_000, "a.yaml:1:"),
        ("title: \x07", "a.yaml:1:1: "),
    ],
)
def test_a_mistake_has_a_place_and_a_mend(text: str | bytes, told: str) -> None:
    assert told in problem_of(text)


def test_all_mistakes_are_told_at_once_in_the_order_of_lines() -> None:
    text = "titel: x\nparts:\n- name: 3\n  way: last\n- size: many\nwords: 7\n"

    with pytest.raises(DocumentWrong) as caught:
        decode(text, Outer, file="a.yaml")

    told = [(one.line, one.message.partition(":")[0]) for one in caught.value.problems]
    assert told == [
        (1, "unknown field 'titel'"),
        (3, "parts.0.name"),
        (4, "way"),
        (5, "parts.1"),
        (5, "parts.1.size"),
        (6, "words"),
    ]


def test_ten_thousand_mistakes_are_told_in_bounded_length() -> None:
    with pytest.raises(DocumentWrong) as caught:
        decode("parts:\n" + "- {}\n" * 10_000, Outer, file="a.yaml")

    assert len(caught.value.problems) <= MOST_FAULTS


def test_a_bomb_of_aliases_is_refused_at_its_first_anchor() -> None:
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"

    assert problem_of(bomb) == "a.yaml:1:4: anchors and aliases are not allowed"


def test_a_pointer_finds_its_line() -> None:
    assert line_of("title: x\nparts:\n- name: a\n- name: b\n", "/parts/1/name") == (
        4,
        9,
    )


def test_a_pointer_that_leads_nowhere_finds_what_is_nearest() -> None:
    assert line_of("title: x\nparts:\n- name: a\n", "/parts/7/name") == (3, 1)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    line = 1
    try:
        decode(text, Outer, file="a.yaml")
    except DocumentWrong as wrong:
        line = wrong.problems[0].line

    assert line >= 1


def test_quoted_numbers_are_text() -> None:
    assert decode('title: "404"', Outer, file="a.yaml").title == "404"
