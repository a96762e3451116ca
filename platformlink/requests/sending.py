"""What becomes of a request when a letter of it has gone out: state, clocks, holds."""

from datetime import date, datetime

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.authority import Authority
from platformlink.cases.queries import member_ids
from platformlink.cases.tables import Case
from platformlink.clocks import actions as clocks
from platformlink.clocks import queries as clock_queries
from platformlink.clocks.tables import Clock
from platformlink.clocks.terms import EndedAs, Evidence
from platformlink.clocks.terms import Kind as ClockKind
from platformlink.identity import queries as identity
from platformlink.letters.rules import LetterKind
from platformlink.letters.tables import Letter
from platformlink.notices import actions as notices
from platformlink.permissions import Actor, Right, Role
from platformlink.protocols import queries as protocols
from platformlink.protocols.agreement import Agreement
from platformlink.protocols.protocol import (
    Channel,
    Confidence,
    CooperationProtocol,
    Entity,
)
from platformlink.requests import actions, queries, timing
from platformlink.requests.composing import HOLDS
from platformlink.requests.rules import (
    MOVES,
    HoldState,
    Kind,
    State,
    Step,
    is_emergency,
    move,
)
from platformlink.requests.tables import Hold, PlatformRequest, Reminder, Target
from platformlink.requests.timing import Facts, Wanted
from platformlink.values import Phrase

FOLLOWING: dict[LetterKind, str] = {
    LetterKind.WITHDRAWAL: "Withdrawal sent",
    LetterKind.CORRECTION: "Correction %(reference)s sent",
    LetterKind.ESCALATION: "Escalation %(reference)s sent",
    LetterKind.ACKNOWLEDGEMENT: "Acknowledgement of receipt %(reference)s sent",
    LetterKind.HANDOVER: "Hand-over receipt %(reference)s given",
}
STATE_CHANNEL = "state"
REMINDERS = (LetterKind.REMINDER_1, LetterKind.REMINDER_2, LetterKind.REMINDER_3)


def open_channels(protocol: CooperationProtocol, kind: str) -> tuple[Channel, ...]:
    """Return the channels through which a kind of request may go."""
    return tuple(
        one
        for one in protocol.channels
        if one.status == "open" and (not one.kinds or kind in one.kinds)
    )


def channels_of(
    protocol: CooperationProtocol, request: PlatformRequest, letter: Letter
) -> tuple[Channel, ...]:
    """Return the ways of a letter: the platform's, or the one to a foreign State."""
    if not letter.content.get("custodian"):
        return open_channels(protocol, request.kind)
    name = letter.fields.addressee.name
    who = "By the secure channel between the points of contact; record the proof here."
    channel = Channel(
        code=STATE_CHANNEL,
        kind="authority",
        name=name,
        status="open",
        who=who,
        confidence=Confidence.SOURCED,
    )
    return (channel,)


def is_in_force(letter: Letter) -> bool:
    """Say whether a letter was neither replaced nor withdrawn."""
    return letter.superseded_at is None and letter.withdrawn_at is None


async def require_sendable(
    session: AsyncSession, request: PlatformRequest, letter: Letter, *, actor: Actor
) -> None:
    """
    Let pass who may send this letter now.

    Raises: MayNot, StepNotPossible.
    """
    await actions.require_right(session, request, Right.SEND, actor)
    step = step_of(request, letter)
    if step is not None:
        move(State(request.state), step)


def step_of(request: PlatformRequest, letter: Letter) -> Step | None:
    """Return the step that the sending of a letter is, if it moves the request."""
    if letter.kind == request.kind:
        return Step.SEND
    return Step.SUPPLEMENT if letter.kind == LetterKind.SUPPLEMENT else None


def may_go_out(request: PlatformRequest, letter: Letter) -> bool:
    """Say whether a letter that waits still counts, and its request still waits."""
    step = step_of(request, letter)
    is_awaited = step is None or (State(request.state), step) in MOVES
    return is_in_force(letter) and is_awaited


async def tell_liaisons(
    session: AsyncSession,
    request: PlatformRequest,
    phrase: Phrase,
    *,
    key: str,
    now: datetime,
    is_urgent: bool = False,
) -> None:
    """
    Tell the liaison officers of a request; of a restricted case its members.

    Whatever concerns an emergency is urgent.
    """
    case = await session.get_one(Case, request.case_id)
    members = await member_ids(session, case)
    found = {one.id for one in await identity.people(session, role=Role.LIAISON)}
    await notices.tell(
        session,
        found if members is None else found & members,
        phrase,
        key=f"{key}/{request.id}",
        path=f"/requests/{request.reference or request.draft_id}",
        now=now,
        is_urgent=is_urgent or is_emergency(request.kind, request.urgency),
    )


async def facts_of(
    session: AsyncSession, authority: Authority, request: PlatformRequest
) -> Facts:
    """Return what decides a request's clocks."""
    protocol = await protocols.pinned(session, request.protocol_version)
    return Facts(
        kind=request.kind,
        protocol=protocol,
        agreement=agreement_of(request),
        authority=authority,
        entity=entity_of(protocol, request),
        non_disclosure_until_on=(
            request.non_disclosure_until_on if request.non_disclosure else None
        ),
    )


def agreement_of(request: PlatformRequest) -> Agreement | None:
    """Return what was agreed with the platform when the request was pinned."""
    if request.agreement is None:
        return None
    return msgspec.convert(request.agreement, Agreement)


def entity_of(protocol: CooperationProtocol, request: PlatformRequest) -> Entity | None:
    """Return the responding entity that was chosen for a request."""
    return next((one for one in protocol.entities if one.code == request.entity), None)


async def delivered(
    session: AsyncSession,
    authority: Authority,
    request: PlatformRequest,
    letter: Letter,
    *,
    at: datetime,
    proof: str,
    actor: Actor | None,
    now: datetime,
) -> None:
    """Note that a letter has gone out, and start what that starts."""
    kind = LetterKind(letter.kind)
    if kind in REMINDERS:
        await _reminded(session, request, letter, at=at, actor=actor, now=now)
        phrase = Phrase("Reminder %(reference)s sent", {"reference": letter.reference})
    elif kind is LetterKind.SUPPLEMENT:
        await clocks.resume_theirs(session, request.id, at=at)
        await clocks.stop_kinds(session, request.id, ClockKind.SUPPLEMENT, at=at)
        phrase = Phrase("We answered their question")
        await actions.take(
            session,
            request,
            Step.SUPPLEMENT,
            phrase,
            actor=actor,
            now=now,
            occurred_at=at,
            proof=proof,
        )
        return
    elif kind in FOLLOWING:
        phrase = Phrase(FOLLOWING[kind], {"reference": letter.reference})
    else:
        await _sent(
            session, authority, request, at=at, proof=proof, actor=actor, now=now
        )
        return
    actions.note(
        session,
        request,
        "follow",
        phrase,
        actor=actor,
        now=now,
        occurred_at=at,
        proof=proof,
    )


async def _reminded(
    session: AsyncSession,
    request: PlatformRequest,
    letter: Letter,
    *,
    at: datetime,
    actor: Actor | None,
    now: datetime,
) -> None:
    """Count each reminder that the letter carries as sent; one may carry many."""
    query = (
        select(Reminder, PlatformRequest)
        .join(PlatformRequest, col(PlatformRequest.id) == col(Reminder.request_id))
        .where(Reminder.letter_id == letter.id)
    )
    others: dict[int, PlatformRequest] = {}
    for reminder, reminded in (await session.exec(query)).all():
        reminder.sent_at = at
        others[reminded.id] = reminded
    others.pop(request.id, None)
    text = "Chased by %(reference)s, which names all that is late"
    for other in others.values():
        phrase = Phrase(text, {"reference": letter.reference})
        actions.note(
            session,
            other,
            "follow",
            phrase,
            actor=actor,
            now=now,
            occurred_at=at,
        )


async def _sent(
    session: AsyncSession,
    authority: Authority,
    request: PlatformRequest,
    *,
    at: datetime,
    proof: str,
    actor: Actor | None,
    now: datetime,
) -> None:
    request.sent_at = at
    phrase = Phrase("Sent")
    await actions.take(
        session,
        request,
        Step.SEND,
        phrase,
        actor=actor,
        now=now,
        occurred_at=at,
        proof=proof,
    )
    facts = await facts_of(session, authority, request)
    for wanted in timing.after_sending(facts, at):
        await _start(session, request, wanted, at)
    if request.kind in HOLDS:
        await _hold(session, request, facts, at)
    await _serve(session, request, at)


async def _start(
    session: AsyncSession,
    request: PlatformRequest,
    wanted: Wanted,
    at: datetime,
    *,
    evidence: Evidence = Evidence.SENT,
) -> Clock:
    return await clocks.start(
        session,
        wanted.kind,
        wanted.term,
        start_at=at,
        evidence=evidence,
        request_id=request.id,
        notice_hours=wanted.notice_hours,
    )


async def _hold(
    session: AsyncSession, request: PlatformRequest, facts: Facts, at: datetime
) -> None:
    """Start the hold's clocks, and note the copy of each account."""
    clock = await _start(session, request, timing.hold_clock(facts, at), at)
    for wanted in timing.after_hold(facts, clock.safe_due_at, at):
        await _start(session, request, wanted, at)
    for target in await queries.targets_of(session, request.id):
        session.add(
            Hold(
                request_id=request.id,
                target_id=target.id,
                is_assumed=True,
                until_at=clock.safe_due_at,
            )
        )
    if request.parent_id is not None and request.kind == Kind.PRESERVATION_EXTENSION:
        # Asking is not having: the old hold runs to its end until they renew it.
        await clocks.stop_kinds(session, request.parent_id, ClockKind.RENEWAL, at=at)


async def _serve(session: AsyncSession, request: PlatformRequest, at: datetime) -> None:
    """
    End the wait for legal process of each preservation whose accounts are asked for.

    A disclosure on the same accounts of the same platform and case is that process.
    """
    if request.kind != "disclosure":
        return
    asked = select(Target.normalised).where(Target.request_id == request.id)
    query = (
        select(PlatformRequest.id)
        .join(Target, col(Target.request_id) == col(PlatformRequest.id))
        .where(
            PlatformRequest.case_id == request.case_id,
            PlatformRequest.platform == request.platform,
            col(PlatformRequest.kind).in_(HOLDS),
            col(Target.normalised).in_(asked),
        )
        .distinct()
    )
    for preservation_id in (await session.exec(query)).all():
        await clocks.stop_kinds(
            session, preservation_id, ClockKind.LEGAL_PROCESS, at=at
        )


async def hold_confirmed(
    session: AsyncSession,
    authority: Authority,
    request: PlatformRequest,
    *,
    snapshot_at: datetime,
    until_on: date | None,
    now: datetime,
) -> None:
    """
    Take the platform's own word for a hold: since when, and until when if it says so.

    Better evidence makes a new computation beside the old one, also of what must
    happen before the hold ends.
    """
    facts = await facts_of(session, authority, request)
    for clock in await open_clocks(session, request.id, ClockKind.HOLD_EXPIRY):
        if until_on is not None:
            term = timing.promised_until(facts, until_on)
            kept = await clocks.retime(session, clock, term, now=now)
        else:
            kept = await clocks.restart_with_better_evidence(
                session, clock, Evidence.STATED, start_at=snapshot_at, now=now
            )
        for wanted in timing.after_hold(facts, kept.safe_due_at, snapshot_at):
            for led in await open_clocks(session, request.id, wanted.kind):
                await clocks.retime(session, led, wanted.term, now=now)
        for hold in await queries.holds_of(session, request.id):
            hold.state, hold.is_assumed = HoldState.CONFIRMED, False
            hold.snapshot_at, hold.until_at = snapshot_at, kept.safe_due_at


async def hold_renewed(
    session: AsyncSession,
    authority: Authority,
    request: PlatformRequest,
    *,
    received_at: datetime,
    until_on: date | None,
    now: datetime,
) -> None:
    """
    Take the platform's word that it keeps the copy longer.

    Where an extension asked for that, its own hold takes the place of the old one;
    else the hold of the request itself runs on.
    """
    await hold_confirmed(
        session,
        authority,
        request,
        snapshot_at=received_at,
        until_on=until_on,
        now=now,
    )
    own = await queries.holds_of(session, request.id)
    if request.kind == Kind.PRESERVATION_EXTENSION and request.parent_id is not None:
        before = await _hand_over(session, request.parent_id, at=received_at)
        for hold in own:
            hold.renewals = before + 1
        return
    for hold in own:
        hold.state = HoldState.RENEWED
        hold.renewals += 1


async def _hand_over(session: AsyncSession, request_id: int, *, at: datetime) -> int:
    """Close the hold that was extended; return how often it was extended before."""
    await clocks.stop_kinds(
        session, request_id, ClockKind.RENEWAL, ClockKind.HOLD_EXPIRY, at=at
    )
    for clock in await open_clocks(session, request_id, ClockKind.LEGAL_PROCESS):
        await clocks.end(session, clock, EndedAs.VOID, at=at)
    holds = await queries.holds_of(session, request_id)
    for hold in holds:
        hold.state, hold.is_open = HoldState.RENEWED, False
    return max((hold.renewals for hold in holds), default=0)


async def open_clocks(
    session: AsyncSession, request_id: int, kind: ClockKind
) -> list[Clock]:
    """Return the clocks of a kind that have not ended."""
    return await clock_queries.open_of(session, request_id, kinds=(kind,))


async def asked(
    session: AsyncSession, authority: Authority, request: PlatformRequest, at: datetime
) -> None:
    """Let their clocks stand still while they wait for us, and start ours."""
    await clocks.pause_theirs(session, request.id, at=at)
    if not await open_clocks(session, request.id, ClockKind.SUPPLEMENT):
        wanted = timing.supplement(authority)
        await _start(session, request, wanted, at, evidence=Evidence.EVENT)
