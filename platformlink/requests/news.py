"""Telling those whose open request rests on a protocol that has changed since."""

import asyncio
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.notices import actions as notices
from platformlink.ports import Runtime
from platformlink.protocols import actions as protocol_actions
from platformlink.protocols import queries as protocols
from platformlink.protocols import shelf
from platformlink.protocols.changes import effects
from platformlink.protocols.shelf import Library
from platformlink.requests.jobs import Desk, desk_of
from platformlink.requests.rules import OVER
from platformlink.requests.tables import PlatformRequest


async def notice_changed(runtime: Runtime, now: datetime) -> int:
    """
    Tell of each protocol that came into force; return how many were told.

    A version is noted in the transaction that tells of it: twice, late or in two
    workers, it is told once.
    """
    library = (await asyncio.to_thread(shelf.at, runtime.protocols)).on(now.date())
    async with runtime.sessions.begin() as session:
        fresh = await protocol_actions.note_new(session, library, now)
        return sum([await _tell(session, library, slug, now) for slug in fresh])


async def _tell(
    session: AsyncSession, library: Library, slug: str, now: datetime
) -> int:
    """Tell author and liaison of each open request that rests on another version."""
    query = select(PlatformRequest).where(
        PlatformRequest.platform == slug,
        PlatformRequest.protocol_version != library.version(slug),
        col(PlatformRequest.state).not_in(OVER),
    )
    found = list((await session.exec(query)).all())
    desk = await desk_of(session, {one.case_id for one in found}) if found else None
    return sum([await _told(session, library, one, desk, now) for one in found if desk])


def _audience(request: PlatformRequest, desk: Desk) -> frozenset[int]:
    """Return author and liaisons; of a restricted case its members alone."""
    told = desk.liaisons | {request.author_id}
    members = desk.members.get(request.case_id)
    return told if members is None else told & members


async def _told(
    session: AsyncSession,
    library: Library,
    request: PlatformRequest,
    desk: Desk,
    now: datetime,
) -> int:
    """Tell what has changed for one request; what does not concern it is left out."""
    before = await protocols.pinned(session, request.protocol_version)
    name = request.reference or request.draft_id
    version = library.version(request.platform)
    count = 0
    for place, effect in enumerate(effects(before, library.get(request.platform))):
        if effect.concerns(request.kind, request.entity):
            count += await notices.tell(
                session,
                _audience(request, desk),
                effect.told(name),
                key=f"protocol/{version[:16]}/{request.id}/{place}",
                path=f"/requests/{name}",
                now=now,
            )
    return count
