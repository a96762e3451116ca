"""Real rest days, and an authority's own."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platformlink.clocks import calendars, sentences
from platformlink.clocks.calendars import Change
from platformlink.clocks.rules import Computation, compute, recompute
from platformlink.clocks.terms import Duty, Term, parse
from platformlink.web.words import Words


def test_movable_feasts_are_known() -> None:
    albania = calendars.load("AL", 2026, 2026)

    assert albania.is_rest(date(2026, 5, 27))
    assert albania.is_rest(date(2026, 11, 30))
    assert not albania.is_rest(date(2026, 11, 27))


def test_a_part_of_a_country_has_its_own_days() -> None:
    assert calendars.load("US-CA", 2026, 2026).is_rest(date(2026, 3, 31))
    assert not calendars.load("US", 2026, 2026).is_rest(date(2026, 3, 31))


def test_a_day_has_its_name_in_the_readers_language_where_it_is_known() -> None:
    day = date(2026, 11, 29)

    assert calendars.load("AL", 2026, 2026).holidays[day] == "Liberation Day"
    in_albanian = calendars.load("AL", 2026, 2026, language="sq")
    assert in_albanian.holidays[day] == "Dita e Çlirimit"


def test_a_clocks_reasons_name_published_days_in_the_readers_language() -> None:
    ours = Change(date(2026, 12, 3), is_rest=True, name="Election")
    term = Term(
        length=parse("10 working days"),
        zone="Europe/Tirane",
        calendar="AL",
        duty=Duty.THEIRS,
    )
    calendar = calendars.load("AL", 2026, 2026, [ours])
    start = datetime(2026, 11, 26, 12, tzinfo=ZoneInfo("Europe/Tirane"))
    found = compute(term, start, calendar=calendar)

    def told(language: str) -> str:
        words = Words(language, ZoneInfo("Europe/Tirane"))
        shown = calendars.in_language(found, language)
        return " ".join(words.say(one) for one in sentences.reckon(shown))

    assert "8 December 2026 is left out: National Youth Day." in told("en")
    assert "8 dhjetor 2026" in told("sq")
    assert "Dita Kombëtare e Rinisë" in told("sq")
    assert "Election" in told("sq")
    assert "National Youth Day" not in told("sq")
    assert calendars.in_language(found, "sq").legal_due_at == found.legal_due_at


@pytest.mark.parametrize("language", ["en", "sq"])
def test_names_follow_no_servers_locale_and_are_english_for_want_of_another(
    monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("LANGUAGE", "de")

    german = calendars.load("DE", 2031, 2031, language=language)

    assert german.holidays[date(2031, 12, 25)] == "Christmas Day"


@pytest.mark.parametrize("code", ["", "XX", "al", "US-ZZ", "../AL"])
def test_an_unknown_calendar_is_refused_by_name(code: str) -> None:
    with pytest.raises(calendars.CalendarUnknown) as refused:
        calendars.load(code, 2026, 2026)

    assert refused.value.errors[0].pointer == "/calendar"


def test_an_authority_adds_a_rest_day_and_takes_one_away() -> None:
    changes = [
        Change(date(2026, 10, 22), is_rest=True, name="Election"),
        Change(date(2026, 11, 23), is_rest=False),
        Change(date(2026, 10, 24), is_rest=False),
    ]

    changed = calendars.load("AL", 2026, 2026, changes)

    assert changed.is_rest(date(2026, 10, 22))
    assert not changed.is_rest(date(2026, 11, 23))
    assert not changed.is_rest(date(2026, 10, 24))
    assert changed.version.endswith("3 changes")


def test_the_last_change_of_a_day_wins() -> None:
    day = date(2026, 10, 22)
    changes = [Change(day, is_rest=True, name="Mourning"), Change(day, is_rest=False)]

    assert not calendars.load("AL", 2026, 2026, changes).is_rest(day)


def test_a_calendar_covers_every_year_that_a_term_touches() -> None:
    long = Term(
        length=parse("P3Y"), zone="Europe/Tirane", duty=Duty.THEIRS, calendar="AL"
    )

    found = calendars.covering(long, datetime.fromisoformat("2026-12-31T12:00+01:00"))

    assert found is not None
    assert {day.year for day in found.holidays} == set(range(2025, 2031))


ANSWER = Term(length=parse("P10D"), zone="Europe/Dublin", duty=Duty.THEIRS)
NOON = datetime.fromisoformat("2026-10-21T12:00+01:00")
IRISH = msgspec.structs.replace(ANSWER, calendar="IE")


def counted(term: Term) -> Computation:
    return compute(term, NOON, calendar=calendars.covering(term, NOON))


@given(st.dates(date(2026, 10, 1), date(2026, 12, 1)))
def test_one_more_rest_day_never_makes_what_they_owe_due_earlier(day: date) -> None:
    was = counted(IRISH)

    found = calendars.moved(was, [Change(day, is_rest=True, name="Storm")])

    assert found is None or found.legal_due_at > was.legal_due_at
    assert found is None or recompute(found.ingredients) == found


def test_what_is_counted_without_a_calendar_is_moved_by_none() -> None:
    was = counted(ANSWER)

    assert calendars.moved(was, [Change(date(2026, 10, 30), is_rest=True)]) is None


def test_a_change_and_its_opposite_move_nothing() -> None:
    day = date(2026, 11, 2)
    storm, over = Change(day, is_rest=True, name="Storm"), Change(day, is_rest=False)
    was = counted(IRISH)

    assert calendars.moved(was, [storm]) is not None
    assert calendars.moved(was, [storm, over]) is None
