"""What a response does to the clocks and the holds of its request."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.authority import Authority
from platformlink.clocks import actions as clocks
from platformlink.clocks import queries as clock_queries
from platformlink.clocks.tables import Clock
from platformlink.clocks.terms import Duty, EndedAs, Evidence, Source, Term
from platformlink.clocks.terms import Kind as ClockKind
from platformlink.permissions import Actor
from platformlink.protocols import queries as protocols
from platformlink.requests import actions as requests
from platformlink.requests import queries as request_queries
from platformlink.requests import sending
from platformlink.requests.rules import HoldState
from platformlink.requests.tables import PlatformRequest
from platformlink.responses import rules
from platformlink.responses.codes import Effect, Kind
from platformlink.responses.rules import EFFECTS, Until
from platformlink.responses.tables import Response
from platformlink.values import Phrase

HOLD_CLOCKS = (ClockKind.HOLD_EXPIRY, ClockKind.RENEWAL, ClockKind.LEGAL_PROCESS)


class Came(msgspec.Struct, frozen=True, kw_only=True):
    """A response on its way into the record: what it is, of what, and until when."""

    authority: Authority
    request: PlatformRequest
    response: Response
    kind: Kind
    until: Until
    is_final: bool
    now: datetime


async def start_anew(session: AsyncSession, came: Came, *, actor: Actor | None) -> None:
    """Count from the receipt that they named, beside what was counted before."""
    response, sent_at = came.response, came.request.sent_at
    arrived = Until(response.arrived_on, response.arrived_at)
    if sent_at is None or arrived == Until():
        return
    is_machine = came.kind is Kind.AUTO_REPLY
    for old in await _from_receipt(session, came.request):
        term = old.computation.ingredients.term
        if term.in_hours and arrived.on:
            continue  # a bare day says nothing of the hour
        zone = ZoneInfo(term.zone)
        new = await clocks.restart_with_better_evidence(
            session,
            old,
            Evidence.AUTOMATIC if is_machine else Evidence.ACKNOWLEDGED,
            start_at=rules.started_at(arrived, sent_at, response.received_at, zone),
            now=came.now,
        )
        if new is not old:
            _note_better(session, came, old, new, actor=actor)


async def _from_receipt(session: AsyncSession, request: PlatformRequest) -> list[Clock]:
    """Return the open clocks that count from the receipt; a promised day does not."""
    protocol = await protocols.pinned(session, request.protocol_version)
    is_from_sending = protocol.requests.preservation.starts == "sent"
    kinds = [ClockKind.RESPONSE] if is_from_sending else list(BETTER)
    found = await clock_queries.open_of(session, request.id, kinds=kinds)
    return [one for one in found if one.computation.ingredients.term.length]


def _note_better(
    session: AsyncSession, came: Came, old: Clock, new: Clock, *, actor: Actor | None
) -> None:
    """Write into the history, and so into the audit log, what moved and why."""
    requests.note(
        session,
        came.request,
        "restart",
        _better(old, new),
        actor=actor,
        now=came.now,
        occurred_at=came.response.received_at,
    )


def _better(old: Clock, new: Clock) -> Phrase:
    """Say what moved: by days as counted, or by instants where hours count."""
    is_on, was_on = new.computation.last_on, old.computation.last_on
    if is_on is None or was_on is None:
        return Phrase(
            BETTER_HOURS,
            {
                "start_at": new.started_at,
                "due_at": new.legal_due_at,
                "before_at": old.legal_due_at,
            },
        )
    return Phrase(
        BETTER[ClockKind(new.kind)],
        {
            "start_on": new.computation.ingredients.start_on.isoformat(),
            "due_on": is_on.isoformat(),
            "before_on": was_on.isoformat(),
        },
    )


BETTER = {
    ClockKind.RESPONSE: "They name %(start_on)s as the day of receipt: the answer is"
    " due by the end of %(due_on)s, not of %(before_on)s",
    ClockKind.HOLD_EXPIRY: "They name %(start_on)s as the day of receipt: read"
    " literally the hold lasts to the end of %(due_on)s, not of %(before_on)s",
}


BETTER_HOURS = (
    "They name %(start_at)s as the receipt: the answer is due on %(due_at)s, not on"
    " %(before_at)s"
)


async def clocks_of(
    session: AsyncSession, came: Came, *, is_new_question: bool
) -> None:
    """Stop, pause and start what this kind stops, pauses and starts."""
    effect, at = EFFECTS[came.kind], came.response.received_at
    if effect is Effect.NONE:
        return
    number = came.request.id
    await clocks.stop_kinds(session, number, ClockKind.ACKNOWLEDGEMENT, at=at)
    if came.is_final:
        await clocks.stop_kinds(session, number, ClockKind.RESPONSE, at=at)
        await _end(session, came, ClockKind.SUPPLEMENT)
    if effect is Effect.ASKS and is_new_question:
        await sending.asked(session, came.authority, came.request, at)
    if after := AFTER.get(came.kind):
        await after(session, came)


async def _end(session: AsyncSession, came: Came, *kinds: ClockKind) -> None:
    """End clocks that wait for nothing any more."""
    for kind in kinds:
        for clock in await sending.open_clocks(session, came.request.id, kind):
            await clocks.end(session, clock, EndedAs.VOID, at=came.response.received_at)


async def _confirm_hold(session: AsyncSession, came: Came) -> None:
    await sending.hold_confirmed(
        session,
        came.authority,
        came.request,
        snapshot_at=came.response.received_at,
        until_on=came.until.last_day(came.authority.tz),
        now=came.now,
    )


async def _renew_hold(session: AsyncSession, came: Came) -> None:
    await sending.hold_renewed(
        session,
        came.authority,
        came.request,
        received_at=came.response.received_at,
        until_on=came.until.last_day(came.authority.tz),
        now=came.now,
    )


async def _lose_hold(session: AsyncSession, came: Came) -> None:
    """There is no copy (any more): nothing of it can lapse or be renewed."""
    await _end(session, came, *HOLD_CLOCKS)
    for hold in await request_queries.holds_of(session, came.request.id):
        hold.state, hold.is_open = HoldState.LAPSED, False
    await session.flush()


async def _promise(session: AsyncSession, came: Came) -> None:
    """Wait until the day that they promised, beside the day that was expected."""
    if came.until == Until():
        return
    for clock in await sending.open_clocks(
        session, came.request.id, ClockKind.RESPONSE
    ):
        zone = clock.computation.ingredients.term.zone
        term = _until(came, Duty.THEIRS, zone)
        await clocks.retime(session, clock, term, now=came.now)


async def _wait_for_link(session: AsyncSession, came: Came) -> None:
    """Warn before a link dies whose files are not here yet."""
    if came.until == Until():
        return
    await clocks.start(
        session,
        ClockKind.DOWNLOAD_EXPIRY,
        _until(came, Duty.OURS, came.authority.zone),
        start_at=came.response.received_at,
        evidence=Evidence.STATED,
        request_id=came.request.id,
        subject=f"response/{came.response.id}",
    )


async def _await_notice(session: AsyncSession, came: Came) -> None:
    """Warn before the account holder is told."""
    if came.until == Until():
        return
    await _end(session, came, ClockKind.NOTICE_DELAY)
    await clocks.start(
        session,
        ClockKind.NOTICE_DELAY,
        _until(came, Duty.OURS, came.authority.zone),
        start_at=came.response.received_at,
        evidence=Evidence.STATED,
        request_id=came.request.id,
    )


def _until(came: Came, duty: Duty, zone: str) -> Term:
    return Term(
        until_on=came.until.on,
        until_at=came.until.at,
        zone=zone,
        duty=duty,
        source=Source.PROMISED,
    )


AFTER: dict[Kind, Callable[[AsyncSession, Came], Awaitable[None]]] = {
    Kind.PRESERVATION_CONFIRMED: _confirm_hold,
    Kind.PRESERVATION_RENEWED: _renew_hold,
    Kind.PRESERVATION_REFUSED: _lose_hold,
    Kind.PRESERVATION_ENDED: _lose_hold,
    Kind.DELAY_NOTICE: _promise,
    Kind.DELIVERY: _wait_for_link,
    Kind.USER_NOTICE: _await_notice,
}
