from datetime import datetime

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.audit import actions, queries

pytestmark = pytest.mark.anyio


async def note(session: AsyncSession, verb: str, now: datetime) -> None:
    actions.record(session, actor_id=None, verb=verb, subject="thing/1", now=now)


async def test_entries_are_chained_when_their_transaction_commits(
    session: AsyncSession, now: datetime
) -> None:
    await note(session, "thing.made", now)
    await note(session, "thing.changed", now)
    await session.commit()

    count, broken = await queries.first_broken(session)
    rows = await queries.latest(session, limit=2)
    assert [row.verb for row in rows] == ["thing.changed", "thing.made"]
    assert (rows[0].seq, broken) == (count, None)


async def test_what_is_rolled_back_leaves_no_entry(
    session: AsyncSession, now: datetime
) -> None:
    before = await queries.first_broken(session)
    await note(session, "thing.made", now)
    await session.rollback()
    await session.commit()

    assert await queries.first_broken(session) == before


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
    (last,) = await queries.latest(session, limit=1)
    await session.delete(last)
    await session.flush()

    assert await queries.first_broken(session) == (last.seq - 1, last.seq)


async def test_a_changed_entry_is_named(session: AsyncSession, now: datetime) -> None:
    for verb in ("thing.made", "thing.changed", "thing.closed"):
        await note(session, verb, now)
    await session.commit()

    await session.exec(text("set role none"))  # type: ignore[call-overload]
    await session.exec(text("alter table audit_entry disable trigger all"))  # type: ignore[call-overload]
    changed = (await queries.latest(session, limit=2))[1]
    changed.subject = "thing/2"
    await session.flush()

    assert await queries.first_broken(session) == (changed.seq - 1, changed.seq)
