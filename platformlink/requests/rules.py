"""The life of a request: states, steps, who may take them. Pure."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

import msgspec

from platformlink.errors import Conflict, Denied, FieldError, Invalid, Missing
from platformlink.permissions import Right
from platformlink.values import Phrase

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford: nothing looks alike


class Kind(StrEnum):
    """What is asked."""

    PRESERVATION = "preservation"
    PRESERVATION_EXTENSION = "preservation_extension"
    DISCLOSURE = "disclosure"
    EMERGENCY_DISCLOSURE = "emergency_disclosure"


class State(StrEnum):
    """Whose move it is, and why."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    READY = "ready"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    NEEDS_US = "needs_us"
    PARTLY_ANSWERED = "partly_answered"
    ANSWERED = "answered"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    """What can be done with a request."""

    SUBMIT = "submit"
    RETURN = "return"
    APPROVE = "approve"
    SEAL_ALONE = "seal_alone"  # an emergency, by a duty officer
    EDIT = "edit"
    CANCEL = "cancel"
    SEND = "send"
    ACKNOWLEDGE = "acknowledge"
    ASK = "ask"  # the platform asks us
    SUPPLEMENT = "supplement"  # our answer went out
    ANSWER_PARTLY = "answer_partly"
    ANSWER = "answer"
    CHALLENGE = "challenge"
    CLOSE = "close"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"


def is_emergency(kind: str, urgency: str) -> bool:
    """Say whether a request is an emergency, by its kind or its own urgency."""
    return "emergency" in (urgency, kind.partition("_")[0])


class Mover(StrEnum):
    """Whose move it is."""

    OFFICER = "officer"
    APPROVER = "approver"
    LIAISON = "liaison"
    PLATFORM = "platform"
    NOBODY = "nobody"


class Move(msgspec.Struct, frozen=True):
    """Where a step leads, and the right it needs; `to` None: the state it had."""

    to: State | None
    right: Right


NOT_SENT = (State.DRAFT, State.IN_REVIEW, State.READY)
WITH_PLATFORM = (State.SENT, State.ACKNOWLEDGED, State.PARTLY_ANSWERED)
AFTER_SENDING = (*WITH_PLATFORM, State.NEEDS_US)
OVER = (State.CLOSED, State.CANCELLED, State.WITHDRAWN)
OPEN = tuple(state for state in State if state not in OVER)

MOVES: dict[tuple[State, Step], Move] = {
    (State.DRAFT, Step.SUBMIT): Move(State.IN_REVIEW, Right.WRITE),
    (State.DRAFT, Step.SEAL_ALONE): Move(State.READY, Right.EMERGENCY),
    (State.IN_REVIEW, Step.RETURN): Move(State.DRAFT, Right.APPROVE),
    (State.IN_REVIEW, Step.APPROVE): Move(State.READY, Right.APPROVE),
    (State.READY, Step.EDIT): Move(State.DRAFT, Right.WRITE),
    **{(one, Step.CANCEL): Move(State.CANCELLED, Right.WRITE) for one in NOT_SENT},
    (State.READY, Step.SEND): Move(State.SENT, Right.SEND),
    (State.SENT, Step.ACKNOWLEDGE): Move(State.ACKNOWLEDGED, Right.SEND),
    **{(one, Step.ASK): Move(State.NEEDS_US, Right.SEND) for one in WITH_PLATFORM},
    (State.NEEDS_US, Step.SUPPLEMENT): Move(None, Right.SEND),
    **{
        (one, Step.ANSWER_PARTLY): Move(State.PARTLY_ANSWERED, Right.SEND)
        for one in WITH_PLATFORM
    },
    **{(one, Step.ANSWER): Move(State.ANSWERED, Right.SEND) for one in AFTER_SENDING},
    (State.ANSWERED, Step.CHALLENGE): Move(State.NEEDS_US, Right.SEND),
    (State.ANSWERED, Step.CLOSE): Move(State.CLOSED, Right.SEND),
    (State.CLOSED, Step.REOPEN): Move(None, Right.SEND),
    **{
        (one, Step.WITHDRAW): Move(State.WITHDRAWN, Right.SEND) for one in AFTER_SENDING
    },
}

MOVERS: Mapping[State, Mover] = MappingProxyType(
    {
        State.DRAFT: Mover.OFFICER,
        State.IN_REVIEW: Mover.APPROVER,
        State.READY: Mover.LIAISON,
        State.SENT: Mover.PLATFORM,
        State.ACKNOWLEDGED: Mover.PLATFORM,
        State.NEEDS_US: Mover.OFFICER,
        State.PARTLY_ANSWERED: Mover.PLATFORM,
        State.ANSWERED: Mover.OFFICER,
        State.CLOSED: Mover.NOBODY,
        State.CANCELLED: Mover.NOBODY,
        State.WITHDRAWN: Mover.NOBODY,
    }
)

STATE_NAMES: Mapping[State, str] = MappingProxyType(
    {
        State.DRAFT: "Draft",
        State.IN_REVIEW: "In review",
        State.READY: "Ready to send",
        State.SENT: "Sent",
        State.ACKNOWLEDGED: "Acknowledged",
        State.NEEDS_US: "They ask us",
        State.PARTLY_ANSWERED: "Partly answered",
        State.ANSWERED: "Answered",
        State.CLOSED: "Closed",
        State.CANCELLED: "Cancelled",
        State.WITHDRAWN: "Withdrawn",
    }
)

KIND_NAMES: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.PRESERVATION: "Preservation",
        Kind.PRESERVATION_EXTENSION: "Extension of a preservation",
        Kind.DISCLOSURE: "Disclosure",
        Kind.EMERGENCY_DISCLOSURE: "Emergency disclosure",
    }
)


class Outcome(StrEnum):
    """What we got in the end."""

    FULL = "full"
    PARTIAL = "partial"
    NO_DATA = "no_data"
    REFUSED = "refused"
    REDIRECTED = "redirected"
    PRESERVED_ONLY = "preserved_only"
    VOLUNTARY_EMERGENCY = "voluntary_emergency"
    NOT_ASSESSED = "not_assessed"


# What the history says of a request that was closed.
CLOSED_WORDS: Mapping[Outcome, str] = MappingProxyType(
    {
        Outcome.FULL: "Closed: all of it was given",
        Outcome.PARTIAL: "Closed: a part was given",
        Outcome.NO_DATA: "Closed: they have no data",
        Outcome.REFUSED: "Closed: refused",
        Outcome.REDIRECTED: "Closed: redirected",
        Outcome.PRESERVED_ONLY: "Closed: preserved only",
        Outcome.VOLUNTARY_EMERGENCY: "Closed: given voluntarily in an emergency",
    }
)


class Usefulness(StrEnum):
    """Whether an answer helped, as the officer says."""

    IDENTIFIED = "identified"
    ADVANCED = "advanced"
    NO_HELP = "no_help"


class HoldState(StrEnum):
    """What is known of the copy that the platform keeps of one account's data."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    RENEWAL_DUE = "renewal_due"
    RENEWED = "renewed"
    SERVED = "served"
    RELEASED = "released"
    LAPSED = "lapsed"


class TargetIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One account or item, as typed."""

    kind: str
    value: str
    seen_on: date | None = None


class PeriodIn(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}
):
    """From an instant (included) to another (not included), each with an offset."""

    from_: datetime | None = None
    to: datetime | None = None


class ConfidentialityIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether the platform may tell the account holder; until when not, and why."""

    non_disclosure: bool = True
    until: date | None = None
    reason: str = ""


class AuthorisationIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An order made outside this desk."""

    authority: str
    number: str
    on: date
    expires_on: date | None = None


class RequestIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A draft, as given; what is missing may follow before it is submitted."""

    case: str
    platform: str
    kind: str
    targets: tuple[TargetIn, ...] = ()
    period: PeriodIn = PeriodIn()
    data: tuple[str, ...] = ()
    instrument: str = ""
    urgency: str = "routine"
    urgency_reason: str = ""
    confidentiality: ConfidentialityIn = ConfidentialityIn()
    narrative: str = ""
    narrative_local: str = ""
    nexus: str = ""
    necessity: str = ""
    report_number: str = ""
    danger: str = ""
    averts: str = ""
    language: str = "en"
    holder_country: str = ""
    entity: str = ""
    entity_reason: str = ""
    authorisation: AuthorisationIn | None = None
    parent: str = ""


class CloseIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How it ended: outcome, reasons, and whether it helped."""

    outcome: str
    reasons: tuple[str, ...] = ()
    usefulness: str = ""


class StepNotPossible(Conflict):
    """The request is not in a state that allows this."""

    code = "step-not-possible"
    title = "This is not possible in the request's present state"

    def __init__(self, state: State, step: Step) -> None:
        super().__init__(
            "A request that is “%(state)s” does not allow “%(step)s”.",
            params={"state": STATE_NAMES[state], "step": step},
        )


class NoSuchRequest(Missing):
    """There is no such request, or it is not this person's to know."""

    code = "no-such-request"
    title = "There is no such request"


class NoReminder(Missing):
    """No drafted reminder waits; it may be sealed already."""

    code = "no-reminder"
    title = "No drafted reminder waits"


class RequestInvalid(Invalid):
    """The request cannot be kept or submitted like this; each field is named."""

    code = "request-invalid"
    title = "The request cannot be kept or submitted like this"


class ReasonMissing(Invalid):
    """A reason must be given."""

    code = "reason-missing"
    title = "A reason is missing"

    def __init__(self, pointer: str = "/reason") -> None:
        message = "Say why, in a sentence that the other person can act on."
        super().__init__(message, FieldError(pointer, "required", message))


class AlreadyRatified(Conflict):
    """The emergency has been ratified, or is none that needs it."""

    code = "already-ratified"
    title = "There is nothing to ratify here"


class NotAnEmergency(Denied):
    """Only an emergency may be sealed by one officer alone."""

    code = "not-an-emergency"
    title = "Only an emergency may be sealed by one officer alone"


LONGEST_TEXT = 30_000
LONGEST_LINE = 2_000
MOST_TARGETS = 500
LONG_TEXTS = ("narrative", "narrative_local", "nexus", "necessity", "danger", "averts")


def _check_period(period: PeriodIn) -> list[FieldError]:
    """Return what makes a period no period: no zone, or an end before its start."""
    errors = []
    for name, moment in (("from", period.from_), ("to", period.to)):
        if moment is not None and moment.tzinfo is None:
            message = "Give the time with its offset, such as 2026-11-24T10:30+01:00."
            errors.append(FieldError(f"/period/{name}", "no-zone", message))
    if not errors and period.from_ and period.to and period.from_ >= period.to:
        message = "The period ends before it starts: put a later end."
        errors.append(FieldError("/period/to", "reversed", message))
    return errors


def _check_lengths(fields: RequestIn) -> list[FieldError]:
    long = {"most": str(LONGEST_TEXT)}
    message = "Use at most %(most)s characters."
    errors = [
        FieldError(f"/{name}", "too-long", message, long)
        for name in LONG_TEXTS
        if len(getattr(fields, name)) > LONGEST_TEXT
    ]
    line = {"most": str(LONGEST_LINE)}
    errors += [
        FieldError(f"/targets/{place}/value", "too-long", message, line)
        for place, target in enumerate(fields.targets)
        if len(target.value) > LONGEST_LINE
    ]
    if len(fields.targets) > MOST_TARGETS:
        most = {"most": str(MOST_TARGETS)}
        message = "Name at most %(most)s accounts in one request."
        errors.append(FieldError("/targets", "too-many", message, most))
    return errors


def check_fields(fields: RequestIn) -> None:
    """
    Let pass what can be kept as a draft; what is missing may follow.

    Raises: RequestInvalid, which names all wrong fields at once.
    """
    errors = _check_period(fields.period) + _check_lengths(fields)
    if fields.kind not in set(Kind):
        message = "Choose one of: %(kinds)s."
        kinds = {"kinds": ", ".join(Kind)}
        errors.append(FieldError("/kind", "unknown", message, kinds))
    errors += [
        FieldError(f"/targets/{place}/value", "required", "Name the account.")
        for place, target in enumerate(fields.targets)
        if not target.value.strip()
    ]
    if errors:
        raise RequestInvalid("", *errors)


def check_closing(fields: CloseIn) -> None:
    """
    Let pass a closing that says how it ended.

    Raises: RequestInvalid.
    """
    errors = []
    if fields.outcome not in set(Outcome) - {Outcome.NOT_ASSESSED}:
        message = "Choose how it ended: %(outcomes)s."
        outcomes = {"outcomes": ", ".join(Outcome)}
        errors.append(FieldError("/outcome", "required", message, outcomes))
    if fields.usefulness and fields.usefulness not in set(Usefulness):
        message = "Choose identified, advanced or no_help."
        errors.append(FieldError("/usefulness", "unknown", message))
    if errors:
        raise RequestInvalid("", *errors)


def move(state: State, step: Step) -> Move:
    """
    Return where a step leads from a state.

    Raises: StepNotPossible.
    """
    found = MOVES.get((state, step))
    if found is None:
        raise StepNotPossible(state, step)
    return found


def possible(state: State) -> frozenset[Step]:
    """Return the steps that a state allows."""
    return frozenset(step for one, step in MOVES if one is state)


def new_draft_id() -> str:
    """Return ten letters that nobody guesses (50 bits) and nobody misreads."""
    return "".join(secrets.choice(ALPHABET) for _ in range(10))


def whose_move(state: State, platform: str) -> Phrase:
    """Return whose move it is, as a badge says it."""
    who = {
        Mover.OFFICER: Phrase("Officer’s move"),
        Mover.APPROVER: Phrase("Approver’s move"),
        Mover.LIAISON: Phrase("Liaison’s move"),
        Mover.PLATFORM: Phrase("%(platform)s’s move", {"platform": platform}),
        Mover.NOBODY: Phrase("Nobody’s move"),
    }
    return who[MOVERS[state]]
