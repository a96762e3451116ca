"""The list of calls: an OpenAPI document, and the same as a page without scripts."""

import pytest

from platformlink.app import ROUTERS
from tests.seats import PAGE, Client

pytestmark = pytest.mark.anyio


def calls() -> set[tuple[str, str]]:
    """Every call of the API, as its doors say."""
    return {
        (method, route.path_format)
        for router in ROUTERS
        for route in router.routes
        if route.path.startswith("/api/")
        for method in route.methods - {"OPTIONS"}
    }


async def test_every_call_is_described(client: Client) -> None:
    told = (await client.get("/api/openapi.json")).json()

    described = {
        (method.upper(), path) for path, one in told["paths"].items() for method in one
    }
    assert calls() <= described
    assert all(
        one["description"] for path in told["paths"].values() for one in path.values()
    )


async def test_the_page_lists_every_call_with_its_fields(client: Client) -> None:
    page = (await client.get("/api/docs", headers=PAGE)).text

    for method, path in calls():
        assert f'<b>{method}</b> <span class="identifier">{path}</span>' in page
    assert "If-Match" in page
    assert "narrative_local" in page
    assert "https://cdn" not in page


async def test_every_call_may_answer_with_a_problem_of_our_own_shape(
    client: Client,
) -> None:
    told = (await client.get("/api/openapi.json")).json()
    answer = (await client.post("/api/v1/session", json={})).json()

    problem = told["components"]["schemas"]["Problem"]
    assert set(answer) <= set(problem["properties"])
    for methods in told["paths"].values():
        for one in methods.values():
            assert not [code for code in one["responses"] if code.startswith("4")]
            content = one["responses"]["default"]["content"]
            assert content["application/problem+json"]["schema"]["$ref"].endswith(
                "/Problem"
            )
