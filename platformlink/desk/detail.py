"""One request as a whole: where it stands, what is next, who must act and by when."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.authority import Authority
from platformlink.cases.tables import Case
from platformlink.clocks import queries as clock_queries
from platformlink.clocks.terms import Kind as ClockKind
from platformlink.desk import reading, together
from platformlink.desk.board import platform_names
from platformlink.desk.reading import AnswerRow, Can, ClockRow, Line
from platformlink.desk.rules import ENDED, Act, acts
from platformlink.desk.together import Related
from platformlink.dispatch import queries as dispatches
from platformlink.dispatch.rules import STATUS_NAMES, Status
from platformlink.dispatch.tables import Dispatch
from platformlink.evidence import queries as kept
from platformlink.evidence.tables import EvidenceItem
from platformlink.identity import queries as identity
from platformlink.letters import queries as letter_queries
from platformlink.letters.tables import Letter
from platformlink.permissions import Actor
from platformlink.protocols import queries as protocols
from platformlink.protocols.protocol import CooperationProtocol
from platformlink.protocols.shelf import Library
from platformlink.requests import comments, judging, queries, rules, sending, showing
from platformlink.requests.comments import Written
from platformlink.requests.ladder import STEP_NAMES, Do, Planned, ladder, plan
from platformlink.requests.rules import (
    KIND_NAMES,
    MOVERS,
    STATE_NAMES,
    Kind,
    Outcome,
    State,
    Usefulness,
)
from platformlink.requests.schemas import FindingOut
from platformlink.requests.tables import Hold, PlatformRequest, Reminder, Target
from platformlink.responses import next_steps
from platformlink.responses import queries as responses
from platformlink.responses.codes import OUTCOME_NAMES, REASONS, USEFULNESS_NAMES
from platformlink.responses.codes import Kind as AnswerKind
from platformlink.responses.next_steps import ProposalOut
from platformlink.responses.senders import Senders
from platformlink.web.forms import text
from platformlink.web.handed import Form, FromPath, Now, Runtime, Session, Shell, Who
from platformlink.web.pages import Page, go
from platformlink.web.pages import Shell as PlainShell
from platformlink.web.words import language_name

Protocols = NamedDependency[Library]


ASSESSED: Mapping[Outcome, str] = MappingProxyType(
    {code: OUTCOME_NAMES[code] for code in Outcome if code != Outcome.NOT_ASSESSED}
)


class RequestPage(Page, frozen=True, kw_only=True):
    """One request."""

    template: ClassVar[str] = "desk/request.html"
    request: PlatformRequest
    case: Case
    protocol: CooperationProtocol
    entity: str
    author: str
    targets: list[Target]
    holds: dict[int, Hold]
    clocks: list[ClockRow]
    ended: list[ClockRow]
    history: list[Line]
    comments: list[Written]
    handles: list[str]
    letters: list[Letter]
    dispatches: list[Dispatch]
    answers: list[AnswerRow]
    items: dict[tuple[int, str], tuple[str, str]]
    evidence: list[EvidenceItem]
    categories: list[str]
    reminders: list[Reminder]
    plan: list[Planned]
    steps: Mapping[Do, str] = STEP_NAMES
    findings: list[FindingOut]
    related: list[Related]
    names: dict[str, str]  # of platforms, by slug
    over: tuple[State, ...] = ENDED
    acts: dict[Act, str]  # for this request and those beside it
    proposals: list[ProposalOut]
    can: Can
    whose: str
    mover: str
    next_line: str
    letter_language: str  # in the reader's words
    instrument: str
    question: str
    states: Mapping[State, str] = STATE_NAMES
    kinds: Mapping[Kind, str] = KIND_NAMES
    statuses: Mapping[Status, str] = STATUS_NAMES
    outcome: Outcome
    reasons: dict[str, str]
    outcomes: Mapping[Outcome, str] = ASSESSED
    usefulness: Mapping[Usefulness, str] = USEFULNESS_NAMES
    path: str


@get("/requests/{reference:str}", include_in_schema=False)
async def detail(
    shell: Shell,
    session: Session,
    runtime: Runtime,
    library: Protocols,
    actor: Who,
    now: Now,
    reference: FromPath[str],
) -> Response[str]:
    """Show one request as a whole."""
    request, case = await queries.by_reference(session, reference, actor=actor)
    showing.audit_read(session, request, actor, now)
    page = await _page(shell, session, runtime, library, request, case, actor, now)
    return shell.show(page)


@post("/requests/{reference:str}/comments", include_in_schema=False)
async def comment(
    session: Session, actor: Who, now: Now, reference: FromPath[str], form: Form
) -> Redirect:
    """Keep a comment, and show it in its place."""
    request, case = await queries.by_reference(session, reference, actor=actor)
    said = text(form, "text")
    await comments.write(session, request, case, said, actor=actor, now=now)
    return go(f"/requests/{request.reference or request.draft_id}#comments")


async def _page(
    shell: Shell,
    session: Session,
    runtime: Runtime,
    library: Library,
    request: PlatformRequest,
    case: Case,
    actor: Actor,
    now: datetime,
) -> RequestPage:
    protocol = await protocols.pinned(session, request.protocol_version)
    entity = sending.entity_of(protocol, request)
    point = runtime.authority.point((entity.country if entity else None) or "")
    reminders = await queries.reminders_waiting(session, request.id, now)
    running, ended = reading.clock_rows(
        await clock_queries.of_requests(session, [request.id]), shell, now
    )
    subject = await queries.subject(session, request, case)
    categories, items = await reading.items_of(session, request.id, shell)
    answers = await responses.of_request(session, request.id)
    senders = Senders(protocol, sending.agreement_of(request))
    found = (
        await judging.findings(session, runtime, request, case, now)
        if request.state in (State.DRAFT, State.IN_REVIEW)
        else []
    )
    names = await identity.names(session, {request.author_id})
    targets = await queries.targets_of(session, request.id)
    accounts = [one.normalised for one in targets]
    beside = await together.related(session, request, accounts, actor=actor)
    history = await queries.history(session, request.id)
    return RequestPage(
        title=request.reference or f"Draft {request.draft_id}",
        request=request,
        case=case,
        protocol=protocol,
        entity=f"{entity.name}, {entity.country}" if entity else "",
        author=names[request.author_id],
        targets=targets,
        holds={x.target_id: x for x in await queries.holds_of(session, request.id)},
        clocks=running,
        ended=ended,
        history=[reading.line(event, name, shell) for event, name in history],
        comments=await comments.of_request(session, request.id),
        handles=[
            comments.handle(one)
            for one in await comments.readers(session, request, case)
            if one.id != actor.id
        ],
        letters=(await letter_queries.of_request(session, request.id))[::-1],
        dispatches=await dispatches.of_request(session, request.id),
        answers=[reading.answer(one, senders, shell) for one in answers],
        items=items,
        evidence=await kept.of_request(session, request.id),
        categories=categories,
        outcome=await responses.outcome_of(session, request.id),
        reasons={
            code: REASONS[code].name
            for code in await responses.reasons_of(session, request.id)
        },
        reminders=reminders,
        plan=await _plan(session, runtime.authority, request, now),
        findings=[showing.finding(one, shell.words) for one in found],
        related=beside,
        names=platform_names(library),
        acts=acts([request.state, *(one.request.state for one in beside)], actor),
        proposals=await _proposals(session, runtime, request, shell, now),
        can=reading.can_of(
            request, actor, subject, reminders, is_point_known=bool(point)
        ),
        whose=shell.words.say(rules.whose_move(State(request.state), protocol.name)),
        mover=MOVERS[State(request.state)],
        next_line=reading.next_line(request, running, shell, protocol.name),
        letter_language=language_name(request.language, shell.words.language),
        instrument=_instrument(runtime, request, shell),
        question=next((one.note for one in answers if one.kind in ASKING), ""),
        path=f"/requests/{request.reference or request.draft_id}",
    )


async def _proposals(
    session: AsyncSession,
    runtime: Runtime,
    request: PlatformRequest,
    shell: PlainShell,
    now: datetime,
) -> list[ProposalOut]:
    """Return what may be done next, in the reader's language."""
    found = await next_steps.proposed(session, runtime, request, shell.words, now)
    return [next_steps.shown(one, shell.words) for one in found]


async def _plan(
    session: Session, authority: Authority, request: PlatformRequest, now: datetime
) -> list[Planned]:
    """Return what is done while their answer stays away; nothing once it has come."""
    kinds = (ClockKind.RESPONSE,)
    running = await clock_queries.open_of(session, request.id, kinds=kinds)
    if not running:
        return []
    steps = ladder(authority, request.platform, request.kind)
    return plan(
        steps,
        running[0].safe_due_at,
        now,
        sent_levels=await queries.levels_sent(session, request.id),
        is_paused=request.state == State.NEEDS_US,
    )


ASKING = (AnswerKind.NEED_MORE_INFO, AnswerKind.COST_NOTICE, AnswerKind.CHALLENGE)


def _instrument(runtime: Runtime, request: PlatformRequest, shell: PlainShell) -> str:
    found = runtime.authority.instrument(request.instrument)
    return found.name.get(shell.words.language, found.name["en"]) if found else ""


router = Router("/", route_handlers=[detail, comment])
