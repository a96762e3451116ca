"""Characters, dates and phrases as a letter prints them, in each of its languages."""

import io
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from babel import Locale, dates
from babel.messages import mofile, pofile
from babel.support import NullTranslations, Translations

from platformlink.letters.rules import Texts

# Control, format, bidirectional and tag characters; line feed and tab are layout.
HIDDEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e"
    r"\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\uffff"
    r"\ud800-\udfff\U000e0000-\U000e0fff]"
)
ALIKE = (frozenset("l1I|"), frozenset("0O"))
LONGEST_NAMED = 20  # in longer identifiers the typeface alone tells l 1 I 0 O apart
MOST_MARKS = 24


class Mark(msgspec.Struct, frozen=True):
    """One character spelled out: its sign, code point and Unicode name."""

    sign: str
    point: str
    name: str


class Note(msgspec.Struct, frozen=True):
    """
    Why an identifier may be misread, and the characters concerned.

    ``why`` is mixed, script, hidden, symbol or alike; ``scripts`` are Unicode's names.
    """

    why: str
    scripts: tuple[str, ...]
    marks: tuple[Mark, ...]


class Said(msgspec.Struct, frozen=True):
    """A text in a language; ``language`` is empty where all languages say the same."""

    language: str
    text: str


def point(sign: str) -> str:
    """Return ``U+202E`` for a character."""
    return f"U+{ord(sign):04X}"


def shown(text: str) -> str:
    """Return a text whose hidden characters are named: ``⟨U+202E⟩``, not obeyed."""
    return HIDDEN.sub(lambda found: f"⟨{point(found[0])}⟩", text)


def _mark(sign: str) -> Mark:
    name = unicodedata.name(sign, "unnamed").lower()
    return Mark(shown(sign), point(sign), name)


def _marks(signs: list[str]) -> tuple[Mark, ...]:
    """Return each character once, in the order in which they stand."""
    return tuple(_mark(sign) for sign in list(dict.fromkeys(signs))[:MOST_MARKS])


def _script(sign: str) -> str:
    """Return the script of a letter, or nothing for signs that all scripts share."""
    if not unicodedata.category(sign).startswith("L"):
        return ""
    return unicodedata.name(sign, "").split(" ")[0].capitalize()


def _script_note(text: str) -> Note | None:
    scripts = [script for sign in text if (script := _script(sign))]
    kinds = tuple(dict.fromkeys(sorted(scripts, key=scripts.count, reverse=True)))
    if len(kinds) > 1:
        odd = [sign for sign in text if _script(sign) not in {"", kinds[0]}]
        return Note("mixed", kinds, _marks(odd))
    if kinds and kinds != ("Latin",):
        return Note("script", kinds, _marks([sign for sign in text if _script(sign)]))
    return None


def notes(identifier: str) -> tuple[Note, ...]:
    """Return what must be said so that nobody misreads an identifier."""
    hidden = HIDDEN.findall(identifier)
    symbols = [sign for sign in identifier if unicodedata.category(sign) == "So"]
    is_short = len(identifier) <= LONGEST_NAMED
    alike = [
        sign
        for group in ALIKE
        if is_short and len(group & set(identifier)) > 1
        for sign in identifier
        if sign in group
    ]
    found = (
        Note("hidden", (), _marks(hidden)) if hidden else None,
        _script_note(identifier),
        Note("symbol", (), _marks(symbols)) if symbols else None,
        Note("alike", (), _marks(alike)) if alike else None,
    )
    return tuple(note for note in found if note)


def paragraphs(text: str) -> tuple[str, ...]:
    """Return the paragraphs of a text; a blank line parts them."""
    parts = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return tuple(part.strip() for part in parts if part.strip())


def day(value: date, language: str) -> str:
    """Return a date with its month spelled out: 24 November 2026."""
    return str(dates.format_date(value, "d MMMM y", locale=language))


def day_month(value: date, language: str) -> str:
    """Return day and month: 24 November."""
    return str(dates.format_date(value, "d MMMM", locale=language))


def moment(value: datetime, language: str) -> str:
    """Return an instant in UTC: 24 November 2026, 09:42."""
    utc = value.astimezone(UTC)
    return f"{day(utc, language)}, {utc:%H:%M}"


def offset(value: datetime, zone: ZoneInfo) -> str:
    """Return the offset that a zone has at an instant: UTC+01:00."""
    text = value.astimezone(zone).strftime("%z")
    return f"UTC{text[:3]}:{text[3:5]}"


def local(value: datetime, zone: ZoneInfo, language: str) -> str:
    """Return an instant in a zone: 24 November 2026, 10:42 (UTC+01:00)."""
    there = value.astimezone(zone)
    return f"{day(there, language)}, {there:%H:%M} ({offset(value, zone)})"


def language_name(code: str, language: str) -> str:
    """Return the name of a language in a language."""
    return str(Locale.parse(language).languages.get(code, code))


def country_name(code: str, language: str) -> str:
    """Return the name of a country in a language."""
    return str(Locale.parse(language).territories.get(code, code))


def is_summer(value: datetime, zone: ZoneInfo) -> bool:
    """Say whether a zone keeps summer time at an instant."""
    return bool(value.astimezone(zone).dst())


@cache
def _read(source: Path, language: str, version: int) -> NullTranslations:
    with source.open("rb") as file:
        catalogue = pofile.read_po(file, locale=language)
    compiled = io.BytesIO()
    mofile.write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def phrases(folder: Path, language: str) -> NullTranslations:
    """Return the phrases of a language; English is the source and needs no file."""
    source = folder / "phrases" / f"{language}.po"
    if not source.is_file():
        return NullTranslations()
    return _read(source, language, source.stat().st_mtime_ns)


def _in(language: str, value: object) -> str:
    """Return a parameter of a phrase in a language."""
    if isinstance(value, datetime):
        return f"{moment(value, language)} UTC"
    if isinstance(value, date):
        return day(value, language)
    if isinstance(value, dict):
        return chosen(value, language)
    return shown(str(value))


def chosen(texts: Texts, language: str) -> str:
    """Return a text in a language, else in English, else in whatever there is."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


def merged(said: list[Said]) -> tuple[Said, ...]:
    """Return texts that differ; where all languages say the same, it stands once."""
    if len({one.text for one in said}) == 1:
        return (Said("", said[0].text),)
    return tuple(said)


class Voice:
    """A letter's languages: says each phrase in all, the authentic one first."""

    def __init__(self, folder: Path, languages: tuple[str, ...]) -> None:
        self.languages = languages
        self._phrases = {one: phrases(folder, one) for one in languages}

    def say(self, language: str, text: str, **params: object) -> str:
        """Return a phrase in one language."""
        told = self._phrases[language].gettext(text)
        return self._fill(told, language, params)

    def _fill(self, text: str, language: str, params: Mapping[str, object]) -> str:
        if not params:
            return text
        return text % {name: _in(language, one) for name, one in params.items()}

    def both(self, text: str, **params: object) -> tuple[Said, ...]:
        """Return a phrase in each language."""
        return tuple(Said(one, self.say(one, text, **params)) for one in self.languages)

    def counted(self, language: str, one: str, many: str, num: int) -> str:
        """Return a counted phrase in one language, in its right plural."""
        return self._phrases[language].ngettext(one, many, num) % {"num": num}

    def count(self, one: str, many: str, num: int) -> tuple[Said, ...]:
        """Return a counted phrase in each language, in its right plural."""
        return tuple(
            Said(language, self.counted(language, one, many, num))
            for language in self.languages
        )

    def texts(self, texts: Texts) -> tuple[Said, ...]:
        """Return a given text in each language that it has, once where they agree."""
        said = [Said(one, texts[one]) for one in self.languages if texts.get(one)]
        if len(said) < len(self.languages):
            return (Said("", chosen(texts, self.languages[0])),)
        return merged(said)

    def days(self, value: date) -> tuple[Said, ...]:
        """Return a date in each language."""
        return merged([Said(one, day(value, one)) for one in self.languages])

    def day_in_line(self, value: date) -> str:
        """Return a date in all languages on one line: 24 nëntor · November 2026."""
        words = [day(value, one).split() for one in self.languages]
        ends = {(one[0], one[-1]) for one in words}
        if len(ends) == 1 and len(words) > 1:
            ((head, tail),) = ends
            middle = " · ".join(" ".join(one[1:-1]) for one in words)
            return f"{head} {middle} {tail}"
        return " · ".join(dict.fromkeys(" ".join(one) for one in words))
