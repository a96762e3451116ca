"""Reading the versions that requests are pinned to."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.protocols import shelf
from platformlink.protocols.protocol import CooperationProtocol
from platformlink.protocols.shelf import UnknownPlatform
from platformlink.protocols.tables import ProtocolVersion

KEPT = 128
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
