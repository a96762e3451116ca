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
