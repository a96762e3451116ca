"""The steps of a request's life. `take` alone assigns its state."""

from datetime import datetime
from typing import Any

import msgspec
from sqlmodel import col, delete
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.audit import actions as audit
from platformlink.cases import queries as cases
from platformlink.cases.tables import Case
from platformlink.clocks import actions as clocks
from platformlink.clocks.terms import Kind as ClockKind
from platformlink.errors import FieldError
from platformlink.permissions import (
    Actor,
    Right,
    Subject,
    may,
    require,
    require_other,
)
from platformlink.protocols import actions as protocols
from platformlink.protocols.drafts import days_between
from platformlink.protocols.identifiers import normalise
from platformlink.protocols.rules import addressees
from platformlink.protocols.shelf import Library
from platformlink.requests import queries, rules
from platformlink.requests.rules import (
    CloseIn,
    Kind,
    Outcome,
    ReasonMissing,
    RequestIn,
    RequestInvalid,
    State,
    Step,
)
from platformlink.requests.tables import PlatformRequest, RequestEvent, Target
from platformlink.values import Phrase

KEEPS_STATE = (Step.ASK, Step.CHALLENGE, Step.CLOSE)
PLAIN_FIELDS = (
    *("kind", "instrument", "urgency", "urgency_reason", "narrative"),
    *("narrative_local", "nexus", "necessity", "report_number", "danger", "averts"),
    *("language", "holder_country", "entity", "entity_reason"),
)


def note(
    session: AsyncSession,
    request: PlatformRequest,
    verb: str,
    phrase: Phrase,
    *,
    actor: Actor | None,
    now: datetime,
    occurred_at: datetime | None = None,
    proof: str = "",
) -> None:
    """Write one line of a request's history, and chain it into the audit log."""
    said: dict[str, Any] = msgspec.to_builtins(phrase)
    actor_id = actor.id if actor else None
    session.add(
        RequestEvent(
            request_id=request.id,
            occurred_at=occurred_at or now,
            recorded_at=now,
            actor_id=actor_id,
            verb=verb,
            phrase=said,
            proof=proof,
            state=request.state,
        )
    )
    audit.record(
        session,
        actor_id=actor_id,
        verb=f"request.{verb}",
        subject=f"request/{request.id}",
        now=now,
        detail={"phrase": said, "proof": proof},
    )


async def take(
    session: AsyncSession,
    request: PlatformRequest,
    step: Step,
    phrase: Phrase,
    *,
    actor: Actor | None,
    now: datetime,
    occurred_at: datetime | None = None,
    proof: str = "",
) -> None:
    """
    Move a request by one step: the only place that assigns a state.

    `actor` is None where the desk itself acts (a job that sends what was approved);
    then no right is asked, since a person's was asked before.

    Raises: StepNotPossible, MayNot.
    """
    move = rules.move(State(request.state), step)
    if actor is not None:
        await require_right(session, request, move.right, actor)
    before = request.state
    request.state = move.to or request.state_before or State.SENT
    if step in KEEPS_STATE:
        request.state_before = before
    request.changed_at = now
    request.version += 1
    note(
        session,
        request,
        step,
        phrase,
        actor=actor,
        now=now,
        occurred_at=occurred_at,
        proof=proof,
    )
    await session.flush()


async def require_right(
    session: AsyncSession, request: PlatformRequest, right: Right, actor: Actor
) -> None:
    """Ask the right; whoever may send may also cancel or edit what waits for them."""
    case = await session.get_one(Case, request.case_id)
    subject = await queries.subject(session, request, case)
    if right is Right.WRITE and _is_duty_officers(request, subject, actor):
        return
    require(actor, right, subject)


def _is_duty_officers(request: PlatformRequest, subject: Subject, actor: Actor) -> bool:
    """Say whether this is an emergency that a duty officer wrote."""
    is_emergency = request.kind == Kind.EMERGENCY_DISCLOSURE
    is_own = subject.author_id == actor.id
    return is_emergency and is_own and may(actor, Right.EMERGENCY, subject)


async def file(
    session: AsyncSession,
    library: Library,
    fields: RequestIn,
    *,
    actor: Actor,
    now: datetime,
) -> PlatformRequest:
    """
    Return a new draft, pinned to the platform's present protocol.

    Raises: NoSuchCase, UnknownPlatform, MayNot, RequestInvalid.
    """
    case = await cases.by_reference(session, fields.case, actor=actor)
    is_emergency = fields.kind == Kind.EMERGENCY_DISCLOSURE
    is_allowed_alone = is_emergency and may(actor, Right.EMERGENCY)
    members = await cases.member_ids(session, case)
    if not is_allowed_alone:
        require(actor, Right.WRITE, Subject(case.unit_id, case.lead_id, members))
    rules.check_fields(fields)
    parent = await _parent(session, fields.parent, actor)
    request = PlatformRequest(
        draft_id=rules.new_draft_id(),
        kind=fields.kind,
        case_id=case.id,
        unit_id=case.unit_id,
        author_id=actor.id,
        parent_id=parent,
        platform=fields.platform,
        protocol_version=await protocols.pin(session, library, fields.platform, now),
        created_at=now,
        changed_at=now,
    )
    session.add(request)
    await session.flush()
    await _fill(session, library, request, fields)
    note(session, request, "draft", Phrase("Drafted"), actor=actor, now=now)
    return request


async def _parent(session: AsyncSession, name: str, actor: Actor) -> int | None:
    if not name:
        return None
    parent, _ = await queries.by_reference(session, name, actor=actor)
    return parent.id


async def _fill(
    session: AsyncSession,
    library: Library,
    request: PlatformRequest,
    fields: RequestIn,
) -> None:
    """Set a draft's fields and targets to what was given."""
    for name in PLAIN_FIELDS:
        setattr(request, name, getattr(fields, name))
    protocol = library.get(request.platform)
    request.entity = request.entity or _only_entity(library, fields, request)
    request.period_from_at, request.period_to_at = fields.period.from_, fields.period.to
    request.data = list(dict.fromkeys(fields.data))
    request.non_disclosure = fields.confidentiality.non_disclosure
    request.non_disclosure_until_on = fields.confidentiality.until
    request.non_disclosure_reason = fields.confidentiality.reason
    request.authorisation = (
        msgspec.to_builtins(fields.authorisation) if fields.authorisation else None
    )
    await session.exec(delete(Target).where(col(Target.request_id) == request.id))
    agreement = library.agreement(request.platform)
    request.agreement = msgspec.to_builtins(agreement) if agreement else None
    for position, one in enumerate(fields.targets):
        session.add(
            Target(
                request_id=request.id,
                position=position,
                kind=one.kind,
                typed=one.value.strip(),
                normalised=normalise(protocol, one.kind, one.value),
                seen_on=one.seen_on,
            )
        )
    await session.flush()


def _only_entity(library: Library, fields: RequestIn, request: PlatformRequest) -> str:
    """Return the entity that the protocol names, or nothing where it is a question."""
    found = addressees(
        library.get(request.platform),
        fields.holder_country,
        "",
        request.created_at.date(),
        requester=library.requester,
        facts=days_between(fields.period.from_, fields.period.to),
    )
    return found[0].code if len(found) == 1 else ""


async def change(
    session: AsyncSession,
    library: Library,
    request: PlatformRequest,
    fields: RequestIn,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """
    Change a draft; it is pinned anew to the platform's present protocol.

    Raises: StepNotPossible where it is no draft, MayNot, RequestInvalid.
    """
    await require_right(session, request, Right.WRITE, actor)
    if request.state != State.DRAFT:
        raise rules.StepNotPossible(State(request.state), Step.EDIT)
    rules.check_fields(fields)
    await _require_same(session, request, fields)
    version = await protocols.pin(session, library, request.platform, now)
    request.protocol_version = version
    await _fill(session, library, request, fields)
    request.changed_at = now
    request.version += 1
    await session.flush()


async def _require_same(
    session: AsyncSession, request: PlatformRequest, fields: RequestIn
) -> None:
    """Refuse to move a draft to another case or platform: that is another draft."""
    case = await session.get_one(Case, request.case_id)
    message = "A draft keeps what it was made for; make another one."
    errors = [
        FieldError(f"/{name}", "fixed", message)
        for name, kept in (("case", case.reference), ("platform", request.platform))
        if getattr(fields, name) != kept
    ]
    if errors:
        raise RequestInvalid("", *errors)


async def send_back(
    session: AsyncSession,
    request: PlatformRequest,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """
    Return a request to its author, with a reason.

    Raises: OwnRequest, MayNot, ReasonMissing, StepNotPossible.
    """
    require_other(actor, request.author_id)
    if not reason.strip():
        raise ReasonMissing
    phrase = Phrase("Returned: “%(reason)s”", {"reason": reason.strip()})
    await take(session, request, Step.RETURN, phrase, actor=actor, now=now)


async def cancel(
    session: AsyncSession, request: PlatformRequest, *, actor: Actor, now: datetime
) -> None:
    """
    Give up what was never sent.

    Raises: MayNot, StepNotPossible.
    """
    await take(session, request, Step.CANCEL, Phrase("Cancelled"), actor=actor, now=now)
    await clocks.void_all(session, request.id, at=now)


async def ratify(
    session: AsyncSession, request: PlatformRequest, *, actor: Actor, now: datetime
) -> None:
    """
    Ratify an emergency that one officer sealed alone.

    Raises: OwnRequest, MayNot, AlreadyRatified.
    """
    require_other(actor, request.author_id)
    await require_right(session, request, Right.RATIFY, actor)
    if not request.needs_ratification:
        raise rules.AlreadyRatified
    request.needs_ratification = False
    request.ratified_at, request.ratifier_id = now, actor.id
    request.version += 1
    note(session, request, "ratify", Phrase("Ratified"), actor=actor, now=now)
    await clocks.stop_kinds(session, request.id, ClockKind.RATIFICATION, at=now)


async def close(
    session: AsyncSession,
    request: PlatformRequest,
    fields: CloseIn,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """
    Close an answered request; its outcome is mandatory.

    Raises: RequestInvalid, MayNot, StepNotPossible.
    """
    rules.check_closing(fields)
    request.outcome = fields.outcome
    request.outcome_reasons = list(fields.reasons)
    request.usefulness = fields.usefulness
    request.closed_at = now
    phrase = Phrase(rules.CLOSED_WORDS[Outcome(fields.outcome)])
    await take(session, request, Step.CLOSE, phrase, actor=actor, now=now)
    await clocks.void_all(session, request.id, at=now)


async def reopen(
    session: AsyncSession,
    request: PlatformRequest,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """
    Open a closed request again, in the state it had.

    Raises: ReasonMissing, MayNot, StepNotPossible.
    """
    if not reason.strip():
        raise ReasonMissing
    phrase = Phrase("Reopened: “%(reason)s”", {"reason": reason.strip()})
    await take(session, request, Step.REOPEN, phrase, actor=actor, now=now)
    request.closed_at = None
