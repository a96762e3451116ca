from datetime import date

import msgspec
import pytest

from platformlink.letters import rules
from platformlink.letters.rules import LetterKind
from tests.letters.conftest import sample

KINDS = list(LetterKind)


def lacking(kind: LetterKind, name: str) -> rules.LetterFields:
    blank = {f.name: f.default for f in msgspec.structs.fields(rules.LetterFields)}
    value = {} if isinstance(getattr(sample(kind), name), dict) else blank[name]
    return sample(kind, **{name: value})


@pytest.mark.parametrize("kind", KINDS)
def test_request_json_gives_the_fields_back(kind: LetterKind) -> None:
    assert rules.decode(rules.encode(sample(kind))) == sample(kind)


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind, names in rules.REQUIRED.items() for name in names],
)
def test_each_kind_names_what_it_lacks(kind: LetterKind, name: str) -> None:
    with pytest.raises(rules.LetterWrong) as refusal:
        rules.check(lacking(kind, name))

    assert [error.pointer for error in refusal.value.errors] == [f"/{name}"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_gap_is_marked_wherever_something_is_missing(kind: LetterKind) -> None:
    empty = sample(kind, **dict.fromkeys(rules.REQUIRED[kind]))

    filled = rules.with_gaps(empty, date(2026, 11, 24))

    rules.check(filled)


def test_what_is_there_is_no_gap() -> None:
    assert rules.with_gaps(sample(), date(2026, 11, 24)) == sample()


def test_a_text_of_blanks_is_missing() -> None:
    with pytest.raises(rules.LetterWrong) as refusal:
        rules.check(sample(facts={"en": " \n"}))

    assert [error.pointer for error in refusal.value.errors] == ["/facts"]


def test_a_narrative_that_no_letter_can_bear_is_refused_by_name() -> None:
    with pytest.raises(rules.LetterWrong) as refusal:
        rules.check(sample(facts={"en": "x" * 100_000}, service="y" * 501))

    pointers = {error.pointer for error in refusal.value.errors}
    assert pointers == {"/facts/en", "/service"}


def test_more_items_than_a_letter_can_bear_are_refused() -> None:
    with pytest.raises(rules.LetterWrong) as refusal:
        rules.check(sample(items=sample().items * 300))

    assert [error.code for error in refusal.value.errors] == ["too-many"]


def test_the_longest_text_is_named() -> None:
    assert rules.longest_text(sample(nexus={"en": "z" * 900})) == "/nexus/en"
