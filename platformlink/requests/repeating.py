"""A request asked once more: the same with something changed, as a draft."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.permissions import Actor, Right
from platformlink.protocols import actions as protocols
from platformlink.protocols.shelf import Library
from platformlink.requests import actions, queries
from platformlink.requests.rules import State, new_draft_id
from platformlink.requests.tables import PlatformRequest, Target
from platformlink.values import Phrase

COPIED = {
    *(
        "kind",
        "case_id",
        "unit_id",
        "author_id",
        "platform",
        "protocol_version",
        "agreement",
    ),
    *("holder_country", "entity", "entity_reason", "instrument", "urgency"),
    "urgency_reason",
    *("language", "narrative", "narrative_local", "nexus", "necessity", "data"),
    *("report_number", "period_from_at", "period_to_at", "non_disclosure"),
    *("non_disclosure_until_on", "non_disclosure_reason", "authorisation"),
    *("danger", "averts"),
}
TOLD_APART_BY = (
    *("kind", "entity", "instrument", "language", "data"),
    *("period_from_at", "period_to_at"),
)
FOLLOWS = "follow_up"  # the line of a draft's history that says what it changes


async def copied(
    session: AsyncSession,
    request: PlatformRequest,
    changes: Mapping[str, Any],
    *,
    now: datetime,
) -> PlatformRequest:
    """Return a draft that follows a request and asks the same, but for the changes."""
    kept = request.model_dump(include=COPIED)
    draft = PlatformRequest(
        **{**kept, **changes},
        draft_id=new_draft_id(),
        parent_id=request.id,
        created_at=now,
        changed_at=now,
    )
    session.add(draft)
    await session.flush()
    for target in await queries.targets_of(session, request.id):
        same = target.model_dump(exclude={"id", "request_id"})
        session.add(Target(**same, request_id=draft.id))
    await session.flush()
    return draft


async def _drafted(
    session: AsyncSession, request: PlatformRequest, changes: Mapping[str, Any]
) -> PlatformRequest | None:
    """Return the draft that follows a request with the same changes, if any."""
    query = select(PlatformRequest).where(
        PlatformRequest.parent_id == request.id, PlatformRequest.state == State.DRAFT
    )
    wanted = {name: getattr(request, name) for name in TOLD_APART_BY} | {
        name: value for name, value in changes.items() if name in TOLD_APART_BY
    }
    for one in (await session.exec(query)).all():
        if {name: getattr(one, name) for name in TOLD_APART_BY} == wanted:
            return one
    return None


async def follow_up(
    session: AsyncSession,
    library: Library,
    request: PlatformRequest,
    what: Phrase,
    changes: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> PlatformRequest:
    """
    Return the draft that follows a request; the press of before, where nothing is new.

    It is its author's, whoever of those that may record answers pressed, and is pinned
    to the platform's present protocol. Its history says what it changes.

    Raises: MayNot, UnknownPlatform.
    """
    await actions.require_right(session, request, Right.SEND, actor)
    found = await _drafted(session, request, changes)
    if found is not None:
        return found
    version = await protocols.pin(session, library, request.platform, now)
    all_changes = {**changes, "protocol_version": version}
    draft = await copied(session, request, all_changes, now=now)
    name = request.reference or request.draft_id
    phrase = Phrase("Drafted as what follows %(name)s", {"name": name})
    actions.note(session, draft, "draft", phrase, actor=actor, now=now)
    actions.note(session, draft, FOLLOWS, what, actor=actor, now=now)
    await session.flush()
    return draft
