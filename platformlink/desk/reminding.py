"""Several late answers chased at one confirmation: first what would go out, then it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, ClassVar

import msgspec
import structlog
from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.desk.board import platform_names
from platformlink.dispatch import actions as dispatch
from platformlink.dispatch.pages import JOB
from platformlink.dispatch.rules import DispatchIn
from platformlink.errors import Refusal
from platformlink.letters.tables import Letter
from platformlink.permissions import Actor, Right, require
from platformlink.ports import Runtime as PlainRuntime
from platformlink.protocols import queries as protocols
from platformlink.protocols.protocol import Channel
from platformlink.protocols.shelf import Library
from platformlink.requests import chasing, sending
from platformlink.requests.chasing import Late, Passed
from platformlink.requests.tables import PlatformRequest
from platformlink.values import Phrase
from platformlink.web.handed import Form, Now, Runtime, Session, Shell, Who
from platformlink.web.pages import Page

Protocols = NamedDependency[Library]
log = structlog.get_logger()


class Letters(msgspec.Struct, frozen=True):
    """One letter that would be made: to whom, how firm, by which way, for what."""

    platform: str  # its slug
    entity: str  # its code
    name: str
    level: int
    channel: Channel | None
    late: list[Late]


class Outcome(msgspec.Struct, frozen=True):
    """What became of one letter; a refusal says why nothing, or no more, was done."""

    name: str
    reference: str = ""
    is_queued: bool = False
    refusal: Phrase | None = None


class RemindersPage(Page, frozen=True, kw_only=True):
    """Every reminder that would go out, and what is passed over."""

    template: ClassVar[str] = "desk/reminders.html"
    letters: list[Letters]
    passed: list[Passed]
    outcomes: list[Outcome]
    names: dict[str, str]


async def planned(
    session: AsyncSession,
    runtime: PlainRuntime,
    library: Library,
    ids: Collection[int],
    *,
    actor: Actor,
    now: datetime,
) -> list[Letters]:
    """Return the letters that would chase these requests, one for each entity."""
    found: dict[tuple[str, str], list[Late]] = {}
    for one in library.all():
        late = await chasing.late_at(
            session, runtime.authority, one.slug, actor=actor, now=now, among=ids
        )
        for each in late:
            found.setdefault((one.slug, each.request.entity), []).append(each)
    return [await _letters(session, library, late) for late in found.values()]


async def _letters(
    session: AsyncSession, library: Library, late: list[Late]
) -> Letters:
    """Return the letter that would name these requests; the latest sends it."""
    request = late[0].request
    entities = library.get(request.platform).entities
    name = next((x.name for x in entities if x.code == request.entity), request.entity)
    pinned = await protocols.pinned(session, request.protocol_version)
    channels = sending.open_channels(pinned, request.kind)
    return Letters(
        platform=request.platform,
        entity=request.entity,
        name=name,
        level=max(one.level for one in late),
        channel=channels[0] if channels else None,
        late=late,
    )


async def _page(
    session: AsyncSession,
    runtime: PlainRuntime,
    library: Library,
    ids: Collection[int],
    outcomes: list[Outcome],
    *,
    actor: Actor,
    now: datetime,
) -> RemindersPage:
    letters = await planned(session, runtime, library, ids, actor=actor, now=now)
    chased = {each.request.id for one in letters for each in one.late}
    passed = await chasing.passed_over(
        session, runtime.authority, set(ids) - chased, actor=actor, now=now
    )
    return RemindersPage(
        title="Reminders",
        letters=letters,
        passed=passed,
        outcomes=outcomes,
        names=platform_names(library),
    )


@get("/board/reminders", include_in_schema=False)
async def preview(
    request: Request[Any, Any, Any],
    shell: Shell,
    session: Session,
    runtime: Runtime,
    library: Protocols,
    actor: Who,
    now: Now,
) -> Response[str]:
    """Show every reminder that would go out for what was picked, or for a platform."""
    require(actor, Right.SEND)
    ids = await chasing.candidates(
        session,
        platform=request.query_params.get("platform", ""),
        names=request.query_params.getall("picked", []),
        actor=actor,
    )
    page = await _page(session, runtime, library, ids, [], actor=actor, now=now)
    return shell.show(page)


@post("/board/reminders", include_in_schema=False, status_code=200)
async def confirm(
    shell: Shell,
    session: Session,
    runtime: Runtime,
    library: Protocols,
    actor: Who,
    now: Now,
    form: Form,
) -> Response[str]:
    """
    Make and queue what was shown, each letter by itself; say what became of each.

    A second press finds nothing to do: the reminders belong to their letters then.
    """
    require(actor, Right.SEND)
    ids = await chasing.candidates(
        session, platform="", names=form.get("picked", []), actor=actor
    )
    letters = await planned(session, runtime, library, ids, actor=actor, now=now)
    outcomes = [await _carry_out(runtime, one, actor=actor, now=now) for one in letters]
    if any(one.is_queued for one in outcomes):
        await runtime.ports.bell.ring(JOB)
    page = await _page(session, runtime, library, ids, outcomes, actor=actor, now=now)
    return shell.show(page)


async def _carry_out(
    runtime: PlainRuntime, wanted: Letters, *, actor: Actor, now: datetime
) -> Outcome:
    """Seal one letter and queue it for the mail server, where that is its way."""
    ids = [one.request.id for one in wanted.late]
    try:
        # A transaction of its own: what fails takes no other letter with it.
        async with runtime.sessions.begin() as session:
            letter = await chasing.chase(
                session,
                runtime,
                wanted.platform,
                wanted.entity,
                actor=actor,
                now=now,
                among=ids,
            )
    except Refusal as refusal:
        return _refused(wanted, refusal)
    if wanted.channel is None or wanted.channel.kind != "email":
        return Outcome(wanted.name, letter.reference)
    try:
        await _queue(runtime, letter, wanted.channel, actor=actor, now=now)
    except Refusal as refusal:
        return _refused(wanted, refusal, letter.reference)
    return Outcome(wanted.name, letter.reference, is_queued=True)


async def _queue(
    runtime: PlainRuntime,
    letter: Letter,
    channel: Channel,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    async with runtime.sessions.begin() as session:
        request = await session.get_one(PlatformRequest, letter.request_id)
        kept = await session.get_one(Letter, letter.id)
        given = DispatchIn(channel=channel.code)
        await dispatch.send(
            session, runtime.authority, request, kept, given, actor=actor, now=now
        )


def _refused(wanted: Letters, refusal: Refusal, reference: str = "") -> Outcome:
    log.warning("reminder.refused", code=refusal.code, reference=reference)
    why = Phrase(refusal.detail or refusal.title, dict(refusal.params))
    return Outcome(wanted.name, reference, refusal=why)


router = Router("/", route_handlers=[preview, confirm])
