"""Rows as the structs that doors answer with."""

from datetime import datetime
from typing import Any

from litestar import Response
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.audit import actions as audit
from platformlink.cases.tables import Case
from platformlink.clocks.sentences import chip
from platformlink.clocks.tables import Clock
from platformlink.identity.tables import User
from platformlink.letters import queries as letter_queries
from platformlink.letters.tables import Letter
from platformlink.permissions import Actor
from platformlink.ports import Runtime
from platformlink.protocols import queries as protocols
from platformlink.protocols.rules import Finding
from platformlink.requests import judging, queries, rules
from platformlink.requests.comments import Written
from platformlink.requests.queries import Before, Line
from platformlink.requests.rules import STATE_NAMES, NoSuchRequest, State
from platformlink.requests.schemas import (
    ClockOut,
    CommentOut,
    EventOut,
    FindingOut,
    LetterOut,
    RequestLine,
    RequestOut,
    TargetOut,
)
from platformlink.requests.tables import PlatformRequest, RequestEvent, Target
from platformlink.values import Phrase
from platformlink.web.words import Words


def audit_read(
    session: AsyncSession,
    request: PlatformRequest,
    actor: Actor,
    now: datetime,
    *,
    verb: str = "read",
) -> None:
    """Note who read a request, and for what: nobody reads without a line."""
    audit.record(
        session,
        actor_id=actor.id,
        verb=f"request.{verb}",
        subject=f"request/{request.id}",
        now=now,
        purpose="case work",
    )


def line(found: Line) -> RequestLine:
    """Return a request in a list."""
    one = found.request
    return RequestLine(
        id=one.draft_id,
        reference=one.reference,
        state=one.state,
        kind=one.kind,
        case=found.case.reference,
        platform=one.platform,
        accounts=found.accounts,
        changed_at=one.changed_at,
        sent_at=one.sent_at,
    )


def finding(one: Finding, words: Words) -> FindingOut:
    """Return a finding in the reader's language."""
    return FindingOut(
        severity=one.severity,
        pointer=one.pointer,
        code=one.code,
        message=words.say(one.message),
        mend=words.say(one.mend) if one.mend else "",
        source=words.say(one.source) if one.source else "",
    )


def asked_before(known: Before, place: int, words: Words) -> FindingOut:
    """Return that the account at a place was asked about already, by whom and when."""
    request = known.request
    said: dict[str, str | int | datetime] = {
        "name": known.name,
        "who": known.author,
        "when": request.created_at,
        "state": words.gettext(STATE_NAMES[State(request.state)]),
    }
    text = "Asked about before: %(name)s by %(who)s, %(when)s (%(state)s)."
    return FindingOut(
        severity="hint",
        pointer=f"/targets/{place}/value",
        code="asked-before",
        message=words.say(Phrase(text, said)),
        mend=words.gettext("See whether its answer is enough."),
        source="",
    )


def target(row: Target) -> TargetOut:
    """Return one account."""
    return TargetOut(row.id, row.kind, row.typed, row.normalised, row.seen_on)


async def whole(
    session: AsyncSession,
    runtime: Runtime,
    request: PlatformRequest,
    case: Case,
    words: Words,
    now: datetime,
) -> RequestOut:
    """Return the whole request; a draft with what the protocol says of it."""
    protocol = await protocols.pinned(session, request.protocol_version)
    author = await session.get_one(User, request.author_id)
    is_open_to_change = request.state in (State.DRAFT, State.IN_REVIEW)
    found = (
        await judging.findings(session, runtime, request, case, now)
        if is_open_to_change
        else []
    )
    return RequestOut(
        id=request.draft_id,
        reference=request.reference,
        state=request.state,
        whose_move=words.say(rules.whose_move(State(request.state), protocol.name)),
        kind=request.kind,
        case=case.reference,
        platform=request.platform,
        protocol_version=request.protocol_version,
        entity=request.entity,
        holder_country=request.holder_country,
        targets=[target(row) for row in await queries.targets_of(session, request.id)],
        period={"from": request.period_from_at, "to": request.period_to_at},
        data=request.data,
        instrument=request.instrument,
        urgency=request.urgency,
        confidentiality=_confidentiality(request),
        narrative=request.narrative,
        nexus=request.nexus,
        necessity=request.necessity,
        language=request.language,
        author=author.name,
        created_at=request.created_at,
        changed_at=request.changed_at,
        approved_at=request.approved_at,
        sent_at=request.sent_at,
        needs_ratification=request.needs_ratification,
        platform_reference=request.platform_reference,
        outcome=request.outcome,
        outcome_reasons=request.outcome_reasons,
        steps=sorted(rules.possible(State(request.state))),
        findings=[finding(one, words) for one in found],
        version=request.version,
    )


def _confidentiality(request: PlatformRequest) -> dict[str, Any]:
    return {
        "non_disclosure": request.non_disclosure,
        "until": request.non_disclosure_until_on,
        "reason": request.non_disclosure_reason,
    }


def event(row: RequestEvent, actor: str, words: Words) -> EventOut:
    """Return one line of the history."""
    return EventOut(
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        actor=actor,
        verb=row.verb,
        text=words.say(row.phrase),
        proof=row.proof,
        state=row.state,
    )


def comment(found: Written) -> CommentOut:
    """Return a comment for programs."""
    one = found.comment
    return CommentOut(one.id, found.author, one.written_at, one.text)


def letter(row: Letter) -> LetterOut:
    """Return one letter, without its bytes."""
    return LetterOut(
        reference=row.reference,
        kind=row.kind,
        code=row.code,
        sha256=row.sha256,
        sealed_at=row.sealed_at,
        is_in_force=row.superseded_at is None and row.withdrawn_at is None,
    )


def clock(row: Clock, words: Words, now: datetime) -> ClockOut:
    """Return one clock with its sentences."""
    shown = chip(row.facts, now, zone=words.zone.key)
    return ClockOut(
        kind=row.kind,
        state=row.state,
        duty=row.duty,
        source=row.source,
        started_at=row.started_at,
        legal_due_at=row.legal_due_at,
        safe_due_at=row.safe_due_at,
        ended_at=row.ended_at,
        ended_as=row.ended_as,
        urgency=shown.urgency,
        words=words.say(shown.words),
        sentences=[words.say(one) for one in row.sentences(words.language)],
    )


async def letter_named(
    session: AsyncSession, request: PlatformRequest, name: str
) -> Letter:
    """
    Return the letter that a reference names, else the request's own latest one.

    Raises: NoSuchRequest where nothing was sealed yet.
    """
    found = await letter_queries.of_request(session, request.id)
    exact = [one for one in found if one.reference == name.upper()]
    own = [one for one in found if one.kind == request.kind]
    for one in (*exact, *own, *found):
        return one
    message = "No letter has been sealed yet."
    raise NoSuchRequest(message)


def pdf(content: bytes, name: str) -> Response[bytes]:
    """Return a PDF that a browser shows, and no cache keeps."""
    return Response(
        content,
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )
