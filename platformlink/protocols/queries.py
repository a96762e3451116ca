"""Reading pinned versions, and what people did about the library."""

from datetime import date

from sqlalchemy import func, tuple_
from sqlalchemy.orm import QueryableAttribute, defer, undefer
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.identity.tables import User
from platformlink.protocols import shelf
from platformlink.protocols.caring import NoSuchProposal, NoSuchText
from platformlink.protocols.protocol import Channel, CooperationProtocol
from platformlink.protocols.shelf import UnknownPlatform
from platformlink.protocols.tables import (
    ChannelConfirmation,
    GuidelineText,
    Proposal,
    ProtocolReview,
    ProtocolVersion,
)

CONTENT: QueryableAttribute[str] = GuidelineText.content  # type: ignore[assignment] # what the class attribute is
KEPT = 128
MOST_PROPOSALS = 100
_by_version: dict[str, CooperationProtocol] = {}


async def pinned(session: AsyncSession, version: str) -> CooperationProtocol:
    """
    Return a protocol as it was under a version, whatever its file says today.

    Raises: UnknownPlatform.
    """
    if version in _by_version:
        return _by_version[version]
    row = await session.get(ProtocolVersion, version)
    if row is None:
        raise UnknownPlatform
    found = shelf.decode(row.content, file=row.slug)
    if len(_by_version) >= KEPT:
        _by_version.clear()
    _by_version[version] = found
    return found


async def content(session: AsyncSession, version: str) -> str:
    """
    Return the text of the file that a version is the hash of.

    Raises: UnknownPlatform.
    """
    row = await session.get(ProtocolVersion, version)
    if row is None:
        raise UnknownPlatform
    return row.content


async def versions(session: AsyncSession, slug: str) -> list[ProtocolVersion]:
    """Return the versions of a platform's protocol that were used, newest first."""
    query = (
        select(ProtocolVersion)
        .where(ProtocolVersion.slug == slug)
        .order_by(col(ProtocolVersion.first_seen_at).desc())
    )
    return list((await session.exec(query)).all())


async def reviews(
    session: AsyncSession, version: str
) -> list[tuple[ProtocolReview, str]]:
    """Return who confirmed what of a version, the newest first."""
    query = (
        select(ProtocolReview, User.name)
        .join(User, col(User.id) == col(ProtocolReview.reviewed_by_id))
        .where(ProtocolReview.version == version)
        .order_by(col(ProtocolReview.id).desc())
    )
    return list((await session.exec(query)).all())


async def reviewed_on(session: AsyncSession, versions: list[str]) -> dict[str, date]:
    """Return when each version was last confirmed as a whole, by version."""
    query = (
        select(ProtocolReview.version, func.max(ProtocolReview.reviewed_at))
        .where(ProtocolReview.pointer == "", col(ProtocolReview.version).in_(versions))
        .group_by(col(ProtocolReview.version))
    )
    return {version: at.date() for version, at in (await session.exec(query)).all()}


async def proposals(
    session: AsyncSession, *, slug: str = "", limit: int = MOST_PROPOSALS
) -> list[Proposal]:
    """Return proposed changes: those that wait first, then the newest."""
    query = select(Proposal).order_by(
        col(Proposal.decided_at).is_not(None), col(Proposal.id).desc()
    )
    if slug:
        query = query.where(Proposal.slug == slug)
    return list((await session.exec(query.limit(limit))).all())


async def proposal(session: AsyncSession, slug: str, number: int) -> Proposal:
    """
    Return one proposed change of a platform's file, locked.

    Raises: NoSuchProposal.
    """
    query = select(Proposal).where(Proposal.slug == slug, Proposal.id == number)
    found = (await session.exec(query.with_for_update())).first()
    if found is None:
        raise NoSuchProposal
    return found


async def confirmations(
    session: AsyncSession, slug: str
) -> list[tuple[ChannelConfirmation, str]]:
    """Return who confirmed which address of a platform, the newest first."""
    query = (
        select(ChannelConfirmation, User.name)
        .join(User, col(User.id) == col(ChannelConfirmation.confirmed_by_id))
        .where(ChannelConfirmation.slug == slug)
        .order_by(col(ChannelConfirmation.id).desc())
    )
    return list((await session.exec(query)).all())


async def is_confirmed(
    session: AsyncSession, slug: str, channel: Channel, *, sender_id: int
) -> bool:
    """Say whether anybody but the sender confirmed that an address is theirs."""
    query = select(ChannelConfirmation.id).where(
        ChannelConfirmation.slug == slug,
        ChannelConfirmation.channel == channel.code,
        ChannelConfirmation.address == (channel.address or ""),
        col(ChannelConfirmation.confirmed_by_id) != sender_id,
    )
    return (await session.exec(query.limit(1))).first() is not None


async def texts(
    session: AsyncSession, slug: str, *, source: str = ""
) -> list[GuidelineText]:
    """Return the imported texts of a platform, newest first; none bears its words."""
    query = (
        select(GuidelineText)
        .where(GuidelineText.slug == slug)
        .order_by(col(GuidelineText.dated_on).desc(), col(GuidelineText.id).desc())
        .options(defer(CONTENT, raiseload=True))  # megabytes each
    )
    if source:
        query = query.where(GuidelineText.source == source)
    return list((await session.exec(query)).all())


async def text_of(
    session: AsyncSession, slug: str, number: int
) -> tuple[GuidelineText, GuidelineText | None]:
    """
    Return one imported text, and the one of the same source before it.

    Raises: NoSuchText.
    """
    query = (
        select(GuidelineText)
        .where(GuidelineText.slug == slug)
        .options(undefer(CONTENT))
        .execution_options(populate_existing=True)
    )
    found = (await session.exec(query.where(GuidelineText.id == number))).first()
    if found is None:
        raise NoSuchText
    place = tuple_(col(GuidelineText.dated_on), col(GuidelineText.id))
    earlier = (
        query.where(GuidelineText.source == found.source)
        .where(place < (found.dated_on, found.id))
        .order_by(col(GuidelineText.dated_on).desc(), col(GuidelineText.id).desc())
    )
    return found, (await session.exec(earlier.limit(1))).first()
