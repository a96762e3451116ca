"""The table of a request's life: every pair of state and step, and the way to each."""

from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platformlink.permissions import RIGHTS
from platformlink.requests import rules
from platformlink.requests.rules import (
    MOVERS,
    MOVES,
    OPEN,
    OVER,
    STATE_NAMES,
    CloseIn,
    Mover,
    PeriodIn,
    RequestIn,
    RequestInvalid,
    State,
    Step,
    StepNotPossible,
    TargetIn,
)

# The whole table once more, as `domain.md` draws it: from state, by steps.
TABLE: dict[State, dict[Step, State | None]] = {
    State.DRAFT: {
        Step.SUBMIT: State.IN_REVIEW,
        Step.SEAL_ALONE: State.READY,
        Step.CANCEL: State.CANCELLED,
    },
    State.IN_REVIEW: {
        Step.RETURN: State.DRAFT,
        Step.APPROVE: State.READY,
        Step.CANCEL: State.CANCELLED,
    },
    State.READY: {
        Step.EDIT: State.DRAFT,
        Step.SEND: State.SENT,
        Step.CANCEL: State.CANCELLED,
    },
    State.SENT: {
        Step.ACKNOWLEDGE: State.ACKNOWLEDGED,
        Step.ASK: State.NEEDS_US,
        Step.ANSWER_PARTLY: State.PARTLY_ANSWERED,
        Step.ANSWER: State.ANSWERED,
        Step.WITHDRAW: State.WITHDRAWN,
    },
    State.ACKNOWLEDGED: {
        Step.ASK: State.NEEDS_US,
        Step.ANSWER_PARTLY: State.PARTLY_ANSWERED,
        Step.ANSWER: State.ANSWERED,
        Step.WITHDRAW: State.WITHDRAWN,
    },
    State.PARTLY_ANSWERED: {
        Step.ASK: State.NEEDS_US,
        Step.ANSWER_PARTLY: State.PARTLY_ANSWERED,
        Step.ANSWER: State.ANSWERED,
        Step.WITHDRAW: State.WITHDRAWN,
    },
    State.NEEDS_US: {
        Step.SUPPLEMENT: None,
        Step.ANSWER: State.ANSWERED,
        Step.WITHDRAW: State.WITHDRAWN,
    },
    State.ANSWERED: {Step.CHALLENGE: State.NEEDS_US, Step.CLOSE: State.CLOSED},
    State.CLOSED: {Step.REOPEN: None},
    State.CANCELLED: {},
    State.WITHDRAWN: {},
}


@pytest.mark.parametrize(("state", "step"), tuple(product(State, Step)))
def test_every_pair_leads_where_the_table_says_or_nowhere(
    state: State, step: Step
) -> None:
    if step in TABLE[state]:
        assert rules.move(state, step).to is TABLE[state][step]
        assert step in rules.possible(state)
    else:
        with pytest.raises(StepNotPossible):
            rules.move(state, step)


def test_every_state_can_be_reached() -> None:
    reached, waiting = {State.DRAFT}, [State.DRAFT]
    while waiting:
        state = waiting.pop()
        for step in rules.possible(state):
            to = MOVES[state, step].to
            if to is not None and to not in reached:
                reached.add(to)
                waiting.append(to)

    assert reached == set(State)


def test_every_step_is_some_roles() -> None:
    held = {right for rights in RIGHTS.values() for right in rights}

    assert {move.right for move in MOVES.values()} <= held


def test_every_state_says_whose_move_it_is() -> None:
    assert set(MOVERS) == set(STATE_NAMES) == set(State)
    assert {state for state, who in MOVERS.items() if who is Mover.NOBODY} == set(OVER)
    assert set(OPEN) | set(OVER) == set(State)


def fields(**changes: object) -> RequestIn:
    given = {"case": "K-1", "platform": "tiktok", "kind": "preservation"} | changes
    return RequestIn(**given)  # type: ignore[arg-type] # any field


def pointers(refused: pytest.ExceptionInfo[RequestInvalid]) -> list[str]:
    return [error.pointer for error in refused.value.errors]


def test_all_wrong_fields_are_told_at_once() -> None:
    wrong = fields(
        kind="wish",
        targets=(TargetIn("username", " "), TargetIn("username", "x" * 2001)),
        narrative="x" * 30_001,
        period=PeriodIn(from_=datetime(2026, 11, 1)),  # noqa: DTZ001 - that is the point
    )

    with pytest.raises(RequestInvalid) as refused:
        rules.check_fields(wrong)

    assert set(pointers(refused)) == {
        *("/kind", "/targets/0/value", "/targets/1/value", "/narrative"),
        "/period/from",
    }


MOMENTS = st.datetimes(timezones=st.just(UTC))


@given(MOMENTS, MOMENTS)
def test_a_period_ends_after_it_starts(one: datetime, other: datetime) -> None:
    period = PeriodIn(from_=one, to=other)
    if one < other:
        rules.check_fields(fields(period=period))
        return

    with pytest.raises(RequestInvalid) as refused:
        rules.check_fields(fields(period=period))

    assert pointers(refused) == ["/period/to"]


@pytest.mark.parametrize("outcome", ["", "not_assessed", "fine"])
def test_a_closing_says_how_it_ended(outcome: str) -> None:
    with pytest.raises(RequestInvalid) as refused:
        rules.check_closing(CloseIn(outcome, usefulness="very"))

    assert pointers(refused) == ["/outcome", "/usefulness"]


def test_nobody_guesses_or_counts_drafts() -> None:
    made = {rules.new_draft_id() for _ in range(200)}

    assert len(made) == 200
    assert all(len(one) == 10 and set(one) <= set(rules.ALPHABET) for one in made)
