"""What burns first: groups of the board, and the next step of a row. Pure."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec

from platformlink.clocks.terms import Kind
from platformlink.permissions import Actor, Right, may
from platformlink.requests.rules import WITH_PLATFORM, State, Step, possible
from platformlink.values import Phrase


class Group(StrEnum):
    """The parts of the board, what is worst first."""

    DECIDE = "decide"  # a person must decide
    LOSS = "loss"  # data is about to be lost
    ANSWERS = "answers"  # theirs and ours
    CALM = "calm"


GROUP_NAMES = {
    Group.DECIDE: "A person must decide",
    Group.LOSS: "Data is about to be lost",
    Group.ANSWERS: "Answers: theirs and ours",
    Group.CALM: "Calm",
}
LOSSES = (
    *(Kind.HOLD_EXPIRY, Kind.RENEWAL, Kind.LEGAL_PROCESS),
    *(Kind.DOWNLOAD_EXPIRY, Kind.NOTICE_DELAY),
)
URGENT = ("late", "today", "soon", "unclear")

CLOCK_NAMES = {
    Kind.ACKNOWLEDGEMENT: "Acknowledgement",
    Kind.RESPONSE: "Answer",
    Kind.HOLD_EXPIRY: "Hold ends",
    Kind.RENEWAL: "Extension must go out",
    Kind.LEGAL_PROCESS: "Order for the data must go out",
    Kind.RATIFICATION: "Emergency not yet ratified",
    Kind.SUPPLEMENT: "They wait for our answer",
    Kind.NOTICE_DELAY: "The platform may tell the account holder",
    Kind.DOWNLOAD_EXPIRY: "Download link dies",
    Kind.AGREEMENT_REVIEW: "Agreement is to be reviewed",
    Kind.PROTOCOL_REVIEW: "Protocol is to be reviewed",
    Kind.RETENTION_REVIEW: "Keep or erase",
}
STEP_NAMES = {
    Kind.RATIFICATION: "Read and ratify",
    Kind.RENEWAL: "Open the extension",
    Kind.HOLD_EXPIRY: "Extend or ask",
    Kind.LEGAL_PROCESS: "Ask for the data",
    Kind.SUPPLEMENT: "Answer them",
}
SOURCE_WORDS = {
    "agreed": "by agreement",
    "stated": "by their own statement",
    "own": "by our target",
    "law": "by law",
    "promised": "as they promised",
}


class Span(StrEnum):
    """How far somebody looks back."""

    LAST = "last"  # to when they worked here last
    TODAY = "today"
    DAYS = "days"
    WEEK = "week"
    MONTH = "month"


SPAN_NAMES = {
    Span.LAST: "Since you last worked here",
    Span.TODAY: "Today",
    Span.DAYS: "Three days",
    Span.WEEK: "A week",
    Span.MONTH: "A month",
}
BACK = {
    Span.LAST: timedelta(days=7),  # for who was never here before
    Span.DAYS: timedelta(days=3),
    Span.WEEK: timedelta(days=7),
    Span.MONTH: timedelta(days=31),
}


FIELDS = ("platform", "unit", "kind", "age", "state")  # the board is narrowed by


class Age(StrEnum):
    """How long ago a request was submitted; one that was not yet, was begun."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    LONGER = "longer"


AGE_NAMES = {
    Age.DAYS: "Under a week",
    Age.WEEKS: "A week to a month",
    Age.MONTHS: "One to three months",
    Age.LONGER: "Over three months",
}
AGE_DAYS = {Age.DAYS: 7, Age.WEEKS: 30, Age.MONTHS: 90}  # under so many


class Act(StrEnum):
    """What may be done with several requests at once."""

    SUBMIT = "submit"
    SEND = "send"
    REMIND = "remind"
    WITHDRAW = "withdraw"


ENDED = (State.CLOSED, State.CANCELLED)  # none of it can be done any more
ACT_NAMES = {
    Act.SUBMIT: "Submit for approval",
    Act.SEND: "Send by e-mail",
    Act.REMIND: "Remind",
    Act.WITHDRAW: "Withdraw",
}


class NextStep(msgspec.Struct, frozen=True):
    """The one thing to do now: words, and where; `level` is of a drafted reminder."""

    words: str
    path: str
    is_post: bool = False
    level: int = 0


def begins(
    span: Span, now: datetime, zone: ZoneInfo, last_at: datetime | None
) -> datetime:
    """Return the instant, in UTC, from which somebody looks; `last_at`: was here."""
    if span is Span.TODAY:
        local = now.astimezone(zone)
        return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    if span is Span.LAST and last_at is not None:
        return last_at
    return now - BACK[span]


def board_path(narrowed: Mapping[str, str]) -> str:
    """Return where the board stands that is narrowed like this, by FIELDS."""
    given = urlencode({name: code for name, code in narrowed.items() if code})
    # A bare address would open with a person's own view.
    return f"/board?{given or 'platform='}"


def group_of(kind: str, urgency: str) -> Group:
    """Return the part of the board in which a clock stands."""
    if kind == Kind.RATIFICATION:
        return Group.DECIDE
    if urgency not in URGENT:
        return Group.CALM
    return Group.LOSS if kind in LOSSES else Group.ANSWERS


def next_step(kind: str, path: str, reminders: Collection[int]) -> NextStep:
    """Return what a person does about a clock."""
    if kind == Kind.RESPONSE and reminders:
        level = min(reminders)
        return NextStep("Remind", f"{path}/remind", is_post=True, level=level)
    return NextStep(STEP_NAMES.get(Kind(kind), "Open it"), path)


def acts(states: Collection[str], actor: Actor) -> dict[Act, str]:
    """Return what a person may do with requests in these states, with its name."""
    steps = {step for one in states for step in possible(State(one))}
    writes, sends = may(actor, Right.WRITE), may(actor, Right.SEND)
    found = {
        Act.SUBMIT: writes and Step.SUBMIT in steps,
        Act.SEND: sends and Step.SEND in steps,
        Act.REMIND: sends and not set(WITH_PLATFORM).isdisjoint(states),
        Act.WITHDRAW: sends and Step.WITHDRAW in steps,
    }
    return {act: ACT_NAMES[act] for act, is_so in found.items() if is_so}


def headline(counts: dict[Group, int], ending_today: int) -> list[Phrase]:
    """Return the sentence at the top: what waits, not the word “board”."""
    waiting = sum(counts.get(one, 0) for one in Group if one is not Group.CALM)
    if not waiting:
        return [Phrase("Nothing burns.")]
    text = "One thing waits for you." if waiting == 1 else "%(n)s things wait for you."
    said = [Phrase(text, {"n": waiting})]
    if ending_today:
        text = "One hold ends today." if ending_today == 1 else "%(n)s holds end today."
        said.append(Phrase(text, {"n": ending_today}))
    return said


def share_of(moment: datetime, begin: datetime, end: datetime) -> float:
    """Return where an instant lies between two others, from 0 to 1."""
    whole = (end - begin).total_seconds()
    if whole <= 0:
        return 1.0
    return min(1.0, max(0.0, (moment - begin).total_seconds() / whole))
