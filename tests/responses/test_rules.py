"""What an answer means."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platformlink.requests.rules import MOVES, Outcome, State, Step
from platformlink.responses import codes, rules
from platformlink.responses.codes import Effect, Fault, Kind
from platformlink.responses.rules import ItemIn

SENT_AT = datetime.fromisoformat("2026-11-24T10:30+01:00")
HOUR = timedelta(hours=1)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("kind", Kind)
def test_no_response_asks_for_a_step_that_its_state_forbids(
    kind: Kind, state: State
) -> None:
    for promised in (False, True):
        step = rules.step_for(kind, state, is_more_promised=promised)

        assert step is None or (state, step) in MOVES


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("kind", [Kind.AUTO_REPLY, Kind.UNDELIVERED, Kind.OTHER])
def test_a_machine_moves_nothing(kind: Kind, state: State) -> None:
    assert rules.step_for(kind, state, is_more_promised=False) is None


@pytest.mark.parametrize(
    ("kind", "state", "promised", "step"),
    [
        (Kind.ACK, State.SENT, False, Step.ACKNOWLEDGE),
        (Kind.ACK, State.ACKNOWLEDGED, False, None),
        (Kind.NEED_MORE_INFO, State.SENT, False, Step.ASK),
        (Kind.CHALLENGE, State.ANSWERED, False, Step.CHALLENGE),
        (Kind.DELIVERY, State.ACKNOWLEDGED, False, Step.ANSWER),
        (Kind.DELIVERY, State.ACKNOWLEDGED, True, Step.ANSWER_PARTLY),
        (Kind.REFUSAL, State.NEEDS_US, False, Step.ANSWER),
        (Kind.DELIVERY, State.CLOSED, False, None),
        (Kind.PRESERVATION_CONFIRMED, State.SENT, False, Step.ANSWER),
    ],
)
def test_a_kind_means_a_step(
    kind: Kind, state: State, step: Step | None, *, promised: bool
) -> None:
    assert rules.step_for(kind, state, is_more_promised=promised) is step


def test_every_kind_has_an_effect_and_words() -> None:
    assert set(rules.EFFECTS) == set(Kind) == set(codes.KIND_NAMES)
    assert set(codes.OUTCOME_NAMES) == set(Outcome)
    finals = {kind for kind, one in rules.EFFECTS.items() if one is Effect.ANSWERS}
    assert set(rules.IMPLIED) == finals


def test_every_reason_to_refuse_has_somebody_at_fault() -> None:
    assert all(reason.fault for reason in codes.WHY_REFUSED.values())
    assert rules.faults(["too_broad", "policy", "redacted"]) == {
        Fault.OURS,
        Fault.THEIRS,
    }


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([Outcome.FULL, Outcome.FULL], Outcome.FULL),
        ([Outcome.FULL, Outcome.REFUSED], Outcome.PARTIAL),
        ([Outcome.FULL, Outcome.NOT_ASSESSED], Outcome.PARTIAL),
        ([Outcome.PARTIAL, Outcome.NO_DATA, Outcome.NO_DATA], Outcome.PARTIAL),
        ([Outcome.NO_DATA, Outcome.NO_DATA, Outcome.REFUSED], Outcome.NO_DATA),
        ([Outcome.NO_DATA, Outcome.REFUSED], Outcome.REFUSED),
        ([Outcome.PRESERVED_ONLY], Outcome.PRESERVED_ONLY),
        ([Outcome.NOT_ASSESSED], Outcome.NOT_ASSESSED),
        ([], Outcome.NOT_ASSESSED),
    ],
)
def test_the_outcome_of_a_request_follows_from_its_items(
    items: list[Outcome], expected: Outcome
) -> None:
    assert rules.derive(items) is expected


@given(st.lists(st.sampled_from(Outcome)))
def test_the_order_of_items_does_not_matter(items: list[Outcome]) -> None:
    assert rules.derive(items) is rules.derive(items[::-1])


@given(st.lists(st.sampled_from(Outcome)))
def test_data_is_never_called_none(items: list[Outcome]) -> None:
    if any(one in rules.DATA for one in items):
        assert rules.derive(items) in rules.DATA


def test_what_came_before_the_letter_is_refused() -> None:
    (wrong,) = rules.check_times(SENT_AT - HOUR, SENT_AT, SENT_AT + HOUR)

    assert (wrong.pointer, wrong.code) == ("/received_at", "before-dispatch")


def test_what_has_not_come_yet_is_refused() -> None:
    (wrong,) = rules.check_times(SENT_AT + 2 * HOUR, SENT_AT, SENT_AT + HOUR)

    assert wrong.code == "in-the-future"


def test_nothing_comes_back_from_what_was_not_sent() -> None:
    with pytest.raises(rules.NotSentYet):
        rules.check_times(SENT_AT, None, SENT_AT)


def test_every_wrong_item_is_named_at_once() -> None:
    items = [
        ItemIn(9, "full", "subscriber"),
        ItemIn(1, "fine", "weather", ("because",)),
        ItemIn(1, "full", "subscriber", ("redacted",)),
        ItemIn(1, "partial", "subscriber", ("redacted",)),
    ]

    wrong = rules.check_items(items, {1}, ["subscriber"])

    assert [(error.pointer, error.code) for error in wrong] == [
        ("/items/0/target", "unknown"),
        ("/items/1/category", "not-asked"),
        ("/items/1/outcome", "unknown"),
        ("/items/1/reasons", "unknown"),
        ("/items/2/reasons", "not-with-full"),
        ("/items", "twice"),
    ]


def test_unknown_codes_are_named() -> None:
    wrong = rules.check_codes(["too_broad", "x"], ["translation", "y"])

    assert [error.pointer for error in wrong] == ["/reasons", "/wanted"]


def test_a_delivery_with_a_later_instalment_is_a_part() -> None:
    assert rules.is_more_promised(Kind.DELIVERY, ["later_instalment"])
    assert not rules.is_more_promised(Kind.DELIVERY, ["redacted"])
    assert not rules.is_more_promised(Kind.REFUSAL, ["later_instalment"])


TIRANE = ZoneInfo("Europe/Tirane")


def test_a_day_that_they_name_is_read_as_late_as_it_can_be() -> None:
    named = rules.Until(on=date(2026, 11, 26))

    found = rules.started_at(named, SENT_AT, SENT_AT + timedelta(days=9), TIRANE)

    local = found.astimezone(TIRANE)
    assert (local.date(), local.time()) == (date(2026, 11, 26), time.max)


@given(
    st.dates(date(2026, 11, 1), date(2027, 1, 31)),
    st.timedeltas(timedelta(), timedelta(days=60)),
    st.sampled_from(["Pacific/Kiritimati", "Etc/GMT+12", "Europe/Dublin"]),
)
def test_a_start_lies_between_the_sending_and_the_answer(
    day: date, waited: timedelta, zone: str
) -> None:
    received_at = SENT_AT + waited

    found = rules.started_at(rules.Until(on=day), SENT_AT, received_at, ZoneInfo(zone))

    assert SENT_AT <= found <= received_at


@pytest.mark.parametrize(
    ("kind", "arrived", "code"),
    [
        (Kind.ACK, rules.Until(on=date(2026, 11, 22)), "before-dispatch"),
        (Kind.ACK, rules.Until(at=SENT_AT - timedelta(minutes=1)), "before-dispatch"),
        (Kind.ACK, rules.Until(on=date(2026, 11, 28)), "after-response"),
        (Kind.UNDELIVERED, rules.Until(on=date(2026, 11, 24)), "not-delivered"),
    ],
)
def test_a_receipt_that_cannot_be_is_refused(
    kind: Kind, arrived: rules.Until, code: str
) -> None:
    received_at = SENT_AT + timedelta(days=2)

    (error,) = rules.check_arrival(kind, arrived, SENT_AT, received_at)

    assert (error.pointer, error.code) == ("/arrived", code)


def test_a_day_counts_as_a_day_where_they_sit() -> None:
    """In the Pacific it is still the day before."""
    eve = rules.Until(on=date(2026, 11, 1))
    night = datetime(2026, 11, 2, 8, tzinfo=UTC)

    assert rules.check_arrival(Kind.ACK, eve, night, night) == []
