"""Words, dates and numbers in the reader's language."""

import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from babel import Locale, dates, numbers
from babel.messages import mofile, pofile
from babel.support import NullTranslations, Translations

from platformlink.values import Phrase

log = structlog.get_logger()
LOCALE = Path(__file__).parent / "locale"
LANGUAGES = ("en", "sq")
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
PLACE = re.compile(r"%\(\w+\)s")
WORD = re.compile(r"[^\W\d_]{2}")
COUNTRY = re.compile("[A-Z]{2}")  # not the regions, which have digits
# Two letters that name no country of its own: parts of others, unions, trials of texts.
# Source: ISO 3166-1 (reserved and user-assigned codes); XK is Kosovo by usage.
NO_COUNTRIES = {
    *("AC", "CP", "CQ", "DG", "EA", "EU", "EZ"),
    *("IC", "QO", "TA", "UN", "XA", "XB", "ZZ"),
}
MINUTE, HOUR, DAY = 60, 3600, 86400


@cache
def countries(language: str) -> tuple[tuple[str, str], ...]:
    """Return the countries of the world as code and name, by name."""
    found = [
        (code, name)
        for code, name in Locale.parse(language).territories.items()
        if COUNTRY.fullmatch(code) and code not in NO_COUNTRIES
    ]
    return tuple(sorted(found, key=lambda one: one[1].casefold()))


def language_name(code: str, language: str) -> str:
    """Return what a language is called in another; its code where nobody knows."""
    return str(Locale.parse(language).languages.get(code, code))


def has_words(text: str) -> bool:
    """Say whether there is anything to translate beside the places to fill."""
    return bool(WORD.search(PLACE.sub("", text)))


class Untranslated(NullTranslations):
    """The end of the look-up: what no catalogue has stays English and is noted once."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
        self.noted: set[str] = set()

    def gettext(self, message: str) -> str:
        """Return the English text."""
        if message not in self.noted and has_words(message):
            self.noted.add(message)
            log.warning("words.untranslated", language=self.language, text=message)
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the English text for one or for many."""
        return self.gettext(msgid1 if n == 1 else msgid2)


@cache
def translations(language: str) -> NullTranslations:
    """Return the catalogue of a language; English is the source and needs none."""
    source = LOCALE / language / "LC_MESSAGES" / "messages.po"
    if not source.is_file():
        return NullTranslations()
    with source.open("rb") as file:
        catalogue = pofile.read_po(file, locale=language)
    compiled = io.BytesIO()
    mofile.write_mo(compiled, catalogue)
    compiled.seek(0)
    found = Translations(compiled)
    found.add_fallback(Untranslated(language))
    return found


@lru_cache(maxsize=5000)
def _spelled(value: date, pattern: str, language: str) -> str:
    """Return a date in a language; lists say the same few days again and again."""
    return str(dates.format_date(value, pattern, locale=language))


class Words:
    """How one reader is spoken to: language and time zone."""

    def __init__(self, language: str, zone: ZoneInfo) -> None:
        self.language = language if language in LANGUAGES else "en"
        self.zone = zone
        self.gettext: Callable[[str], str] = translations(self.language).gettext

    def day(self, value: date | datetime) -> str:
        """Return a date with its month spelled out: 24 November 2026."""
        if isinstance(value, datetime):
            value = value.astimezone(self.zone).date()
        return _spelled(value, "d MMMM y", self.language)

    def short_day(self, value: date | datetime) -> str:
        """Return weekday, day and month, without the year: Tue 24 Nov."""
        if isinstance(value, datetime):
            value = value.astimezone(self.zone).date()
        return _spelled(value, "EEE d MMM", self.language)

    def month(self, value: date) -> str:
        """Return a month with its year: November 2026."""
        return str(dates.format_date(value, "LLLL y", locale=self.language))

    def time(self, value: datetime) -> str:
        """Return the time of day: 14:40."""
        return value.astimezone(self.zone).strftime("%H:%M")

    def when(self, value: datetime) -> str:
        """Return date and time in the authority's zone: 24 November 2026, 14:40."""
        return f"{self.day(value)}, {self.time(value)}"

    def due(self, value: datetime) -> str:
        """
        Return an exclusive end as people say it.

        Midnight is told as the end of the day before: 31 October 2026, end of day.
        """
        local = value.astimezone(self.zone)
        if (local.hour, local.minute) == (0, 0):
            eve = date.fromordinal(local.date().toordinal() - 1)
            return self.gettext("%(day)s, end of day") % {"day": self.day(eve)}
        return self.when(value)

    def span(self, seconds: float) -> str:
        """Return a length of time in its two largest units: 2 days 3 h."""
        left = int(abs(seconds))
        days, left = divmod(left, DAY)
        hours, left = divmod(left, HOUR)
        minutes = left // MINUTE
        if days:
            catalogue = translations(self.language)
            text = catalogue.ngettext("%(n)s day", "%(n)s days", days)
            return text % {"n": days}
        if hours:
            if not minutes:
                return self.gettext("%(hours)s h") % {"hours": hours}
            text = self.gettext("%(hours)s h %(minutes)s min")
            return text % {"hours": hours, "minutes": minutes}
        return f"{minutes} min"

    def number(self, value: float) -> str:
        """Return a number with the language's marks."""
        return str(numbers.format_decimal(value, locale=self.language))

    def percent(self, share: float) -> str:
        """Return a share of one as a whole percentage: 66 %."""
        return f"{round(share * 100)} %"

    def size(self, count: int) -> str:
        """Return bytes in a unit that fits: 148 MB."""
        value = float(count)
        for unit in ("B", "kB", "MB"):
            if value < 1000:  # noqa: PLR2004 - decimal units
                return f"{value:.0f} {unit}"
            value /= 1000
        return f"{value:.1f} GB"

    def _shown(self, name: str, value: Any) -> str:  # noqa: ANN401 - whatever a phrase holds
        if isinstance(value, datetime):
            return self.due(value) if name == "due_at" else self.when(value)
        if name.endswith("_on") and ISO_DATE.fullmatch(str(value)):
            return self.day(date.fromisoformat(str(value)))
        if isinstance(value, str) and name.endswith("_at") and "T" in value:
            return self._shown(name, datetime.fromisoformat(value).astimezone(UTC))
        if isinstance(value, Phrase):
            return self.say(value)
        return str(value)

    def say(self, phrase: Phrase | str | dict[str, Any]) -> str:
        """Return a phrase in the reader's language; a dict is one kept as JSON."""
        if isinstance(phrase, str):
            return self.gettext(phrase) if phrase else ""
        if isinstance(phrase, dict):
            phrase = Phrase(phrase["text"], phrase.get("params", {}))
        text = self.gettext(phrase.text)
        if not phrase.params:
            return text
        params = phrase.params.items()
        return text % {name: self._shown(name, value) for name, value in params}


def choose_language(accept: str, wanted: str = "") -> str:
    """Return the language to use: the wanted one, else the browser's first known."""
    if wanted in LANGUAGES:
        return wanted
    for part in accept.split(","):
        code = part.split(";")[0].strip()[:2].lower()
        if code in LANGUAGES:
            return code
    return LANGUAGES[0]
