"""What a platform does with a letter: the same for the same seed. Pure."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from random import Random
from typing import TypeVar

import msgspec

from platformlink.clocks.terms import Unit
from platformlink.errors import Conflict
from platformlink.letters.rules import LetterFields
from platformlink.protocols.protocol import CooperationProtocol
from platformlink.requests.timing import length_of
from platformlink.responses.codes import Kind

Chosen = TypeVar("Chosen", bound=StrEnum | str)


class NoDemonstration(Conflict):
    """Invented answers may come to a demonstration only."""

    code = "no-demonstration-to-simulate"
    title = "Platforms are simulated for a demonstration only"
    mend = "Unset DATABASE_URL and PLATFORMLINK_AUTHORITY, or use another directory."


class Manner(StrEnum):
    """How a platform treats a letter."""

    ON_TIME = "on_time"
    LATE = "late"
    PARTIAL = "partial"
    WRONG = "wrong"
    AUTOMATIC = "automatic"
    NEVER = "never"


class Answer(StrEnum):
    """One message of a platform."""

    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    ACK = "ack"
    QUESTION = "question"
    DELAY = "delay"
    CONFIRMED = "confirmed"
    DELIVERY = "delivery"
    PART = "part"
    INSTALMENT = "instalment"
    NO_DATA = "no_data"
    REFUSAL = "refusal"
    WRONG_REFERENCE = "wrong_reference"


# What a reader who makes no mistake takes each for.
MEANT: dict[Answer, Kind] = {
    Answer.AUTO_REPLY: Kind.AUTO_REPLY,
    Answer.BOUNCE: Kind.UNDELIVERED,
    Answer.ACK: Kind.ACK,
    Answer.QUESTION: Kind.NEED_MORE_INFO,
    Answer.DELAY: Kind.DELAY_NOTICE,
    Answer.CONFIRMED: Kind.PRESERVATION_CONFIRMED,
    Answer.DELIVERY: Kind.DELIVERY,
    Answer.PART: Kind.DELIVERY,
    Answer.INSTALMENT: Kind.DELIVERY,
    Answer.NO_DATA: Kind.NO_DATA,
    Answer.REFUSAL: Kind.REFUSAL,
    Answer.WRONG_REFERENCE: Kind.DELIVERY,
}


class Planned(msgspec.Struct, frozen=True):
    """A message that comes so long after the letter."""

    after: timedelta
    answer: Answer


class Plan(msgspec.Struct, frozen=True):
    """How a letter is treated: the messages in their order, in which language."""

    manner: Manner
    language: str
    answers: tuple[Planned, ...]


HOW_OFTEN: dict[Manner, int] = {
    Manner.ON_TIME: 45,
    Manner.LATE: 20,
    Manner.PARTIAL: 12,
    Manner.WRONG: 6,
    Manner.AUTOMATIC: 7,
    Manner.NEVER: 10,
}
ENDS: dict[Answer, int] = {Answer.DELIVERY: 6, Answer.NO_DATA: 2, Answer.REFUSAL: 2}
LANGUAGES: dict[str, int] = {"en": 3, "sq": 1}
# How soon where the protocol names no time.
USUAL = {"acknowledgement": timedelta(days=2), "response": timedelta(days=14)}
EMERGENCY = timedelta(hours=4)
LONG: dict[Unit, timedelta] = {
    Unit.HOURS: timedelta(hours=1),
    Unit.DAYS: timedelta(days=1),
    Unit.WORKING_DAYS: timedelta(days=7) / 5,
    Unit.WEEKS: timedelta(weeks=1),
    Unit.MONTHS: timedelta(days=30),
    Unit.YEARS: timedelta(days=365),
}


def expected(protocol: CooperationProtocol, kind: str, what: str) -> timedelta:
    """Return how soon a platform says that it acknowledges or answers."""
    for one in protocol.times:
        fits = not one.kinds or kind in one.kinds
        if one.what == what and fits and one.within != "unknown":
            length = length_of(one.within)
            return length.amount * LONG[length.unit]
    return EMERGENCY if kind == "emergency_disclosure" else USUAL[what]


def _one_of(random: Random, weights: Mapping[Chosen, int]) -> Chosen:
    return random.choices(list(weights), list(weights.values()))[0]


def plan(
    seed: int, protocol: CooperationProtocol, fields: LetterFields, *, is_mail: bool
) -> Plan:
    """
    Return what a platform does with a letter, as its request.json describes it.

    Only what came by mail can bounce, or be answered by the mail server itself.
    """
    reference = fields.issue.reference if fields.issue else ""
    random = Random(f"{seed}/{protocol.slug}/{reference}")  # noqa: S311 - a game
    manner, language = _one_of(random, HOW_OFTEN), _one_of(random, LANGUAGES)
    response = expected(protocol, fields.kind, "response")
    ack = min(expected(protocol, fields.kind, "acknowledgement"), response)
    found = _answers(random, manner, fields.kind, ack, response)
    if is_mail and found and random.random() < 0.5:  # noqa: PLR2004 - every second
        found[Answer.AUTO_REPLY] = timedelta(minutes=random.uniform(1, 9))
    if is_mail and manner is Manner.AUTOMATIC:
        first = random.choice((Answer.AUTO_REPLY, Answer.AUTO_REPLY, Answer.BOUNCE))
        found = {first: timedelta(minutes=random.uniform(1, 9))}
    answers = (Planned(after, answer) for answer, after in found.items())
    return Plan(manner, language, tuple(sorted(answers, key=lambda one: one.after)))


def _answers(
    random: Random, manner: Manner, kind: str, ack: timedelta, response: timedelta
) -> dict[Answer, timedelta]:
    is_copy = kind.startswith("preservation")
    last = Answer.CONFIRMED if is_copy else _one_of(random, ENDS)
    part = Answer.QUESTION if is_copy else Answer.PART
    then = Answer.CONFIRMED if is_copy else Answer.INSTALMENT
    soon, early, late = (
        random.uniform(*one) for one in ((0.1, 0.3), (0.4, 0.9), (1.3, 3))
    )
    return {
        Manner.ON_TIME: {Answer.ACK: ack * soon, last: response * early},
        Manner.LATE: {
            Answer.ACK: ack * early,
            Answer.DELAY: response,
            last: response * late,
        },
        Manner.PARTIAL: {part: response * early, then: response * late},
        Manner.WRONG: {Answer.WRONG_REFERENCE: response * early},
        Manner.AUTOMATIC: {},
        Manner.NEVER: {},
    }[manner]
