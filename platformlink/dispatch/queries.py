"""Reading sendings. The caller's right to the request is asked by `requests`."""

from datetime import datetime

from sqlmodel import col, exists, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.dispatch.rules import STUCK, NoSuchDispatch, Status
from platformlink.dispatch.tables import Dispatch
from platformlink.letters.tables import Letter


async def of_request(session: AsyncSession, request_id: int) -> list[Dispatch]:
    """Return the sendings of a request, newest first."""
    query = (
        select(Dispatch)
        .where(Dispatch.request_id == request_id)
        .order_by(col(Dispatch.id).desc())
    )
    return list((await session.exec(query)).all())


async def waiting(session: AsyncSession, request_id: int) -> list[Letter]:
    """Return the letters in force of a request that nobody has sent, newest first."""
    is_going = exists().where(
        col(Dispatch.letter_id) == col(Letter.id),
        col(Dispatch.status) != Status.FAILED,
    )
    query = (
        select(Letter)
        .where(
            Letter.request_id == request_id,
            col(Letter.superseded_at).is_(None),
            col(Letter.withdrawn_at).is_(None),
            ~is_going,
        )
        .order_by(col(Letter.id).desc())
    )
    return list((await session.exec(query)).all())


async def stuck(session: AsyncSession, now: datetime) -> list[Dispatch]:
    """Return the sendings that a worker began and never finished."""
    query = (
        select(Dispatch)
        .where(
            Dispatch.status == Status.SENDING,
            col(Dispatch.claimed_at) < now - STUCK,
        )
        .with_for_update(skip_locked=True)
    )
    return list((await session.exec(query)).all())


async def of_request_by_id(
    session: AsyncSession, request_id: int, dispatch_id: int
) -> Dispatch:
    """
    Return one sending of a request.

    Raises: NoSuchDispatch.
    """
    query = select(Dispatch).where(
        Dispatch.id == dispatch_id, Dispatch.request_id == request_id
    )
    found = (await session.exec(query)).one_or_none()
    if found is None:
        raise NoSuchDispatch
    return found
