from pathlib import Path

import pytest

from platformlink.desk import resting
from platformlink.letters.rules import LetterFields, LetterKind
from platformlink.protocols.protocol import CooperationProtocol, Fact, Kind, Need
from platformlink.protocols.review import walk
from tests.shipped import LIBRARY

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / "letter_templates"
FIELDS = set(LetterFields.__struct_fields__)
ALL = {f"{kind}.html" for kind in LetterKind}


def templates(slug: str, *pointers: str) -> set[str]:
    found = resting.templates(FOLDER, LIBRARY.get(slug), pointers)
    return {one.template for one in found}


def test_every_need_of_a_protocol_has_its_field_of_a_letter() -> None:
    named = {*resting.NEEDED.values(), *resting.TEXTS}
    for fields in (*resting.PRINTED.values(), *resting.BY_KIND.values()):
        named |= set(fields)

    assert set(resting.NEEDED) == set(Need)
    assert named <= FIELDS


@pytest.mark.parametrize("one", LIBRARY.all(), ids=lambda one: one.slug)
def test_each_fact_is_about_some_kinds_and_stands_in_some_fields(
    one: CooperationProtocol,
) -> None:
    facts = [at for at, fact in walk(one) if isinstance(fact, Fact)]

    assert {x for at in facts for x in resting.kinds_of(one, at)} <= {*Kind, ""}
    assert {x for at in facts for x in resting.fields_of(one, at)} <= FIELDS


def test_an_address_stands_in_every_letter() -> None:
    assert templates("tiktok", "/entities/0/addresses/0") == ALL


def test_a_hold_stands_in_the_letter_of_its_kind_alone() -> None:
    assert templates("tiktok", "/requests/preservation/holds/0") == {
        "preservation.html"
    }


def test_a_remark_stands_in_no_letter() -> None:
    assert templates("tiktok", "/beware/0", "/requests/others/0") == set()


@pytest.mark.parametrize("slug", ["tiktok", "meta", "google"])
def test_the_phrases_are_those_of_the_catalogues(slug: str) -> None:
    said = (FOLDER / "phrases" / "sq.po").read_text(encoding="utf-8")
    pointers = ["/requests/preservation"]
    (found,) = resting.templates(FOLDER, LIBRARY.get(slug), pointers)

    assert found.phrases
    assert [one for one in found.phrases if f'"{one}"' not in said] == []
