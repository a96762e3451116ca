"""Back at the desk: one page says what waits, what was done, and what came in."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from platformlink.desk import rules
from platformlink.desk.rules import Span
from platformlink.dispatch.rules import Status
from platformlink.dispatch.tables import Dispatch
from platformlink.identity import tokens
from platformlink.identity.tables import SignIn
from platformlink.letters.tables import Letter
from platformlink.permissions import Role
from platformlink.requests.jobs import notice_due
from platformlink.requests.ladder import Do, ladder
from tests.desks import Desk
from tests.factories import NOW
from tests.seats import Seat, seat

pytestmark = pytest.mark.anyio

API = "/api/v1/requests"
PARTS = ("risk", "waits", "done", "came")


async def parts(by: Seat, path: str = "/away") -> dict[str, str]:
    """What each part of the page says."""
    text = (await by.page(path)).text
    found = {}
    for name in PARTS:
        (_, rest) = text.split(f'<section id="{name}">')
        found[name] = rest.split("</section>", maxsplit=1)[0]
    return found


def rows_of(name: str, part: str) -> str:
    return "".join(one for one in part.split("<tr>") if f">{name}</a>" in one)


async def due_at(desk: Desk, name: str, kind: str) -> datetime:
    found = (await desk.ann.get(f"{API}/{name}/clocks")).json()
    (one,) = (x for x in found if x["kind"] == kind and x["state"] != "ended")
    return datetime.fromisoformat(one["safe_due_at"])


async def until(desk: Desk, at: datetime) -> None:
    await desk.later(seconds=(at - desk.clock.now).total_seconds())


async def lost_in_doubt(desk: Desk, name: str) -> None:
    """Let nobody know whether a letter went out."""
    async with desk.runtime.sessions.begin() as session:
        query = select(Letter).where(Letter.reference == name)
        letter = (await session.exec(query)).one()
        doubt = Dispatch(
            request_id=letter.request_id,
            letter_id=letter.id,
            channel="mail",
            channel_kind="email",
            status=Status.UNCERTAIN,
            queued_at=desk.clock.now,
            claimed_at=desk.clock.now,
            queued_by_id=desk.lea.actor.id,
        )
        session.add(doubt)


async def worked(desk: Desk, who: Seat) -> None:
    """Note that somebody is at work now, by a sign-in of that day."""
    now = desk.clock.now
    async with desk.runtime.sessions.begin() as session:
        seen = {"started_at": now - timedelta(hours=1), "last_seen_at": now}
        made = SignIn(id=tokens.new_sign_in(), user_id=who.actor.id, **seen)
        session.add(made)


@dataclass
class Left:
    """What an officer left on the desk, by name, and when."""

    at: datetime
    held: str
    called: str
    pressed: str
    answered: str
    doubtful: str
    returned: str


async def left(desk: Desk) -> Left:
    """A desk whose hold, reminder and escalation all fall due in the week to come."""
    begun, held = desk.clock.now, await desk.sent()
    patience = await due_at(desk, held, "response") - begun
    left_at = await due_at(desk, held, "renewal") - timedelta(days=3)
    steps = ladder(desk.runtime.authority, "tiktok", "preservation")
    call = next(one.after_hours for one in steps if one.do is Do.PHONE)
    await until(desk, left_at + timedelta(days=4, hours=-call) - patience)
    called = await desk.sent()
    await until(desk, left_at + timedelta(days=2) - patience)
    pressed = await desk.sent()
    await until(desk, left_at)
    sent, ready, review = await desk.sent(), await desk.ready(), await desk.in_review()
    await worked(desk, desk.ann)
    return Left(left_at, held, called, pressed, sent, ready, review)


async def a_week_passes(desk: Desk, one: Left) -> None:
    """The jobs tick, a colleague works, and an answer comes."""
    await until(desk, one.at + timedelta(days=1))
    reason = {"reason": "Say which account"}
    await desk.bob.post(f"{API}/{one.returned}/return", reason)
    await lost_in_doubt(desk, one.doubtful)
    received = {"kind": "ack", "received_at": desk.clock.now.isoformat()}
    said = received | {"note": "Ticket 7 is open"}
    await desk.lea.post(f"{API}/{one.answered}/responses", said)
    for day in range(1, 8):
        await notice_due(desk.runtime, one.at + timedelta(days=day))
    await until(desk, one.at + timedelta(days=7))


async def test_after_a_week_away_one_page_tells_all_of_it(desk: Desk) -> None:
    one = await left(desk)
    await a_week_passes(desk, one)

    page = await parts(desk.ann)

    assert one.held in page["risk"]
    assert "Returned: “Say which account”" in rows_of(one.returned, page["waits"])
    assert "We do not know" in rows_of(one.doubtful, page["waits"])
    assert "Remind" in rows_of(one.pressed, page["waits"])
    assert "Extension of a preservation" in page["waits"]
    assert f"Extension of {one.held} drafted by the desk" in page["done"]
    assert "Reminder 1 drafted" in rows_of(one.pressed, page["done"])
    assert f"{one.called}: call them" in page["done"]
    came = rows_of(one.answered, page["came"])
    assert "Ticket 7 is open" in came
    assert desk.lea.actor.name in came
    assert f'href="/requests/{one.answered}"' in came


async def test_what_was_before_the_chosen_time_is_told_no_more(desk: Desk) -> None:
    name = await desk.sent()
    said = {"kind": "ack", "received_at": desk.clock.now.isoformat()}
    await desk.lea.post(f"{API}/{name}/responses", said)

    await desk.later(days=4)

    shown = {
        span: name in (await parts(desk.ann, f"/away?span={span}"))["came"]
        for span in ("today", "days", "week", "month")
    }
    expected = {"today": False, "days": False, "week": True, "month": True}
    assert shown == expected


async def test_of_others_requests_the_liaison_is_told_and_a_colleague_is_not(
    desk: Desk,
) -> None:
    name = await desk.sent()
    other = await seat(desk.client, desk.runtime, "ann")

    assert name in (await parts(desk.lea))["done"]
    assert name not in "".join((await parts(other)).values())


async def test_what_a_colleague_wrote_is_told_and_whom_they_mentioned(
    desk: Desk,
) -> None:
    name = await desk.sent()
    other = await seat(desk.client, desk.runtime, "ann")
    whom = (await desk.email(other)).partition("@")[0]
    said = {"text": f"@{whom} do you know this account?"}
    await desk.lea.post(f"{API}/{name}/comments", said)

    for one in (desk.ann, other):
        assert "do you know this account" in rows_of(name, (await parts(one))["done"])


async def test_a_restricted_case_is_told_to_its_members_only(desk: Desk) -> None:
    case = await desk.case(is_restricted=True)
    name = await desk.in_review(case=case)

    assert name not in "".join((await parts(desk.lea)).values())


async def test_an_approver_finds_what_waits_for_approval(desk: Desk) -> None:
    name = await desk.in_review()

    assert name in (await parts(desk.bob))["waits"]


async def test_nothing_is_said_where_there_is_nothing(desk: Desk) -> None:
    new = await seat(desk.client, desk.runtime, "ann")

    page = await parts(new)

    assert "all moves are with others" in page["waits"]
    assert "No hold was lost" in page["risk"]


async def test_who_may_read_no_request_is_turned_away(desk: Desk) -> None:
    manager = await seat(desk.client, desk.runtime, "max", roles=(Role.MANAGER,))

    assert (await manager.page("/away")).status_code == 403


@pytest.mark.parametrize("path", ["/", "/notices"])
async def test_start_page_and_notices_lead_there(desk: Desk, path: str) -> None:
    assert 'href="/away"' in (await desk.ann.page(path)).text


@given(hours=st.integers(0, 24 * 40), span=st.sampled_from(Span))
def test_one_looks_back_and_never_past_what_was_chosen(hours: int, span: Span) -> None:
    now = NOW + timedelta(hours=hours)

    since = rules.begins(span, now, ZoneInfo("Europe/Tirane"), None)

    assert now - timedelta(days=31) <= since <= now
    assert since.tzinfo is UTC
