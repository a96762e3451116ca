"""The judge of the drill must be able to say no: each promise, broken once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.faults.judge import Found, Promised, Rung, Taken, judge

DUE = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
REFERENCE = "PL-2026-000001"
TAKEN = Taken(REFERENCE, "<dispatch-1@desk.example>", "ab" * 32)
RUNG = Rung(REFERENCE, "clock/9/0", DUE + timedelta(seconds=20))


def promised() -> Promised:
    return Promised(
        filed={"K-1": "D-1"},
        sealed={REFERENCE: "ab" * 32},
        queued={REFERENCE},
        answers={REFERENCE: 7},
        due={REFERENCE: DUE},
    )


def found() -> Found:
    return Found(
        drafts={"K-1": ["D-1"]},
        letters={REFERENCE: "ab" * 32},
        delivered={REFERENCE},
        taken=[TAKEN],
        answers={REFERENCE: [7]},
        rung=[RUNG],
        entries=12,
        asked=8,
    )


def broken_in(what: Found) -> set[str]:
    return {one.promise for one in judge(promised(), what) if one.broken}


def test_where_all_is_as_promised_nothing_is_broken() -> None:
    verdicts = judge(promised(), found())

    assert broken_in(found()) == set()
    assert all(one.kept == one.promised > 0 for one in verdicts)


def lost_draft(what: Found) -> None:
    what.drafts.clear()


def draft_filed_twice(what: Found) -> None:
    what.drafts["K-1"].append("D-2")


def other_letter(what: Found) -> None:
    what.letters[REFERENCE] = "cd" * 32
    what.taken[0] = Taken(REFERENCE, TAKEN.message_id, "cd" * 32)


def never_sent(what: Found) -> None:
    what.taken.clear()
    what.delivered.clear()


def other_bytes_sent(what: Found) -> None:
    what.taken[0] = Taken(REFERENCE, TAKEN.message_id, "ef" * 32)


def claimed_to_be_sent(what: Found) -> None:
    what.taken.clear()


def sent_twice(what: Found) -> None:
    what.taken.append(TAKEN)


def lost_answer(what: Found) -> None:
    what.answers.clear()


def silent_clock(what: Found) -> None:
    what.rung.clear()


def clock_too_early(what: Found) -> None:
    what.rung[0] = Rung(REFERENCE, "clock/9/0", DUE - timedelta(seconds=1))


def clock_rung_twice(what: Found) -> None:
    what.rung.append(Rung(REFERENCE, "clock/10/0", RUNG.told_at))


def broken_chain(what: Found) -> None:
    what.broken_entry = 5


def empty_chain(what: Found) -> None:
    what.entries = 0


def mistake_of_ours(what: Found) -> None:
    what.failed.append("GET /requests: {}")


SENT = "a letter that was to go out went out, as it was sealed"
RANG = "a clock that was due has rung, once"


@pytest.mark.parametrize(
    ("harm", "broken"),
    [
        (lost_draft, {"what was filed is there, once"}),
        (draft_filed_twice, {"what was filed is there, once"}),
        (other_letter, {"a sealed letter is there, byte for byte"}),
        (never_sent, {SENT}),
        (other_bytes_sent, {SENT}),
        (claimed_to_be_sent, {SENT, "what is shown as delivered was taken"}),
        (sent_twice, {"nothing was sent twice"}),
        (lost_answer, {"an answer is there, once"}),
        (silent_clock, {RANG}),
        (clock_too_early, {RANG}),
        (clock_rung_twice, {RANG}),
        (broken_chain, {"the audit chain holds"}),
        (empty_chain, {"the audit chain holds"}),
        (mistake_of_ours, {"an answer never tells of a mistake of ours"}),
    ],
)
def test_each_harm_breaks_its_promise(
    harm: Callable[[Found], None], broken: set[str]
) -> None:
    what = found()
    harm(what)

    assert broken_in(what) == broken
