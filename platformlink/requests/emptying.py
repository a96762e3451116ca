"""Emptying a draft that nobody worked on: what it said of people goes."""

from datetime import datetime

from sqlmodel import col, delete
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.audit import actions as audit
from platformlink.requests.actions import take
from platformlink.requests.rules import Step
from platformlink.requests.tables import PlatformRequest, RequestComment, Target
from platformlink.values import Phrase

TEXTS = (
    *("urgency_reason", "narrative", "narrative_local", "nexus", "necessity"),
    *("report_number", "danger", "averts", "holder_country", "entity_reason"),
    "non_disclosure_reason",
)


async def empty(
    session: AsyncSession, request: PlatformRequest, *, now: datetime
) -> None:
    """
    Cancel a draft without its accounts, period, texts, comments and authorisation.

    The row and its history stay; they say who drafted something for which platform.

    Raises: StepNotPossible, where it went further than a draft.
    """
    await take(session, request, Step.CANCEL, Phrase("Emptied"), actor=None, now=now)
    for name in TEXTS:
        setattr(request, name, "")
    request.period_from_at = request.period_to_at = request.authorisation = None
    counts = {}
    for table in (Target, RequestComment):
        gone = delete(table).where(col(table.request_id) == request.id)
        counts[table.__tablename__] = (await session.exec(gone)).rowcount
    audit.record(
        session,
        actor_id=None,
        verb="retention.emptied",
        subject=f"request/{request.id}",
        now=now,
        purpose=", ".join(f"{name}: {count}" for name, count in counts.items()),
    )
    await session.flush()
