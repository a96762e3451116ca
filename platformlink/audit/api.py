"""The audit log, for those who may read it."""

from datetime import datetime

import msgspec
from litestar import Router, get

from platformlink.audit import actions, queries
from platformlink.lists import cursor_of
from platformlink.permissions import Right, require
from platformlink.web.handed import FromQuery, Now, Session, Who

MOST = 500


class EntryOut(msgspec.Struct, frozen=True):
    """One link of the chain."""

    seq: int
    at: datetime
    actor: int | None
    verb: str
    subject: str
    purpose: str
    detail_sha256: str
    trace: str
    hash: str


class Listed(msgspec.Struct, frozen=True):
    """A part of the log, newest first."""

    items: list[EntryOut]
    next_cursor: str | None


@get("/audit")
async def log(
    session: Session,
    actor: Who,
    now: Now,
    cursor: FromQuery[str] = "",
    limit: FromQuery[int] = 100,
) -> Listed:
    """Return the audit log, newest first; reading it is an entry too."""
    require(actor, Right.AUDIT)
    limit = max(1, min(limit, MOST))
    rows = await queries.latest(session, before=cursor_of(cursor), limit=limit)
    actions.record(
        session, actor_id=actor.id, verb="audit.read", subject="audit", now=now
    )
    items = [
        EntryOut(
            seq=row.seq,
            at=row.at,
            actor=row.actor_id,
            verb=row.verb,
            subject=row.subject,
            purpose=row.purpose,
            detail_sha256=row.detail_sha256,
            trace=row.trace,
            hash=row.hash,
        )
        for row in rows
    ]
    return Listed(items, str(rows[-1].seq) if len(rows) == limit else None)


router = Router("/api/v1", route_handlers=[log])
