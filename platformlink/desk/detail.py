"""One request as a whole: where it stands, what is next, who must act and by when."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar

import msgspec
from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.authority import Authority
from platformlink.cases.tables import Case
from platformlink.clocks import queries as clock_queries
from platformlink.clocks.tables import Clock
from platformlink.clocks.terms import Kind as ClockKind
from platformlink.desk import together
from platformlink.desk.board import platform_names
from platformlink.desk.rules import CLOCK_NAMES, ENDED, SOURCE_WORDS, Act, acts
from platformlink.desk.together import Related
from platformlink.dispatch import queries as dispatches
from platformlink.dispatch.rules import STATUS_NAMES, Status
from platformlink.dispatch.tables import Dispatch
from platformlink.evidence import queries as kept
from platformlink.evidence.tables import EvidenceItem
from platformlink.identity import queries as identity
from platformlink.letters import queries as letter_queries
from platformlink.letters.tables import Letter
from platformlink.permissions import Actor, Right, may
from platformlink.protocols import queries as protocols
from platformlink.protocols.protocol import CooperationProtocol
from platformlink.protocols.shelf import Library
from platformlink.requests import (
    comments,
    following,
    queries,
    rules,
    sealing,
    sending,
    showing,
)
from platformlink.requests.comments import Written
from platformlink.requests.ladder import STEP_NAMES, Do, Planned, ladder, plan
from platformlink.requests.rules import (
    KIND_NAMES,
    MOVERS,
    STATE_NAMES,
    Kind,
    Outcome,
    State,
    Step,
    Usefulness,
)
from platformlink.requests.schemas import ClockOut, FindingOut
from platformlink.requests.tables import (
    Hold,
    PlatformRequest,
    Reminder,
    RequestEvent,
    Target,
)
from platformlink.responses import next_steps
from platformlink.responses import queries as responses
from platformlink.responses.codes import KIND_NAMES as ANSWER_NAMES
from platformlink.responses.codes import OUTCOME_NAMES, REASONS, USEFULNESS_NAMES
from platformlink.responses.codes import Kind as AnswerKind
from platformlink.responses.next_steps import ProposalOut
from platformlink.responses.senders import Senders
from platformlink.responses.tables import Response as Answer
from platformlink.responses.tables import ResponseItem
from platformlink.values import Phrase
from platformlink.web.forms import text
from platformlink.web.handed import Form, FromPath, Now, Runtime, Session, Shell, Who
from platformlink.web.pages import Page, go
from platformlink.web.pages import Shell as PlainShell

Protocols = NamedDependency[Library]


class ClockRow(msgspec.Struct, frozen=True):
    """One clock: its name, whose word its time is; what it replaced, newest first."""

    name: str
    source: str
    shown: ClockOut
    before: list[ClockOut]


class Line(msgspec.Struct, frozen=True):
    """One line of the history."""

    event: RequestEvent
    actor: str
    text: str
    icon: str
    is_ours: bool


class Can(msgspec.Struct, frozen=True, kw_only=True):
    """What the reader may do now; each is one button."""

    edit: bool
    submit: bool
    decide: bool
    seal: bool
    take_back: bool
    cancel: bool
    send: bool
    record: bool
    supplement: bool
    withdraw: bool
    close: bool
    reopen: bool
    ratify: bool
    remind: bool
    correct: bool
    escalate: bool
    escalate_to_state: bool
    acknowledge: bool
    follow: bool


ASSESSED: Mapping[Outcome, str] = MappingProxyType(
    {code: OUTCOME_NAMES[code] for code in Outcome if code != Outcome.NOT_ASSESSED}
)


class AnswerRow(msgspec.Struct, frozen=True):
    """One response, what its kind is called, and what is amiss with its sender."""

    answer: Answer
    name: str
    amiss: FindingOut | None


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


ICONS = {
    "draft": "pencil",
    "submit": "eye",
    "return": "arrow-left",
    "approve": "certificate",
    "seal_alone": "urgent",
    "send": "send",
    "queue": "clock",
    "doubt": "question-mark",
    "fail": "alert-octagon",
    "acknowledge": "user-check",
    "restart": "clock",
    "ask": "message-question",
    "supplement": "send",
    "answer": "package",
    "answer_partly": "circle-half-2",
    "close": "circle-check",
    "remind": "bell",
    "ratify": "checks",
    "withdraw": "x",
}
THEIRS = ("acknowledge", "ask", "answer", "answer_partly", "receive")


def can_of(
    request: PlatformRequest,
    actor: Actor,
    subject: Any,  # noqa: ANN401 - permissions.Subject
    reminders: list[Reminder],
    *,
    is_point_known: bool,
) -> Can:
    """Return what a person may do with a request in its state."""
    steps = rules.possible(State(request.state))
    is_own = request.author_id == actor.id
    writes = may(actor, Right.WRITE, subject) or (
        is_own and may(actor, Right.EMERGENCY, subject)
    )
    sends = may(actor, Right.SEND, subject)
    decides = may(actor, Right.APPROVE, subject) and not is_own
    is_emergency = request.kind == Kind.EMERGENCY_DISCLOSURE
    seals = is_emergency and may(actor, Right.EMERGENCY, subject)
    return Can(
        edit=writes and request.state == State.DRAFT,
        submit=writes and Step.SUBMIT in steps,
        decide=decides and Step.APPROVE in steps,
        seal=seals and Step.SEAL_ALONE in steps,
        take_back=writes and Step.EDIT in steps,
        cancel=writes and Step.CANCEL in steps,
        send=sends and Step.SEND in steps,
        record=sends
        and request.sent_at is not None
        and request.state not in rules.OVER,
        supplement=sends and Step.SUPPLEMENT in steps,
        withdraw=sends and Step.WITHDRAW in steps,
        close=sends and Step.CLOSE in steps,
        reopen=sends and Step.REOPEN in steps,
        ratify=request.needs_ratification
        and not is_own
        and may(actor, Right.RATIFY, subject),
        remind=sends and any(one.letter_id is None for one in reminders),
        correct=sends and request.state in following.STANDING,
        escalate=sends and request.state in following.ASKED,
        escalate_to_state=is_point_known,
        acknowledge=sends and request.state in following.RECEIVED,
        follow=sends,
    )


def _line(event: RequestEvent, actor: str | None, shell: PlainShell) -> Line:
    return Line(
        event=event,
        actor=actor or "",
        text=shell.words.say(event.phrase),
        icon=ICONS.get(event.verb, "history"),
        is_ours=event.verb not in THEIRS,
    )


def _replaced_by(clock: Clock, by_id: Mapping[int, Clock]) -> Iterator[Clock]:
    """Yield what a clock replaced, and what that replaced, and so on."""
    while clock.replaces_id is not None:
        clock = by_id[clock.replaces_id]
        yield clock


def _clock_rows(
    found: list[Any], shell: PlainShell, now: datetime
) -> tuple[list[ClockRow], list[ClockRow]]:
    """Return running clocks, and those that met or missed their end."""
    running: list[ClockRow] = []
    ended: list[ClockRow] = []
    by_id = {clock.id: clock for clock in found}
    for clock in found:
        if clock.ended_as in ("replaced", "void"):
            continue
        row = ClockRow(
            CLOCK_NAMES[clock.kind],
            SOURCE_WORDS[clock.source],
            showing.clock(clock, shell.words, now),
            [
                showing.clock(one, shell.words, now)
                for one in _replaced_by(clock, by_id)
            ],
        )
        (ended if clock.state == "ended" else running).append(row)
    return running, ended


def _next_line(
    request: PlatformRequest, running: list[ClockRow], shell: PlainShell, platform: str
) -> str:
    """Return in one sentence what is next, and by when."""
    words: dict[State, Phrase] = {
        State.DRAFT: Phrase("Finish it and submit it for approval."),
        State.IN_REVIEW: Phrase(
            "A second person reads it, and approves or returns it."
        ),
        State.READY: Phrase("The letter is sealed. Send it, and record the proof."),
        State.NEEDS_US: Phrase("They wait for us; their clock stands still meanwhile."),
        State.ANSWERED: Phrase("Assess the answer, and close the request."),
        State.CLOSED: Phrase("Nothing is left to do."),
        State.CANCELLED: Phrase("It was given up before it was sent."),
        State.WITHDRAWN: Phrase("It was withdrawn by a sealed letter."),
    }
    said = words.get(State(request.state))
    if said is not None:
        return shell.words.say(said)
    theirs = [one.shown for one in running if one.shown.duty == "theirs"]
    if not theirs:
        return shell.words.say(Phrase("%(platform)s has it.", {"platform": platform}))
    return shell.words.say(
        Phrase(
            "%(platform)s has it; the next thing is due on %(due_at)s.",
            {"platform": platform, "due_at": theirs[0].safe_due_at},
        )
    )


async def _items(
    session: AsyncSession, request_id: int, shell: PlainShell
) -> tuple[list[str], dict[tuple[int, str], tuple[str, str]]]:
    """Return the categories that were answered, and what counts of each item."""
    current: list[ResponseItem] = await responses.current_items(session, request_id)
    categories = list(dict.fromkeys(one.category for one in current))
    shown = {
        (one.target_id, one.category): (
            one.outcome,
            shell.words.say(OUTCOME_NAMES[Outcome(one.outcome)]),
        )
        for one in current
    }
    return categories, shown


def _answer(one: Answer, senders: Senders, shell: PlainShell) -> AnswerRow:
    found = senders.finding(one.sender)
    return AnswerRow(
        one,
        shell.words.say(ANSWER_NAMES[AnswerKind(one.kind)]),
        showing.finding(found, shell.words) if found else None,
    )


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
    running, ended = _clock_rows(
        await clock_queries.of_requests(session, [request.id]), shell, now
    )
    subject = await queries.subject(session, request, case)
    categories, items = await _items(session, request.id, shell)
    answers = await responses.of_request(session, request.id)
    senders = Senders(protocol, sending.agreement_of(request))
    found = (
        await sealing.findings(session, runtime, request, case, now)
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
        history=[_line(event, name, shell) for event, name in history],
        comments=await comments.of_request(session, request.id),
        handles=[
            comments.handle(one)
            for one in await comments.readers(session, request, case)
            if one.id != actor.id
        ],
        letters=(await letter_queries.of_request(session, request.id))[::-1],
        dispatches=await dispatches.of_request(session, request.id),
        answers=[_answer(one, senders, shell) for one in answers],
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
        can=can_of(request, actor, subject, reminders, is_point_known=bool(point)),
        whose=shell.words.say(rules.whose_move(State(request.state), protocol.name)),
        mover=MOVERS[State(request.state)],
        next_line=_next_line(request, running, shell, protocol.name),
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
