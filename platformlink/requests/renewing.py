"""Before a hold lapses: the extension, drafted and ready for approval."""

from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.requests import actions, queries
from platformlink.requests.rules import OVER, Kind, new_draft_id
from platformlink.requests.tables import PlatformRequest, Target
from platformlink.values import Phrase

COPIED = {
    *("case_id", "unit_id", "author_id", "platform", "protocol_version", "agreement"),
    *("holder_country", "entity", "entity_reason", "instrument", "urgency"),
    "urgency_reason",
    *("language", "narrative", "narrative_local", "nexus", "necessity", "data"),
    *("report_number", "period_from_at", "period_to_at", "non_disclosure"),
    *("non_disclosure_until_on", "non_disclosure_reason", "authorisation"),
}


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
    draft = PlatformRequest(
        **request.model_dump(include=COPIED),
        draft_id=new_draft_id(),
        kind=Kind.PRESERVATION_EXTENSION,
        parent_id=request.id,
        created_at=now,
        changed_at=now,
    )
    session.add(draft)
    await session.flush()
    for target in await queries.targets_of(session, request.id):
        kept = target.model_dump(exclude={"id", "request_id"})
        session.add(Target(**kept, request_id=draft.id))
    name = request.reference or request.draft_id
    phrase = Phrase("Extension of %(name)s drafted by the desk", {"name": name})
    actions.note(session, draft, "draft", phrase, actor=None, now=now)
    await session.flush()
    return draft
