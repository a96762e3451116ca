"""
A platform's published texts over time: what changed, and what rests on it. Pure.

Texts stand as public archives of terms keep them: a folder with one plain or Markdown
file for each date, 2026-11-24.md.
"""

import difflib
import re
from datetime import date
from enum import Enum
from pathlib import Path

import msgspec

from platformlink.errors import FieldError, Invalid
from platformlink.protocols.protocol import CooperationProtocol, Fact
from platformlink.protocols.review import walk

LARGEST_BYTES = 2_000_000
MOST_FILES = 2000
LONGEST_LINE = 400  # characters; a paragraph longer than that is cut at its sentences
ENOUGH = 0.3  # of a fact's telling words must stand in what changed
FEWEST_WORDS = 2
DATED = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T_-].*)?\.(?:md|txt)", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]{4,}|\d{2,}")
SENTENCE = re.compile(r"(?<=[.!?;:])\s+")
# Fields whose values are codes and shapes, not words that a text could share.
UNSAID = frozenset(
    (
        *("confidence", "source", "by", "code", "kind", "role", "status", "support"),
        *("basis", "starts", "default", "counts_from", "accepted", "bare", "check"),
        *("pattern", "example", "link_example", "page", "seen_on"),
    )
)
COMMON = frozenset(
    WORD.findall(
        "that this with from have will your they their them when where which such must"
        " upon into been other only also more than about these those request requests"
        " data user users account accounts information legal enforcement agencies"
        " platform officer officers police provide provides"
    )
)


class TextWrong(Invalid):
    """A file is no text that can be compared."""

    code = "text-wrong"
    title = "This is no text of guidelines that can be read"
    mend = "Give plain or Markdown files in UTF-8, named by their day: 2026-11-24.md."


class Dated(msgspec.Struct, frozen=True):
    """One text and the day from which it stood there."""

    dated_on: date
    content: str


class Line(msgspec.Struct, frozen=True):
    """One line of a difference: gone, new, or the same around it."""

    sign: str  # "-", "+" or " "
    text: str


class Touched(msgspec.Struct, frozen=True):
    """A fact that rests on what changed: its place, its words, and the shared ones."""

    pointer: str
    text: str
    shared: tuple[str, ...]


def _wrong(name: str, message: str) -> TextWrong:
    error = FieldError(f"/{name}", "text", message)
    return TextWrong("%(name)s: " + message, error, params={"name": name})


def clean(name: str, content: bytes) -> str:
    """
    Return the text of a file with plain line ends.

    Raises: TextWrong.
    """
    if len(content) > LARGEST_BYTES:
        raise _wrong(name, "larger than 2 MB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _wrong(name, "this is not UTF-8 text") from None
    if "\0" in text:
        raise _wrong(name, "this is not a text")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read(path: Path, today: date) -> list[Dated]:
    """
    Return the texts of a file, or of a folder by their days, the oldest first.

    A single file without a day in its name is today's.

    Raises: TextWrong.
    """
    files = sorted(path.iterdir())[:MOST_FILES] if path.is_dir() else [path]
    found = []
    for file in files:
        named = DATED.fullmatch(file.name)
        if path.is_dir() and named is None:
            continue
        on = _day(file.name, named[1]) if named else today
        if file.stat().st_size > LARGEST_BYTES:
            raise _wrong(file.name, "larger than 2 MB")
        found.append(Dated(on, clean(file.name, file.read_bytes())))
    if not found:
        raise _wrong(path.name, "no file is named by a day, such as 2026-11-24.md")
    return sorted(found, key=lambda one: one.dated_on)


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _wrong(name, "this is no day") from None


def lines_of(text: str) -> list[str]:
    """Return a text in lines that can be compared: sentences, blanks as one."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return [
        part
        for line in lines
        for part in (SENTENCE.split(line) if len(line) > LONGEST_LINE else [line])
        if part
    ]


def difference(before: str, after: str, *, around: int = 1) -> list[Line]:
    """Return what changed, with some lines around it; an empty line parts places."""
    old, new = lines_of(before), lines_of(after)
    found: list[Line] = []
    for line in [*difflib.unified_diff(old, new, lineterm="", n=around)][2:]:
        is_place = line.startswith("@@")
        found.append(Line(" ", "") if is_place else Line(line[0], line[1:]))
    return found[1:]


def changed(before: str | None, after: str) -> list[Line]:
    """Return what a text changed; the first one of a source changes nothing."""
    return [] if before is None else difference(before, after)


def words_of(text: str) -> frozenset[str]:
    """Return the telling words of a text, in lower case, and its numbers."""
    return frozenset(WORD.findall(text.lower())) - COMMON


def _said(fact: Fact) -> str:
    """Return what a fact says, in words: its own texts, not those inside it."""
    texts = []
    for name in fact.__struct_fields__:
        value = getattr(fact, name)
        is_said = name not in UNSAID
        if (
            is_said
            and isinstance(value, str | int)
            and not isinstance(value, bool | Enum)
        ):
            texts.append(str(value))
    return " ".join(texts)


def touched(
    protocol: CooperationProtocol, source: str, lines: list[Line]
) -> list[Touched]:
    """
    Return the facts of a source that rest on what changed, the surest first.

    Those that share its telling words, and those with a number that is gone from it.
    """
    gone = words_of(" ".join(one.text for one in lines if one.sign == "-"))
    new = words_of(" ".join(one.text for one in lines if one.sign == "+"))
    parts, lost = gone | new, {one for one in gone - new if one.isdigit()}
    found = []
    for at, fact in walk(protocol):
        if isinstance(fact, Fact) and source in fact.source:
            own = words_of(_said(fact))
            shared = own & parts
            is_shared = len(shared) >= max(FEWEST_WORDS, ENOUGH * len(own))
            if is_shared or own & lost:
                found.append(Touched(at, _said(fact), tuple(sorted(shared))))
    return sorted(found, key=lambda one: -len(one.shared))
