"""Each clock says why; each chip says how urgent."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platformlink.clocks import calendars, rules, sentences
from platformlink.clocks.sentences import Facts, Urgency
from platformlink.clocks.terms import (
    Duty,
    EndedAs,
    Pause,
    Source,
    State,
    Term,
    parse,
)
from platformlink.values import Phrase

ZONE = "Europe/Tirane"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def said(found: rules.Computation) -> list[str]:
    return [one.text % one.params for one in sentences.explain(found)]


def due(text: str, *, is_embargo: bool = False) -> Facts:
    return Facts(State.RUNNING, at(text), is_embargo=is_embargo)


def test_an_answer_explains_its_start_its_count_and_its_shift() -> None:
    term = Term(
        length=parse("P10D"),
        zone="Europe/Dublin",
        calendar="IE",
        duty=Duty.THEIRS,
        source=Source.AGREED,
        rule="Agreement of 2026, section 3",
    )
    start = at("2026-10-21T16:30+01:00")

    found = rules.compute(term, start, calendar=calendars.covering(term, start))

    assert said(found) == [
        "The time was agreed with them.",
        "Rule: Agreement of 2026, section 3.",
        "It starts with the sending on 2026-10-21 15:30:00+00:00.",
        "Length in calendar days: 10.",
        "The day of the event is not counted; the first day is 2026-10-22.",
        "The last day counted is 2026-10-31.",
        (
            "That is a rest day (IE), so by law it runs to the end of the next working"
            " day."
        ),
        "It ends with the end of 2026-11-02 in the zone Europe/Dublin.",
    ]


def test_a_hold_says_that_we_work_to_the_earlier_day() -> None:
    term = Term(length=parse("P60D"), zone=ZONE, calendar="AL", duty=Duty.OURS)
    start = at("2026-10-21T12:00+02:00")

    found = rules.compute(term, start, calendar=calendars.covering(term, start))

    assert said(found)[-1] == (
        "We work to the earlier day, because what lapses cannot be recovered: the end"
        " of 2026-12-18."
    )


def test_working_days_name_the_holidays_that_they_leave_out() -> None:
    term = Term(
        length=parse("5 working days"),
        zone="Europe/Dublin",
        calendar="IE",
        duty=Duty.THEIRS,
    )
    start = at("2026-10-21T12:00+01:00")

    found = rules.compute(term, start, calendar=calendars.covering(term, start))

    assert "2026-10-26 is left out: October Bank Holiday." in said(found)


def test_a_missing_calendar_is_said() -> None:
    term = Term(length=parse("P10D"), zone=ZONE, duty=Duty.THEIRS)

    found = rules.compute(term, at("2026-10-21T12:00+02:00"))

    assert "No calendar is named, so no rest day moves it." in said(found)


def test_a_pause_and_an_embargo_are_said() -> None:
    term = Term(length=parse("P10D"), zone=ZONE, duty=Duty.THEIRS, is_embargo=True)
    pause = Pause(at("2026-10-26T10:00+00:00"), at("2026-10-30T15:00+00:00"))

    found = rules.compute(term, at("2026-10-21T12:00+02:00"), pauses=(pause,))

    assert (
        "It stood still from 2026-10-26 10:00:00+00:00 to 2026-10-30 15:00:00+00:00,"
        " while they waited for us."
    ) in said(found)
    assert "Days added for that: 4." in said(found)
    assert said(found)[-1].startswith("They may not answer earlier")


def test_two_working_days_are_said_to_be_the_least() -> None:
    term = Term(length=parse("P3D"), zone=ZONE, calendar="AL", duty=Duty.THEIRS)
    start = at("2026-10-16T12:00+02:00")

    found = rules.compute(term, start, calendar=calendars.covering(term, start))

    assert found.last_on == date(2026, 10, 20)
    assert "By law it must hold at least two working days." in said(found)


def test_hours_name_the_other_reading() -> None:
    term = Term(length=parse("PT8H"), zone=ZONE, duty=Duty.THEIRS)

    found = rules.compute(term, at("2026-10-24T20:30+02:00"))

    assert said(found)[-1] == (
        "Read in whole hours, without the hour of the event, it would end on"
        " 2026-10-25 03:00:00+00:00."
    )


NOW = at("2026-11-26T08:42+01:00")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (due("2026-11-26T08:42+01:00"), Urgency.LATE),
        (due("2026-11-26T17:00+01:00"), Urgency.TODAY),
        (due("2026-11-27T00:00+01:00"), Urgency.TODAY),
        (due("2026-11-27T00:01+01:00"), Urgency.SOON),
        (due("2026-11-30T00:00+01:00"), Urgency.SOON),
        (due("2026-12-01T00:00+01:00"), Urgency.CALM),
        (due("2026-11-27T00:00+01:00", is_embargo=True), Urgency.CALM),
        (Facts(State.RUNNING, None), Urgency.UNCLEAR),
        (Facts(State.PAUSED, at("2026-11-01T00:00+01:00")), Urgency.PAUSED),
        (Facts(State.ENDED, NOW, EndedAs.MET), Urgency.MET),
        (Facts(State.ENDED, NOW, EndedAs.MISSED), Urgency.LATE),
    ],
)
def test_a_chip_tells_how_urgent_it_is(facts: Facts, expected: Urgency) -> None:
    assert sentences.urgency(facts, NOW, zone=ZONE) is expected


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (
            due("2026-11-26T17:00+01:00"),
            Phrase("%(hours)s h %(minutes)s min left", {"hours": 8, "minutes": 18}),
        ),
        (
            due("2026-11-26T09:00+01:00"),
            Phrase("%(minutes)s min left", {"minutes": 18}),
        ),
        (
            due("2026-11-26T08:30+01:00"),
            Phrase("Late by %(minutes)s min", {"minutes": 12}),
        ),
        (due("2026-12-01T00:00+01:00"), Phrase("%(days)s days left", {"days": 4})),
        (due("2026-11-20T00:00+01:00"), Phrase("Late by %(days)s days", {"days": 6})),
        (Facts(State.ENDED, NOW, EndedAs.MET), Phrase("In time")),
        (
            due("2026-12-01T00:00+01:00", is_embargo=True),
            Phrase("They may not answer yet"),
        ),
        (Facts(State.RUNNING, None), Phrase("Not known when")),
    ],
)
def test_a_chip_has_words(facts: Facts, words: Phrase) -> None:
    assert sentences.chip(facts, NOW, zone=ZONE).words == words


ORDER = [Urgency.CALM, Urgency.SOON, Urgency.TODAY, Urgency.LATE]


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), st.integers(0, 900))  # noqa: DTZ001 - the zone is added below
def test_urgency_only_grows(due_at: datetime, hours: int) -> None:
    facts = Facts(State.RUNNING, due_at.replace(tzinfo=UTC))
    now = due_at.replace(tzinfo=UTC) - timedelta(hours=hours)

    before = sentences.urgency(facts, now, zone=ZONE)
    after = sentences.urgency(facts, now + timedelta(hours=5), zone=ZONE)

    assert ORDER.index(after) >= ORDER.index(before)
