from datetime import datetime

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.audit import actions, queries
from platformlink.audit.tables import AuditEntry

pytestmark = pytest.mark.anyio


async def note(session: AsyncSession, verb: str, now: datetime) -> None:
    actions.record(session, actor_id=None, verb=verb, subject="thing/1", now=now)


async def test_entries_are_chained_when_their_transaction_commits(
    session: AsyncSession, now: datetime
) -> None:
    await note(session, "thing.made", now)
    await note(session, "thing.changed", now)
    await session.commit()

    rows = (await session.exec(select(AuditEntry))).all()

    assert [row.verb for row in rows] == ["thing.made", "thing.changed"]
    assert await queries.first_broken(session) == (2, None)


async def test_what_is_rolled_back_leaves_no_entry(
    session: AsyncSession, now: datetime
) -> None:
    await session.exec(select(AuditEntry))
    await note(session, "thing.made", now)
    await session.rollback()
    await session.commit()

    assert await queries.first_broken(session) == (0, None)


@pytest.mark.parametrize(
    "change", ["update audit_entry set verb = 'x'", "delete from audit_entry"]
)
async def test_the_application_cannot_change_or_delete_entries(
    session: AsyncSession, now: datetime, change: str
) -> None:
    await note(session, "thing.made", now)
    await session.commit()

    with pytest.raises(ProgrammingError, match="permission denied") as refused:
        await session.exec(text(change))  # type: ignore[call-overload]

    assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)


async def test_a_deleted_last_entry_is_detected(
    session: AsyncSession, now: datetime
) -> None:
    for verb in ("thing.made", "thing.changed"):
        await note(session, verb, now)
    await session.commit()

    await session.exec(text("set role none"))  # type: ignore[call-overload]
    await session.exec(text("alter table audit_entry disable trigger all"))  # type: ignore[call-overload]
    await session.exec(text("delete from audit_entry where seq = 2"))  # type: ignore[call-overload]

    assert await queries.first_broken(session) == (1, 2)


async def test_a_changed_entry_is_named(session: AsyncSession, now: datetime) -> None:
    for verb in ("thing.made", "thing.changed", "thing.closed"):
        await note(session, verb, now)
    await session.commit()

    await session.exec(text("set role none"))  # type: ignore[call-overload]
    await session.exec(text("alter table audit_entry disable trigger all"))  # type: ignore[call-overload]
    await session.exec(text("update audit_entry set subject = 'thing/2' where seq = 2"))  # type: ignore[call-overload]

    assert await queries.first_broken(session) == (1, 2)
