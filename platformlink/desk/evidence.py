"""The evidence of a request: what came, who has had it, and the way in."""

from datetime import datetime
from typing import Any, ClassVar

import msgspec
from litestar import Request, Response, Router, get, post, put
from litestar.background_tasks import BackgroundTask
from litestar.response import Redirect, Stream
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.cases.tables import Case
from platformlink.errors import FieldError, Refusal
from platformlink.evidence import actions, queries
from platformlink.evidence.rules import (
    VERB_NAMES,
    EvidenceIn,
    EvidenceInvalid,
    HandOverIn,
    Way,
)
from platformlink.evidence.schemas import ItemOut, WholeItem
from platformlink.permissions import Actor, Right, may
from platformlink.requests import following, showing
from platformlink.requests import queries as request_queries
from platformlink.requests.tables import PlatformRequest
from platformlink.responses import evidence
from platformlink.web.forms import text
from platformlink.web.handed import Form, FromPath, Now, Runtime, Session, Shell, Who
from platformlink.web.pages import Page, go
from platformlink.web.problems import as_problem

TYPED = ("name", "size_bytes", "sha256", "place", "custodian")
STATE_NAMES = {
    "arriving": "Arriving",
    "arrived": "Being encrypted",
    "kept": "Kept",
    "damaged": "NOT what was kept",
}


class EvidencePage(Page, frozen=True, kw_only=True):
    """All items of a request with their custody, and how more come in."""

    template: ClassVar[str] = "desk/evidence.html"
    reference: str
    items: list[WholeItem]
    may_add: bool
    may_open: bool
    may_grant: bool
    has_vault: bool
    typed: dict[str, str]
    refusal: str
    states: dict[str, str]
    verbs: dict[str, str]


class Asked(msgspec.Struct, frozen=True):
    """What every handler here begins with."""

    shell: Any  # Shell
    session: AsyncSession
    runtime: Any  # Runtime
    actor: Actor
    now: datetime


async def _page(
    asked: Asked,
    request: PlatformRequest,
    typed: dict[str, str] | None = None,
    refusal: Refusal | None = None,
) -> EvidencePage:
    session, actor = asked.session, asked.actor
    case = await session.get_one(Case, request.case_id)
    subject = await request_queries.subject(session, request, case)
    problem = as_problem(refusal, asked.shell.words, "") if refusal else None
    lines = [x["message"] for x in problem.errors] if problem else []
    return EvidencePage(
        title="Evidence",
        reference=request.reference or request.draft_id,
        items=[
            await evidence.whole(session, one)
            for one in await queries.of_request(session, request.id)
        ],
        may_add=may(actor, Right.SEND, subject) and request.sent_at is not None,
        may_open=await evidence.may_open(session, request, actor),
        may_grant=request.author_id == actor.id or may(actor, Right.APPROVE, subject),
        has_vault=asked.runtime.ports.vault.is_open,
        typed={name: (typed or {}).get(name, "") for name in TYPED},
        refusal=" ".join(lines or ([problem.title] if problem else [])),
        states=STATE_NAMES,
        verbs=dict(VERB_NAMES),
    )


@get("/requests/{reference:str}/evidence", include_in_schema=False)
async def page(
    shell: Shell,
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    reference: FromPath[str],
) -> Response[str]:
    """Show the items and their custody."""
    request, _ = await request_queries.by_reference(session, reference, actor=actor)
    showing.audit_read(session, request, actor, now, verb="custody_read")
    asked = Asked(shell, session, runtime, actor, now)
    return shell.show(await _page(asked, request))


def _item(form: dict[str, list[str]]) -> EvidenceIn:
    """
    Return the item that a form describes.

    Raises: EvidenceInvalid.
    """
    size = text(form, "size_bytes")
    if not size.isdecimal():
        message = "Give its size in bytes."
        raise EvidenceInvalid("", FieldError("/size_bytes", "required", message))
    return EvidenceIn(
        name=text(form, "name"),
        size_bytes=int(size),
        way=text(form, "way") or Way.REGISTERED,
        sha256=text(form, "sha256"),
        place=text(form, "place"),
        custodian=text(form, "custodian"),
        note=text(form, "note"),
    )


@post("/requests/{reference:str}/evidence", include_in_schema=False)
async def add(
    shell: Shell,
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    reference: FromPath[str],
    form: Form,
) -> Response[Any]:
    """Register an item, or answer a script with the one whose parts it will send."""
    request, _ = await request_queries.by_reference(session, reference, actor=actor)
    try:
        item = await evidence.add_item(
            session, runtime, request, _item(form), actor=actor, now=now
        )
    except Refusal as refusal:
        typed = {name: text(form, name) for name in form}
        asked = Asked(shell, session, runtime, actor, now)
        return shell.show(await _page(asked, request, typed, refusal), status=422)
    if item.way == Way.VAULTED:
        return Response(await evidence.shown(session, item))
    return go(f"/requests/{reference}/evidence")


@get("/requests/{reference:str}/evidence/{number:int}/state", include_in_schema=False)
async def state(
    session: Session, actor: Who, reference: FromPath[str], number: FromPath[int]
) -> ItemOut:
    """Answer a script that asks how far an item has come."""
    request, _ = await request_queries.by_reference(session, reference, actor=actor)
    item = await queries.of_request_by_id(session, request.id, number)
    return await evidence.shown(session, item)


@put(
    "/requests/{reference:str}/evidence/{number:int}/parts/{part:int}",
    include_in_schema=False,
)
async def put_part(
    request: Request[Any, Any, Any],
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    reference: FromPath[str],
    number: FromPath[int],
    part: FromPath[int],
) -> Response[ItemOut]:
    """Keep one part of a file that a script sends."""
    asked, _ = await request_queries.by_reference(session, reference, actor=actor)
    content = await request.body()
    shown, is_whole = await evidence.take_part(
        session, runtime, asked, number, part, content, actor=actor, now=now
    )
    answer = Response(shown)
    if is_whole:
        answer.background = BackgroundTask(runtime.ports.bell.ring, evidence.JOB)
    return answer


@post("/requests/{reference:str}/evidence/{number:int}/open", include_in_schema=False)
async def open_item(
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    reference: FromPath[str],
    number: FromPath[int],
    form: Form,
) -> Stream:
    """Give the encrypted file to whoever may open it and says for what."""
    request, _ = await request_queries.by_reference(session, reference, actor=actor)
    item = await evidence.openable(session, request, number, actor=actor)
    actions.open_item(session, item, text(form, "purpose"), actor=actor, now=now)
    return evidence.download(runtime, item)


@post(
    "/requests/{reference:str}/evidence/{number:int}/hand-over",
    include_in_schema=False,
)
async def hand_over(
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    reference: FromPath[str],
    number: FromPath[int],
    form: Form,
) -> Redirect:
    """Note to whom an item was given, and seal the receipt for it."""
    request, case = await request_queries.by_reference(session, reference, actor=actor)
    item = await evidence.openable(session, request, number, actor=actor)
    given = HandOverIn(text(form, "to"), text(form, "purpose"), text(form, "authority"))
    letter = await following.hand_over(
        session, runtime, request, case, item, given, actor=actor, now=now
    )
    return go(f"/requests/{letter.reference}/letter.pdf")


@post("/requests/{reference:str}/evidence/grants", include_in_schema=False)
async def grant(
    session: Session, actor: Who, now: Now, reference: FromPath[str], form: Form
) -> Redirect:
    """Let another person open the evidence."""
    request, _ = await request_queries.by_reference(session, reference, actor=actor)
    await evidence.grant(session, request, text(form, "email"), actor=actor, now=now)
    return go(f"/requests/{reference}/evidence")


router = Router(
    "/",
    route_handlers=[page, add, state, put_part, open_item, hand_over, grant],
)
