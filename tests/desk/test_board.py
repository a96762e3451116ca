"""The board says what would stop everybody."""

from datetime import timedelta

import pytest

from tests.desks import Desk

pytestmark = pytest.mark.anyio

WARNING = "The certificate of our seal ends at"


async def test_a_seal_that_ends_soon_stands_on_the_board(desk: Desk) -> None:
    ends_at = (await desk.runtime.ports.sealer.info()).expires_at
    at_first = (await desk.lea.page("/board")).text

    await desk.later(seconds=(ends_at - desk.clock.now - timedelta(20)).total_seconds())
    shown = (await desk.lea.page("/board")).text

    assert WARNING not in at_first
    assert WARNING in shown
