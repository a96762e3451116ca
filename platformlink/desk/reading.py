"""The parts of a request's page: what its reader may do, clocks, history, answers."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.clocks.tables import Clock
from platformlink.clocks.terms import Kind as ClockKind
from platformlink.desk.rules import CLOCK_NAMES, SOURCE_WORDS
from platformlink.permissions import Actor, Right, may
from platformlink.requests import following, rules, showing
from platformlink.requests.rules import Kind, Outcome, State, Step
from platformlink.requests.schemas import ClockOut, FindingOut
from platformlink.requests.tables import PlatformRequest, Reminder, RequestEvent
from platformlink.responses import queries as responses
from platformlink.responses.codes import KIND_NAMES as ANSWER_NAMES
from platformlink.responses.codes import OUTCOME_NAMES
from platformlink.responses.codes import Kind as AnswerKind
from platformlink.responses.senders import Senders
from platformlink.responses.tables import Response as Answer
from platformlink.responses.tables import ResponseItem
from platformlink.values import Phrase
from platformlink.web.pages import Shell as PlainShell


class ClockRow(msgspec.Struct, frozen=True):
    """One clock: its name, whose word its time is; what it replaced, newest first."""

    name: str
    source: str
    shown: ClockOut
    before: list[ClockOut]


class Line(msgspec.Struct, frozen=True):
    """One line of the history."""

    event: RequestEvent
    actor: str
    text: str
    icon: str
    is_ours: bool


class Can(msgspec.Struct, frozen=True, kw_only=True):
    """What the reader may do now; each is one button."""

    edit: bool
    submit: bool
    decide: bool
    seal: bool
    take_back: bool
    cancel: bool
    send: bool
    record: bool
    supplement: bool
    withdraw: bool
    close: bool
    reopen: bool
    ratify: bool
    remind: bool
    correct: bool
    escalate: bool
    escalate_to_state: bool
    acknowledge: bool
    follow: bool


class AnswerRow(msgspec.Struct, frozen=True):
    """One response, what its kind is called, and what is amiss with its sender."""

    answer: Answer
    name: str
    amiss: FindingOut | None


ICONS = {
    "draft": "pencil",
    "submit": "eye",
    "return": "arrow-left",
    "approve": "certificate",
    "seal_alone": "urgent",
    "send": "send",
    "queue": "clock",
    "doubt": "question-mark",
    "fail": "alert-octagon",
    "acknowledge": "user-check",
    "restart": "clock",
    "ask": "message-question",
    "supplement": "send",
    "answer": "package",
    "answer_partly": "circle-half-2",
    "close": "circle-check",
    "remind": "bell",
    "ratify": "checks",
    "withdraw": "x",
}


THEIRS = ("acknowledge", "ask", "answer", "answer_partly", "receive")


def can_of(
    request: PlatformRequest,
    actor: Actor,
    subject: Any,  # noqa: ANN401 - permissions.Subject
    reminders: list[Reminder],
    *,
    is_point_known: bool,
) -> Can:
    """Return what a person may do with a request in its state."""
    steps = rules.possible(State(request.state))
    is_own = request.author_id == actor.id
    writes = may(actor, Right.WRITE, subject) or (
        is_own and may(actor, Right.EMERGENCY, subject)
    )
    sends = may(actor, Right.SEND, subject)
    decides = may(actor, Right.APPROVE, subject) and not is_own
    is_emergency = request.kind == Kind.EMERGENCY_DISCLOSURE
    seals = is_emergency and may(actor, Right.EMERGENCY, subject)
    return Can(
        edit=writes and request.state == State.DRAFT,
        submit=writes and Step.SUBMIT in steps,
        decide=decides and Step.APPROVE in steps,
        seal=seals and Step.SEAL_ALONE in steps,
        take_back=writes and Step.EDIT in steps,
        cancel=writes and Step.CANCEL in steps,
        send=sends and Step.SEND in steps,
        record=sends
        and request.sent_at is not None
        and request.state not in rules.OVER,
        supplement=sends and Step.SUPPLEMENT in steps,
        withdraw=sends and Step.WITHDRAW in steps,
        close=sends and Step.CLOSE in steps,
        reopen=sends and Step.REOPEN in steps,
        ratify=request.needs_ratification
        and not is_own
        and may(actor, Right.RATIFY, subject),
        remind=sends and any(one.letter_id is None for one in reminders),
        correct=sends and request.state in following.STANDING,
        escalate=sends and request.state in following.ASKED,
        escalate_to_state=is_point_known,
        acknowledge=sends and request.state in following.RECEIVED,
        follow=sends,
    )


def line(event: RequestEvent, actor: str | None, shell: PlainShell) -> Line:
    """Return one line of the history, in the reader's language."""
    return Line(
        event=event,
        actor=actor or "",
        text=shell.words.say(event.phrase),
        icon=ICONS.get(event.verb, "history"),
        is_ours=event.verb not in THEIRS,
    )


def _replaced_by(clock: Clock, by_id: Mapping[int, Clock]) -> Iterator[Clock]:
    """Yield what a clock replaced, and what that replaced, and so on."""
    while clock.replaces_id is not None:
        clock = by_id[clock.replaces_id]
        yield clock


def clock_rows(
    found: list[Any], shell: PlainShell, now: datetime
) -> tuple[list[ClockRow], list[ClockRow]]:
    """Return running clocks, and those that met or missed their end."""
    running: list[ClockRow] = []
    ended: list[ClockRow] = []
    by_id = {clock.id: clock for clock in found}
    for clock in found:
        if clock.ended_as in ("replaced", "void"):
            continue
        row = ClockRow(
            CLOCK_NAMES[clock.kind],
            SOURCE_WORDS[clock.source],
            showing.clock(clock, shell.words, now),
            [
                showing.clock(one, shell.words, now)
                for one in _replaced_by(clock, by_id)
            ],
        )
        (ended if clock.state == "ended" else running).append(row)
    return running, ended


def next_line(
    request: PlatformRequest, running: list[ClockRow], shell: PlainShell, platform: str
) -> str:
    """Return in one sentence what is next, and by when."""
    words: dict[State, Phrase] = {
        State.DRAFT: Phrase("Finish it and submit it for approval."),
        State.IN_REVIEW: Phrase(
            "A second person reads it, and approves or returns it."
        ),
        State.READY: Phrase("The letter is sealed. Send it, and record the proof."),
        State.NEEDS_US: Phrase("They wait for us; their clock stands still meanwhile."),
        State.ANSWERED: Phrase("Assess the answer, and close the request."),
        State.CLOSED: Phrase("Nothing is left to do."),
        State.CANCELLED: Phrase("It was given up before it was sent."),
        State.WITHDRAWN: Phrase("It was withdrawn by a sealed letter."),
    }
    waited = [one.shown for one in running if one.shown.kind == ClockKind.SUPPLEMENT]
    if waited and request.state == State.NEEDS_US:
        words[State.NEEDS_US] = Phrase(
            "They wait for our answer until %(due_at)s; their clock stands still"
            " meanwhile.",
            {"due_at": waited[0].safe_due_at},
        )
    said = words.get(State(request.state))
    if said is not None:
        return shell.words.say(said)
    theirs = [one.shown for one in running if one.shown.duty == "theirs"]
    if not theirs:
        return shell.words.say(Phrase("%(platform)s has it.", {"platform": platform}))
    return shell.words.say(
        Phrase(
            "%(platform)s has it; the next thing is due on %(due_at)s.",
            {"platform": platform, "due_at": theirs[0].safe_due_at},
        )
    )


async def items_of(
    session: AsyncSession, request_id: int, shell: PlainShell
) -> tuple[list[str], dict[tuple[int, str], tuple[str, str]]]:
    """Return the categories that were answered, and what counts of each item."""
    current: list[ResponseItem] = await responses.current_items(session, request_id)
    categories = list(dict.fromkeys(one.category for one in current))
    shown = {
        (one.target_id, one.category): (
            one.outcome,
            shell.words.say(OUTCOME_NAMES[Outcome(one.outcome)]),
        )
        for one in current
    }
    return categories, shown


def answer(one: Answer, senders: Senders, shell: PlainShell) -> AnswerRow:
    """Return one response, in the reader's language."""
    found = senders.finding(one.sender)
    return AnswerRow(
        one,
        shell.words.say(ANSWER_NAMES[AnswerKind(one.kind)]),
        showing.finding(found, shell.words) if found else None,
    )
