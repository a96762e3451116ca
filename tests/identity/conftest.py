"""A desk whose clock the test sets."""

import dataclasses
from collections.abc import AsyncIterator

import pytest
from litestar.testing import AsyncTestClient

from platformlink.ports import Runtime
from platformlink.protocols.shelf import Library
from tests.desks import Building
from tests.factories import NOW
from tests.seats import Client, HandClock


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOW)


@pytest.fixture
def runtime(runtime: Runtime, clock: HandClock) -> Runtime:
    return dataclasses.replace(runtime, clock=clock)


@pytest.fixture
async def client(
    runtime: Runtime, library: Library, building: Building
) -> AsyncIterator[Client]:
    async with AsyncTestClient(building.on(runtime, library)) as made:
        yield made
