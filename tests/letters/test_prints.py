from pathlib import Path

import pytest

from platformlink.letters import prints
from platformlink.letters.rules import REQUIRED, LetterKind

FOLDER = Path(__file__).parent.parent.parent / "letter_templates"


@pytest.mark.parametrize("kind", LetterKind)
def test_a_template_prints_all_that_its_letter_cannot_be_without(
    kind: LetterKind,
) -> None:
    assert set(REQUIRED[kind]) <= prints.of_kind(FOLDER, kind).keys() | {"open"}


def test_a_phrase_rests_on_the_field_that_it_says() -> None:
    found = prints.of_kind(FOLDER, LetterKind.PRESERVATION)

    assert "to %(until)s*" in found["hold"]
    assert "NCMEC report" in found["report_number"]
    assert "NCMEC report" not in found["hold"]


def test_a_phrase_that_only_a_condition_lets_through_rests_on_it() -> None:
    found = prints.of_kind(FOLDER, LetterKind.DISCLOSURE)

    assert (
        "Please do not tell the user until we say that you may."
        in (found["confidentiality"])
    )


def test_what_a_template_replaces_is_not_read() -> None:
    emergency = prints.of_kind(FOLDER, LetterKind.EMERGENCY_DISCLOSURE)

    assert "To" not in emergency["addressee"]
    assert "report_number" not in emergency
