"""Submit, approve and seal; and the letters that follow the first one."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.cases.tables import Case
from platformlink.clocks import actions as clocks
from platformlink.clocks.terms import Evidence
from platformlink.letters import actions as letters
from platformlink.letters import queries as letter_queries
from platformlink.letters.rules import LetterFields, LetterKind
from platformlink.letters.tables import Letter
from platformlink.permissions import Actor, Right, require_other
from platformlink.ports import Runtime
from platformlink.requests import (
    actions,
    composing,
    gathering,
    judging,
    queries,
    sending,
    timing,
)
from platformlink.requests.rules import (
    HoldState,
    Kind,
    NotAnEmergency,
    ReasonMissing,
    Step,
)
from platformlink.requests.tables import PlatformRequest, Reminder
from platformlink.values import Pdf, Phrase


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
    judging.refuse_errors(await judging.findings(session, runtime, request, case, now))
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
    judging.refuse_errors(await judging.findings(session, runtime, request, case, now))
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
    judging.refuse_errors(await judging.findings(session, runtime, request, case, now))
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
    matter = await gathering.matter_of(
        session, runtime, request, case, signed_by=actor, now=now
    )
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
    matter = await gathering.matter_of(
        session, runtime, request, case, signed_by=actor, now=now
    )
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
    matter = await gathering.matter_of(
        session, runtime, request, case, signed_by=actor, now=now
    )
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
    matter = await gathering.matter_of(
        session, runtime, request, case, signed_by=actor, now=now
    )
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
    matter = await gathering.matter_of(
        session, runtime, request, case, signed_by=actor, now=now
    )
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
    matter = await gathering.matter_of(
        session, runtime, request, case, signed_by=actor, now=now
    )
    rows = (await gathering.open_line(session, runtime, request),)
    fields = composing.reminder_fields(matter, reminder.level, rows)
    letter = await sealed(session, runtime, request, fields, actor=actor, now=now)
    reminder.letter_id = letter.id
    return letter
