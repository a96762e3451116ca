"""Writing the log: record during a transaction, chain just before its commit."""

from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.orm import Session, SessionTransaction
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.audit.rules import Entry, digest, link
from platformlink.audit.tables import AuditEntry, AuditHead

WAITING = "audit-entries"


def record(
    session: AsyncSession,
    *,
    actor_id: int | None,
    verb: str,
    subject: str,
    now: datetime,
    purpose: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Note an act; it is chained and kept with the transaction, or not at all."""
    trace = str(structlog.contextvars.get_contextvars().get("trace", ""))
    entry = Entry(
        at=now,
        actor_id=actor_id,
        verb=verb,
        subject=subject,
        purpose=purpose,
        detail_sha256=digest(detail or {}),
        trace=trace,
    )
    session.sync_session.info.setdefault(WAITING, []).append(entry)


def chain(session: Session) -> None:
    """Write the entries of this transaction, one after the other, onto the chain."""
    waiting: list[Entry] = session.info.pop(WAITING, [])
    if not waiting:
        return
    session.flush()
    head = session.scalars(select(AuditHead).with_for_update()).one()
    session.refresh(head)
    for entry in waiting:
        head.seq += 1
        head.hash = link(head.hash, entry)
        session.add(
            AuditEntry(
                seq=head.seq,
                hash=head.hash,
                at=entry.at,
                actor_id=entry.actor_id,
                verb=entry.verb,
                subject=entry.subject,
                purpose=entry.purpose,
                detail_sha256=entry.detail_sha256,
                trace=entry.trace,
            )
        )
    session.flush()


def forget(session: Session, ended: SessionTransaction) -> None:
    """Drop what a transaction had noted that was rolled back as a whole."""
    if not ended.nested:
        session.info.pop(WAITING, None)
