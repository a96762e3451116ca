"""How a reader is spoken to: dates, ends, lengths of time, and phrases."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from platformlink.values import Phrase
from platformlink.web.words import Words

TIRANE = ZoneInfo("Europe/Tirane")
NOON = datetime(2026, 11, 26, 11, 30, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 26, 23, tzinfo=UTC)  # there; 23:00 in UTC


@pytest.mark.parametrize(
    ("language", "moment", "said"),
    [
        ("en", NOON, "26 November 2026, 12:30"),
        ("en", MIDNIGHT, "26 November 2026, end of day"),
        ("sq", NOON, "26 nëntor 2026, 12:30"),
        ("sq", MIDNIGHT, "26 nëntor 2026, në fund të ditës"),
    ],
)
def test_an_end_at_midnight_belongs_to_the_day_that_it_closes(
    language: str, moment: datetime, said: str
) -> None:
    assert Words(language, TIRANE).due(moment) == said


@pytest.mark.parametrize("due_at", [MIDNIGHT, MIDNIGHT.isoformat()])
def test_a_phrase_names_no_day_after_the_one_that_it_means(
    due_at: datetime | str,
) -> None:
    phrase = Phrase("%(name)s: an answer is due on %(due_at)s.", {"due_at": due_at})
    phrase.params["name"] = "PL-2026-000001"

    said = Words("en", TIRANE).say(phrase)

    assert said == "PL-2026-000001: an answer is due on 26 November 2026, end of day."


def test_when_something_began_midnight_is_an_hour_like_others() -> None:
    phrase = Phrase("It starts on %(start_at)s.", {"start_at": MIDNIGHT})

    assert Words("en", TIRANE).say(phrase) == "It starts on 27 November 2026, 00:00."


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(60 * 5, "5 min"), (3600 * 2, "2 h"), (3600 * 2 + 60, "2 h 1 min"),
     (86400, "1 day"), (-86400 * 3, "3 days")],
)  # fmt: skip
def test_a_length_of_time_is_told_in_its_largest_units(seconds: int, said: str) -> None:
    assert Words("en", TIRANE).span(seconds) == said
