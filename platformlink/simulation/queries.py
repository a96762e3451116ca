"""What the platforms were handed, and what the desk made of what they sent."""

from collections.abc import Collection
from datetime import datetime

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.dispatch.rules import Status
from platformlink.dispatch.tables import Dispatch
from platformlink.letters.tables import Letter
from platformlink.mailbox.tables import ReceivedMail
from platformlink.requests.rules import WITH_PLATFORM
from platformlink.requests.tables import PlatformRequest


class Handed(msgspec.Struct, frozen=True):
    """A letter that a platform has: by which sending, when, and its bytes."""

    dispatch: int
    delivered_at: datetime
    message_id: str
    address: str
    is_mail: bool
    pdf: bytes


async def handed(session: AsyncSession, after: Collection[int]) -> list[Handed]:
    """Return what platforms were given and have not answered, but for some sendings."""
    query = (
        select(Dispatch, Letter.pdf)
        .join(Letter, col(Letter.id) == col(Dispatch.letter_id))
        .join(PlatformRequest, col(PlatformRequest.id) == col(Dispatch.request_id))
        .where(
            Dispatch.status == Status.DELIVERED,
            col(Dispatch.id).not_in(after),
            col(Letter.kind) == col(PlatformRequest.kind),
            col(PlatformRequest.state).in_(WITH_PLATFORM),
        )
        .order_by(col(Dispatch.id))
    )
    return [
        Handed(
            one.id,
            one.delivered_at or one.queued_at,
            one.message_id,
            one.address,
            one.channel_kind == "email",
            pdf,
        )
        for one, pdf in (await session.exec(query)).all()
    ]


class Read(msgspec.Struct, frozen=True):
    """What became of a message in the desk: its kind, its request, where it stands."""

    sha256: str
    kind: str
    state: str
    reference: str | None


async def read(session: AsyncSession, sha256s: Collection[str]) -> list[Read]:
    """Return what the desk made of messages."""
    query = (
        select(ReceivedMail, PlatformRequest.reference)
        .outerjoin(
            PlatformRequest, col(PlatformRequest.id) == col(ReceivedMail.request_id)
        )
        .where(col(ReceivedMail.sha256).in_(sha256s))
    )
    return [
        Read(one.sha256, one.kind, one.state, reference)
        for one, reference in (await session.exec(query)).all()
    ]
