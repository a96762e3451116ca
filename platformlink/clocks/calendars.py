"""Whose rest days: real holiday data by country, with an authority's own changes."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from importlib.metadata import version

import holidays
import msgspec

from platformlink.clocks.rules import Computation, add, check, compute, day_of
from platformlink.clocks.terms import Calendar, Pause, Term
from platformlink.errors import FieldError, Invalid

# A clock keeps the names with its sentences: they must not follow a server's locale.
KEPT_IN = "en"


class CalendarUnknown(Invalid):
    """No calendar has this code."""

    code = "calendar-unknown"
    title = "No calendar has this code"


class Change(msgspec.Struct, frozen=True):
    """One day that an authority declares a rest day (with a name) or a working day."""

    day_on: date
    is_rest: bool
    name: str = ""


def _spoken(country: str, language: str) -> str | None:
    """Return the library's name of a language for a country, English for want of it."""
    offered = getattr(getattr(holidays, country, None), "supported_languages", ())
    by_language = {one.partition("_")[0]: one for one in reversed(offered)}
    return by_language.get(language) or by_language.get(KEPT_IN)


@lru_cache(maxsize=256)
def _published(
    code: str, first_year: int, last_year: int, language: str = KEPT_IN
) -> Calendar:
    country, _, part = code.partition("-")
    try:
        days = holidays.country_holidays(
            country,
            subdiv=part or None,
            years=range(first_year, last_year + 1),
            language=_spoken(country, language),
        )
    except (NotImplementedError, KeyError) as error:
        message = "Give a country code such as AL, IE or US."
        wrong = FieldError("/calendar", "unknown", message)
        raise CalendarUnknown("", wrong) from error
    return Calendar(
        code=code,
        version=f"holidays {version('holidays')}",
        weekend=tuple(sorted(days.weekend)),
        holidays=dict(sorted(days.items())),
    )


def _changed(calendar: Calendar, changes: Iterable[Change]) -> Calendar:
    """Return the calendar with changes laid over it; the later one wins."""
    final = {one.day_on: one for one in changes}
    if not final:
        return calendar
    added = {d: one.name for d, one in final.items() if one.is_rest}
    worked = {d for d, one in final.items() if not one.is_rest}
    kept = {d: n for d, n in calendar.holidays.items() if d not in worked}
    return msgspec.structs.replace(
        calendar,
        version=f"{calendar.version}, {len(final)} changes",
        holidays=kept | added,
        worked=tuple(sorted(worked)),
    )


def in_language(found: Computation, language: str) -> Computation:
    """
    Return a computation whose published holidays are named in a language, to be shown.

    A name that an authority gave, or that the library has no word for, stays.
    """
    calendar = found.ingredients.calendar
    if language == KEPT_IN or calendar is None or not calendar.holidays:
        return found
    days = calendar.holidays
    years = min(days).year, max(days).year
    try:
        kept, spoken = (
            _published(calendar.code, *years, one).holidays
            for one in (KEPT_IN, language)
        )
    except CalendarUnknown:
        return found
    named = {d: spoken.get(d, n) if kept.get(d) == n else n for d, n in days.items()}
    calendar = msgspec.structs.replace(calendar, holidays=named)
    shown = msgspec.structs.replace(found.ingredients, calendar=calendar)
    return msgspec.structs.replace(found, ingredients=shown)


def load(
    code: str,
    first_year: int,
    last_year: int,
    changes: Iterable[Change] = (),
    *,
    language: str = KEPT_IN,
) -> Calendar:
    """
    Return the calendar of a country, or of a part of one (`US-CA`), for some years.

    Its days bear their names in a language (`sq`), where they are known in it.

    Raises: CalendarUnknown.
    """
    return _changed(_published(code, first_year, last_year, language), changes)


def covering(
    term: Term,
    start_at: datetime,
    changes: Iterable[Change] = (),
    pauses: Iterable[Pause] = (),
) -> Calendar | None:
    """
    Return the calendar that a term names, for all years it can touch, or None.

    Raises: TermWrong, CalendarUnknown.
    """
    check(term, start_at)
    if term.calendar is None:
        return None
    first = day_of(start_at, term.zone)
    last = term.until_on or first
    if term.length and not term.in_hours:
        for length in (term.length, *term.extensions):
            last = add(last, length)
    for pause in pauses:
        last += pause.to_at - pause.from_at
    # A year more on both sides: what is moved may cross a New Year, and then some.
    return load(term.calendar, first.year - 1, last.year + 1, changes)


def moved(
    was: Computation, changes: Iterable[Change], *, term: Term | None = None
) -> Computation | None:
    """
    Return the end under an authority's changes, or None where neither end moves.

    ``term`` takes the place of the one that was counted, where that is another now.
    """
    kept = was.ingredients
    term = term or kept.term
    found = compute(
        term,
        kept.start_at,
        evidence=kept.evidence,
        earliest_at=kept.earliest_at,
        pauses=kept.pauses,
        calendar=covering(term, kept.earliest_at, changes, kept.pauses),
    )
    stays = (found.legal_due_at, found.safe_due_at) == (
        was.legal_due_at,
        was.safe_due_at,
    )
    return None if stays else found
