"""Submit, approve and seal; and the letters that follow the first one."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.cases.tables import Case
from platformlink.clocks import actions as clocks
from platformlink.clocks import queries as clock_queries
from platformlink.clocks.terms import Evidence
from platformlink.errors import FieldError
from platformlink.identity.queries import as_actor
from platformlink.identity.tables import Unit, User
from platformlink.letters import actions as letters
from platformlink.letters import forms
from platformlink.letters import queries as letter_queries
from platformlink.letters.rules import (
    Earlier,
    LetterFields,
    LetterKind,
    OpenRequest,
)
from platformlink.letters.tables import Letter
from platformlink.permissions import Actor, Right, require_other
from platformlink.ports import Runtime
from platformlink.protocols import queries as protocols
from platformlink.protocols import rules as protocol_rules
from platformlink.protocols import shelf
from platformlink.protocols.rules import Finding, Severity
from platformlink.requests import actions, composing, queries, sending, timing
from platformlink.requests.composing import Matter
from platformlink.requests.rules import (
    HoldState,
    Kind,
    NotAnEmergency,
    ReasonMissing,
    RequestInvalid,
    Step,
)
from platformlink.requests.tables import PlatformRequest, Reminder
from platformlink.values import Pdf, Phrase


async def findings(
    session: AsyncSession,
    runtime: Runtime,
    request: PlatformRequest,
    case: Case,
    now: datetime,
) -> list[Finding]:
    """Return what the pinned protocol says of a draft: the same for page and API."""
    protocol = await protocols.pinned(session, request.protocol_version)
    draft = composing.draft_of(
        request,
        case,
        await queries.targets_of(session, request.id),
        authority=runtime.authority,
        author=await session.get_one(User, request.author_id),
    )
    own = [
        *composing.authority_findings(request, runtime.authority, protocol),
        *await _form_findings(session, runtime, request, case, now),
    ]
    others = shelf.at(runtime.protocols).recogniser
    version = request.protocol_version
    reviewed = await protocols.reviewed_on(session, [version])
    checked = protocol_rules.check(
        protocol, draft, now, others=others, reviewed_on=reviewed.get(version)
    )
    found = [*checked, *own]
    return list({(one.pointer, one.code): one for one in reversed(found)}.values())[
        ::-1
    ]


async def _form_findings(
    session: AsyncSession,
    runtime: Runtime,
    request: PlatformRequest,
    case: Case,
    now: datetime,
) -> list[Finding]:
    """Return what the form lacks that the instrument prescribes, if it does."""
    instrument = runtime.authority.instrument(request.instrument)
    if instrument is None or not instrument.form:
        return []
    author = as_actor(await session.get_one(User, request.author_id))
    matter = await matter_of(session, runtime, request, case, signed_by=author, now=now)
    return list(composing.form_findings(matter, runtime.templates))


def _refuse_errors(found: list[Finding]) -> None:
    errors = [
        FieldError(one.pointer, one.code, one.message.text, _plain(one))
        for one in found
        if one.severity is Severity.ERROR
    ]
    if errors:
        raise RequestInvalid("Mend what is marked, then submit again.", *errors)


def _plain(finding: Finding) -> dict[str, str]:
    return {name: str(value) for name, value in finding.message.params.items()}


async def submit(
    session: AsyncSession,
    runtime: Runtime,
    request: PlatformRequest,
    case: Case,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """
    Hand a draft to the approvers, if the protocol has nothing against it.

    Raises: RequestInvalid, which names each field; MayNot, StepNotPossible.
    """
    await actions.require_right(session, request, Right.WRITE, actor)
    _refuse_errors(await findings(session, runtime, request, case, now))
    request.submitted_at = now
    phrase = Phrase("Submitted for approval")
    await actions.take(session, request, Step.SUBMIT, phrase, actor=actor, now=now)


async def approve(
    session: AsyncSession,
    runtime: Runtime,
    request: PlatformRequest,
    case: Case,
    *,
    actor: Actor,
    now: datetime,
) -> Letter:
    """
    Approve and seal in one transaction: both, or neither.

    Raises: OwnRequest, MayNot, StepNotPossible, RequestInvalid, LetterWrong, Upstream.
    """
    require_other(actor, request.author_id)
    _refuse_errors(await findings(session, runtime, request, case, now))
    request.approved_at, request.approver_id = now, actor.id
    phrase = Phrase("Approved and sealed")
    await actions.take(session, request, Step.APPROVE, phrase, actor=actor, now=now)
    return await _seal_first(session, runtime, request, case, actor=actor, now=now)


async def seal_alone(
    session: AsyncSession,
    runtime: Runtime,
    request: PlatformRequest,
    case: Case,
    *,
    actor: Actor,
    now: datetime,
) -> Letter:
    """
    Seal an emergency without a second person, who must ratify it within hours.

    Raises: NotAnEmergency, MayNot, StepNotPossible, RequestInvalid, Upstream.
    """
    if request.kind != Kind.EMERGENCY_DISCLOSURE:
        raise NotAnEmergency
    _refuse_errors(await findings(session, runtime, request, case, now))
    request.needs_ratification = True
    request.approved_at = now
    phrase = Phrase("Sealed by the duty officer alone; a second person must ratify it")
    await actions.take(session, request, Step.SEAL_ALONE, phrase, actor=actor, now=now)
    wanted = timing.ratification(runtime.authority)
    await clocks.start(
        session,
        wanted.kind,
        wanted.term,
        start_at=now,
        evidence=Evidence.EVENT,
        request_id=request.id,
        notice_hours=wanted.notice_hours,
    )
    return await _seal_first(session, runtime, request, case, actor=actor, now=now)


async def _seal_first(
    session: AsyncSession,
    runtime: Runtime,
    request: PlatformRequest,
    case: Case,
    *,
    actor: Actor,
    now: datetime,
) -> Letter:
    matter = await matter_of(session, runtime, request, case, signed_by=actor, now=now)
    fields = composing.request_fields(matter)
    earlier = await letter_queries.of_request(session, request.id)
    replaced = next((one for one in earlier if one.kind == request.kind), None)
    letter = await sealed(
        session, runtime, request, fields, actor=actor, now=now, replaced=replaced
    )
    request.reference = request.reference or letter.reference
    await session.flush()
    return letter


async def sealed(
    session: AsyncSession,
    runtime: Runtime,
    request: PlatformRequest,
    fields: LetterFields,
    *,
    actor: Actor,
    now: datetime,
    replaced: Letter | None = None,
) -> Letter:
    """
    Return a letter of a request, sealed.

    Raises: LetterWrong, Upstream.
    """
    return await letters.seal(
        session,
        runtime,
        fields,
        request_id=request.id,
        actor_id=actor.id,
        now=now,
        supersedes_id=replaced.id if replaced else None,
    )


async def matter_of(
    session: AsyncSession,
    runtime: Runtime,
    request: PlatformRequest,
    case: Case,
    *,
    signed_by: Actor,
    now: datetime,
) -> Matter:
    """Return all that a letter about a request is made from."""
    facts = await sending.facts_of(session, runtime.authority, request)
    channels = sending.open_channels(facts.protocol, request.kind)
    unit = await session.get_one(Unit, request.unit_id)
    instrument = runtime.authority.instrument(request.instrument)
    return Matter(
        request=request,
        case=case,
        targets=await queries.targets_of(session, request.id),
        protocol=facts.protocol,
        authority=runtime.authority,
        unit_code=unit.code,
        author=await session.get_one(User, request.author_id),
        signatory=await session.get_one(User, signed_by.id),
        entity=facts.entity,
        channel=channels[0] if channels else None,
        facts=facts,
        calendar=await clock_queries.calendar_of(
            session, timing.hold_term(facts, now), now
        ),
        at=now,
        earlier=await _parents(session, runtime, request),
        own=await _first(session, runtime, request),
        form=forms.named(runtime.templates, instrument.form if instrument else ""),
    )


async def _parents(
    session: AsyncSession, runtime: Runtime, request: PlatformRequest
) -> Earlier | None:
    """Return the letter of the request that a request follows, if it follows one."""
    if request.parent_id is None:
        return None
    parent = await session.get_one(PlatformRequest, request.parent_id)
    return await _first(session, runtime, parent)


async def _first(
    session: AsyncSession, runtime: Runtime, followed: PlatformRequest
) -> Earlier | None:
    """Return a request's own letter, the one in force before those that are not."""
    found = await letter_queries.of_request(session, followed.id)
    own = [one for one in found if one.kind == followed.kind]
    first = max(own, key=lambda one: (one.is_in_force, one.id), default=None)
    if first is None:
        return None
    zone = ZoneInfo(runtime.authority.zone)
    return Earlier(
        reference=first.reference,
        dated_on=first.sealed_at.astimezone(zone).date(),
        platform_reference=followed.platform_reference,
    )


async def preview(
    session: AsyncSession,
    runtime: Runtime,
    request: PlatformRequest,
    case: Case,
    *,
    actor: Actor,
    now: datetime,
) -> Pdf:
    """
    Return the letter as it would be, watermarked, with its gaps; never sealable.

    Raises: LetterWrong, Upstream.
    """
    matter = await matter_of(session, runtime, request, case, signed_by=actor, now=now)
    return await letters.preview(runtime, composing.request_fields(matter), now=now)


async def picture(
    session: AsyncSession,
    runtime: Runtime,
    request: PlatformRequest,
    case: Case,
    *,
    actor: Actor,
    now: datetime,
) -> bytes:
    """
    Return the first page of the preview as a PNG, for beside the form.

    Raises: LetterWrong, Upstream.
    """
    matter = await matter_of(session, runtime, request, case, signed_by=actor, now=now)
    fields = composing.request_fields(matter)
    page = await letters.preview_first_page(runtime, fields, now=now)
    return await runtime.ports.renderer.picture(page)


async def edit(
    session: AsyncSession,
    request: PlatformRequest,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """
    Take an approved request back: the approval is void, the letter no longer counts.

    Raises: ReasonMissing, MayNot, StepNotPossible.
    """
    if not reason.strip():
        raise ReasonMissing
    phrase = Phrase("Taken back: “%(reason)s”", {"reason": reason.strip()})
    await actions.take(session, request, Step.EDIT, phrase, actor=actor, now=now)
    request.approved_at = request.approver_id = None
    for letter in await letter_queries.of_request(session, request.id):
        if sending.is_in_force(letter):
            await letters.withdraw(session, letter, now=now)


async def withdraw(
    session: AsyncSession,
    runtime: Runtime,
    request: PlatformRequest,
    case: Case,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
) -> Letter:
    """
    Withdraw what was sent, by a sealed letter that says so.

    Raises: ReasonMissing, MayNot, StepNotPossible, Upstream.
    """
    if not reason.strip():
        raise ReasonMissing
    matter = await matter_of(session, runtime, request, case, signed_by=actor, now=now)
    phrase = Phrase("Withdrawn: “%(reason)s”", {"reason": reason.strip()})
    await actions.take(session, request, Step.WITHDRAW, phrase, actor=actor, now=now)
    await clocks.void_all(session, request.id, at=now)
    for hold in await queries.holds_of(session, request.id):
        hold.state, hold.is_open = HoldState.RELEASED, False
    for earlier in await letter_queries.of_request(session, request.id):
        if sending.is_in_force(earlier):
            await letters.withdraw(session, earlier, now=now)
    fields = composing.following_fields(matter, LetterKind.WITHDRAWAL, reason=reason)
    return await sealed(session, runtime, request, fields, actor=actor, now=now)


async def supplement(
    session: AsyncSession,
    runtime: Runtime,
    request: PlatformRequest,
    case: Case,
    *,
    question: str,
    answer: str,
    actor: Actor,
    now: datetime,
) -> Letter:
    """
    Seal our answer to what the platform asked; sending it lets their clock run on.

    Raises: ReasonMissing, MayNot, Upstream.
    """
    if not answer.strip():
        raise ReasonMissing("/answer")
    await actions.require_right(session, request, Right.SEND, actor)
    matter = await matter_of(session, runtime, request, case, signed_by=actor, now=now)
    kind = LetterKind.SUPPLEMENT
    asked = question.strip() or "–"
    fields = composing.following_fields(matter, kind, reason=answer, question=asked)
    return await sealed(session, runtime, request, fields, actor=actor, now=now)


async def remind(
    session: AsyncSession,
    runtime: Runtime,
    request: PlatformRequest,
    case: Case,
    reminder: Reminder,
    *,
    actor: Actor,
    now: datetime,
) -> Letter:
    """
    Seal a drafted reminder.

    Raises: MayNot, Upstream.
    """
    await actions.require_right(session, request, Right.SEND, actor)
    matter = await matter_of(session, runtime, request, case, signed_by=actor, now=now)
    rows = (await open_line(session, runtime, request),)
    fields = composing.reminder_fields(matter, reminder.level, rows)
    letter = await sealed(session, runtime, request, fields, actor=actor, now=now)
    reminder.letter_id = letter.id
    return letter


async def open_line(
    session: AsyncSession, runtime: Runtime, request: PlatformRequest
) -> OpenRequest:
    """Return the line of a reminder for a request that waits."""
    zone = ZoneInfo(runtime.authority.zone)
    open_clocks = await clock_queries.open_of(session, request.id)
    due = {
        clock.kind: clock.computation.safe_on
        or clock.safe_due_at.astimezone(zone).date()
        for clock in open_clocks
    }
    sent_at = request.sent_at or request.created_at
    return OpenRequest(
        reference=request.reference or request.draft_id,
        asked={"en": composing.asked_in_words(request)},
        sent_on=sent_at.astimezone(zone).date(),
        awaited={"en": composing.awaited_in_words(request)},
        platform_reference=request.platform_reference,
        expected_on=due.get("response"),
        held_until_on=due.get("hold_expiry"),
    )
