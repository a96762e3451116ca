"""All that a letter about a request is made from, gathered from the rows."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.cases.tables import Case
from platformlink.clocks import queries as clock_queries
from platformlink.identity.tables import Unit, User
from platformlink.letters import forms
from platformlink.letters import queries as letter_queries
from platformlink.letters.rules import Earlier, OpenRequest
from platformlink.permissions import Actor
from platformlink.ports import Runtime
from platformlink.requests import composing, queries, sending, timing
from platformlink.requests.composing import Matter
from platformlink.requests.tables import PlatformRequest


async def matter_of(
    session: AsyncSession,
    runtime: Runtime,
    request: PlatformRequest,
    case: Case,
    *,
    signed_by: Actor,
    now: datetime,
) -> Matter:
    """Return all that a letter about a request is made from."""
    facts = await sending.facts_of(session, runtime.authority, request)
    channels = sending.open_channels(facts.protocol, request.kind)
    unit = await session.get_one(Unit, request.unit_id)
    instrument = runtime.authority.instrument(request.instrument)
    return Matter(
        request=request,
        case=case,
        targets=await queries.targets_of(session, request.id),
        protocol=facts.protocol,
        authority=runtime.authority,
        unit_code=unit.code,
        author=await session.get_one(User, request.author_id),
        signatory=await session.get_one(User, signed_by.id),
        entity=facts.entity,
        channel=channels[0] if channels else None,
        facts=facts,
        calendar=await clock_queries.calendar_of(
            session, timing.hold_term(facts, now), now
        ),
        at=now,
        earlier=await _parents(session, runtime, request),
        own=await _first(session, runtime, request),
        form=forms.named(runtime.templates, instrument.form if instrument else ""),
    )


async def _parents(
    session: AsyncSession, runtime: Runtime, request: PlatformRequest
) -> Earlier | None:
    """Return the letter of the request that a request follows, if it follows one."""
    if request.parent_id is None:
        return None
    parent = await session.get_one(PlatformRequest, request.parent_id)
    return await _first(session, runtime, parent)


async def _first(
    session: AsyncSession, runtime: Runtime, followed: PlatformRequest
) -> Earlier | None:
    """Return a request's own letter, the one in force before those that are not."""
    found = await letter_queries.of_request(session, followed.id)
    own = [one for one in found if one.kind == followed.kind]
    first = max(own, key=lambda one: (one.is_in_force, one.id), default=None)
    if first is None:
        return None
    zone = ZoneInfo(runtime.authority.zone)
    return Earlier(
        reference=first.reference,
        dated_on=first.sealed_at.astimezone(zone).date(),
        platform_reference=followed.platform_reference,
    )


async def open_line(
    session: AsyncSession, runtime: Runtime, request: PlatformRequest
) -> OpenRequest:
    """Return the line of a reminder for a request that waits."""
    zone = ZoneInfo(runtime.authority.zone)
    open_clocks = await clock_queries.open_of(session, request.id)
    due = {
        clock.kind: clock.computation.safe_on
        or clock.safe_due_at.astimezone(zone).date()
        for clock in open_clocks
    }
    sent_at = request.sent_at or request.created_at
    return OpenRequest(
        reference=request.reference or request.draft_id,
        asked={"en": composing.asked_in_words(request)},
        sent_on=sent_at.astimezone(zone).date(),
        awaited={"en": composing.awaited_in_words(request)},
        platform_reference=request.platform_reference,
        expected_on=due.get("response"),
        held_until_on=due.get("hold_expiry"),
    )
