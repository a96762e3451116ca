from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from platformlink.letters import wording
from platformlink.letters.wording import Mark, Note, Said, Voice

TEMPLATES = Path(__file__).parent.parent.parent / "letter_templates"
TIRANA = ZoneInfo("Europe/Tirane")
VOICE = Voice(TEMPLATES, ("sq", "en"))


def whys(identifier: str) -> list[str]:
    return [note.why for note in wording.notes(identifier)]


def test_hidden_characters_are_shown_not_obeyed() -> None:
    assert wording.shown("a\u202eb\u200bc\x00") == "a⟨U+202E⟩b⟨U+200B⟩c⟨U+0000⟩"


def test_line_feeds_stay() -> None:
    assert wording.shown("a\nb\tc") == "a\nb\tc"


@given(st.text())
def test_what_is_shown_hides_nothing(text: str) -> None:
    assert wording.HIDDEN.search(wording.shown(text)) is None


@given(st.text(max_size=60))
def test_any_identifier_gets_its_notes(text: str) -> None:
    assert all(note.marks for note in wording.notes(text))


def test_the_minority_of_mixed_scripts_is_named() -> None:
    assert wording.notes("@pаypal") == (
        Note(
            "mixed",
            ("Latin", "Cyrillic"),
            (Mark("а", "U+0430", "cyrillic small letter a"),),
        ),
    )


def test_one_foreign_script_is_spelled_out() -> None:
    (note,) = wording.notes("@мир")

    assert (note.why, note.scripts) == ("script", ("Cyrillic",))
    assert [mark.point for mark in note.marks] == ["U+043C", "U+0438", "U+0440"]


def test_characters_that_look_alike_are_named_in_short_identifiers_only() -> None:
    assert whys("@l1I0O.demo") == ["alike"]
    assert whys("@some.name") == []
    assert whys("UCP1VrT-1FJors_6ILi8IHn5") == []


def test_emoji_arabic_and_hidden_characters_are_named() -> None:
    assert whys("@shitje🔥24h") == ["symbol"]
    assert whys("@مثال") == ["script"]
    assert whys("@a\u200bb") == ["hidden"]


def test_dates_have_their_month_spelled_out() -> None:
    assert wording.day(date(2026, 11, 24), "sq") == "24 nëntor 2026"
    assert wording.day(date(2026, 11, 24), "en") == "24 November 2026"


def test_a_date_stands_once_for_both_languages() -> None:
    assert VOICE.day_in_line(date(2026, 11, 24)) == "24 nëntor · November 2026"


def test_local_time_bears_the_offset_of_its_own_day() -> None:
    summer = datetime(2026, 9, 30, 22, tzinfo=UTC)
    winter = datetime(2026, 11, 23, 23, tzinfo=UTC)

    assert wording.local(summer, TIRANA, "en") == "1 October 2026, 00:00 (UTC+02:00)"
    assert wording.local(winter, TIRANA, "en") == "24 November 2026, 00:00 (UTC+01:00)"


def test_a_phrase_is_said_in_each_language_with_its_dates() -> None:
    said = VOICE.both("to %(until)s", until=date(2027, 2, 22))

    assert said == (
        Said("sq", "deri 22 shkurt 2027"),
        Said("en", "to 22 February 2027"),
    )


def test_plurals_follow_each_language() -> None:
    assert [one.text for one in VOICE.count("%(num)s page", "%(num)s pages", 1)] == [
        "1 faqe",
        "1 page",
    ]


def test_a_text_in_one_language_stands_once() -> None:
    assert VOICE.texts({"en": "Account"}) == (Said("", "Account"),)
    assert VOICE.texts({"sq": "Video", "en": "Video"}) == (Said("", "Video"),)


def test_blank_lines_part_paragraphs() -> None:
    assert wording.paragraphs("a\nb\n\n \nc\n") == ("a\nb", "c")
