"""Clocks in the database: started, paused, stopped, replaced, rung once."""

import asyncio
from datetime import date, datetime, timedelta

import msgspec
import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.clocks import actions, queries, rules
from platformlink.clocks.calendars import Change
from platformlink.clocks.tables import Clock
from platformlink.clocks.terms import (
    Duty,
    EndedAs,
    Evidence,
    Kind,
    Source,
    State,
    Term,
    parse,
)
from platformlink.permissions import Actor, MayNot, Role
from tests import factories

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
# Requests that no other test has; nothing here is kept.
ONE, TWO = 9_000_001, 9_000_002
ANSWER = Term(
    length=parse("P10D"),
    zone="Europe/Dublin",
    calendar="IE",
    duty=Duty.THEIRS,
    source=Source.STATED,
    rule="Guidelines, section 4",
)
HOLD = Term(length=parse("P90D"), zone="Europe/Tirane", calendar="AL", duty=Duty.OURS)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


SENT_AT = at("2026-10-21T16:30+01:00")
LONG_AGO = at("2016-10-21T16:30+01:00")


async def answer(session: AsyncSession, request_id: int = ONE) -> Clock:
    return await actions.start(
        session, Kind.RESPONSE, ANSWER, start_at=SENT_AT, request_id=request_id
    )


async def hold(session: AsyncSession, request_id: int = ONE) -> Clock:
    return await actions.start(
        session, Kind.HOLD_EXPIRY, HOLD, start_at=SENT_AT, request_id=request_id
    )


async def ring(session: AsyncSession, clock: Clock, now: datetime) -> list[int]:
    """The levels at which one clock rings; others may have been left by others."""
    rungs = await actions.claim_due(session, now, limit=100_000)
    return [one.level_hours for one in rungs if one.clock.id == clock.id]


async def test_a_started_clock_keeps_all_that_it_was_computed_from(
    session: AsyncSession,
) -> None:
    started = await answer(session)
    session.expunge_all()

    kept = await session.get_one(Clock, started.id)

    assert kept.legal_due_at == at("2026-11-03T00:00+00:00")
    assert kept.computation.legal_due_at == kept.legal_due_at
    assert kept.computation.ingredients.term == ANSWER
    assert kept.sentences("en")[1].params == {"rule": "Guidelines, section 4"}


async def test_a_request_has_one_open_clock_of_a_kind(session: AsyncSession) -> None:
    await answer(session)

    with pytest.raises(IntegrityError, match="uq_clock_open"):
        await answer(session)


async def test_a_pause_moves_the_end(session: AsyncSession) -> None:
    clock = await answer(session)

    await actions.pause(session, clock, at=at("2026-10-26T10:00+00:00"))
    assert (clock.state, clock.next_notice_at) == (State.PAUSED, None)
    await actions.resume(session, clock, at=at("2026-10-30T10:00+00:00"))

    assert clock.state == State.RUNNING
    assert clock.legal_due_at == at("2026-11-05T00:00+00:00")
    assert clock.next_notice_at == at("2026-11-03T00:00+00:00")


async def test_pausing_and_resuming_twice_does_no_harm(session: AsyncSession) -> None:
    clock = await answer(session)

    for _ in range(2):
        await actions.pause(session, clock, at=at("2026-10-26T10:00+00:00"))
    for _ in range(2):
        await actions.resume(session, clock, at=at("2026-10-30T10:00+00:00"))

    assert clock.computation.stopped_days == 4


async def test_what_they_owe_stands_still_and_what_is_ours_runs_on(
    session: AsyncSession,
) -> None:
    theirs, ours = await answer(session), await hold(session)

    await actions.pause_theirs(session, ONE, at=at("2026-10-26T10:00+00:00"))
    assert (theirs.state, ours.state) == (State.PAUSED, State.RUNNING)
    await actions.resume_theirs(session, ONE, at=at("2026-10-27T10:00+00:00"))

    assert theirs.state == State.RUNNING


@pytest.mark.parametrize(
    ("moment", "ended_as"),
    [
        ("2026-11-02T23:59+00:00", EndedAs.MET),
        ("2026-11-03T00:00+00:00", EndedAs.MISSED),
    ],
)
async def test_a_stopped_clock_was_met_or_missed(
    session: AsyncSession, moment: str, ended_as: EndedAs
) -> None:
    clock = await answer(session)

    await actions.stop_kinds(session, ONE, Kind.RESPONSE, at=at(moment))

    assert (clock.state, clock.ended_as) == (State.ENDED, ended_as)
    assert clock.next_notice_at is None


async def test_an_answer_during_a_pause_is_in_time(session: AsyncSession) -> None:
    clock = await answer(session)
    await actions.pause(session, clock, at=at("2026-10-26T10:00+00:00"))

    await actions.stop(session, clock, at=at("2026-11-20T10:00+00:00"))

    assert clock.ended_as == EndedAs.MET


async def test_a_stopped_clock_stays_as_it_ended(session: AsyncSession) -> None:
    clock = await answer(session)
    await actions.stop(session, clock, at=SENT_AT + DAY)

    await actions.stop(session, clock, at=SENT_AT + 90 * DAY)
    await actions.pause(session, clock, at=SENT_AT + 90 * DAY)
    await actions.void_all(session, ONE, at=SENT_AT + 90 * DAY)

    assert (clock.ended_at, clock.ended_as) == (SENT_AT + DAY, EndedAs.MET)


async def test_better_evidence_computes_beside_the_old_end(
    session: AsyncSession,
) -> None:
    old = await hold(session)

    new = await actions.restart_with_better_evidence(
        session,
        old,
        Evidence.ACKNOWLEDGED,
        start_at=SENT_AT + 2 * DAY,
        now=SENT_AT + 3 * DAY,
    )

    assert (old.state, old.ended_as) == (State.ENDED, EndedAs.REPLACED)
    assert (new.number, new.replaces_id, new.request_id) == (2, old.id, ONE)
    assert new.legal_due_at == old.legal_due_at + 2 * DAY
    assert new.safe_due_at == old.safe_due_at


async def test_weaker_evidence_changes_nothing(session: AsyncSession) -> None:
    clock = await answer(session)
    better = await actions.restart_with_better_evidence(
        session, clock, Evidence.STATED, start_at=SENT_AT, now=SENT_AT
    )

    same = await actions.restart_with_better_evidence(
        session, better, Evidence.AUTOMATIC, start_at=SENT_AT + DAY, now=SENT_AT
    )

    assert same is better


async def test_an_extended_hold_replaces_the_first(session: AsyncSession) -> None:
    first = await hold(session)

    longer = await actions.extend(
        session,
        first,
        rules.Extending(parse("P90D"), most_times=1),
        asked_at=SENT_AT + 60 * DAY,
    )

    assert first.ended_as == EndedAs.REPLACED
    assert longer.computation.nominal_on == date(2027, 4, 19)
    with pytest.raises(rules.ExtensionRefused):
        await actions.extend(
            session,
            longer,
            rules.Extending(parse("P90D"), most_times=1),
            asked_at=SENT_AT + 61 * DAY,
        )


async def test_a_promised_date_replaces_the_expected_one(
    session: AsyncSession,
) -> None:
    expected = await answer(session)
    promised = Term(
        until_on=date(2026, 11, 20),
        zone="Europe/Dublin",
        duty=Duty.THEIRS,
        source=Source.PROMISED,
    )

    clock = await actions.retime(session, expected, promised, now=SENT_AT + DAY)

    assert clock.legal_due_at == at("2026-11-21T00:00+00:00")
    assert clock.source == Source.PROMISED


async def test_each_level_rings_once(session: AsyncSession) -> None:
    clock = await hold(session)
    due_at = clock.safe_due_at
    moments = [due_at + timedelta(hours=hours) for hours in range(-600, 100, 5)]

    levels = [
        level for moment in moments for level in await ring(session, clock, moment)
    ]

    assert levels == [504, 336, 168, 72, 24, 0]


async def test_a_late_tick_rings_once_for_all_that_it_missed(
    session: AsyncSession,
) -> None:
    clock = await hold(session)

    assert await ring(session, clock, clock.safe_due_at + DAY) == [0]
    assert await ring(session, clock, clock.safe_due_at + DAY) == []


async def test_what_is_recorded_late_rings_at_the_next_tick(
    session: AsyncSession,
) -> None:
    clock = await hold(session)

    assert await ring(session, clock, clock.safe_due_at - 5 * DAY) == [168]


async def test_paused_and_ended_clocks_do_not_ring(session: AsyncSession) -> None:
    paused, ended = await answer(session, ONE), await answer(session, TWO)
    await actions.pause(session, paused, at=SENT_AT + DAY)
    await actions.stop(session, ended, at=SENT_AT + DAY)

    for clock in (paused, ended):
        assert await ring(session, clock, SENT_AT + 400 * DAY) == []


async def test_two_workers_ring_each_clock_once(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session, session.begin():
        started = [
            await actions.start(
                session,
                Kind.PROTOCOL_REVIEW,
                ANSWER,
                start_at=LONG_AGO,
                subject=f"ring/{number}",
            )
            for number in range(40)
        ]
        made = {clock.id for clock in started}

    async def tick() -> list[int]:
        async with AsyncSession(engine) as session, session.begin():
            rung = await actions.claim_due(session, LONG_AGO + 20 * DAY, limit=25)
            await asyncio.sleep(0.05)
            return [one.clock.id for one in rung]

    claimed = await asyncio.gather(tick(), tick(), tick())
    async with AsyncSession(engine) as session, session.begin():
        mine = col(Clock.subject).startswith("ring/")
        await session.exec(delete(Clock).where(mine))

    ids = [one for some in claimed for one in some]
    assert len(ids) == len(set(ids))
    assert len(made & set(ids)) == len(made) == 40


async def test_a_changed_day_counts_for_clocks_started_after_it(
    session: AsyncSession, now: datetime
) -> None:
    ada = await factories.person(session, "ada")
    before = await answer(session, ONE)

    change = Change(date(2026, 11, 2), is_rest=True, name="Storm")
    await actions.change_day(session, "IE", change, actor=ada, now=now)
    after = await answer(session, TWO)

    assert before.legal_due_at == at("2026-11-03T00:00+00:00")
    assert after.legal_due_at == at("2026-11-04T00:00+00:00")
    ingredients = after.computation.ingredients
    assert ingredients.calendar is not None
    assert ingredients.calendar.holidays[date(2026, 11, 2)] == "Storm"


async def test_only_administrators_change_a_calendar(
    session: AsyncSession, now: datetime
) -> None:
    lea = Actor(1, 1, "Lea", frozenset({Role.LIAISON}))

    with pytest.raises(MayNot):
        await actions.change_day(
            session, "IE", Change(date(2026, 11, 2), is_rest=True), actor=lea, now=now
        )


async def test_clocks_of_requests_come_most_urgent_first(
    session: AsyncSession,
) -> None:
    later, sooner = await hold(session, ONE), await answer(session, TWO)

    found = await queries.of_requests(session, [ONE, TWO])

    assert [clock.id for clock in found] == [sooner.id, later.id]


async def test_recomputing_a_stored_clock_gives_its_stored_end(
    session: AsyncSession,
) -> None:
    clock = await answer(session)
    await actions.pause(session, clock, at=at("2026-10-26T10:00+00:00"))
    await actions.resume(session, clock, at=at("2026-10-30T10:00+00:00"))
    session.expunge_all()

    for kept in (await session.exec(select(Clock))).all():
        found = kept.computation
        assert (found.legal_due_at, found.safe_due_at) == (
            kept.legal_due_at,
            kept.safe_due_at,
        )
        stored = msgspec.json.encode(found.ingredients)
        assert msgspec.json.decode(stored) == kept.ingredients


@pytest.mark.parametrize("kept", Evidence)
@pytest.mark.parametrize("offered", Evidence)
def test_only_more_weighs_more_and_a_person_may_mend_their_word(
    offered: Evidence, kept: Evidence
) -> None:
    order = ["event", "sent", "automatic", "acknowledged", "stated"]
    is_second_word = offered == kept == Evidence.ACKNOWLEDGED

    is_stronger = order.index(offered) > order.index(kept)

    assert offered.outweighs(kept) == (is_stronger or is_second_word)


async def test_a_person_who_names_another_receipt_is_believed_again(
    session: AsyncSession,
) -> None:
    first = await actions.restart_with_better_evidence(
        session,
        await answer(session),
        Evidence.ACKNOWLEDGED,
        start_at=SENT_AT + 2 * DAY,
        now=SENT_AT + 3 * DAY,
    )

    second = await actions.restart_with_better_evidence(
        session,
        first,
        Evidence.ACKNOWLEDGED,
        start_at=SENT_AT + DAY,
        now=SENT_AT + 4 * DAY,
    )
    same = await actions.restart_with_better_evidence(
        session,
        second,
        Evidence.ACKNOWLEDGED,
        start_at=SENT_AT + DAY,
        now=SENT_AT + 5 * DAY,
    )

    assert second.replaces_id == first.id
    assert second.started_at == SENT_AT + DAY
    assert same is second
