"""Reading messages, with the reader's rights; and the clues that the records hold."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, or_, true
from sqlmodel import col, false, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.cases.tables import Case
from platformlink.dispatch.tables import Dispatch
from platformlink.letters.tables import Letter
from platformlink.mailbox.rules import NoSuchMail, State
from platformlink.mailbox.tables import MailboxPosition, ReceivedMail
from platformlink.permissions import Actor, Reach, Right, reach
from platformlink.requests.queries import seen_by
from platformlink.requests.rules import OVER
from platformlink.requests.tables import PlatformRequest

MOST = 200
LOOKED_BACK = 5000  # messages
SHORTEST_REFERENCE = 5  # a shorter one stands in any text


def _readable_by(actor: Actor) -> ColumnElement[bool]:
    """
    Return the condition under which a person may read a message; joins as in `_found`.

    One that belongs to no request is read by whoever sends for all units, and a file by
    whoever dropped it here, even where its request is not theirs to know.
    """
    sends_for_all = reach(actor, Right.SEND) is Reach.ALL
    unmatched = col(ReceivedMail.request_id).is_(None)
    return or_(
        col(ReceivedMail.dropped_by_id) == actor.id,
        (unmatched & true()) if sends_for_all else false(),
        unmatched.is_(False) & seen_by(actor, Right.SEND),
    )


async def waiting(
    session: AsyncSession, *, actor: Actor
) -> list[tuple[ReceivedMail, PlatformRequest | None]]:
    """
    Return what waits for a person who may read it, the oldest first.

    Its request comes with it where that is theirs to know.
    """
    query = (
        select(ReceivedMail, PlatformRequest, seen_by(actor, Right.SEND))
        .outerjoin(
            PlatformRequest, col(PlatformRequest.id) == col(ReceivedMail.request_id)
        )
        .outerjoin(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(ReceivedMail.state == State.WAITING, _readable_by(actor))
        .order_by(col(ReceivedMail.received_at))
        .limit(MOST)
    )
    found = (await session.exec(query)).all()
    return [(mail, request if is_seen else None) for mail, request, is_seen in found]


async def count_waiting(session: AsyncSession, *, actor: Actor) -> int:
    """Return how many messages wait for a person."""
    query = (
        select(func.count())
        .select_from(ReceivedMail)
        .outerjoin(
            PlatformRequest, col(PlatformRequest.id) == col(ReceivedMail.request_id)
        )
        .outerjoin(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(ReceivedMail.state == State.WAITING, _readable_by(actor))
    )
    return (await session.exec(query)).one()


async def by_id(session: AsyncSession, number: int, *, actor: Actor) -> ReceivedMail:
    """
    Return a message that a person may read, locked.

    Raises: NoSuchMail, also where it is not theirs to read.
    """
    query = (
        select(ReceivedMail)
        .outerjoin(
            PlatformRequest, col(PlatformRequest.id) == col(ReceivedMail.request_id)
        )
        .outerjoin(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(ReceivedMail.id == number, _readable_by(actor))
        .with_for_update(of=ReceivedMail)
    )
    mail = (await session.exec(query)).one_or_none()
    if mail is None:
        raise NoSuchMail
    return mail


async def is_known(session: AsyncSession, sha256: str) -> bool:
    """Say whether these very bytes came before."""
    query = select(ReceivedMail.id).where(ReceivedMail.sha256 == sha256)
    return (await session.exec(query)).first() is not None


async def read_position(session: AsyncSession) -> MailboxPosition | None:
    """Return how far the mailbox was read, to look at."""
    return await session.get(MailboxPosition, 1)


async def position(session: AsyncSession) -> MailboxPosition | None:
    """Return how far the mailbox was read, locked; None before the first time."""
    query = select(MailboxPosition).with_for_update()
    return (await session.exec(query)).one_or_none()


async def by_thread(
    session: AsyncSession, message_ids: Sequence[str]
) -> list[tuple[int, str]]:
    """Return the requests whose dispatches have these message ids: id and ours."""
    if not message_ids:
        return []
    query = select(Dispatch.request_id, Dispatch.message_id).where(
        Dispatch.message_id != "", col(Dispatch.message_id).in_(message_ids)
    )
    return [(one, name) for one, name in (await session.exec(query)).all()]


async def by_our_reference(
    session: AsyncSession, references: Sequence[str]
) -> list[tuple[int, str]]:
    """Return the requests whose letters have these references: id and reference."""
    query = select(Letter.request_id, Letter.reference).where(
        col(Letter.reference).in_(references)
    )
    return [(one, name) for one, name in (await session.exec(query)).all()]


async def open_at(session: AsyncSession, platform: str) -> list[PlatformRequest]:
    """Return what was sent to a platform and is not over, the newest first."""
    query = (
        select(PlatformRequest)
        .where(
            PlatformRequest.platform == platform,
            col(PlatformRequest.sent_at).is_not(None),
            col(PlatformRequest.state).not_in(OVER),
        )
        .order_by(col(PlatformRequest.id).desc())
        .limit(MOST)
    )
    return list((await session.exec(query)).all())


async def named_in(session: AsyncSession, words: str) -> list[PlatformRequest]:
    """Return the open requests whose platform's own reference stands in a text."""
    theirs = col(PlatformRequest.platform_reference)
    query = (
        select(PlatformRequest)
        .where(
            func.length(theirs) >= SHORTEST_REFERENCE,
            func.strpos(words, theirs) > 0,
            col(PlatformRequest.sent_at).is_not(None),
            col(PlatformRequest.state).not_in(OVER),
        )
        .limit(MOST)
    )
    return list((await session.exec(query)).all())


async def came_before(
    session: AsyncSession, found: Sequence[ReceivedMail]
) -> dict[int, datetime]:
    """
    Return when another message of the same id came, by number, for those that have one.

    The same message may come by mail and be dropped: its bytes differ, its id does not.
    Who drops it does so soon: only what came shortly before is looked at.
    """
    named = {one.id: one.message_id for one in found if one.message_id}
    oldest = min(named, default=0) - LOOKED_BACK
    query = (
        select(ReceivedMail.message_id, ReceivedMail.id, ReceivedMail.recorded_at)
        .where(
            col(ReceivedMail.id) > oldest,
            col(ReceivedMail.message_id).in_(set(named.values())),
        )
        .order_by(col(ReceivedMail.id).desc())
    )
    others = (await session.exec(query)).all()
    return {
        number: at
        for number, name in named.items()
        for other, earlier, at in others
        if other == name and earlier < number
    }
