"""Reading and walking the log."""

from collections.abc import AsyncIterator

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.audit.rules import GENESIS, Entry, link
from platformlink.audit.tables import AuditEntry, AuditHead

PAGE = 1000


def as_entry(row: AuditEntry) -> Entry:
    """Return what was hashed when a row was written."""
    return Entry(
        at=row.at,
        actor_id=row.actor_id,
        verb=row.verb,
        subject=row.subject,
        purpose=row.purpose,
        detail_sha256=row.detail_sha256,
        trace=row.trace,
    )


async def latest(
    session: AsyncSession, *, before: int | None = None, limit: int = 100
) -> list[AuditEntry]:
    """Return entries, newest first; `before` is the seq of the last one seen."""
    query = select(AuditEntry).order_by(col(AuditEntry.seq).desc()).limit(limit)
    if before is not None:
        query = query.where(col(AuditEntry.seq) < before)
    return list((await session.exec(query)).all())


async def last_seq(session: AsyncSession) -> int:
    """Return the number of the last entry, from the log's head alone."""
    return (await session.exec(select(AuditHead.seq))).one()


async def _walk(session: AsyncSession) -> AsyncIterator[AuditEntry]:
    last = 0
    while True:
        query = (
            select(AuditEntry)
            .where(col(AuditEntry.seq) > last)
            .order_by(col(AuditEntry.seq))
            .limit(PAGE)
        )
        rows = (await session.exec(query)).all()
        for row in rows:
            yield row
        if not rows:
            return
        last = rows[-1].seq


async def first_broken(session: AsyncSession) -> tuple[int, int | None]:
    """Return how many links hold, and the seq of the first that does not (or None)."""
    previous, count = GENESIS, 0
    async for row in _walk(session):
        if row.seq != count + 1 or row.hash != link(previous, as_entry(row)):
            return count, count + 1
        previous, count = row.hash, row.seq
    head = (await session.exec(select(AuditHead))).one_or_none()
    if head is None or (head.seq, head.hash) != (count, previous):
        return count, count + 1
    return count, None
