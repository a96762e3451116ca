"""The calculator, for programs and for people."""

from datetime import datetime
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from platformlink.ports import Runtime
from tests import factories
from tests.seats import bearer

pytestmark = pytest.mark.anyio

Client = AsyncTestClient[Litestar]
PATH = "/api/v1/clocks/calculate"
PAGE = {"accept": "text/html"}
ASKED = {
    "start": "2026-10-21T16:30:00+01:00",
    "amount": 10,
    "unit": "days",
    "zone": "Europe/Dublin",
    "calendar": "IE",
    "duty": "theirs",
}


@pytest.fixture
async def ann(client: Client, runtime: Runtime) -> Client:
    """A client that is signed in."""
    async with runtime.sessions.begin() as session:
        actor = await factories.person(session, "ann")
    client.headers.update(await bearer(runtime, actor))
    return client


async def calculate(client: Client, **changed: Any) -> Any:  # noqa: ANN401 - JSON
    return await client.post(PATH, json=ASKED | changed)


def instants(answer: Any) -> tuple[datetime, datetime]:  # noqa: ANN401 - JSON
    told = answer.json()
    legal, safe = told["legal_due"], told["safe_due"]
    return datetime.fromisoformat(legal), datetime.fromisoformat(safe)


async def test_an_answer_runs_to_the_next_working_day(ann: Client) -> None:
    legal, safe = instants(await calculate(ann))

    assert legal == safe == datetime.fromisoformat("2026-11-03T00:00+00:00")


async def test_a_hold_moves_back_to_the_working_day_before(ann: Client) -> None:
    answer = await calculate(ann, duty="ours")

    assert instants(answer)[1] == datetime.fromisoformat("2026-10-31T00:00+00:00")
    assert answer.json()["sentences"][-1].endswith("the end of 30 October 2026.")


async def test_without_a_calendar_nothing_shifts(ann: Client) -> None:
    legal, safe = instants(await calculate(ann, calendar=None, duty="ours"))

    assert legal == safe == datetime.fromisoformat("2026-11-01T00:00+00:00")


async def test_an_end_bears_the_offset_of_its_zone(ann: Client) -> None:
    changed = {"start": "2026-10-24T20:30:00+02:00", "amount": 8, "unit": "hours"}

    answer = await calculate(ann, **changed, zone="Europe/Tirane")

    assert answer.json()["legal_due"] == "2026-10-25T03:30:00+01:00"


@pytest.mark.parametrize(
    ("changed", "pointers"),
    [
        ({"start": "2026-10-21T16:30:00"}, ["/start"]),
        ({"zone": "Europe/Nowhere", "amount": 0}, ["/amount", "/zone"]),
        ({"calendar": "XX"}, ["/calendar"]),
        ({"start": "9999-12-31T23:59:59Z"}, ["/start"]),
        ({"unit": "fortnights"}, ["/unit"]),
    ],
)
async def test_what_cannot_be_counted_names_its_fields(
    ann: Client, changed: dict[str, Any], pointers: list[str]
) -> None:
    answer = await calculate(ann, **changed)

    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert [one["pointer"] for one in answer.json()["errors"]] == pointers


async def test_a_stranger_calculates_nothing(client: Client) -> None:
    assert (await calculate(client)).status_code == 401
