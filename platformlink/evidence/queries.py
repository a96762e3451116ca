"""Reading items, their parts and their custody; the caller has the request."""

from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.evidence import rules
from platformlink.evidence.rules import CHECKED_EVERY, NoSuchItem, State, Way
from platformlink.evidence.tables import (
    CustodyEvent,
    EvidenceGrant,
    EvidenceItem,
    EvidencePart,
)
from platformlink.identity.tables import User


async def of_request(session: AsyncSession, request_id: int) -> list[EvidenceItem]:
    """Return the items of a request, the oldest first."""
    query = select(EvidenceItem).where(EvidenceItem.request_id == request_id)
    return list((await session.exec(query.order_by(col(EvidenceItem.id)))).all())


async def of_request_by_id(
    session: AsyncSession, request_id: int, item_id: int, *, is_to_change: bool = False
) -> EvidenceItem:
    """
    Return one item of a request, locked if it is to change.

    Raises: NoSuchItem.
    """
    query = select(EvidenceItem).where(
        EvidenceItem.id == item_id, EvidenceItem.request_id == request_id
    )
    found = await session.exec(query.with_for_update() if is_to_change else query)
    item = found.one_or_none()
    if item is None:
        raise NoSuchItem
    return item


async def missing(session: AsyncSession, item: EvidenceItem) -> list[int]:
    """Return the numbers of the parts that have not come yet."""
    if item.state != State.ARRIVING:
        return []
    query = select(EvidencePart.number).where(EvidencePart.item_id == item.id)
    here = set((await session.exec(query)).all())
    count = rules.part_count(item.size_bytes)
    return [one for one in range(1, count + 1) if one not in here]


async def custody(
    session: AsyncSession, item_id: int
) -> list[tuple[CustodyEvent, str | None]]:
    """Return the chain of custody with who did it, the oldest line first."""
    query = (
        select(CustodyEvent, User.name)
        .outerjoin(User, col(User.id) == col(CustodyEvent.actor_id))
        .where(CustodyEvent.item_id == item_id)
        .order_by(col(CustodyEvent.id))
    )
    return [(event, name) for event, name in (await session.exec(query)).all()]


async def is_granted(session: AsyncSession, request_id: int, user_id: int) -> bool:
    """Say whether a person was given leave to open the evidence of a request."""
    return await session.get(EvidenceGrant, (request_id, user_id)) is not None


async def arrived(session: AsyncSession, *, after: int) -> EvidenceItem | None:
    """
    Return the next item whose parts are all here, locked; others are left to others.

    `after` is the item seen last: one that cannot be kept holds up no other.
    """
    query = select(EvidenceItem).where(
        EvidenceItem.state == State.ARRIVED, col(EvidenceItem.id) > after
    )
    first = query.order_by(col(EvidenceItem.id)).limit(1)
    return (await session.exec(first.with_for_update(skip_locked=True))).one_or_none()


async def unchecked(session: AsyncSession, now: datetime) -> EvidenceItem | None:
    """Return an item that is due to be read again, locked; the longest unread first."""
    query = select(EvidenceItem).where(
        EvidenceItem.way == Way.VAULTED,
        EvidenceItem.state == State.KEPT,
        col(EvidenceItem.checked_at) <= now - CHECKED_EVERY,
    )
    first = query.order_by(col(EvidenceItem.checked_at)).limit(1)
    return (await session.exec(first.with_for_update(skip_locked=True))).one_or_none()
