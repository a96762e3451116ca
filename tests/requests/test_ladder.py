"""An escalation goes step by step, waits while they wait for us, and ends well."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from platformlink.authority import Rung
from platformlink.notices.tables import Notice
from platformlink.ports import Runtime
from platformlink.requests import ladder as rules
from platformlink.requests.jobs import notice_due
from platformlink.requests.ladder import Do
from tests.desks import Desk
from tests.seats import seat

pytestmark = pytest.mark.anyio

DUE = datetime(2026, 11, 24, tzinfo=UTC)


def test_the_most_precise_ladder_counts(runtime: Runtime) -> None:
    phone, point = Rung(after_hours=1, do="phone"), Rung(after_hours=2, do="point")
    ladders = {"default": (point,), "tiktok": (phone, point), "tiktok/disclosure": ()}
    authority = msgspec.structs.replace(runtime.authority, ladders=ladders)

    assert len(rules.ladder(authority, "tiktok", "preservation")) == 2
    assert rules.ladder(authority, "tiktok", "disclosure") == ()
    assert [x.do for x in rules.ladder(authority, "meta", "disclosure")] == [Do.POINT]


def test_reminders_grow_firmer_and_the_third_is_the_last(runtime: Runtime) -> None:
    rungs = tuple(Rung(after_hours=24 * n, do="remind") for n in range(1, 6))
    authority = msgspec.structs.replace(runtime.authority, ladders={"default": rungs})

    levels = [x.level for x in rules.ladder(authority, "meta", "disclosure")]

    assert levels == [1, 2, 3, 3, 3]


@given(st.integers(-100, 2000))
def test_the_step_reached_is_the_last_whose_time_has_come(late_hours: int) -> None:
    steps = tuple(
        rules.LadderStep(hours, do, level)
        for hours, do, level in (
            (24, Do.REMIND, 1),
            (168, Do.REMIND, 2),
            (504, Do.PHONE, 0),
            (1008, Do.MANAGEMENT, 0),
        )
    )

    found = rules.reached(steps, late_hours)
    plan = rules.plan(steps, DUE, DUE + timedelta(hours=late_hours))

    assert (found is None) == (late_hours < 24)
    assert found is None or found.after_hours <= late_hours
    assert sum(one.state == "next" for one in plan) <= 1
    assert all(
        one.state == "done" for one in plan if one.step is found and not found.level
    )


def test_nothing_is_pressed_while_they_wait_for_us() -> None:
    steps = (rules.LadderStep(24, Do.PHONE), rules.LadderStep(48, Do.POINT))

    states = [x.state for x in rules.plan(steps, DUE, DUE, is_paused=True)]

    assert states == ["paused", "paused"]


def test_a_reminder_that_a_firmer_one_overtook_is_skipped() -> None:
    steps = tuple(rules.LadderStep(24 * n, Do.REMIND, n) for n in (1, 2, 3))

    late = rules.plan(steps, DUE, DUE + timedelta(days=2))
    sent = rules.plan(steps, DUE, DUE + timedelta(days=2), sent_levels={2})

    assert [x.state for x in late] == ["skipped", "now", "next"]
    assert [x.state for x in sent] == ["skipped", "done", "next"]


async def due_of(desk: Desk, name: str) -> datetime:
    clocks = (await desk.lea.get(f"/api/v1/requests/{name}/clocks")).json()
    (due,) = (x["safe_due_at"] for x in clocks if x["kind"] == "response")
    return datetime.fromisoformat(due)


async def told(desk: Desk, user_id: int, name: str) -> list[str]:
    async with desk.runtime.sessions() as session:
        query = select(Notice).where(Notice.user_id == user_id)
        rows = (await session.exec(query)).all()
    return [x.phrase["text"] for x in rows if x.phrase["params"].get("name") == name]


async def test_each_step_is_told_once_and_the_managers_only_of_the_last(
    desk: Desk,
) -> None:
    name, max_ = await desk.sent(), await seat(desk.client, desk.runtime, "max")
    due = await due_of(desk, name)

    for days in (21, 21, 28, 42):
        await notice_due(desk.runtime, due + timedelta(days=days))
    last = rules.STEP_WORDS[Do.MANAGEMENT]
    assert last not in await told(desk, max_.actor.id, name)
    await notice_due(desk.runtime, due + timedelta(days=49))

    mine = await told(desk, desk.lea.actor.id, name)
    for do in (Do.PHONE, Do.CONTACT, Do.POINT, Do.MANAGEMENT):
        assert mine.count(rules.STEP_WORDS[do]) == 1
    assert last in await told(desk, max_.actor.id, name)


async def test_the_plan_stands_on_the_request_until_an_answer_comes(desk: Desk) -> None:
    name = await desk.sent()
    page = (await desk.lea.page(f"/requests/{name}")).text
    assert "If no answer comes" in page
    assert "Reminder 1 is drafted" in page

    given_all = {
        "kind": "preservation_confirmed",
        "received_at": desk.clock.now.isoformat(),
    }
    await desk.lea.post(f"/api/v1/requests/{name}/responses", given_all)

    assert "If no answer comes" not in (await desk.lea.page(f"/requests/{name}")).text
