"""What the clock on the wall finds: told once, drafted once, however it is found."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from platformlink.clocks import actions as clocks
from platformlink.clocks.tables import Clock
from platformlink.notices.tables import Notice
from platformlink.requests.jobs import is_urgent, notice_due
from platformlink.requests.tables import Hold, PlatformRequest, Reminder
from tests.desks import Desk
from tests.seats import seat

pytestmark = pytest.mark.anyio

API = "/api/v1/requests"


async def due_at(desk: Desk, name: str, kind: str) -> datetime:
    """When a running clock of a request is due."""
    found = (await desk.ann.get(f"{API}/{name}/clocks")).json()
    (one,) = (x for x in found if x["kind"] == kind and x["state"] != "ended")
    return datetime.fromisoformat(one["safe_due_at"])


async def clock_states(desk: Desk, name: str) -> dict[str, str]:
    found = (await desk.ann.get(f"{API}/{name}/clocks")).json()
    return {
        one["kind"]: one["ended_as"] or one["state"]
        for one in found
        if one["ended_as"] != "replaced"
    }


async def told(desk: Desk, name: str) -> list[tuple[int, str]]:
    """Who was told what of a request, in order."""
    async with desk.runtime.sessions() as session:
        query = select(Notice).where(Notice.path == f"/requests/{name}")
        rows = (await session.exec(query.order_by(col(Notice.id)))).all()
    return [(row.user_id, row.phrase["text"]) for row in rows]


async def reminders(desk: Desk, name: str) -> list[int]:
    async with desk.runtime.sessions() as session:
        query = (
            select(Reminder.level)
            .join(PlatformRequest, col(PlatformRequest.id) == col(Reminder.request_id))
            .where(PlatformRequest.reference == name)
        )
        return sorted((await session.exec(query)).all())


async def extensions(desk: Desk, name: str) -> list[PlatformRequest]:
    async with desk.runtime.sessions() as session:
        parent = select(PlatformRequest.id).where(PlatformRequest.reference == name)
        query = select(PlatformRequest).where(
            col(PlatformRequest.parent_id).in_(parent)
        )
        return list((await session.exec(query)).all())


async def test_a_late_answer_is_told_once_to_author_and_liaison(desk: Desk) -> None:
    name = await desk.sent()
    late = await due_at(desk, name, "response")

    await notice_due(desk.runtime, late)
    first = await told(desk, name)
    await notice_due(desk.runtime, late)

    assert await told(desk, name) == first
    people = {one for one, text in first if "the answer is late" in text}
    assert {desk.ann.actor.id, desk.lea.actor.id} <= people
    assert desk.bob.actor.id not in people


async def test_found_late_only_the_present_level_is_told(desk: Desk) -> None:
    name = await desk.sent()
    end = await due_at(desk, name, "hold_expiry")

    await notice_due(desk.runtime, end - timedelta(days=2))

    mine = [
        text
        for one, text in await told(desk, name)
        if one == desk.ann.actor.id and "the hold ends on" in text
    ]
    assert len(mine) == 1


async def test_each_warning_of_a_hold_is_told_when_its_day_comes(desk: Desk) -> None:
    name = await desk.sent()
    end = await due_at(desk, name, "hold_expiry")

    for days in (21, 14, 7, 3, 1, 0):
        await notice_due(desk.runtime, end - timedelta(days=days))

    mine = [
        text
        for one, text in await told(desk, name)
        if one == desk.ann.actor.id and ": the hold " in text
    ]
    assert len(mine) == 6
    assert "has lapsed" in mine[-1]


async def test_two_workers_at_once_tell_once(desk: Desk) -> None:
    name = await desk.sent()
    late = await due_at(desk, name, "response")

    await asyncio.gather(*(notice_due(desk.runtime, late) for _ in range(3)))

    counts = Counter(await told(desk, name))
    assert counts
    assert set(counts.values()) == {1}


async def test_a_worker_that_died_in_the_middle_has_told_nothing_and_lost_nothing(
    desk: Desk,
) -> None:
    name = await desk.sent()
    late = await due_at(desk, name, "response")
    async with desk.runtime.sessions() as session:
        assert await clocks.claim_due(session, late, limit=10_000)
        await session.rollback()

    await notice_due(desk.runtime, late)

    assert any("the answer is late" in text for _, text in await told(desk, name))


async def test_a_reminder_of_each_level_is_drafted_once(desk: Desk) -> None:
    name = await desk.sent()
    late = await due_at(desk, name, "response")
    days = [1, 7]

    await notice_due(desk.runtime, late + timedelta(hours=1))
    assert await reminders(desk, name) == []
    for _ in range(2):
        await notice_due(desk.runtime, late + timedelta(days=days[0]))
    assert await reminders(desk, name) == [1]
    await notice_due(desk.runtime, late + timedelta(days=days[1]))

    assert await reminders(desk, name) == [1, 2]


async def test_nobody_is_reminded_while_they_wait_for_us(desk: Desk) -> None:
    name = await desk.sent()
    late = await due_at(desk, name, "response")
    given = {"kind": "need_more_info", "received_at": desk.clock.now.isoformat()}
    await desk.lea.post(f"{API}/{name}/responses", given)

    await notice_due(desk.runtime, late + timedelta(days=60))

    assert await reminders(desk, name) == []


async def test_a_closed_request_is_silent(desk: Desk) -> None:
    name = await desk.ready()
    await desk.ann.post(f"{API}/{name}/cancel")

    await notice_due(desk.runtime, desk.clock.now + timedelta(days=400))

    assert await told(desk, name) == []


async def test_of_a_restricted_case_its_members_alone_are_told(desk: Desk) -> None:
    case = await desk.case(is_restricted=True)
    everybody = desk.lea
    await let_bob_see(desk, case)
    desk.lea = desk.ann
    name = await desk.sent(case=case)

    await notice_due(desk.runtime, desk.clock.now + timedelta(days=300))

    people = {one for one, _ in await told(desk, name)}
    assert desk.ann.actor.id in people
    assert everybody.actor.id not in people
    assert people <= {desk.ann.actor.id, desk.bob.actor.id}


async def let_bob_see(desk: Desk, case: str) -> None:
    me = (await desk.bob.get("/api/v1/me")).json()
    await desk.ann.post(f"/api/v1/cases/{case}/members", {"email": me["email"]})


async def test_a_loss_that_nobody_stopped_is_told_to_the_managers(desk: Desk) -> None:
    max_ = await seat(desk.client, desk.runtime, "max")
    name = await desk.sent()
    end = await due_at(desk, name, "hold_expiry")

    await notice_due(desk.runtime, end - timedelta(days=1))
    await notice_due(desk.runtime, end)

    texts = [text for one, text in await told(desk, name) if one == max_.actor.id]
    assert not any("the hold ends on" in text for text in texts)
    assert any("has lapsed" in text for text in texts)


async def test_when_renewal_is_due_one_extension_lies_ready(desk: Desk) -> None:
    name = await desk.sent()
    when = await due_at(desk, name, "renewal")

    early = when - timedelta(days=3)
    for at in (early, early, when):
        await asyncio.gather(*(notice_due(desk.runtime, at) for _ in range(2)))

    (draft,) = await extensions(desk, name)
    assert (draft.kind, draft.state) == ("preservation_extension", "draft")
    kept = (await desk.ann.get(f"{API}/{draft.draft_id}")).json()
    assert [one["normalised"] for one in kept["targets"]] == ["some.name"]
    assert "error" not in {one["severity"] for one in kept["findings"]}


async def send_extension(desk: Desk, name: str) -> str:
    """Approve and send the extension that the job drafted; return its reference."""
    when = await due_at(desk, name, "renewal") - timedelta(days=3)
    await notice_due(desk.runtime, when)
    (draft,) = await extensions(desk, name)
    path = f"{API}/{draft.draft_id}"
    await desk.later(seconds=(when - desk.clock.now).total_seconds())
    submitted = await desk.ann.post(f"{path}/submit")
    assert submitted.status_code == 200, submitted.text
    approved = await desk.bob.post(f"{path}/approve")
    reference: str = approved.json()["reference"]
    given = {"channel": "form", "proof": {"reference": "TT-884121"}}
    sent = await desk.lea.post(f"{API}/{reference}/dispatches", given)
    assert sent.status_code == 201, sent.text
    return reference


async def holds(desk: Desk, name: str) -> list[tuple[str, bool, int]]:
    async with desk.runtime.sessions() as session:
        query = (
            select(Hold)
            .join(PlatformRequest, col(PlatformRequest.id) == col(Hold.request_id))
            .where(PlatformRequest.reference == name)
        )
        rows = (await session.exec(query)).all()
    return [(row.state, row.is_open, row.renewals) for row in rows]


async def record(desk: Desk, name: str, kind: str, **fields: Any) -> None:  # noqa: ANN401 - JSON
    given = {"kind": kind, "received_at": desk.clock.now.isoformat()} | fields
    answer = await desk.lea.post(f"{API}/{name}/responses", given)
    assert answer.status_code == 201, answer.text


async def test_asking_for_an_extension_does_not_end_the_hold(desk: Desk) -> None:
    name = await desk.sent()
    end = await due_at(desk, name, "hold_expiry")

    await send_extension(desk, name)

    states = await clock_states(desk, name)
    assert (states["renewal"], states["hold_expiry"]) == ("met", "running")
    assert await holds(desk, name) == [("requested", True, 0)]
    await notice_due(desk.runtime, end - timedelta(days=1))
    assert any("the hold ends on" in text for _, text in await told(desk, name))


async def test_a_hold_is_renewed_when_the_platform_says_so(desk: Desk) -> None:
    name = await desk.sent()
    extension = await send_extension(desk, name)

    await record(desk, extension, "preservation_renewed")

    states = await clock_states(desk, name)
    assert (states["hold_expiry"], states["legal_process"]) == ("met", "void")
    assert await holds(desk, name) == [("renewed", False, 0)]
    assert await holds(desk, extension) == [("confirmed", True, 1)]
    assert (await clock_states(desk, extension))["hold_expiry"] == "running"


async def test_an_extension_that_is_refused_leaves_the_old_hold_running(
    desk: Desk,
) -> None:
    name = await desk.sent()
    extension = await send_extension(desk, name)

    await record(desk, extension, "preservation_refused")

    assert (await clock_states(desk, name))["hold_expiry"] == "running"
    assert await holds(desk, name) == [("requested", True, 0)]
    assert await holds(desk, extension) == [("lapsed", False, 0)]


async def test_a_confirmed_end_moves_what_must_happen_before_it(desk: Desk) -> None:
    name = await desk.sent()
    before = await due_at(desk, name, "renewal")

    await record(desk, name, "preservation_confirmed", until="2027-11-01")

    assert await due_at(desk, name, "renewal") > before + timedelta(days=90)
    assert await due_at(desk, name, "legal_process") > before + timedelta(days=90)


async def test_a_disclosure_on_the_same_accounts_is_the_legal_process(
    desk: Desk,
) -> None:
    case = await desk.case()
    name = await desk.sent(case=case)
    await desk.later(minutes=1)

    await desk.sent(
        case=case,
        kind="disclosure",
        instrument="national-order",
        authorisation={"authority": "Court", "number": "1", "on": "2026-11-20"},
    )

    assert (await clock_states(desk, name))["legal_process"] == "met"


async def test_a_tick_with_nothing_due_does_nothing(desk: Desk) -> None:
    assert await notice_due(desk.runtime, desk.clock.now - timedelta(days=365)) == 0
    async with desk.runtime.sessions() as session:
        assert (await session.exec(select(Clock).limit(1))).all() is not None


@pytest.mark.parametrize(
    ("kind", "urgency", "clock_kind", "level_hours"),
    [
        ("emergency_disclosure", "routine", "response", 4),
        ("disclosure", "emergency", "response", 4),
        ("disclosure", "routine", "ratification", 4),
        ("preservation", "routine", "hold_expiry", 0),
        ("preservation", "routine", "legal_process", -24),
    ],
)
def test_what_cannot_wait_for_the_morning_is_urgent(
    kind: str, urgency: str, clock_kind: str, level_hours: int
) -> None:
    request = PlatformRequest(kind=kind, urgency=urgency)  # type: ignore[call-arg]  # what decides

    assert is_urgent(request, clocks.Rung(Clock(kind=clock_kind), level_hours))  # type: ignore[call-arg]  # what decides


@pytest.mark.parametrize(("clock_kind", "level"), [("response", -24), ("renewal", 0)])
def test_what_is_late_anyway_waits_for_the_morning(clock_kind: str, level: int) -> None:
    request = PlatformRequest(kind="disclosure", urgency="routine")  # type: ignore[call-arg]  # what decides

    assert not is_urgent(request, clocks.Rung(Clock(kind=clock_kind), level))  # type: ignore[call-arg]  # what decides
