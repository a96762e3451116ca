"""What simulated platforms write: subject and text, by answer and language."""

from functools import cache
from pathlib import Path

import msgspec

from platformlink.simulation.rules import Answer

FILE = Path(__file__).with_name("texts.yaml")


class Words(msgspec.Struct, frozen=True):
    """One answer in one language."""

    subject: str
    text: str


class Language(msgspec.Struct, frozen=True):
    """How a language greets and signs, and its answers."""

    greeting: str
    signature: str
    answers: dict[Answer, Words]


@cache
def languages() -> dict[str, Language]:
    """Return the languages in which platforms write, by code."""
    return msgspec.yaml.decode(FILE.read_bytes(), type=dict[str, Language])


def written(answer: Answer, language: str, **facts: str) -> tuple[str, str]:
    """Return subject and text; facts are ours, theirs, wrong and platform."""
    spoken = languages()[language]
    words = spoken.answers[answer]
    signed = f"{spoken.signature}\n{facts['platform']}\n"
    text = f"{spoken.greeting}\n\n{words.text % facts}\n\n{signed}"
    return words.subject % facts, text
