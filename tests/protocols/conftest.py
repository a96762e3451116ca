import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from platformlink.identity.tables import User
from platformlink.ports import Runtime
from tests import factories


@pytest.fixture
async def ann(
    client: AsyncTestClient[Litestar], runtime: Runtime
) -> AsyncTestClient[Litestar]:
    """Ann's client: she has signed in and reads the library."""
    async with runtime.sessions.begin() as session:
        actor = await factories.person(session, "ann")
        email = (await session.get_one(User, actor.id)).email
    given = {"email": email, "password": factories.PASSWORD}
    answer = await client.post("/api/v1/session", json=given)
    client.headers["authorization"] = f"Bearer {answer.json()['token']}"
    return client
