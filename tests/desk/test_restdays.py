"""A changed day shows what it moves, and moves that and nothing else."""

import re
from datetime import date
from typing import Any

import pytest
from sqlmodel import col, select

from platformlink.audit.tables import AuditEntry
from platformlink.cases.tables import Case
from platformlink.clocks.tables import Clock
from platformlink.clocks.terms import EndedAs, State
from platformlink.permissions import Role
from platformlink.requests.tables import Hold, PlatformRequest
from tests.desks import Desk
from tests.seats import Seat, seat

pytestmark = pytest.mark.anyio

API = "/api/v1/calendar-changes"
PAGE = "/admin/calendar"


async def ada(desk: Desk) -> Seat:
    return await seat(desk.client, desk.runtime, "ada")


async def clocks_of(desk: Desk, name: str) -> list[Clock]:
    """All clocks of a request, the ended ones too."""
    async with desk.runtime.sessions() as session:
        wanted = (
            select(Clock)
            .join(PlatformRequest, col(PlatformRequest.id) == col(Clock.request_id))
            .where(PlatformRequest.reference == name)
            .order_by(col(Clock.id))
        )
        return list((await session.exec(wanted)).all())


async def hold_ends_on(desk: Desk, name: str) -> date:
    """The last day of the hold of a request, as it is worked to."""
    (hold,) = (
        one
        for one in await clocks_of(desk, name)
        if one.kind == "hold_expiry" and one.state != State.ENDED
    )
    found = hold.computation.safe_on
    assert found is not None
    return found


def storm(day_on: date, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    given = {"calendar": "AL", "day_on": str(day_on), "is_rest": True, "name": "Storm"}
    return given | changes


def asked(day_on: date) -> str:
    return f"{PAGE}?calendar=AL&day={day_on}&kind=rest&name=Storm"


async def preview(desk: Desk, day_on: date) -> dict[str, Any]:
    answer = await (await ada(desk)).post(f"{API}/preview", storm(day_on))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_what_would_move_is_shown_and_nothing_moves_yet(desk: Desk) -> None:
    name = await desk.sent()
    day_on = await hold_ends_on(desk, name)

    shown = await preview(desk, day_on)

    mine = {one["kind"]: one for one in shown["items"] if one["request"] == name}
    assert mine["hold_expiry"]["was_on"] == str(day_on)
    assert mine["hold_expiry"]["due_on"] < str(day_on)
    assert {"renewal", "legal_process"} <= set(mine)
    assert await hold_ends_on(desk, name) == day_on


async def test_applied_it_moves_what_was_shown_and_keeps_the_old_dates(
    desk: Desk,
) -> None:
    name = await desk.sent()
    day_on = await hold_ends_on(desk, name)
    shown = await preview(desk, day_on)

    answer = await (await ada(desk)).post(API, storm(day_on, seen=shown["seen"]))

    assert answer.status_code == 201, answer.text
    assert answer.json()["items"] == shown["items"]
    mine = {one["kind"]: one for one in shown["items"] if one["request"] == name}
    found = await clocks_of(desk, name)
    for kind, one in mine.items():
        was, now = (clock for clock in found if clock.kind == kind)
        assert (was.ended_as, now.replaces_id) == (EndedAs.REPLACED, was.id)
        assert str(was.computation.safe_on) == one["was_on"]
        assert str(now.computation.safe_on) == one["due_on"]


async def test_the_hold_itself_ends_as_its_clock_does(desk: Desk) -> None:
    name = await desk.sent()
    day_on = await hold_ends_on(desk, name)
    shown = await preview(desk, day_on)

    await (await ada(desk)).post(API, storm(day_on, seen=shown["seen"]))

    clock = (await clocks_of(desk, name))[-1]
    async with desk.runtime.sessions() as session:
        wanted = select(Hold).where(Hold.request_id == clock.request_id)
        holds = (await session.exec(wanted)).all()
    ends = {
        one.safe_due_at
        for one in await clocks_of(desk, name)
        if one.kind == "hold_expiry" and one.state != State.ENDED
    }
    assert {one.until_at for one in holds} == ends


async def test_each_request_says_why_its_dates_moved_and_the_log_has_it(
    desk: Desk,
) -> None:
    name = await desk.sent()
    day_on = await hold_ends_on(desk, name)
    shown = await preview(desk, day_on)

    await (await ada(desk)).post(API, storm(day_on, seen=shown["seen"]))

    text = (await desk.lea.page(f"/requests/{name}")).text
    assert "was changed in the calendar AL" in text
    mine = [one for one in shown["items"] if one["request"] == name]
    clock = (await clocks_of(desk, name))[0]
    async with desk.runtime.sessions() as session:
        wanted = select(AuditEntry).where(
            AuditEntry.subject == f"request/{clock.request_id}",
            AuditEntry.verb == "request.clock_moved",
        )
        kept = (await session.exec(wanted)).all()
    assert len(kept) == len(mine)


async def test_a_change_is_not_applied_when_it_would_move_other_dates_by_now(
    desk: Desk,
) -> None:
    day_on = await hold_ends_on(desk, await desk.sent())
    shown = await preview(desk, day_on)
    name = await desk.sent()

    answer = await (await ada(desk)).post(API, storm(day_on, seen=shown["seen"]))

    assert answer.status_code == 409
    assert answer.json()["type"].endswith("/calendar-moved-on")
    assert await hold_ends_on(desk, name) == day_on


async def test_the_page_shows_it_with_one_press_to_apply_it(desk: Desk) -> None:
    name = await desk.sent()
    day_on = await hold_ends_on(desk, name)
    by = await ada(desk)

    text = (await by.page(asked(day_on))).text
    assert name in text
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text))
    pressed = await by.submit(PAGE, fields)

    assert pressed.status_code == 303
    assert await hold_ends_on(desk, name) < day_on
    after = (await by.page(pressed.headers["location"])).text
    assert "The calendar is changed" in after
    assert "Storm" in after


async def test_where_nothing_moves_the_page_says_so(desk: Desk) -> None:
    text = (await (await ada(desk)).page(asked(date(2090, 3, 1)))).text

    assert "Nothing moves" in text


async def test_a_restricted_case_is_a_number_and_no_name(desk: Desk) -> None:
    by = await ada(desk)
    name = await desk.sent()
    day_on = await hold_ends_on(desk, name)
    async with desk.runtime.sessions.begin() as session:
        wanted = select(PlatformRequest).where(PlatformRequest.reference == name)
        request = (await session.exec(wanted)).one()
        (await session.get_one(Case, request.case_id)).is_restricted = True

    shown = (await by.post(f"{API}/preview", storm(day_on))).json()
    text = (await by.page(asked(day_on))).text

    assert name not in str(shown["items"])
    assert shown["hidden"] >= 3
    assert shown["count"] == shown["hidden"] + len(shown["items"])
    assert name not in text
    assert "closed to you" in text


async def test_all_other_roles_together_neither_see_nor_change_a_calendar(
    desk: Desk,
) -> None:
    others = tuple(one for one in Role if one != Role.ADMINISTRATOR)
    other = await seat(desk.client, desk.runtime, "max", roles=others)

    got = [
        await other.page(PAGE),
        await other.submit(PAGE, {"seen": "0"}),
        await other.post(f"{API}/preview", storm(date(2026, 12, 1))),
        await other.post(API, storm(date(2026, 12, 1), seen="0")),
    ]

    assert {one.status_code for one in got} == {403}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("calendar=XX&day=2026-12-01&kind=rest&name=Storm", "country code"),
        ("calendar=AL&day=someday&kind=rest&name=Storm", "Give a date"),
        ("calendar=AL&day=2026-12-01&kind=rest&name=", "Say in a few words"),
    ],
)
async def test_what_is_wrong_in_a_change_is_said_at_its_field(
    desk: Desk, query: str, said: str
) -> None:
    answer = await (await ada(desk)).page(f"{PAGE}?{query}")

    assert answer.status_code == 422
    assert said in answer.text
