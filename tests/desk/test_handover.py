"""One shift hands over to the next: what came, what waits, and by two people."""

import re

import pytest

from platformlink.cases import actions as cases
from platformlink.cases.rules import CaseFields
from platformlink.protocols import shelf
from platformlink.requests import actions, sealing
from tests import factories
from tests.desks import Desk
from tests.seats import Seat, number, seat

pytestmark = pytest.mark.anyio

API = "/api/v1/requests"


async def page(by: Seat) -> str:
    return (await by.page("/handover")).text


async def settle_all(desk: Desk) -> Seat:
    """Let whatever other tests left be taken, so that a shift begins here."""
    other = await seat(desk.client, desk.runtime, "lea")
    if "take over" in await page(other):
        await other.submit("/handover/take", {})
    return other


async def test_what_came_in_since_the_last_hand_over_stands_there_as_new(
    desk: Desk,
) -> None:
    other = await settle_all(desk)
    name = await desk.sent()
    await desk.lea.submit("/handover/give", {})
    await other.submit("/handover/take", {})
    assert name not in answers(await page(other))
    await desk.later(minutes=5)
    await other.wake(desk.runtime)

    said = {"kind": "ack", "received_at": desk.clock.now.isoformat(), "note": "Case 7"}
    await desk.lea.post(f"{API}/{name}/responses", said)

    told = row_of(name, answers(await page(other)))
    assert "Case 7" in told
    assert "new</span>" in told
    assert "new</span>" not in row_of(name, answers(await page(other)))


def row_of(name: str, text: str) -> str:
    """The row about a request; other tests may have left rows of their own."""
    (row,) = (one for one in text.split("<tr>") if name in one)
    return row


def answers(text: str) -> str:
    """The part of the page that says what came in."""
    return text.split("What came in")[1].split("</section>", maxsplit=1)[0]


async def test_a_shift_is_taken_by_another_person_and_once(desk: Desk) -> None:
    other = await settle_all(desk)
    await desk.lea.submit("/handover/give", {})

    own = await desk.lea.submit("/handover/take", {})
    twice = await desk.lea.submit("/handover/give", {})
    first = await other.submit("/handover/take", {})
    second = await other.submit("/handover/take", {})

    codes = [one.status_code for one in (own, twice, first, second)]
    assert codes == [409, 409, 303, 409]
    assert "it was taken on" in await page(other)


async def test_a_note_stays_until_somebody_settles_it(desk: Desk) -> None:
    word = "Meta calls back at 09:00"
    await desk.lea.submit("/handover/notes", {"text": f" {word} "})
    await desk.later(hours=30)
    shown = await page(desk.lea)
    (number,) = re.findall(rf"{word}.*?/handover/notes/(\d+)/settle", shown, re.DOTALL)

    await desk.lea.submit(f"/handover/notes/{number}/settle", {})

    assert word not in await page(desk.lea)


async def test_an_empty_note_is_refused_by_name(desk: Desk) -> None:
    answer = await desk.lea.submit("/handover/notes", {"text": "  "})

    assert answer.status_code == 422


async def test_what_is_late_or_ends_in_this_shift_is_listed(desk: Desk) -> None:
    name = await desk.sent()
    assert name not in (await page(desk.lea)).split("What came in")[0]

    await desk.later(days=60)

    assert name in (await page(desk.lea)).split("What came in")[0]


async def emergency(desk: Desk) -> str:
    """The reference of an emergency that Lea sealed alone."""
    async with desk.runtime.sessions.begin() as session:
        library = shelf.at(desk.runtime.protocols).on(desk.clock.now.date())
        lea, now = desk.lea.actor, desk.clock.now
        opened = CaseFields(
            reference=f"E-{number()}", offence="Danger to life", urgency="emergency"
        )
        case = await cases.open_case(session, opened, actor=lea, now=now)
        fields = factories.request_fields(
            case.reference,
            kind="emergency_disclosure",
            instrument="emergency",
            urgency="emergency",
            urgency_reason="A child is in danger.",
            danger="A girl of 15 is in danger tonight.",
            averts="Her address lets a patrol reach her.",
        )
        request = await actions.file(session, library, fields, actor=lea, now=now)
        letter = await sealing.seal_alone(
            session,
            desk.runtime,
            request,
            case,
            actor=lea,
            now=now,
        )
        return letter.reference


async def test_an_unratified_emergency_comes_first(desk: Desk) -> None:
    name = await emergency(desk)

    told = (await page(desk.lea)).split("Emergencies that nobody ratified")[1]

    assert name in told.split("</section>")[0]


async def test_only_who_keeps_the_desk_by_night_sees_it(desk: Desk) -> None:
    answers = [await one.page("/handover") for one in (desk.ann, desk.bob)]

    assert {one.status_code for one in answers} == {403}
