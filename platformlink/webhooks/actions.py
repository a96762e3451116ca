"""Noting what a receiver must be told, and that it was."""

from datetime import datetime

import msgspec
from sqlalchemy import func, literal
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.authority import Webhook
from platformlink.cases.tables import Case
from platformlink.requests.tables import PlatformRequest, RequestEvent
from platformlink.webhooks.rules import Told, event_name, next_try
from platformlink.webhooks.tables import WebhookDelivery, WebhookPlace

# Numbers are given out before the commit: a lower one may appear after a higher.
LOOKED_BACK = 1000


class Claimed(msgspec.Struct, frozen=True):
    """A delivery that is tried now."""

    id: int
    told: Told


async def collect(session: AsyncSession, hook: Webhook, *, now: datetime) -> None:
    """
    Note what a receiver must be told since the last time.

    A new receiver begins with what happens from now on. Two workers do it in turn.
    """
    last = select(func.coalesce(func.max(RequestEvent.id), 0))
    newest = (await session.exec(last)).one()
    begin = insert(WebhookPlace).values(url=hook.url, event_id=newest, since_at=now)
    await session.exec(begin.on_conflict_do_nothing())
    found = select(WebhookPlace).where(WebhookPlace.url == hook.url).with_for_update()
    place = (await session.exec(found)).one()
    query = (
        select(literal(hook.url), RequestEvent.id, literal(0), literal(now))
        .join(PlatformRequest, col(PlatformRequest.id) == col(RequestEvent.request_id))
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(
            col(RequestEvent.id) > place.event_id - LOOKED_BACK,
            col(RequestEvent.recorded_at) >= place.since_at,
            col(Case.is_restricted).is_(False),
            ~select(WebhookDelivery.id)
            .where(
                WebhookDelivery.url == hook.url,
                col(WebhookDelivery.event_id) == col(RequestEvent.id),
            )
            .exists(),
        )
    )
    if hook.events:
        names = [one.removeprefix(event_name("")) for one in hook.events]
        query = query.where(col(RequestEvent.verb).in_(names))
    columns = ["url", "event_id", "tries", "next_try_at"]
    statement = insert(WebhookDelivery).from_select(columns, query)
    await session.exec(statement.on_conflict_do_nothing())
    place.event_id = max(place.event_id, newest)


async def claim(session: AsyncSession, url: str, *, now: datetime) -> Claimed | None:
    """Return the next delivery to a receiver, or None; it is due again if we die."""
    query = (
        select(WebhookDelivery, RequestEvent, PlatformRequest)
        .join(RequestEvent, col(RequestEvent.id) == col(WebhookDelivery.event_id))
        .join(PlatformRequest, col(PlatformRequest.id) == col(RequestEvent.request_id))
        .where(WebhookDelivery.url == url, col(WebhookDelivery.next_try_at) <= now)
        .order_by(col(WebhookDelivery.event_id))
        .limit(1)
        .with_for_update(of=WebhookDelivery, skip_locked=True)
    )
    found = (await session.exec(query)).first()
    if found is None:
        return None
    delivery, event, request = found
    delivery.tries += 1
    delivery.next_try_at = next_try(delivery.tries, event.recorded_at, now)
    told = Told(
        id=event.id,
        event=event_name(event.verb),
        reference=request.reference or request.draft_id,
        state=event.state,
        at=event.occurred_at,
    )
    return Claimed(delivery.id, told)


async def confirm(session: AsyncSession, delivery_id: int, *, now: datetime) -> None:
    """Note that a receiver took it."""
    delivery = await session.get_one(WebhookDelivery, delivery_id)
    delivery.taken_at, delivery.next_try_at = now, None
