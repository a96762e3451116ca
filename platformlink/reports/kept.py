"""
Reports of many requests, counted once an hour and read at once in between.

So are the lists behind their figures, which no job counts again. A report of few is
counted whenever it is read. What is kept holds numbers alone, under a key of what was
asked and of which requests its reader may count: whoever may count others, also since a
minute ago, is given a report of their own.
"""

import hashlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import and_, or_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.authority import Authority
from platformlink.permissions import Actor, Right, may, require
from platformlink.reports import queries, rules
from platformlink.reports.opening import Behind, Opened
from platformlink.reports.period import Period, period_of
from platformlink.reports.rules import Figures, Report
from platformlink.reports.scope import scope_of
from platformlink.reports.tables import KeptReport

FEW = 1000  # requests; up to so many are counted in an instant
HOLDS = timedelta(hours=1)
READ_LATELY = timedelta(days=3)
LIST = "list?"  # the names of lists begin so

T = TypeVar("T")
Groups = tuple[str, ...]


class Count(msgspec.Struct, Generic[T], frozen=True):
    """One thing that is counted: its shape, how, and of how many requests it is."""

    name: str
    shape: type[T]
    count: Callable[[AsyncSession, Authority, Period, Groups, Actor], Awaitable[T]]
    size: Callable[[T], int]


class Question(msgspec.Struct, frozen=True):
    """What was asked; the usual days move on with the calendar."""

    what: str
    from_on: date
    to_on: date
    kind: str
    platform: str
    by: Groups
    is_usual: bool

    def period(self, authority: Authority, now: datetime) -> Period:
        """Return the days that are meant now."""
        from_on, to_on = None, None
        if not self.is_usual:
            from_on, to_on = self.from_on, self.to_on
        found = period_of(authority, now, from_on, to_on, self.kind)
        return msgspec.structs.replace(found, platform=self.platform)


async def _report(
    session: AsyncSession,
    authority: Authority,
    period: Period,
    by: Groups,
    actor: Actor,
) -> Report:
    return await queries.responsiveness(session, authority, period, by=by, actor=actor)


async def _figures(
    session: AsyncSession,
    authority: Authority,
    period: Period,
    _by: Groups,
    actor: Actor,
) -> Figures:
    return await queries.figures(session, authority, period, actor=actor)


REPORT = Count("report", Report, _report, lambda one: one.total.sent)
FIGURES = Count("figures", Figures, _figures, lambda one: one.sent)
COUNTS: dict[str, Count[Any]] = {x.name: x for x in (REPORT, FIGURES)}  # again hourly


def behind(opened: Opened) -> Count[Behind]:
    """Return how the requests behind a figure are found."""

    async def found(
        session: AsyncSession,
        authority: Authority,
        period: Period,
        _by: Groups,
        actor: Actor,
    ) -> Behind:
        return await queries.behind(session, authority, period, opened, actor=actor)

    return Count(LIST + opened.query, Behind, found, lambda one: one.among)


async def read(
    session: AsyncSession,
    authority: Authority,
    count: Count[T],
    period: Period,
    *,
    by: Groups = (),
    actor: Actor,
) -> T:
    """
    Return a count of a period: as it was kept within the hour, else counted now.

    Raises: MayNot, ReportInvalid.
    """
    require(actor, Right.REPORT)
    rules.check(period.from_on, period.to_on, by)
    asked = _question(authority, count, period, by)
    key, now = await _key(session, asked, actor), period.as_of
    query = select(KeptReport.content, KeptReport.read_at).where(
        KeptReport.key == key,
        KeptReport.counted_at > now - HOLDS,
        KeptReport.counted_at <= now,
    )
    if row := (await session.exec(query)).one_or_none():
        content, read_at = row
        # An older release may have kept what this one cannot read: it is counted anew.
        with suppress(msgspec.DecodeError):
            as_kept = msgspec.msgpack.decode(content, type=count.shape)
            if read_at < now - HOLDS:
                await session.exec(_touched(key, actor, now))
            return as_kept
    found = await count.count(session, authority, period, by, actor)
    if count.size(found) > FEW:
        await _keep(session, key, asked, found, (actor.id, now), now)
    return found


async def forget(
    session: AsyncSession,
    authority: Authority,
    count: Count[Any],
    period: Period,
    *,
    by: Groups = (),
    actor: Actor,
) -> None:
    """
    Forget what was kept, so that it is counted again when it is read next.

    So are the lists behind all figures of the same days.

    Raises: MayNot.
    """
    require(actor, Right.REPORT)
    asked = _question(authority, count, period, by)
    key = await _key(session, asked, actor)
    column = col(KeptReport.asked)
    same_days = column["from_on"].astext == f"{asked.from_on}"
    is_list = column["what"].astext.startswith(LIST)
    gone = or_(col(KeptReport.key) == key, and_(same_days, is_list))
    await session.exec(delete(KeptReport).where(gone))


async def due(session: AsyncSession, *, now: datetime, before: datetime) -> list[str]:
    """Return the keys of what was counted before an instant; what nobody reads goes."""
    idle = col(KeptReport.read_at) < now - READ_LATELY
    await session.exec(delete(KeptReport).where(idle))
    query = select(KeptReport.key).where(KeptReport.counted_at < before)
    return list(await session.exec(query.order_by(col(KeptReport.counted_at))))


async def recount(
    session: AsyncSession,
    authority: Authority,
    key: str,
    readers: dict[int, Actor],
    *,
    now: datetime,
) -> None:
    """Count again for whoever read it last; what nobody may ask for any more goes."""
    row = await session.get(KeptReport, key)
    if row is None:
        return
    old, reader = _as_asked(row), readers.get(row.reader_id)
    if old is None or reader is None or not may(reader, Right.REPORT):
        await session.delete(row)
        return
    period, count = old.period(authority, now), COUNTS[old.what]
    found = await count.count(session, authority, period, old.by, reader)
    asked = _question(authority, count, period, old.by)
    new_key = await _key(session, asked, reader)
    if new_key != key:
        await session.delete(row)
    read = (row.reader_id, row.read_at)
    await _keep(session, new_key, asked, found, read, now)


def _as_asked(row: KeptReport) -> Question | None:
    """Return what was asked; None where an older release asked for something else."""
    try:
        found = msgspec.convert(row.asked, Question)
    except msgspec.ValidationError:
        return None
    return found if found.what in COUNTS else None


def _question(
    authority: Authority, count: Count[Any], period: Period, by: Groups
) -> Question:
    usual = period_of(authority, period.as_of, None, None)
    return Question(
        what=count.name,
        from_on=period.from_on,
        to_on=period.to_on,
        kind=period.kind,
        platform=period.platform,
        by=by,
        is_usual=(period.from_on, period.to_on) == (usual.from_on, usual.to_on),
    )


async def _key(session: AsyncSession, asked: Question, actor: Actor) -> str:
    """Return the name of a count: what was asked, and what its reader may count."""
    named = msgspec.json.encode([asked, await scope_of(session, actor)])
    return hashlib.sha256(named).hexdigest()


async def _keep(
    session: AsyncSession,
    key: str,
    asked: Question,
    found: object,
    read: tuple[int, datetime],
    now: datetime,
) -> None:
    """Keep a count as of now, with who read it last and when."""
    values = {
        "asked": msgspec.to_builtins(asked),
        "reader_id": read[0],
        "counted_at": now,
        "read_at": read[1],
        "content": msgspec.msgpack.encode(found),
    }
    statement = insert(KeptReport).values(key=key, **values)
    await session.exec(
        statement.on_conflict_do_update(index_elements=["key"], set_=values)
    )


def _touched(key: str, actor: Actor, now: datetime) -> Any:  # noqa: ANN401 - an update has no narrower name
    statement = update(KeptReport).where(col(KeptReport.key) == key)
    return statement.values(read_at=now, reader_id=actor.id)
