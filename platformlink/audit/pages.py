"""The audit log, for auditors and administrators."""

from typing import ClassVar

from litestar import Response, Router, get

from platformlink.audit import actions, queries
from platformlink.audit.tables import AuditEntry
from platformlink.lists import cursor_of
from platformlink.permissions import Right, require
from platformlink.web.handed import FromQuery, Now, Session, Shell, Who
from platformlink.web.pages import Page

PAGE = 100


class AuditPage(Page, frozen=True, kw_only=True):
    """Who did what, newest first."""

    template: ClassVar[str] = "audit/log.html"
    rows: list[AuditEntry]
    next_cursor: int | None
    checked: tuple[int, int | None] | None


@get("/audit", include_in_schema=False)
async def log(
    shell: Shell,
    session: Session,
    actor: Who,
    now: Now,
    cursor: FromQuery[str] = "",
    verify: FromQuery[bool] = False,  # noqa: FBT002 - a switch of the query string
) -> Response[str]:
    """Show the log; with `verify` the whole chain is walked."""
    require(actor, Right.AUDIT)
    rows = await queries.latest(session, before=cursor_of(cursor), limit=PAGE)
    checked = await queries.first_broken(session) if verify else None
    actions.record(
        session, actor_id=actor.id, verb="audit.read", subject="audit", now=now
    )
    page = AuditPage(
        title="Audit",
        rows=rows,
        next_cursor=rows[-1].seq if len(rows) == PAGE else None,
        checked=checked,
    )
    return shell.show(page)


router = Router("/", route_handlers=[log])
