"""Reading the mailbox, and telling when it goes quiet."""

from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.identity import queries as identity
from platformlink.mailbox import actions, queries
from platformlink.mailbox.tables import MailboxPosition
from platformlink.notices import actions as notices
from platformlink.permissions import Role
from platformlink.ports import Fetched, Runtime
from platformlink.protocols import shelf
from platformlink.values import Phrase

UNREAD_AFTER = timedelta(hours=1)
QUIET_AFTER = timedelta(days=7)


async def collect_mail(runtime: Runtime, now: datetime) -> int:
    """Take in what is new, one message a transaction; return how many."""
    mailbox = runtime.ports.mailbox
    if not mailbox.is_open:
        return 0
    async with runtime.sessions() as session:
        at = await queries.position(session)
        validity, uid = (at.validity, at.uid) if at else (0, 0)
    batch = await mailbox.newer(validity, uid)
    taken = 0
    for fetched in batch.messages:
        taken += await _take(runtime, batch.validity, fetched, now)
    if not batch.messages:
        async with runtime.sessions.begin() as session:
            await _advance(session, batch.validity, 0, None, now)
    return taken


async def _take(
    runtime: Runtime, validity: int, fetched: Fetched, now: datetime
) -> bool:
    library = shelf.at(runtime.protocols).on(now.date())
    async with runtime.sessions.begin() as session:
        # It locks the place, so that two workers take the same message in once.
        await _advance(session, validity, fetched.uid, fetched.received_at, now)
        mail = await actions.take_in(session, runtime, library, fetched, now=now)
        if mail is not None and mail.settled_at is None:
            await _tell(
                session,
                Phrase("A message waits in the inbox"),
                key=f"mail-waiting/{now:%Y-%m-%dT%H}",
                now=now,
            )
    return mail is not None


async def _advance(
    session: AsyncSession,
    validity: int,
    uid: int,
    newest_at: datetime | None,
    now: datetime,
) -> None:
    """Note how far a numbering was read; another one begins at nothing."""
    at = await queries.position(session)
    if at is None:
        at = MailboxPosition(validity=validity, uid=0, read_at=now)
        session.add(at)
    if at.validity != validity:
        at.validity, at.uid = validity, 0
    at.uid, at.read_at = max(at.uid, uid), now
    at.newest_at = newest_at or at.newest_at


async def watch_mailbox(runtime: Runtime, now: datetime) -> int:
    """Tell, once a day, of a mailbox that cannot be read or in which nothing comes."""
    if not runtime.ports.mailbox.is_open:
        return 0
    async with runtime.sessions.begin() as session:
        at = await queries.position(session)
        if at is None:
            return 0
        words = _amiss(at, now)
        if words is None:
            return 0
        key = f"mailbox-quiet/{now:%Y-%m-%d}"
        return await _tell(session, words, key=key, now=now)


def _amiss(at: MailboxPosition, now: datetime) -> Phrase | None:
    if now - at.read_at > UNREAD_AFTER:
        text = "The mailbox could not be read since %(read_at)s"
        return Phrase(text, {"read_at": at.read_at.isoformat()})
    if at.newest_at and now - at.newest_at > QUIET_AFTER:
        text = "Nothing came into the mailbox since %(newest_at)s: is it the right one?"
        return Phrase(text, {"newest_at": at.newest_at.isoformat()})
    return None


async def _tell(
    session: AsyncSession, words: Phrase, *, key: str, now: datetime
) -> int:
    told = [one.id for one in await identity.people(session, role=Role.LIAISON)]
    return await notices.tell(session, told, words, key=key, path="/inbox", now=now)
