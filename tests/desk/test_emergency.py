"""An emergency makes its own case, whoever else presses at that moment."""

import pytest

from tests.desks import Desk

pytestmark = pytest.mark.anyio

DANGER = {
    "danger": "A girl of 15 wrote that she will end her life tonight.",
    "averts": "Her last address lets a patrol reach her.",
}


def of(account: str) -> dict[str, str]:
    return DANGER | {"account": f"https://www.tiktok.com/@{account}"}


async def test_two_officers_may_press_in_the_same_second(desk: Desk) -> None:
    first = await desk.lea.submit("/emergency", of("first.one"))
    second = await desk.ann.submit("/emergency", of("second.one"))

    assert [one.status_code for one in (first, second)] == [303, 303]
    assert first.headers["location"] != second.headers["location"]


async def test_an_officer_who_presses_twice_meant_it_once(desk: Desk) -> None:
    await desk.later(minutes=1)
    await desk.lea.submit("/emergency", of("pressed.twice"))
    again = await desk.lea.submit("/emergency", of("pressed.twice"))

    assert again.status_code == 422
    assert "A case with this reference exists" in again.text
    found = (await desk.lea.get("/api/v1/requests?q=pressed.twice")).json()
    assert len(found["items"]) == 1


async def test_its_case_is_named_in_the_language_of_its_officer(desk: Desk) -> None:
    await desk.later(minutes=1)
    await desk.lea.submit("/profile", {"language": "sq"})
    await desk.lea.submit("/emergency", of("in.albanian"))
    await desk.lea.submit("/profile", {"language": "en"})

    cases = (await desk.lea.page("/cases")).text
    assert "Urgjencë" in cases
