"""Mailing what people were told, and forgetting what they read long ago."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, and_, false, or_
from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.audit import actions as audit
from platformlink.authority import Authority, said
from platformlink.clocks import calendars
from platformlink.clocks import queries as clocks
from platformlink.errors import NotTaken, TurnedAway, Upstream
from platformlink.identity.rules import Pace
from platformlink.identity.tables import User
from platformlink.notices.rules import Office, ripe_until
from platformlink.notices.tables import Notice
from platformlink.ports import Mail, Runtime
from platformlink.web.words import Words

MOST = 50
PATIENCE = 3  # with a mail server that takes nothing
# Its key stands against telling it again; what is a year old is not told again.
READ_KEPT = timedelta(days=365)
BATCH = 5000
log = structlog.get_logger()


async def _office(session: AsyncSession, authority: Authority, now: datetime) -> Office:
    """Return when the authority works, with the days that it changed."""
    year = now.astimezone(authority.tz).year
    changed = await clocks.changes(session, authority.calendar)
    return Office(
        authority.zone,
        authority.office_opens,
        authority.office_closes,
        calendars.load(authority.calendar, year, year, changed),
    )


def _is_ripe(pace: Pace, until_at: datetime | None) -> ColumnElement[bool]:
    """Return which notices to readers of a pace may go now, emergencies aside."""
    if until_at is None:
        return false()
    return and_(
        col(User.mail_pace) == pace,
        col(Notice.told_at) <= until_at,
        col(Notice.is_urgent).is_(False),
    )


async def _next(session: AsyncSession, office: Office, now: datetime) -> Notice | None:
    """Return the notice that goes out alone, the urgent ones first."""
    pace = Pace.AT_ONCE
    query = (
        select(Notice)
        .join(User, col(User.id) == col(Notice.user_id))
        .where(
            col(Notice.mailed_at).is_(None),
            col(User.is_active),
            or_(col(Notice.is_urgent), _is_ripe(pace, ripe_until(pace, now, office))),
        )
        .order_by(col(Notice.is_urgent).desc(), col(Notice.id))
        .limit(1)
        .with_for_update(of=Notice, skip_locked=True)
    )
    return (await session.exec(query)).first()


async def _next_digest(
    session: AsyncSession, office: Office, now: datetime
) -> Sequence[Notice]:
    """
    Return all that one reader is sent this morning, in the order told.

    The reader is locked, so that two workers never make two mails of it.
    """
    pace = Pace.DAILY
    until_at = ripe_until(pace, now, office)
    if until_at is None:
        return ()
    waits = (
        col(Notice.user_id) == col(User.id),
        col(Notice.mailed_at).is_(None),
        _is_ripe(pace, until_at),
    )
    reader = select(User.id).where(
        col(User.is_active), select(Notice.id).where(*waits).exists()
    )
    reader = reader.limit(1).with_for_update(skip_locked=True)
    user_id = (await session.exec(reader)).first()
    query = select(Notice).join(User, col(User.id) == col(Notice.user_id))
    query = query.where(*waits, User.id == user_id).order_by(col(Notice.id))
    return (await session.exec(query)).all()


async def mail_waiting(runtime: Runtime, now: datetime) -> int:
    """
    Mail what nobody was mailed yet and may go now; return how many mails went out.

    A notice is marked before it is handed over: told twice in the application is
    impossible, and a lost mail is better than a flood of them. What surely was not
    taken is tried again next time; what was turned away for good holds nobody up.
    The mail bears no personal data, only the way to the page.
    """
    async with runtime.sessions() as session:
        office = await _office(session, runtime.authority, now)
    sent = failed = 0
    untaken: list[int] = []
    for _ in range(MOST):
        async with runtime.sessions.begin() as session:
            notices = await _claim(session, office, now)
            if not notices:
                break
            user = await session.get_one(User, notices[0].user_id)
            mail = _mail(runtime, notices, user)
        try:
            await runtime.ports.mailer.send(mail)
            sent += 1
        except Upstream as error:
            log.warning("notice.not_mailed", notice=notices[0].id, reason=error.code)
            if isinstance(error, NotTaken) and not isinstance(error, TurnedAway):
                untaken += [one.id for one in notices]
                failed += 1
        if failed == PATIENCE:
            break
    await _put_back(runtime, untaken)
    return sent


async def _claim(
    session: AsyncSession, office: Office, now: datetime
) -> Sequence[Notice]:
    """Return the notices of the next mail, marked as mailed."""
    alone = await _next(session, office, now)
    found = [alone] if alone else await _next_digest(session, office, now)
    for one in found:
        one.mailed_at = now
    return found


async def _put_back(runtime: Runtime, notice_ids: list[int]) -> None:
    async with runtime.sessions.begin() as session:
        await session.exec(
            update(Notice).where(col(Notice.id).in_(notice_ids)).values(mailed_at=None)
        )


def _mail(runtime: Runtime, notices: Sequence[Notice], user: User) -> Mail:
    """Return one mail: a single way, or all of the day with the way to the rest."""
    authority, base = runtime.authority, runtime.settings.base_url
    ways = [f"{base}{path}" for path in dict.fromkeys(one.path for one in notices)]
    text = "\n".join(ways)
    if user.mail_pace == Pace.DAILY and not notices[0].is_urgent:
        words = Words(user.language, authority.tz)
        head = words.gettext("What you were told since the last mail:")
        text = f"{head}\n\n{text}\n\n{base}/notices"
    return Mail(
        to=user.email,
        subject=f"PlatformLink: {said(authority.name, user.language)}",
        text=f"{text}\n",
        message_id=f"<notice-{notices[-1].id}@{authority.mail_domain}>",
    )


async def forget_read(runtime: Runtime, now: datetime) -> int:
    """Remove what was told and read a year ago; what nobody read stays."""
    done = 0
    while True:
        async with runtime.sessions.begin() as session:
            count = await _forget(session, now - READ_KEPT)
            if count:
                audit.record(
                    session,
                    actor_id=None,
                    verb="notices.forgotten",
                    subject="notices",
                    now=now,
                    purpose=f"read notices: {count}",
                )
        done += count
        if count < BATCH:
            return done


async def _forget(session: AsyncSession, before_at: datetime) -> int:
    old = select(Notice.id).where(
        col(Notice.read_at) < before_at, col(Notice.told_at) < before_at
    )
    old = old.limit(BATCH).with_for_update(skip_locked=True)
    return (await session.exec(delete(Notice).where(col(Notice.id).in_(old)))).rowcount
