"""The inbox: what waits for a person, with what it is taken for and why."""

from typing import ClassVar

from litestar import Response, Router, get, post
from litestar.response import Redirect

from platformlink.audit import actions as audit
from platformlink.mailbox import actions, queries
from platformlink.mailbox.tables import ReceivedMail
from platformlink.permissions import Right, require
from platformlink.requests import queries as requests
from platformlink.requests.tables import PlatformRequest
from platformlink.responses.codes import KIND_NAMES
from platformlink.web.forms import text
from platformlink.web.handed import Form, FromPath, Now, Runtime, Session, Shell, Who
from platformlink.web.pages import Page, go


class InboxPage(Page, frozen=True, kw_only=True):
    """What waits, the oldest first."""

    template: ClassVar[str] = "mailbox/inbox.html"
    waiting: list[tuple[ReceivedMail, PlatformRequest | None]]
    kinds: dict[str, str]
    has_mailbox: bool


@get("/inbox", include_in_schema=False)
async def inbox(
    shell: Shell, session: Session, runtime: Runtime, actor: Who, now: Now
) -> Response[str]:
    """Show what waits for a person."""
    require(actor, Right.SEND)
    audit.record(
        session, actor_id=actor.id, verb="inbox.read", subject="inbox", now=now
    )
    page = InboxPage(
        title="Inbox",
        waiting=await queries.waiting(session, actor=actor),
        kinds={str(kind): name for kind, name in KIND_NAMES.items()},
        has_mailbox=runtime.ports.mailbox.is_open,
    )
    return shell.show(page)


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
    request, _ = await requests.by_reference(
        session, text(form, "reference"), actor=actor, is_to_change=True
    )
    await actions.file(
        session, runtime, mail, request, text(form, "kind"), actor=actor, now=now
    )
    return go("/inbox")


@post("/inbox/{number:int}/set-aside", include_in_schema=False)
async def set_aside(
    session: Session, actor: Who, now: Now, number: FromPath[int]
) -> Redirect:
    """Say that a message is about no request."""
    mail = await queries.by_id(session, number, actor=actor)
    actions.set_aside(session, mail, actor=actor, now=now)
    return go("/inbox")


router = Router("/", route_handlers=[inbox, file, set_aside])
