"""Announcing an emptying, and deciding that records are kept."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.audit import actions as audit
from platformlink.clocks.rules import day_of
from platformlink.notices import actions as notices
from platformlink.permissions import Actor
from platformlink.requests.tables import PlatformRequest
from platformlink.retention import queries, rules
from platformlink.retention.tables import CaseReview
from platformlink.values import Phrase


async def announce(
    session: AsyncSession, draft: PlatformRequest, *, zone: str, now: datetime
) -> None:
    """Tell a draft's author that it will be emptied; whoever saves it keeps it."""
    draft.announced_at = now
    empty_on = day_of(rules.emptied_at(now), zone)
    await notices.tell(
        session,
        [draft.author_id],
        Phrase(
            "%(name)s: nobody works on this draft. It is emptied on %(empty_on)s,"
            " unless it is saved before.",
            {"name": draft.draft_id, "empty_on": f"{empty_on}"},
        ),
        key=f"retention/{draft.id}/{now:%Y-%m-%d}",
        path=f"/requests/{draft.draft_id}",
        now=now,
    )
    await session.flush()


async def keep(
    session: AsyncSession,
    case_ids: Sequence[int],
    reason: str,
    until_on: date | None,
    *,
    closed_days: int,
    zone: str,
    actor: Actor,
    now: datetime,
) -> int:
    """
    Keep the records of cases until a day, with a reason; return of how many.

    Raises: KeepingInvalid, NothingToDecide.
    """
    today, before_at = day_of(now, zone), rules.before(now, closed_days)
    last_on = rules.check_keeping(reason, until_on, today, most_days=closed_days)
    found = await queries.lock_due(session, case_ids, before_at, today, actor=actor)
    if not found:
        raise rules.NothingToDecide
    for case in found:
        session.add(
            CaseReview(
                case_id=case.id,
                decided_at=now,
                decided_by_id=actor.id,
                reason=reason.strip(),
                keep_until_on=last_on,
            )
        )
        audit.record(
            session,
            actor_id=actor.id,
            verb="retention.kept",
            subject=f"case/{case.id}",
            now=now,
            purpose=f"kept until {last_on}",
            detail={"reason": reason.strip(), "until": f"{last_on}"},
        )
    return len(found)
