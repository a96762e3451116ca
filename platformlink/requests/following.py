"""Letters that follow a sent one: correct, escalate, confirm what came, hand it on."""

import re
from datetime import datetime
from typing import Literal

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.authority import Point
from platformlink.cases.tables import Case
from platformlink.errors import Conflict, FieldError, Invalid
from platformlink.evidence import actions as evidence
from platformlink.evidence.rules import HandOverIn
from platformlink.evidence.tables import EvidenceItem
from platformlink.letters.rules import Correction, Piece
from platformlink.letters.tables import Letter
from platformlink.permissions import Actor, Right
from platformlink.ports import Runtime
from platformlink.requests import actions, composing, gathering, sealing
from platformlink.requests.composing import Matter
from platformlink.requests.rules import (
    AFTER_SENDING,
    STATE_NAMES,
    WITH_PLATFORM,
    ReasonMissing,
    State,
)
from platformlink.requests.tables import PlatformRequest

SHA256 = re.compile(r"[0-9a-fA-F]{64}")
TO_ENTITY, TO_STATE = 1, 2  # levels of escalation
STANDING = (*AFTER_SENDING, State.ANSWERED)
RECEIVED = (*STANDING, State.CLOSED)
ASKED = (*WITH_PLATFORM, State.ANSWERED)


class LetterNotPossible(Conflict):
    """The request is not in a state in which such a letter makes sense."""

    code = "letter-not-possible"
    title = "This letter is not possible in the request's present state"

    def __init__(self, state: State) -> None:
        super().__init__(
            "A request that is “%(state)s” allows no such letter.",
            params={"state": STATE_NAMES[state]},
        )


class NoPointOfContact(Invalid):
    """The authority's file names no point of contact for the entity's country."""

    code = "no-point-of-contact"
    title = "No point of contact is known for this country"
    mend = "Let the administrator add it to “points” in the authority's file."

    def __init__(self, country: str) -> None:
        message = "The authority's file names no point of contact for: %(country)s."
        params = {"country": country or "–"}
        error = FieldError("/to", "no-point", message, params)
        super().__init__(message, error, params=params)


class LetterIncomplete(Invalid):
    """What the letter must say is missing; each field is named."""

    code = "letter-incomplete"
    title = "What the letter must say is missing"


class CorrectionIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing put right: where, what the letter says, what is right."""

    what: str
    said: str
    correct: str


class CorrectIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a correction says."""

    corrections: tuple[CorrectionIn, ...]
    reason: str = ""


class EscalateIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why it cannot wait; to the entity, or to the point of contact of its State."""

    reason: str
    to: Literal["entity", "state"] = "entity"


class PieceIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that came; ``sha256`` in hexadecimal digits where it is known."""

    name: str
    received_at: datetime
    reference: str = ""
    size_bytes: int = 0
    sha256: str = ""


class AcknowledgeIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an acknowledgement of receipt says."""

    pieces: tuple[PieceIn, ...]
    remark: str = ""


async def _allow(
    session: AsyncSession,
    request: PlatformRequest,
    states: tuple[State, ...],
    actor: Actor,
) -> None:
    """
    Let pass who may write such a letter now.

    Raises: MayNot, LetterNotPossible.
    """
    await actions.require_right(session, request, Right.SEND, actor)
    if request.state not in states:
        raise LetterNotPossible(State(request.state))


def _check_corrections(given: CorrectIn) -> None:
    """
    Let pass corrections that say what, wrong and right.

    Raises: LetterIncomplete.
    """
    message = "Fill this in."
    errors = [
        FieldError(f"/corrections/{place}/{name}", "required", message)
        for place, one in enumerate(given.corrections)
        for name in ("what", "said", "correct")
        if not getattr(one, name).strip()
    ]
    if not given.corrections:
        errors.append(FieldError("/corrections", "required", message))
    if errors:
        raise LetterIncomplete("", *errors)


async def correct(
    session: AsyncSession,
    runtime: Runtime,
    request: PlatformRequest,
    case: Case,
    given: CorrectIn,
    *,
    actor: Actor,
    now: datetime,
) -> Letter:
    """
    Seal a correction of the request's letter, which stands in all else.

    Raises: LetterIncomplete, LetterNotPossible, MayNot, LetterWrong, Upstream.
    """
    await _allow(session, request, STANDING, actor)
    _check_corrections(given)
    matter = await gathering.matter_of(
        session, runtime, request, case, signed_by=actor, now=now
    )
    corrections = tuple(
        Correction(
            what=composing.in_words(matter, one.what),
            said=composing.in_words(matter, one.said),
            correct=composing.in_words(matter, one.correct),
        )
        for one in given.corrections
    )
    fields = composing.correction_fields(matter, corrections, given.reason)
    return await sealing.sealed(session, runtime, request, fields, actor=actor, now=now)


def _point(matter: Matter) -> Point:
    """
    Return the point of contact of the State in which the entity is.

    Raises: NoPointOfContact.
    """
    country = matter.entity.country if matter.entity else None
    point = matter.authority.point(country or "")
    if point is None:
        raise NoPointOfContact(country or "")
    return point


async def escalate(
    session: AsyncSession,
    runtime: Runtime,
    request: PlatformRequest,
    case: Case,
    given: EscalateIn,
    *,
    actor: Actor,
    now: datetime,
) -> Letter:
    """
    Seal an escalation, and note its level on the request.

    Raises: ReasonMissing, NoPointOfContact, LetterNotPossible, MayNot, LetterWrong,
    Upstream.
    """
    await _allow(session, request, ASKED, actor)
    if not given.reason.strip():
        raise ReasonMissing
    matter = await gathering.matter_of(
        session, runtime, request, case, signed_by=actor, now=now
    )
    point = _point(matter) if given.to == "state" else None
    row = await gathering.open_line(session, runtime, request)
    fields = composing.escalation_fields(matter, row, given.reason, point)
    level = TO_STATE if point else TO_ENTITY
    request.escalation = max(request.escalation, level)
    return await sealing.sealed(session, runtime, request, fields, actor=actor, now=now)


def _check_pieces(given: AcknowledgeIn) -> None:
    """
    Let pass things that have a name, an offset of their time and a whole hash.

    Raises: LetterIncomplete.
    """
    errors = []
    for place, one in enumerate(given.pieces):
        at = f"/pieces/{place}"
        if not one.name.strip():
            errors.append(FieldError(f"{at}/name", "required", "Fill this in."))
        if one.received_at.tzinfo is None:
            message = "Give the time with its offset, such as 2026-11-24T10:30+01:00."
            errors.append(FieldError(f"{at}/received_at", "no-zone", message))
        if one.sha256 and not SHA256.fullmatch(one.sha256):
            message = "Give the 64 hexadecimal digits of a SHA-256, or nothing."
            errors.append(FieldError(f"{at}/sha256", "no-hash", message))
    if not given.pieces:
        errors.append(FieldError("/pieces", "required", "Say what came."))
    if errors:
        raise LetterIncomplete("", *errors)


async def acknowledge(
    session: AsyncSession,
    runtime: Runtime,
    request: PlatformRequest,
    case: Case,
    given: AcknowledgeIn,
    *,
    actor: Actor,
    now: datetime,
) -> Letter:
    """
    Seal a confirmation of what came.

    Raises: LetterIncomplete, LetterNotPossible, MayNot, LetterWrong, Upstream.
    """
    await _allow(session, request, RECEIVED, actor)
    _check_pieces(given)
    matter = await gathering.matter_of(
        session, runtime, request, case, signed_by=actor, now=now
    )
    pieces = tuple(
        Piece(
            name=one.name.strip(),
            received_at=one.received_at,
            reference=one.reference.strip(),
            size_bytes=one.size_bytes,
            sha256=one.sha256.lower(),
        )
        for one in given.pieces
    )
    fields = composing.receipt_fields(matter, pieces, given.remark)
    return await sealing.sealed(session, runtime, request, fields, actor=actor, now=now)


async def hand_over(
    session: AsyncSession,
    runtime: Runtime,
    request: PlatformRequest,
    case: Case,
    item: EvidenceItem,
    given: HandOverIn,
    *,
    actor: Actor,
    now: datetime,
) -> Letter:
    """
    Note to whom an item was given, and seal the receipt that goes with it.

    Raises: EvidenceInvalid, NotComplete, LetterWrong, Upstream.
    """
    evidence.hand_over(session, item, given, actor=actor, now=now)
    matter = await gathering.matter_of(
        session, runtime, request, case, signed_by=actor, now=now
    )
    piece = Piece(
        name=item.name,
        received_at=item.received_at,
        reference=request.platform_reference,
        size_bytes=item.size_bytes,
        sha256=item.sha256,
    )
    fields = composing.handover_fields(matter, (piece,), given)
    return await sealing.sealed(session, runtime, request, fields, actor=actor, now=now)
