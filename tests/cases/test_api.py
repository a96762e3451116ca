"""Cases by program: opened, changed, shared."""

import pytest

from platformlink.identity.tables import User
from platformlink.ports import Runtime
from tests.seats import Client, Seat, number, seat

pytestmark = pytest.mark.anyio

API = "/api/v1/cases"


@pytest.fixture
async def ann(client: Client, runtime: Runtime) -> Seat:
    return await seat(client, runtime, "ann")


async def email_of(runtime: Runtime, one: Seat) -> str:
    async with runtime.sessions() as session:
        return (await session.get_one(User, one.actor.id)).email


async def test_what_a_case_lacks_is_named(ann: Seat) -> None:
    answer = await ann.post(API, {"reference": "/", "urgency": "soon"})

    assert answer.status_code == 422
    assert {one["pointer"] for one in answer.json()["errors"]} == {
        *("/reference", "/offence", "/urgency"),
    }


async def test_a_taken_reference_is_refused(ann: Seat) -> None:
    given = {"reference": f"C-{number()}", "offence": "Fraud"}
    await ann.post(API, given)

    answer = await ann.post(API, given)

    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/case-exists")


async def test_a_member_sees_a_restricted_case(
    ann: Seat, client: Client, runtime: Runtime
) -> None:
    path = f"{API}/M-{number()}"
    await ann.post(
        API,
        {
            "reference": path.rsplit("/", 1)[1],
            "offence": "Fraud",
            "is_restricted": True,
        },
    )
    bob = await seat(client, runtime, "bob")
    assert (await bob.get(path)).status_code == 404

    added = await ann.post(f"{path}/members", {"email": await email_of(runtime, bob)})

    assert (await bob.get(path)).status_code == 200
    assert {one["name"] for one in added.json()} == {"Ann", "Bob"}


async def test_only_who_may_write_a_case_names_members(
    ann: Seat, client: Client, runtime: Runtime
) -> None:
    path = f"{API}/M-{number()}"
    await ann.post(API, {"reference": path.rsplit("/", 1)[1], "offence": "Fraud"})
    bob = await seat(client, runtime, "bob")

    denied = await bob.post(f"{path}/members", {"email": await email_of(runtime, bob)})
    nobody = await ann.post(f"{path}/members", {"email": "nobody@dcu.example"})

    assert (denied.status_code, nobody.status_code) == (403, 422)


async def test_only_investigators_open_cases_but_a_duty_officer_an_emergencys(
    client: Client, runtime: Runtime
) -> None:
    lea = await seat(client, runtime, "lea")
    plain = {"reference": f"L-{number()}", "offence": "Fraud"}
    urgent = plain | {"reference": f"L-{number()}", "urgency": "emergency"}

    answers = [await lea.post(API, one) for one in (plain, urgent)]

    assert [one.status_code for one in answers] == [403, 201]
