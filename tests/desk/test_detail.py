"""The page of a request: one look tells whose move it is, and until when."""

import pytest

from tests.desks import Desk

pytestmark = pytest.mark.anyio


async def test_a_question_of_theirs_says_until_when_they_wait_for_us(
    desk: Desk,
) -> None:
    name = await desk.sent()
    asked = {"kind": "need_more_info", "received_at": desk.clock.now.isoformat()}
    answer = await desk.lea.post(f"/api/v1/requests/{name}/responses", asked)
    assert answer.status_code == 201, answer.text

    page = (await desk.lea.page(f"/requests/{name}")).text

    assert "They wait for our answer until 27 November 2026, end of day;" in page
    assert "Our answer, in English" in page


async def test_a_withdrawn_request_waits_for_no_letter_any_more(desk: Desk) -> None:
    name = await desk.sent()
    given = {"act": "withdraw", "requests": [name], "reason": "He was found."}
    answer = await desk.lea.post("/api/v1/requests/together", given)
    assert answer.json()["items"][0]["problem"] is None, answer.text

    page = (await desk.lea.page(f"/requests/{name}")).text

    assert "No clock runs any more." in page
    assert "before the letter is sent" not in page
