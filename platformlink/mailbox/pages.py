"""The inbox: what waits for a person, with what it is taken for and why."""

from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.response import Redirect
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.audit import actions as audit
from platformlink.errors import FieldError, Invalid
from platformlink.mailbox import actions, dropping, queries
from platformlink.mailbox.rules import MailInvalid, NothingDropped
from platformlink.mailbox.tables import ReceivedMail
from platformlink.permissions import Actor, Right, require
from platformlink.ports import Runtime as PlainRuntime
from platformlink.protocols.shelf import Library
from platformlink.requests import queries as requests
from platformlink.requests.tables import PlatformRequest
from platformlink.responses.codes import KIND_NAMES
from platformlink.web.forms import Fields, instant, text
from platformlink.web.handed import (
    Form,
    FromPath,
    FromQuery,
    Now,
    Runtime,
    Session,
    Shell,
    Who,
)
from platformlink.web.pages import Page, go

MOST_FILES = 50  # dropped at once


class InboxPage(Page, frozen=True, kw_only=True):
    """What waits, the oldest first."""

    template: ClassVar[str] = "mailbox/inbox.html"
    waiting: list[tuple[ReceivedMail, PlatformRequest | None]]
    kinds: dict[str, str]
    has_mailbox: bool
    dropped: list[int]
    known: int
    moments: dict[int, str]  # when each file came, as a form writes it
    twins: dict[int, datetime]  # when another message of the same id came
    refusal: str = ""


def _moment(mail: ReceivedMail, zone: ZoneInfo) -> str:
    """Return when a file came, as a form writes it."""
    return f"{mail.received_at.astimezone(zone):%Y-%m-%dT%H:%M}"


def _set_arrival(
    mail: ReceivedMail, form: Fields, zone: ZoneInfo, now: datetime
) -> None:
    """
    Let a file have come when a person says; what came by mail came when it came.

    Raises: MailInvalid.
    """
    errors: list[FieldError] = []
    told_at = instant(form, "received_at", zone, errors)
    if errors:
        raise MailInvalid("", *errors)
    is_new = text(form, "received_at") != _moment(mail, zone)
    if mail.file_name and told_at and is_new:
        mail.received_at = min(told_at, now)


def _numbers(listed: str) -> list[int]:
    """Return the numbers of a list such as 12,13; anything else in it is nothing."""
    return [int(one) for one in listed.split(",") if one.isdecimal()][:MOST_FILES]


def _after_drop(numbers: list[int], known: int = 0) -> Redirect:
    """Go to the inbox, where the first of what was dropped waits for Enter."""
    if not numbers and not known:
        return go("/inbox")
    listed = ",".join(str(one) for one in numbers)
    # With a fragment in the address no browser would focus the button.
    return go(f"/inbox?dropped={listed}&known={known}")


async def _page(
    session: AsyncSession,
    runtime: PlainRuntime,
    actor: Actor,
    now: datetime,
    **more: Any,  # noqa: ANN401 - the fields that differ
) -> InboxPage:
    require(actor, Right.SEND)
    audit.record(
        session, actor_id=actor.id, verb="inbox.read", subject="inbox", now=now
    )
    waiting = await queries.waiting(session, actor=actor)
    zone = runtime.authority.tz
    return InboxPage(
        title="Inbox",
        waiting=waiting,
        twins=await queries.came_before(session, [mail for mail, _ in waiting]),
        moments={mail.id: _moment(mail, zone) for mail, _ in waiting},
        kinds={str(kind): name for kind, name in KIND_NAMES.items()},
        has_mailbox=runtime.ports.mailbox.is_open,
        **more,
    )


@get("/inbox", include_in_schema=False)
async def inbox(
    shell: Shell,
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    dropped: FromQuery[str] = "",
    known: FromQuery[int] = 0,
) -> Response[str]:
    """Show what waits for a person; what was dropped just now stands first."""
    numbers = _numbers(dropped)
    page = await _page(session, runtime, actor, now, dropped=numbers, known=known)
    first = [one for one in page.waiting if one[0].id in numbers]
    rest = [one for one in page.waiting if one[0].id not in numbers]
    return shell.show(msgspec.structs.replace(page, waiting=first + rest))


async def _files(request: Request[Any, Any, Any]) -> list[tuple[str, bytes]]:
    """
    Return the names and contents of a form's files.

    Raises: NothingDropped.
    """
    given = (await request.form()).getall("files", [])
    files = [
        (one.filename, await one.read())
        for one in given
        if isinstance(one, UploadFile) and one.filename
    ]
    if not files or len(files) > MOST_FILES:
        raise NothingDropped("", FieldError("/files", "required", NothingDropped.title))
    return files


@post("/inbox", include_in_schema=False)
async def drop(
    request: Request[Any, Any, Any],
    shell: Shell,
    session: Session,
    runtime: Runtime,
    library: NamedDependency[Library],
    actor: Who,
    now: Now,
) -> Response[Any]:
    """Take in files that a person brought: all of them, or none."""
    taken = []
    try:
        async with session.begin_nested():
            for name, content in await _files(request):
                mail = await dropping.drop(
                    session, runtime, library, name, content, actor=actor, now=now
                )
                taken.append(mail.id if mail else 0)
    except Invalid as refusal:
        more = {"dropped": [], "known": 0, "refusal": refusal.title}
        page = await _page(session, runtime, actor, now, **more)
        return shell.show(page, status=422)
    return _after_drop([one for one in taken if one], taken.count(0))


@post("/inbox/{number:int}/file", include_in_schema=False)
async def file(
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    number: FromPath[int],
    form: Form,
) -> Redirect:
    """File a message as a response to the request that the person named."""
    mail = await queries.by_id(session, number, actor=actor)
    _set_arrival(mail, form, runtime.authority.tz, now)
    request, _ = await requests.by_reference(
        session, text(form, "reference"), actor=actor, is_to_change=True
    )
    await actions.file(
        session, runtime, mail, request, text(form, "kind"), actor=actor, now=now
    )
    return _after_drop(_others(form, number))


@post("/inbox/{number:int}/set-aside", include_in_schema=False)
async def set_aside(
    session: Session, actor: Who, now: Now, number: FromPath[int], form: Form
) -> Redirect:
    """Say that a message is about no request."""
    mail = await queries.by_id(session, number, actor=actor)
    actions.set_aside(session, mail, actor=actor, now=now)
    return _after_drop(_others(form, number))


def _others(form: Fields, number: int) -> list[int]:
    """Return what else was dropped with this one, and still waits."""
    return [one for one in _numbers(text(form, "dropped")) if one != number]


router = Router("/", route_handlers=[inbox, drop, file, set_aside])
