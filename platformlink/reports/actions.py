"""Noting to whom the brief was mailed, so that it goes to each address once."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.audit import actions as audit
from platformlink.reports.tables import BriefMail

AGAIN = timedelta(minutes=15)  # after a mail server that took nothing


async def not_mailed(
    session: AsyncSession, month_on: date, addresses: Collection[str], *, now: datetime
) -> list[str]:
    """Return the addresses that wait for the brief of a month, in the order given."""
    query = select(BriefMail.address).where(
        BriefMail.month_on == month_on,
        (BriefMail.status != "not_taken") | (BriefMail.tried_at > now - AGAIN),
    )
    done = set(await session.exec(query))
    return [one for one in dict.fromkeys(addresses) if one not in done]


async def claim_mail(
    session: AsyncSession, month_on: date, address: str, *, now: datetime
) -> bool:
    """Claim one sending; False: another worker has it, or it was sent before."""
    row = {"month_on": month_on, "address": address}
    claimed = {"status": "sending", "tried_at": now}
    statement = (
        insert(BriefMail)
        .values(**row, **claimed)
        .on_conflict_do_update(
            index_elements=[*row],
            set_=claimed,
            where=col(BriefMail.status) == "not_taken",
        )
        .returning(col(BriefMail.address))
    )
    return (await session.exec(statement)).first() is not None


async def note_mail(
    session: AsyncSession, month_on: date, address: str, status: str, *, now: datetime
) -> None:
    """Note how far a claimed sending came; what went out stands in the audit log."""
    await session.exec(
        update(BriefMail)
        .where(col(BriefMail.month_on) == month_on, col(BriefMail.address) == address)
        .values(status=status)
    )
    if status == "sent":
        audit.record(
            session,
            actor_id=None,
            verb="reports.brief_mailed",
            subject=f"brief/{month_on}",
            now=now,
            purpose=address,
        )
