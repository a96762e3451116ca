"""Fourteen vectors of counting, and what must hold for any term."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platformlink.clocks import calendars, rules
from platformlink.clocks.rules import compute
from platformlink.clocks.terms import (
    Calendar,
    Duty,
    Evidence,
    Length,
    Pause,
    Term,
    TermWrong,
    Unit,
    parse,
)

ZONES = (
    "Europe/Tirane",
    "Europe/Dublin",
    "America/Los_Angeles",
    "Asia/Singapore",
    "Africa/Cairo",
    "America/Havana",
    "Pacific/Apia",
    "UTC",
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def term(
    length: str,
    duty: Duty = Duty.THEIRS,
    zone: str = "Europe/Tirane",
    calendar: str | None = None,
) -> Term:
    return Term(length=parse(length), zone=zone, duty=duty, calendar=calendar)


def end(
    length: str,
    start: str,
    duty: Duty = Duty.THEIRS,
    zone: str = "Europe/Tirane",
    calendar: str | None = None,
) -> rules.Computation:
    one = term(length, duty, zone, calendar)
    return compute(one, at(start), calendar=calendars.covering(one, at(start)))


# The vectors.


def test_ten_days_that_end_on_a_saturday_run_to_monday_for_them() -> None:
    found = end("P10D", "2026-10-21T16:30+01:00", zone="Europe/Dublin", calendar="IE")

    assert found.ingredients.start_on + rules.DAY == date(2026, 10, 22)
    assert (found.nominal_on, found.last_on) == (date(2026, 10, 31), date(2026, 11, 2))
    assert found.legal_due_at == at("2026-11-03T00:00+00:00")


def test_ten_days_that_end_on_a_saturday_end_on_friday_for_us() -> None:
    found = end(
        "P10D", "2026-10-21T16:30+01:00", Duty.OURS, "Europe/Dublin", calendar="IE"
    )

    assert found.safe_on == date(2026, 10, 30)
    assert found.safe_due_at == at("2026-10-31T00:00+00:00")


def test_eight_hours_over_the_change_of_the_clock_are_eight_real_hours() -> None:
    found = end("PT8H", "2026-10-24T20:30+02:00")

    assert found.legal_due_at == at("2026-10-25T03:30+01:00")
    assert found.safe_due_at == at("2026-10-25T03:30+01:00")
    assert rules.whole_hours_due(found) == at("2026-10-25T04:00+01:00")


def test_sixty_days_that_end_on_a_sunday() -> None:
    found = end(
        "P60D", "2026-10-21T12:00+01:00", Duty.OURS, "Europe/Dublin", calendar="IE"
    )

    assert found.nominal_on == date(2026, 12, 20)
    assert found.last_on == date(2026, 12, 21)
    assert found.safe_on == date(2026, 12, 18)


def test_an_extension_counts_from_the_first_start() -> None:
    first = end("P60D", "2026-10-21T12:00+01:00", zone="Europe/Dublin", calendar="IE")
    more = rules.Extending(parse("P30D"), most_times=1)
    longer = rules.extend(first, more, asked_at=at("2026-12-20T23:00+00:00"))

    found = compute(longer, at("2026-10-21T12:00+01:00"))

    assert found.nominal_on == date(2027, 1, 19)


def test_five_days_hold_two_working_days() -> None:
    found = end("P5D", "2026-10-23T09:00+02:00", calendar="AL")

    assert found.last_on == date(2026, 10, 28)
    assert found.legal_due_at == at("2026-10-29T00:00+01:00")


@pytest.mark.parametrize("calendar", [None, "AL"])
def test_five_working_days_leave_out_the_weekend(calendar: str | None) -> None:
    found = end("5 working days", "2026-10-21T12:00+02:00", calendar=calendar)

    assert found.last_on == date(2026, 10, 28)


def test_five_working_days_leave_out_a_holiday_too() -> None:
    found = end(
        "5 working days", "2026-10-21T12:00+01:00", zone="Europe/Dublin", calendar="IE"
    )

    assert found.last_on == date(2026, 10, 29)


def test_a_hold_is_counted_from_its_earliest_plausible_start() -> None:
    hold = term("P90D", Duty.OURS, "America/Los_Angeles", calendar="AL")
    acknowledged_at = at("2026-11-05T09:00-08:00")
    calendar = calendars.covering(hold, acknowledged_at)

    found = compute(
        hold,
        acknowledged_at,
        evidence=Evidence.ACKNOWLEDGED,
        earliest_at=at("2026-11-03T09:00-08:00"),
        calendar=calendar,
    )

    assert found.nominal_on == date(2027, 2, 3)
    assert found.safe_on == date(2027, 2, 1)


def test_a_renewed_hold_ends_on_the_friday_before_a_sunday() -> None:
    sent_at = at("2026-11-03T09:00-08:00")
    first = end("P90D", "2026-11-03T09:00-08:00", Duty.OURS, "America/Los_Angeles")
    renewed = rules.extend(
        first, rules.Extending(parse("P90D")), asked_at=at("2027-01-20T09:00-08:00")
    )
    renewed = msgspec.structs.replace(renewed, calendar="AL")

    found = compute(renewed, sent_at, calendar=calendars.covering(renewed, sent_at))

    assert first.nominal_on == date(2027, 2, 1)
    assert found.nominal_on == date(2027, 5, 2)
    assert found.safe_on == date(2027, 4, 30)


def test_a_year_is_counted_from_the_submission_not_from_our_receipt() -> None:
    found = end("P1Y", "2026-11-03T12:00-05:00", Duty.OURS, "America/New_York")

    assert found.nominal_on == date(2027, 11, 3)
    assert rules.days_left(date(2027, 11, 3), date(2027, 1, 15)) == 292


@pytest.mark.parametrize(
    ("submitted", "length", "last_on"),
    [
        ("2024-05-06", "P90D", date(2024, 8, 4)),
        ("2024-05-07", "P1Y", date(2025, 5, 7)),
    ],
)
def test_the_regime_of_a_report_follows_its_day(
    submitted: str, length: str, last_on: date
) -> None:
    found = end(length, f"{submitted}T12:00-04:00", Duty.OURS, "America/New_York")

    assert found.safe_on == last_on


def test_forty_eight_hours_of_a_court() -> None:
    found = end("PT48H", "2026-10-24T18:00+02:00")

    assert found.legal_due_at == at("2026-10-26T17:00+01:00")
    assert rules.whole_hours_due(found) is None


def test_ninety_six_hours_of_an_authority() -> None:
    found = end("PT96H", "2026-10-22T10:15+02:00")

    assert found.legal_due_at == at("2026-10-26T09:15+01:00")


def test_a_year_from_a_leap_day_ends_on_the_last_of_february() -> None:
    found = end("P1Y", "2028-02-29T12:00+01:00")

    assert found.nominal_on == date(2029, 2, 28)


def test_the_longer_of_two_windows_counts() -> None:
    windows = [end(one, "2026-12-02T12:00+01:00") for one in ("P20D", "P30D")]

    found = max(windows, key=lambda one: one.legal_due_at)

    assert found.last_on == date(2027, 1, 1)


def test_an_order_is_extended_once() -> None:
    first = end("P90D", "2026-11-02T12:00+01:00", Duty.OURS)
    once = rules.Extending(parse("P90D"), most_times=1)
    asked_at = at("2027-01-20T12:00+01:00")

    longer = compute(
        rules.extend(first, once, asked_at=asked_at), at("2026-11-02T12:00+01:00")
    )

    assert first.nominal_on == date(2027, 1, 31)
    with pytest.raises(rules.ExtensionRefused, match="as often as"):
        rules.extend(longer, once, asked_at=asked_at)


def test_an_extension_comes_too_late_after_the_last_day() -> None:
    first = end("P60D", "2026-10-21T12:00+01:00", zone="Europe/Dublin", calendar="IE")

    with pytest.raises(rules.ExtensionRefused, match="ended before"):
        rules.extend(
            first,
            rules.Extending(parse("P30D")),
            asked_at=at("2026-12-21T00:00+00:00"),
        )


# What else a clock must know.


def test_two_days_from_a_friday_hold_two_working_days() -> None:
    found = end("P2D", "2026-10-16T12:00+02:00", calendar="AL")

    assert found.last_on == date(2026, 10, 20)


def test_one_day_from_a_friday_runs_to_monday() -> None:
    found = end("P1D", "2026-10-16T12:00+02:00", calendar="AL")

    assert found.last_on == date(2026, 10, 19)


def test_what_is_ours_is_never_moved_before_its_start() -> None:
    found = end("P1D", "2026-10-17T12:00+02:00", Duty.OURS, calendar="AL")

    assert found.safe_on == date(2026, 10, 18)


def test_a_day_begins_where_the_term_is_counted() -> None:
    found = end("P1D", "2026-10-21T23:30+00:00", zone="Asia/Singapore")

    assert found.last_on == date(2026, 10, 23)
    assert found.legal_due_at == at("2026-10-24T00:00+08:00")


def test_a_named_day_is_not_moved_for_them() -> None:
    promised = Term(
        until_on=date(2026, 10, 31),
        zone="Europe/Dublin",
        duty=Duty.THEIRS,
        calendar="IE",
    )
    start = at("2026-10-21T12:00+01:00")

    found = compute(promised, start, calendar=calendars.covering(promised, start))

    assert found.last_on == date(2026, 10, 31)


def test_a_hold_until_a_named_sunday_is_safe_on_friday() -> None:
    named = Term(
        until_on=date(2026, 12, 20), zone="Europe/Tirane", duty=Duty.OURS, calendar="AL"
    )
    start = at("2026-10-21T12:00+01:00")

    found = compute(named, start, calendar=calendars.covering(named, start))

    assert (found.last_on, found.safe_on) == (date(2026, 12, 20), date(2026, 12, 18))


def test_a_link_dies_at_the_instant_that_was_named() -> None:
    dies_at = at("2026-11-04T10:00+00:00")
    link = Term(until_at=dies_at, zone="Europe/Tirane", duty=Duty.OURS)

    found = compute(link, at("2026-11-02T10:00+00:00"))

    assert (found.legal_due_at, found.safe_due_at) == (dies_at, dies_at)


def test_an_end_before_the_start_is_refused() -> None:
    named = Term(until_on=date(2026, 10, 1), zone="Europe/Tirane", duty=Duty.OURS)

    with pytest.raises(TermWrong):
        compute(named, at("2026-10-21T12:00+01:00"))


def test_a_pause_of_four_days_moves_an_answer_by_four_days() -> None:
    pause = Pause(at("2026-10-26T10:00+01:00"), at("2026-10-30T15:00+01:00"))

    found = compute(term("P10D"), at("2026-10-21T12:00+02:00"), pauses=(pause,))

    assert (found.stopped_days, found.nominal_on) == (4, date(2026, 11, 4))


def test_a_pause_over_a_weekend_moves_working_days_by_the_worked_ones() -> None:
    pause = Pause(at("2026-10-23T10:00+02:00"), at("2026-10-27T15:00+01:00"))

    found = compute(
        term("5 working days"), at("2026-10-21T12:00+02:00"), pauses=(pause,)
    )

    assert (found.stopped_days, found.nominal_on) == (2, date(2026, 10, 30))


def test_a_pause_moves_hours_by_elapsed_time() -> None:
    pause = Pause(at("2026-10-24T22:00+02:00"), at("2026-10-25T04:00+01:00"))

    found = compute(term("PT8H"), at("2026-10-24T20:30+02:00"), pauses=(pause,))

    assert found.legal_due_at == at("2026-10-25T10:30+01:00")


def test_a_pause_never_moves_the_safe_end_of_what_is_ours() -> None:
    pause = Pause(at("2026-10-26T10:00+01:00"), at("2026-10-30T15:00+01:00"))
    start = at("2026-10-21T12:00+02:00")

    found = compute(term("P10D", Duty.OURS), start, pauses=(pause,))

    assert found.safe_due_at == compute(term("P10D", Duty.OURS), start).safe_due_at


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        (term("P0D"), "/amount"),
        (term("P1D", zone="Europe/Nowhere"), "/zone"),
        (term("P1D", zone="../etc/passwd"), "/zone"),
        (term("P51Y"), "/amount"),
        (Term(zone="UTC", duty=Duty.OURS), "/length"),
    ],
)
def test_what_cannot_be_counted_is_named(wrong: Term, pointer: str) -> None:
    with pytest.raises(TermWrong) as refused:
        compute(wrong, at("2026-10-21T12:00+02:00"))

    assert [error.pointer for error in refused.value.errors] == [pointer]


def test_a_start_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        compute(term("P1D"), datetime(2026, 10, 21, 12))  # noqa: DTZ001 - on purpose


def test_hours_warn_in_hours_and_days_in_days() -> None:
    assert rules.notice_hours(term("PT8H")) == [4, 1, 0]
    assert rules.notice_hours(term("P90D", Duty.OURS)) == [504, 336, 168, 72, 24, 0]
    assert rules.notice_hours(term("P90D"), warn_days=(1, 7)) == [168, 24, 0]


def test_reminders_follow_the_end_of_an_answer() -> None:
    reminded = rules.notice_hours(term("P90D"), reminder_days=(1, 7))

    assert reminded == [48, 0, -24, -168]


def test_nobody_is_nudged_whose_answer_may_not_come_early() -> None:
    embargoed = msgspec.structs.replace(term("P10D"), is_embargo=True)

    assert rules.notice_hours(embargoed) == [0]


def test_a_late_tick_gives_the_nearest_level_only() -> None:
    due_at = at("2026-10-31T00:00+01:00")
    now = at("2026-10-29T12:00+01:00")

    assert rules.level_at(due_at, [168, 72, 24, 0], now) == 72
    assert rules.next_notice_at(due_at, [168, 72, 24, 0], now) == at(
        "2026-10-30T00:00+01:00"
    )


def test_after_the_end_no_notice_follows() -> None:
    due_at = at("2026-10-31T00:00+01:00")

    assert rules.next_notice_at(due_at, [24, 0], due_at) is None
    assert rules.level_at(due_at, [24, 0], due_at) == 0


# What must hold for any term.

starts = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone itself
    datetime(2060, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from(ZONES).map(ZoneInfo),
)
lengths = st.builds(
    Length,
    st.integers(1, 120),
    st.sampled_from([u for u in Unit if u is not Unit.YEARS]),
) | st.builds(Length, st.integers(1, 20), st.just(Unit.YEARS))
day_sets = st.frozensets(st.dates(date(2000, 1, 1), date(2082, 1, 1)), max_size=40)
business = st.builds(
    Calendar,
    st.just("XX"),
    st.just("made up"),
    st.sampled_from([(5, 6), (4, 5), (6,), ()]),
    day_sets.map(lambda days: dict.fromkeys(sorted(days), "Feast")),
)
terms = st.builds(
    Term, length=lengths, zone=st.sampled_from(ZONES), duty=st.sampled_from(Duty)
)


@given(lengths)
def test_a_length_that_is_printed_can_be_read_again(length: Length) -> None:
    assert parse(str(length)) == length


@pytest.mark.parametrize(
    "text",
    ["", "90", "P90", "PT90M", "P1Y6M", "P-1D", "P٣D", "P" + "9" * 5000 + "D", "p9d"],
)
def test_any_other_text_is_no_length(text: str) -> None:
    with pytest.raises(TermWrong):
        parse(text)


@given(terms, starts, st.none() | business)
def test_a_clock_never_ends_before_it_starts(
    any_term: Term, start: datetime, calendar: Calendar | None
) -> None:
    found = compute(any_term, start, calendar=calendar)

    assert found.legal_due_at > start
    assert found.safe_due_at > start
    assert found.legal_due_at.tzinfo is UTC


@given(terms, starts, st.none() | business)
def test_the_safe_end_is_never_after_the_legal_one(
    any_term: Term, start: datetime, calendar: Calendar | None
) -> None:
    found = compute(any_term, start, calendar=calendar)

    assert found.safe_due_at <= found.legal_due_at
    if any_term.duty is Duty.THEIRS:
        assert found.safe_due_at == found.legal_due_at


@given(terms, starts, business, st.dates(date(2000, 1, 1), date(2082, 1, 1)))
def test_another_holiday_never_makes_an_answer_due_earlier(
    any_term: Term, start: datetime, calendar: Calendar, day: date
) -> None:
    more = msgspec.structs.replace(
        calendar, holidays={**calendar.holidays, day: "Another"}
    )

    before = compute(any_term, start, calendar=calendar)

    assert compute(any_term, start, calendar=more).legal_due_at >= before.legal_due_at


@given(terms, starts, st.none() | business, st.integers(0, 30), st.integers(0, 500))
def test_the_ingredients_alone_give_the_same_end(
    any_term: Term,
    start: datetime,
    calendar: Calendar | None,
    after_days: int,
    pause_hours: int,
) -> None:
    from_at = start.astimezone(UTC) + timedelta(days=after_days)
    pause = Pause(from_at, from_at + timedelta(hours=pause_hours))
    found = compute(any_term, start, calendar=calendar, pauses=(pause,))

    stored = msgspec.json.encode(found.ingredients)

    kept = msgspec.json.decode(stored, type=rules.Ingredients)
    assert rules.recompute(kept) == found


@given(terms, starts, business)
def test_an_answer_is_due_at_the_end_of_a_working_day(
    any_term: Term, start: datetime, calendar: Calendar
) -> None:
    found = compute(any_term, start, calendar=calendar)

    if found.last_on:
        assert not calendar.is_rest(found.last_on)


@given(terms, starts)
def test_an_end_in_days_is_the_midnight_after_its_last_day(
    any_term: Term, start: datetime
) -> None:
    found = compute(any_term, start)

    if found.last_on:
        just_before = found.legal_due_at - timedelta(microseconds=1)
        assert rules.day_of(just_before, any_term.zone) == found.last_on
        assert rules.day_of(found.legal_due_at, any_term.zone) > found.last_on


@given(st.integers(1, 1000), starts)
def test_hours_are_elapsed_time_in_any_zone(hours: int, start: datetime) -> None:
    one = Term(length=Length(hours, Unit.HOURS), zone="Asia/Singapore", duty=Duty.OURS)

    found = compute(one, start)

    assert found.safe_due_at - start.astimezone(UTC) == timedelta(hours=hours)


@given(terms, starts, st.none() | business, st.integers(1, 500))
def test_a_pause_never_makes_an_answer_due_earlier(
    any_term: Term, start: datetime, calendar: Calendar | None, hours: int
) -> None:
    from_at = start.astimezone(UTC)
    pause = Pause(from_at, from_at + timedelta(hours=hours))

    plain = compute(any_term, start, calendar=calendar)
    paused = compute(any_term, start, calendar=calendar, pauses=(pause,))

    assert paused.legal_due_at >= plain.legal_due_at


@given(starts, st.lists(st.integers(0, 2000), min_size=1), st.integers(-3000, 3000))
def test_each_level_is_reached_once(
    due_at: datetime, hours: list[int], offset: int
) -> None:
    due_at = due_at.astimezone(UTC)
    now = due_at + timedelta(hours=offset)

    following = rules.next_notice_at(due_at, hours, now)

    assert following is None or following > now
    reached = rules.level_at(due_at, hours, now)
    assert reached is None or due_at - timedelta(hours=reached) <= now
