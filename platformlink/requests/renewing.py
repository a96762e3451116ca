"""Before a hold lapses: the extension, drafted and ready for approval."""

from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.requests import actions, repeating
from platformlink.requests.rules import OVER, Kind
from platformlink.requests.tables import PlatformRequest
from platformlink.values import Phrase


async def open_extension(
    session: AsyncSession, request_id: int
) -> PlatformRequest | None:
    """Return the extension of a preservation that is drafted or under way, if any."""
    query = select(PlatformRequest).where(
        PlatformRequest.parent_id == request_id,
        PlatformRequest.kind == Kind.PRESERVATION_EXTENSION,
        col(PlatformRequest.state).not_in(OVER),
    )
    return (await session.exec(query)).first()


async def draft_extension(
    session: AsyncSession, request: PlatformRequest, *, now: datetime
) -> PlatformRequest:
    """Return the extension of a preservation, drafted now unless it is under way."""
    found = await open_extension(session, request.id)
    if found is not None:
        return found
    kind = {"kind": Kind.PRESERVATION_EXTENSION}
    draft = await repeating.copied(session, request, kind, now=now)
    name = request.reference or request.draft_id
    phrase = Phrase("Extension of %(name)s drafted by the desk", {"name": name})
    actions.note(session, draft, "draft", phrase, actor=None, now=now)
    await session.flush()
    return draft
