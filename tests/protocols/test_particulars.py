"""What the coded fields of a fact say stands on the platform's page, in words."""

import inspect
import re
from pathlib import Path

import msgspec
import pytest

from platformlink.protocols import particulars, protocol
from platformlink.protocols.protocol import (
    Category,
    Emergency,
    Extension,
    Fact,
    Hold,
    Lifecycle,
    Notice,
    Preservation,
)
from platformlink.protocols.shelf import Library
from tests.conftest import ROOT

HERE = ROOT / "platformlink"
SCHEMA = HERE / "protocols" / "protocol.py"


def given(kind: type[Fact], **fields: object) -> Fact:
    return msgspec.convert({"confidence": "background", "text": "…"} | fields, kind)


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        (
            given(Notice, default="yes", stopped_by=["law"], longest="90 days"),
            ["Not told where a law forbids it", "Untold for %(span)s at most"],
        ),
        (
            given(Preservation, support="accepted", starts="acknowledged"),
            ["The days count from when they confirm it"],
        ),
        (
            given(Emergency, support="accepted", gives=["traffic"]),
            ["Gives traffic data"],
        ),
        (
            given(Lifecycle, status="closed", last_retention_on="2024-02-08"),
            ["Data may have existed until %(last_on)s"],
        ),
    ],
)
def test_a_code_is_said_in_words(fact: Fact, said: list[str]) -> None:
    assert [one.text for one in particulars.said_by(fact)] == said


def test_how_often_a_hold_is_extended_is_said() -> None:
    hold = msgspec.convert(
        {"days": 90, "basis": "stated", "most": 2, "confidence": "background"}, Hold
    )
    fact = msgspec.structs.replace(
        msgspec.convert(
            {"support": "accepted", "confidence": "background", "text": "…"}, Extension
        ),
        holds=(hold,),
    )

    (phrase,) = particulars.said_by(fact)
    assert phrase.params == {"count": 2}


def test_every_code_of_the_files_has_its_words(library: Library) -> None:
    """A code without words would end the page of its platform."""
    for one in library.all():
        for notice in one.notice:
            assert len(particulars.said_by(notice)) >= len(notice.stopped_by)
        gives = one.requests.emergency_disclosure
        assert len(particulars.said_by(gives)) == len(gives.gives)
    assert set(particulars.GIVEN_NAMES) == set(Category)


def _code() -> str:
    files: list[Path] = [*HERE.rglob("*.py"), *(HERE / "web/templates").rglob("*.html")]
    return "\n".join(one.read_text("utf-8") for one in files if one != SCHEMA)


def test_no_field_of_the_schema_is_kept_unread() -> None:
    """What an officer writes into a file is shown, checked or acted on somewhere."""
    code = _code()
    structs = [
        one
        for _, one in inspect.getmembers(protocol, inspect.isclass)
        if issubclass(one, msgspec.Struct) and one.__module__ == protocol.__name__
    ]

    unread = [
        f"{one.__name__}.{name}"
        for one in structs
        for name in one.__annotations__
        if not re.search(rf"\.{name}\b", code)
    ]

    assert unread == []
