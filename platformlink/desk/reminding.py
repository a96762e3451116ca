"""Several late answers chased at one confirmation: first what would go out, then it."""

from collections.abc import Collection
from typing import Any, ClassVar

import msgspec
import structlog
from litestar import Request, Response, Router, get, post
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.desk.acting import PROVIDED, Acting, Acts
from platformlink.dispatch import actions as dispatch
from platformlink.dispatch.pages import JOB
from platformlink.dispatch.rules import DispatchIn
from platformlink.errors import Refusal
from platformlink.letters.tables import Letter
from platformlink.permissions import Right, require
from platformlink.protocols import queries as protocols
from platformlink.protocols.protocol import Channel
from platformlink.protocols.shelf import Library
from platformlink.requests import chasing, sending
from platformlink.requests.chasing import Late, Passed
from platformlink.requests.tables import PlatformRequest
from platformlink.values import Phrase
from platformlink.web.handed import Form, Session
from platformlink.web.pages import Page

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
    session: AsyncSession, acting: Acting, ids: Collection[int]
) -> list[Letters]:
    """Return the letters that would chase these requests, one for each entity."""
    found: dict[tuple[str, str], list[Late]] = {}
    for one in acting.library.all():
        late = await chasing.late_at(
            session,
            acting.runtime.authority,
            one.slug,
            actor=acting.actor,
            now=acting.now,
            among=ids,
        )
        for each in late:
            found.setdefault((one.slug, each.request.entity), []).append(each)
    return [await _letters(session, acting.library, late) for late in found.values()]


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


async def _shown(
    session: AsyncSession,
    acting: Acting,
    ids: Collection[int],
    outcomes: list[Outcome],
) -> Response[str]:
    letters = await planned(session, acting, ids)
    chased = {each.request.id for one in letters for each in one.late}
    passed = await chasing.passed_over(
        session,
        acting.runtime.authority,
        set(ids) - chased,
        actor=acting.actor,
        now=acting.now,
    )
    page = RemindersPage(
        title="Reminders",
        letters=letters,
        passed=passed,
        outcomes=outcomes,
        names=acting.platforms,
    )
    return acting.shell.show(page)


@get("/board/reminders", include_in_schema=False)
async def preview(
    request: Request[Any, Any, Any], session: Session, acting: Acts
) -> Response[str]:
    """Show every reminder that would go out for what was picked, or for a platform."""
    require(acting.actor, Right.SEND)
    ids = await chasing.candidates(
        session,
        platform=request.query_params.get("platform", ""),
        names=request.query_params.getall("picked", []),
        actor=acting.actor,
    )
    return await _shown(session, acting, ids, [])


@post("/board/reminders", include_in_schema=False, status_code=200)
async def confirm(session: Session, acting: Acts, form: Form) -> Response[str]:
    """
    Make and queue what was shown, each letter by itself; say what became of each.

    A second press finds nothing to do: the reminders belong to their letters then.
    """
    require(acting.actor, Right.SEND)
    ids = await chasing.candidates(
        session, platform="", names=form.get("picked", []), actor=acting.actor
    )
    letters = await planned(session, acting, ids)
    outcomes = [await _carry_out(acting, one) for one in letters]
    if any(one.is_queued for one in outcomes):
        await acting.runtime.ports.bell.ring(JOB)
    return await _shown(session, acting, ids, outcomes)


async def _carry_out(acting: Acting, wanted: Letters) -> Outcome:
    """Seal one letter and queue it for the mail server, where that is its way."""
    ids = [one.request.id for one in wanted.late]
    runtime = acting.runtime
    try:
        # A transaction of its own: what fails takes no other letter with it.
        async with runtime.sessions.begin() as session:
            letter = await chasing.chase(
                session,
                runtime,
                wanted.platform,
                wanted.entity,
                actor=acting.actor,
                now=acting.now,
                among=ids,
            )
    except Refusal as refusal:
        return _refused(wanted, refusal)
    if wanted.channel is None or wanted.channel.kind != "email":
        return Outcome(wanted.name, letter.reference)
    try:
        await _queue(acting, letter, wanted.channel)
    except Refusal as refusal:
        return _refused(wanted, refusal, letter.reference)
    return Outcome(wanted.name, letter.reference, is_queued=True)


async def _queue(acting: Acting, letter: Letter, channel: Channel) -> None:
    async with acting.runtime.sessions.begin() as session:
        request = await session.get_one(PlatformRequest, letter.request_id)
        kept = await session.get_one(Letter, letter.id)
        await dispatch.send(
            session,
            acting.runtime.authority,
            request,
            kept,
            DispatchIn(channel=channel.code),
            actor=acting.actor,
            now=acting.now,
        )


def _refused(wanted: Letters, refusal: Refusal, reference: str = "") -> Outcome:
    log.warning("reminder.refused", code=refusal.code, reference=reference)
    why = Phrase(refusal.detail or refusal.title, dict(refusal.params))
    return Outcome(wanted.name, reference, refusal=why)


router = Router("/", route_handlers=[preview, confirm], dependencies=PROVIDED)
