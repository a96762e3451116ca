"""Rows of one request as the record that a package tells."""

from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.cases.tables import Case
from platformlink.clocks import queries as clocks
from platformlink.clocks.tables import Clock
from platformlink.dispatch import queries as dispatches
from platformlink.dispatch.schemas import DispatchOut
from platformlink.evidence import queries as evidence
from platformlink.evidence.rules import State, Way
from platformlink.evidence.schemas import ItemOut
from platformlink.evidence.tables import EvidenceItem
from platformlink.exports import queries, rules
from platformlink.exports.schemas import (
    CaseOut,
    ClockOut,
    EvidenceOut,
    HoldOut,
    LetterOut,
    Record,
    RequestOut,
)
from platformlink.identity import queries as identity
from platformlink.protocols import queries as protocols
from platformlink.requests import comments, sending, showing
from platformlink.requests import queries as requests
from platformlink.requests.tables import PlatformRequest
from platformlink.responses import evidence as shown
from platformlink.responses import queries as responses
from platformlink.responses.schemas import AnswerOut
from platformlink.web.words import Words


def has_bytes(item: EvidenceItem | ItemOut) -> bool:
    """Say whether an item's encrypted file lies in the vault."""
    is_kept = item.state in (State.KEPT, State.DAMAGED)
    return item.way == Way.VAULTED and is_kept


async def case_out(session: AsyncSession, case: Case) -> CaseOut:
    """Return what is told of a case."""
    lead = await identity.names(session, {case.lead_id})
    return CaseOut(
        id=case.id,
        reference=case.reference,
        title=case.title,
        offence=case.offence,
        offence_article=case.offence_article,
        urgency=case.urgency,
        is_restricted=case.is_restricted,
        lead=lead[case.lead_id],
        opened_at=case.opened_at,
        closed_at=case.closed_at,
    )


async def record(
    session: AsyncSession,
    request: PlatformRequest,
    case: CaseOut,
    words: Words,
    *,
    has_evidence: bool,
) -> Record:
    """Return all that there is of a request, in the reader's language."""
    told = await _request(session, request)
    holds = await requests.holds_of(session, request.id)
    letters = await _letters(session, request.id, told.name)
    history = await requests.history(session, request.id)
    return Record(
        case=case,
        request=told,
        targets=[
            showing.target(row)
            for row in await requests.targets_of(session, request.id)
        ],
        holds=[
            HoldOut(
                target=one.target_id,
                state=one.state,
                is_assumed=one.is_assumed,
                snapshot_at=one.snapshot_at,
                until_at=one.until_at,
                renewals=one.renewals,
            )
            for one in holds
        ],
        letters=letters,
        dispatches=await _dispatches(session, request.id, letters),
        answers=await _answers(session, request.id),
        clocks=[
            _clock(one, words)
            for one in await clocks.of_requests(session, [request.id])
        ],
        evidence=[
            await _item(session, one, told.name, has_file=has_evidence)
            for one in await evidence.of_request(session, request.id)
        ],
        events=[
            showing.event(event, name or "", words) for event, name in reversed(history)
        ],
        comments=[
            showing.comment(one)
            for one in await comments.of_request(session, request.id)
        ],
    )


async def _request(session: AsyncSession, request: PlatformRequest) -> RequestOut:
    protocol = await protocols.pinned(session, request.protocol_version)
    entity = sending.entity_of(protocol, request)
    people = {request.author_id, request.approver_id or request.author_id}
    names = await identity.names(session, people)
    return RequestOut(
        id=request.draft_id,
        reference=request.reference,
        state=request.state,
        kind=request.kind,
        platform=request.platform,
        platform_name=protocol.name,
        protocol_version=request.protocol_version,
        entity=f"{entity.name}, {entity.country}" if entity else "",
        instrument=request.instrument,
        authorisation=request.authorisation,
        urgency=request.urgency,
        period={"from": request.period_from_at, "to": request.period_to_at},
        data=request.data,
        non_disclosure=request.non_disclosure,
        non_disclosure_until_on=request.non_disclosure_until_on,
        narrative=request.narrative,
        nexus=request.nexus,
        necessity=request.necessity,
        danger=request.danger,
        language=request.language,
        author=names[request.author_id],
        approver=names[request.approver_id] if request.approver_id else "",
        created_at=request.created_at,
        approved_at=request.approved_at,
        sent_at=request.sent_at,
        closed_at=request.closed_at,
        platform_reference=request.platform_reference,
        outcome=request.outcome,
        outcome_reasons=request.outcome_reasons,
    )


async def _letters(
    session: AsyncSession, request_id: int, name: str
) -> list[LetterOut]:
    found = await queries.letters_of(session, request_id)
    versions = await queries.last_versions(session, [one.id for one in found])
    return [
        LetterOut(
            id=one.id,
            version=versions[one.id][0] if one.id in versions else None,
            reference=one.reference,
            kind=one.kind,
            sealed_at=one.sealed_at,
            is_in_force=one.is_in_force,
            sha256=one.sha256,
            file=rules.letter_path(name, one.reference),
            file_sha256=versions[one.id][1] if one.id in versions else one.sha256,
        )
        for one in found
    ]


async def _dispatches(
    session: AsyncSession, request_id: int, letters: list[LetterOut]
) -> list[DispatchOut]:
    references = {one.id: one.reference for one in letters}
    return [
        DispatchOut(
            id=one.id,
            letter=references[one.letter_id],
            channel=one.channel,
            channel_kind=one.channel_kind,
            status=one.status,
            queued_at=one.queued_at,
            delivered_at=one.delivered_at,
            proof=one.proof,
            message_id=one.message_id,
            note=one.note,
        )
        for one in reversed(await dispatches.of_request(session, request_id))
    ]


async def _answers(session: AsyncSession, request_id: int) -> list[AnswerOut]:
    found = await responses.of_request(session, request_id)
    items = await responses.items_of(session, *(one.id for one in found))
    return [responses.recorded(one, items) for one in reversed(found)]


def _clock(one: Clock, words: Words) -> ClockOut:
    return ClockOut(
        kind=one.kind,
        state=one.state,
        duty=one.duty,
        source=one.source,
        started_at=one.started_at,
        legal_due_at=one.legal_due_at,
        safe_due_at=one.safe_due_at,
        ended_at=one.ended_at,
        ended_as=one.ended_as,
        sentences=[words.say(each) for each in one.sentences(words.language)],
    )


async def _item(
    session: AsyncSession, item: EvidenceItem, name: str, *, has_file: bool
) -> EvidenceOut:
    whole = await shown.whole(session, item)
    is_here = has_file and has_bytes(item)
    return EvidenceOut(
        item=whole.item,
        custody=whole.custody,
        file=rules.item_path(name, item.id) if is_here else "",
    )
