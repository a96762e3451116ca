"""The hand-over of a shift, on one page that can be printed."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from litestar import Response as Answer
from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from platformlink.authority import said
from platformlink.clocks.terms import Kind as ClockKind
from platformlink.desk import queries, shift
from platformlink.desk.board import BoardRow, board_row, platform_names
from platformlink.desk.queries import Wanted
from platformlink.desk.shift import SHIFT, CameIn, Failed
from platformlink.desk.tables import Handover, ShiftNote
from platformlink.dispatch.rules import STATUS_NAMES, Status
from platformlink.identity import queries as identity
from platformlink.mailbox import queries as mail
from platformlink.mailbox.tables import MailboxPosition
from platformlink.permissions import Right, require
from platformlink.protocols.shelf import Library
from platformlink.responses.codes import KIND_NAMES
from platformlink.web.forms import text
from platformlink.web.handed import Form, FromPath, Now, Runtime, Session, Shell, Who
from platformlink.web.pages import Page, go

Protocols = NamedDependency[Library]


class HandoverPage(Page, frozen=True, kw_only=True):
    """What came in, what burns before the next shift ends, and what was said."""

    template: ClassVar[str] = "desk/handover.html"
    since: datetime
    until: datetime
    seen_at: datetime
    last: Handover | None
    handed_by: str
    may_take: bool
    came_in: list[CameIn]
    promised: list[CameIn]
    burning: list[BoardRow]
    emergencies: list[BoardRow]
    failed: list[Failed]
    notes: list[tuple[ShiftNote, str]]
    mails: int
    mailbox: MailboxPosition | None
    has_mailbox: bool
    names: dict[str, str]
    kinds: dict[str, str]
    statuses: Mapping[Status, str] = STATUS_NAMES


@get("/handover", include_in_schema=False)
async def page(
    shell: Shell,
    session: Session,
    runtime: Runtime,
    library: Protocols,
    actor: Who,
    now: Now,
) -> Answer[str]:
    """Show the shift: what was, what will be, what waits."""
    require(actor, Right.EMERGENCY)
    last = await shift.last_handover(session)
    since = last.handed_at if last else now - SHIFT
    names = platform_names(library)
    units = {
        x.code: said(x.name, shell.words.language) for x in runtime.authority.units
    }
    found = await queries.running(session, Wanted(), actor=actor, until_at=now + SHIFT)
    soon_days = runtime.authority.leads.soon_days
    rows = [board_row(one, shell, now, soon_days, names, units) for one in found]
    people = await identity.names(session, {last.handed_by_id} if last else set())
    shown = HandoverPage(
        title="Hand-over",
        since=since,
        until=now + SHIFT,
        seen_at=await shift.look(session, actor=actor, now=now),
        last=last,
        handed_by=people.get(last.handed_by_id, "") if last else "",
        may_take=last is not None
        and last.taken_at is None
        and last.handed_by_id != actor.id,
        came_in=await shift.came_in(session, actor=actor, since=since),
        promised=await shift.promised(session, actor=actor, now=now),
        burning=[x for x in rows if x.row.clock.kind != ClockKind.RATIFICATION],
        emergencies=[x for x in rows if x.row.clock.kind == ClockKind.RATIFICATION],
        failed=await shift.failed(session, actor=actor, since=since),
        notes=await shift.notes(session),
        mails=await mail.count_waiting(session, actor=actor),
        mailbox=await mail.read_position(session),
        has_mailbox=runtime.ports.mailbox.is_open,
        names=names,
        kinds={str(kind): name for kind, name in KIND_NAMES.items()},
    )
    return shell.show(shown)


@post("/handover/notes", include_in_schema=False)
async def note(session: Session, actor: Who, now: Now, form: Form) -> Redirect:
    """Leave a word for whoever comes next."""
    require(actor, Right.EMERGENCY)
    await shift.write_note(session, text(form, "text"), actor=actor, now=now)
    return go("/handover")


@post("/handover/notes/{number:int}/settle", include_in_schema=False)
async def settle(
    session: Session, actor: Who, now: Now, number: FromPath[int]
) -> Redirect:
    """Take a note off the page."""
    require(actor, Right.EMERGENCY)
    await shift.settle_note(session, number, actor=actor, now=now)
    return go("/handover")


@post("/handover/give", include_in_schema=False)
async def give(session: Session, actor: Who, now: Now) -> Redirect:
    """End the shift."""
    require(actor, Right.EMERGENCY)
    await shift.hand_over(session, actor=actor, now=now)
    return go("/handover")


@post("/handover/take", include_in_schema=False)
async def take(session: Session, actor: Who, now: Now) -> Redirect:
    """Take the shift over."""
    require(actor, Right.EMERGENCY)
    await shift.take_over(session, actor=actor, now=now)
    return go("/handover")


router = Router("/", route_handlers=[page, note, settle, give, take])
