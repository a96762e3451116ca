import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from platformlink.ports import Runtime
from tests import factories
from tests.seats import bearer


@pytest.fixture
async def ann(
    client: AsyncTestClient[Litestar], runtime: Runtime
) -> AsyncTestClient[Litestar]:
    """Ann's client: she has signed in and reads the library."""
    async with runtime.sessions.begin() as session:
        actor = await factories.person(session, "ann")
    client.headers.update(await bearer(runtime, actor))
    return client
