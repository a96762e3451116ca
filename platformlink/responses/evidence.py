"""The evidence of a request: how it comes in, who may open it, and its custody."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, Router, get, post, put
from litestar.background_tasks import BackgroundTask
from litestar.response import Stream
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink import ports
from platformlink.clocks import actions as clocks
from platformlink.clocks.terms import Kind as ClockKind
from platformlink.errors import FieldError
from platformlink.evidence import actions, queries
from platformlink.evidence.rules import (
    PART_BYTES,
    EvidenceIn,
    EvidenceInvalid,
    HandOverIn,
    NotGranted,
    Way,
)
from platformlink.evidence.schemas import (
    CustodyOut,
    GrantIn,
    ItemOut,
    PurposeIn,
    WholeItem,
)
from platformlink.evidence.tables import EvidenceItem
from platformlink.identity import queries as identity
from platformlink.permissions import Actor, Right, may
from platformlink.requests import actions as requests
from platformlink.requests import following, showing
from platformlink.requests import queries as request_queries
from platformlink.requests.tables import PlatformRequest
from platformlink.web.handed import (
    FromPath,
    JSONBody,
    Now,
    Runtime,
    Session,
    Who,
)

JOB = "keep_arrived"
OCTETS = "application/octet-stream"


async def shown(session: AsyncSession, item: EvidenceItem) -> ItemOut:
    """Return an item as the doors show it."""
    return ItemOut(
        id=item.id,
        way=item.way,
        state=item.state,
        name=item.name,
        size_bytes=item.size_bytes,
        part_bytes=PART_BYTES,
        missing=await queries.missing(session, item),
        sha256=item.sha256,
        kept_sha256=item.kept_sha256,
        place=item.place,
        custodian=item.custodian,
        received_at=item.received_at,
        recorded_at=item.recorded_at,
        checked_at=item.checked_at,
    )


async def whole(session: AsyncSession, item: EvidenceItem) -> WholeItem:
    """Return an item with its custody."""
    lines = [
        CustodyOut(
            verb=event.verb,
            at=event.at,
            who=name or "",
            purpose=event.purpose,
            to=event.to_whom,
            authority=event.authority,
        )
        for event, name in await queries.custody(session, item.id)
    ]
    return WholeItem(await shown(session, item), lines)


async def may_open(
    session: AsyncSession, request: PlatformRequest, actor: Actor
) -> bool:
    """Say whether a person opens this evidence: the request's officer, or by grant."""
    is_own = request.author_id == actor.id
    return is_own or await queries.is_granted(session, request.id, actor.id)


async def grant(
    session: AsyncSession,
    request: PlatformRequest,
    email: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """
    Let another person open the evidence: the officer's word, or an approver's.

    Raises: NotGranted, EvidenceInvalid.
    """
    user = await identity.by_email(session, email.strip())
    if user is None or not user.is_active:
        message = "Nobody here has this address."
        raise EvidenceInvalid("", FieldError("/email", "unknown", message))
    if request.author_id != actor.id and (
        not may(actor, Right.APPROVE) or user.id == actor.id
    ):
        raise NotGranted
    await actions.grant(session, request.id, user.id, actor=actor, now=now)


async def take_part(
    session: AsyncSession,
    runtime: ports.Runtime,
    request: PlatformRequest,
    number: int,
    part: int,
    content: bytes,
    *,
    actor: Actor,
    now: datetime,
) -> tuple[ItemOut, bool]:
    """
    Keep one part of an item; return the item, and whether all parts are here.

    The clock of a download link ends well with the file that it led to.

    Raises: MayNot, NoSuchItem, EvidenceInvalid, Upstream.
    """
    await requests.require_right(session, request, Right.SEND, actor)
    item = await queries.of_request_by_id(
        session, request.id, number, is_to_change=True
    )
    vault = runtime.ports.vault
    is_whole = await actions.keep_part(session, vault, item, part, content)
    if is_whole:
        await clocks.stop_kinds(session, request.id, ClockKind.DOWNLOAD_EXPIRY, at=now)
    return await shown(session, item), is_whole


async def add_item(
    session: AsyncSession,
    runtime: ports.Runtime,
    request: PlatformRequest,
    fields: EvidenceIn,
    *,
    actor: Actor,
    now: datetime,
) -> EvidenceItem:
    """
    Return the new item of a request; one that is registered is downloaded elsewhere.

    Raises: MayNot, EvidenceInvalid, NoVault.
    """
    await requests.require_right(session, request, Right.SEND, actor)
    vault = runtime.ports.vault
    item = await actions.add(session, vault, request.id, fields, actor=actor, now=now)
    if item.way == Way.REGISTERED:
        await clocks.stop_kinds(session, request.id, ClockKind.DOWNLOAD_EXPIRY, at=now)
    return item


def download(runtime: ports.Runtime, item: EvidenceItem) -> Stream:
    """Return the encrypted file, a piece at a time; no browser may show it."""
    return Stream(
        runtime.ports.vault.read(item.id),
        media_type=OCTETS,
        headers={
            "Content-Disposition": f'attachment; filename="evidence-{item.id}.age"',
            "Cache-Control": "no-store",
        },
    )


async def openable(
    session: AsyncSession, request: PlatformRequest, number: int, *, actor: Actor
) -> EvidenceItem:
    """
    Return an item of a request that a person may open, locked.

    Raises: NotGranted, NoSuchItem.
    """
    if not await may_open(session, request, actor):
        raise NotGranted
    return await queries.of_request_by_id(
        session, request.id, number, is_to_change=True
    )


@get("/requests/{reference:str}/evidence")
async def listed(
    session: Session, actor: Who, now: Now, reference: FromPath[str]
) -> list[ItemOut]:
    """Return the items of a request, the oldest first."""
    request, _ = await request_queries.by_reference(session, reference, actor=actor)
    showing.audit_read(session, request, actor, now, verb="evidence_listed")
    found = await queries.of_request(session, request.id)
    return [await shown(session, one) for one in found]


@post("/requests/{reference:str}/evidence")
async def add(
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    reference: FromPath[str],
    data: JSONBody[EvidenceIn],
) -> ItemOut:
    """Register an item, or announce one whose parts follow."""
    request, _ = await request_queries.by_reference(session, reference, actor=actor)
    item = await add_item(session, runtime, request, data, actor=actor, now=now)
    return await shown(session, item)


@get("/requests/{reference:str}/evidence/{number:int}")
async def read(
    session: Session,
    actor: Who,
    now: Now,
    reference: FromPath[str],
    number: FromPath[int],
) -> WholeItem:
    """Return one item and its chain of custody."""
    request, _ = await request_queries.by_reference(session, reference, actor=actor)
    showing.audit_read(session, request, actor, now, verb="custody_read")
    item = await queries.of_request_by_id(session, request.id, number)
    return await whole(session, item)


@put("/requests/{reference:str}/evidence/{number:int}/parts/{part:int}")
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
    """Keep one part of a file; the body is its bytes, and twice is once."""
    asked, _ = await request_queries.by_reference(session, reference, actor=actor)
    content = await request.body()
    told, is_whole = await take_part(
        session, runtime, asked, number, part, content, actor=actor, now=now
    )
    answer = Response(told)
    if is_whole:
        answer.background = BackgroundTask(runtime.ports.bell.ring, JOB)
    return answer


@post("/requests/{reference:str}/evidence/{number:int}/open", status_code=200)
async def open_item(
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    reference: FromPath[str],
    number: FromPath[int],
    data: JSONBody[PurposeIn],
) -> Stream:
    """Return the encrypted file; who opened it and for what is kept."""
    request, _ = await request_queries.by_reference(session, reference, actor=actor)
    item = await openable(session, request, number, actor=actor)
    actions.open_item(session, item, data.purpose, actor=actor, now=now)
    return download(runtime, item)


@post("/requests/{reference:str}/evidence/{number:int}/hand-overs")
async def hand_over(
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    reference: FromPath[str],
    number: FromPath[int],
    data: JSONBody[HandOverIn],
) -> WholeItem:
    """Note to whom an item was given, and seal the receipt: the newest letter."""
    request, case = await request_queries.by_reference(session, reference, actor=actor)
    item = await openable(session, request, number, actor=actor)
    await following.hand_over(
        session, runtime, request, case, item, data, actor=actor, now=now
    )
    await session.flush()
    return await whole(session, item)


@post("/requests/{reference:str}/evidence/grants", status_code=204)
async def give_leave(
    session: Session,
    actor: Who,
    now: Now,
    reference: FromPath[str],
    data: JSONBody[GrantIn],
) -> None:
    """Let another person open the evidence of this request."""
    request, _ = await request_queries.by_reference(session, reference, actor=actor)
    await grant(session, request, data.email, actor=actor, now=now)


router = Router(
    "/api/v1",
    route_handlers=[
        *(listed, add, read, put_part, open_item, hand_over, give_leave),
    ],
)
