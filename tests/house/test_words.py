"""Whatever the client says, it says in every language."""

import re
from pathlib import Path
from typing import Any

import pytest
from babel.messages import Catalog, Message, pofile
from babel.messages.frontend import CommandLineInterface

from platformlink.web.words import LOCALE
from tests.conftest import ROOT

MEND = "run `make words`, then translate what is empty in"
PLACE = re.compile(r"%\(\w+\)s|%%")
LANGUAGES = ("sq",)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Whatever the source says to people, collected now."""
    found = tmp_path_factory.mktemp("words") / "words.pot"
    mappings = ROOT / "pyproject.toml"
    command = ["pybabel", "-q", "extract", "-F", mappings, "-o", found, ROOT]
    babel: Any = CommandLineInterface()
    babel.run([str(one) for one in command])
    return read(found)


def read(file: Path, language: str | None = None) -> Catalog:
    with file.open("rb") as content:
        return pofile.read_po(content, locale=language)


def place(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "messages.po"


def texts(value: object) -> tuple[str, ...]:
    """A text, or the texts for one and for many."""
    return tuple(value) if isinstance(value, list | tuple) else (str(value),)


def keys(catalogue: Catalog) -> set[str]:
    return {texts(one.id)[0] for one in catalogue if one.id}


def has_same_places(one: Message) -> bool:
    pairs = zip(texts(one.id), texts(one.string), strict=True)
    return all(
        sorted(PLACE.findall(english)) == sorted(PLACE.findall(other))
        for english, other in pairs
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(said: Catalog, language: str) -> None:
    known = read(place(language), language)
    done = {texts(one.id)[0] for one in known if one.id and all(texts(one.string))}

    missing = sorted(keys(said) - done)

    assert missing == [], f"{MEND} {place(language)}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_places_of_its_text(language: str) -> None:
    known = read(place(language), language)

    wrong = [one.string for one in known if one.id and not has_same_places(one)]

    assert wrong == [], f"mend the places %(…)s in {place(language)}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_translated_that_nobody_says(said: Catalog, language: str) -> None:
    known = read(place(language), language)

    idle = [*sorted(keys(known) - keys(said)), *known.obsolete]

    assert idle == [], f"{MEND} {place(language)}"
