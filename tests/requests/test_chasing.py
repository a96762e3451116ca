"""One letter names all that is late at a platform, and each counts as chased."""

from datetime import timedelta
from typing import Any

import pytest

from platformlink.requests.jobs import notice_due
from tests.desks import Desk
from tests.seats import seat

pytestmark = pytest.mark.anyio

API = "/api/v1/requests"
CHASES = "/api/v1/platforms/tiktok/chases"


async def entity(desk: Desk, name: str) -> str:
    page = (await desk.lea.page("/platforms/tiktok")).text
    assert name in page
    return page.split('name="entity" value="')[1].split('"')[0]


async def chase(desk: Desk, name: str) -> Any:  # noqa: ANN401 - a response
    return await desk.lea.post(CHASES, {"entity": await entity(desk, name)})


async def sent(desk: Desk, letter: Any) -> None:  # noqa: ANN401 - JSON
    given = {"channel": "form", "proof": {"reference": "TT-9"}}
    answer = await desk.lea.post(f"{API}/{letter['reference']}/dispatches", given)
    assert answer.status_code == 201, answer.text


async def test_one_letter_names_all_and_each_counts_as_chased(desk: Desk) -> None:
    first, second = await desk.sent(), await desk.sent()
    await desk.late(first, second)

    letter = (await chase(desk, first)).json()
    await sent(desk, letter)

    assert letter["kind"].startswith("reminder_")
    for name in (first, second):
        assert (await desk.lea.get(f"{API}/{name}/reminders")).json() == []
        told = (await desk.lea.get(f"{API}/{name}/events")).json()
        assert any(letter["reference"] in one["text"] for one in told)
    page = (await desk.lea.page("/platforms/tiktok")).text
    assert first not in page
    assert second not in page


async def test_nobody_is_chased_twice_on_one_day(desk: Desk) -> None:
    name = await desk.sent()
    await desk.late(name)
    letter = (await chase(desk, name)).json()
    await sent(desk, letter)
    await notice_due(desk.runtime, desk.clock.now + timedelta(days=7))

    assert name not in (await desk.lea.page("/platforms/tiktok")).text
    await desk.later(days=1)
    assert name in (await desk.lea.page("/platforms/tiktok")).text


async def test_what_waits_for_us_is_left_out(desk: Desk) -> None:
    ours, theirs = await desk.sent(), await desk.sent()
    await desk.late(ours, theirs)
    asked = {"kind": "need_more_info", "received_at": desk.clock.now.isoformat()}
    await desk.lea.post(f"{API}/{ours}/responses", asked)

    letter = (await chase(desk, theirs)).json()
    await sent(desk, letter)

    told = {
        name: (await desk.lea.get(f"{API}/{name}/events")).text
        for name in (ours, theirs)
    }
    assert letter["reference"] in told[theirs]
    assert letter["reference"] not in told[ours]


async def test_where_nothing_is_late_no_letter_is_made(desk: Desk) -> None:
    await desk.sent()

    answer = await desk.lea.post(CHASES, {"entity": "no-such-entity"})

    assert (answer.status_code, answer.json()["type"]) == (
        409,
        "/problems/nothing-late",
    )


async def test_others_requests_are_not_chased_by_an_investigator(desk: Desk) -> None:
    name = await desk.sent()
    await desk.late(name)
    stranger = await seat(desk.client, desk.runtime, "stranger")

    answer = await stranger.post(CHASES, {"entity": await entity(desk, name)})

    assert answer.status_code == 409
    assert name not in (await stranger.page("/platforms/tiktok")).text
