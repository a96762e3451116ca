"""Reading again what the vault keeps, and telling of what is not what was kept."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.evidence import actions, queries
from platformlink.evidence.tables import EvidenceItem
from platformlink.identity import queries as identity
from platformlink.notices import actions as notices
from platformlink.permissions import Role
from platformlink.ports import Runtime
from platformlink.requests.tables import PlatformRequest
from platformlink.values import Phrase

MOST_AT_ONCE = 20


async def check_fixity(runtime: Runtime, now: datetime) -> int:
    """Read again each kept item that is due for it; return how many."""
    done = 0
    while done < MOST_AT_ONCE:
        async with runtime.sessions.begin() as session:
            item = await queries.unchecked(session, now)
            if item is None:
                break
            vault = runtime.ports.vault
            if not await actions.check_kept(session, vault, item, now=now):
                await _tell_damaged(session, item, now)
        done += 1
    return done


async def _tell_damaged(
    session: AsyncSession, item: EvidenceItem, now: datetime
) -> None:
    """Tell the officer of the request, every liaison officer and administrator."""
    request = await session.get_one(PlatformRequest, item.request_id)
    told = [request.author_id]
    for role in (Role.LIAISON, Role.ADMINISTRATOR):
        told += [one.id for one in await identity.people(session, role=role)]
    name = request.reference or request.draft_id
    phrase = Phrase(
        "%(reference)s: evidence item %(item)s is not what was kept",
        {"reference": name, "item": str(item.id)},
    )
    await notices.tell(
        session,
        told,
        phrase,
        key=f"evidence-damaged/{item.id}/{now:%Y-%m-%d}",
        path=f"/requests/{name}/evidence",
        now=now,
    )
