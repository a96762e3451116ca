"""Signing in and out by program."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from platformlink.identity import actions
from platformlink.identity.rules import ATTEMPTS, IDLE, LONGEST, REST, TOKEN_LIFE
from platformlink.identity.tables import User
from platformlink.ports import Runtime
from tests import factories
from tests.factories import PASSWORD
from tests.seats import Client, HandClock, seat

pytestmark = pytest.mark.anyio


async def address(runtime: Runtime, name: str = "ann") -> str:
    """The e-mail address of somebody with an account."""
    async with runtime.sessions.begin() as session:
        actor = await factories.person(session, name)
        return (await session.get_one(User, actor.id)).email


async def sign_in(
    client: Client, email: str, password: str = PASSWORD
) -> httpx.Response:
    given = {"email": email, "password": password}
    return await client.post("/api/v1/session", json=given)


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def test_a_token_says_whose_it_is_and_until_when(
    client: Client, runtime: Runtime
) -> None:
    email = await address(runtime)

    told = (await sign_in(client, email.upper())).json()
    me = (await client.get("/api/v1/me", headers=bearer(told["token"]))).json()

    assert told["user"] == me
    assert (me["email"], me["roles"]) == (email, ["investigator"])
    assert told["expires_at"] == "2026-11-24T09:45:00Z"


async def test_a_wrong_password_and_an_unknown_address_are_told_alike(
    client: Client, runtime: Runtime
) -> None:
    wrong = await sign_in(client, await address(runtime), "not the password")
    unknown = await sign_in(client, "nobody@dcu.example")

    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()


async def test_five_wrong_passwords_let_the_account_rest(
    client: Client, runtime: Runtime, clock: HandClock
) -> None:
    email = await address(runtime)
    for _ in range(ATTEMPTS):
        await sign_in(client, email, "not the password")

    resting = await sign_in(client, email)
    clock.now += REST
    rested = await sign_in(client, email)

    assert (resting.status_code, resting.json()["type"]) == (
        429,
        "/problems/account-rests",
    )
    assert rested.status_code == 200


async def test_guesses_at_the_same_time_all_count(
    client: Client, runtime: Runtime
) -> None:
    email = await address(runtime)

    await asyncio.gather(
        *(sign_in(client, email, "not the password") for _ in range(ATTEMPTS))
    )

    assert (await sign_in(client, email)).status_code == 429


async def test_a_right_password_forgives_the_wrong_ones(
    client: Client, runtime: Runtime
) -> None:
    email = await address(runtime)
    wrong = ["not the password"] * (ATTEMPTS - 1)

    for password in (*wrong, PASSWORD, *wrong):
        await sign_in(client, email, password)

    assert (await sign_in(client, email)).status_code == 200


async def test_one_address_may_not_guess_without_end(client: Client) -> None:
    answers = [await sign_in(client, f"x{n}@dcu.example", "x") for n in range(22)]

    assert answers[-1].status_code == 429
    assert answers[-1].json()["type"] == "/problems/too-many"


async def test_a_disabled_persons_token_is_dead_at_once(
    client: Client, runtime: Runtime, clock: HandClock
) -> None:
    email = await address(runtime)
    token = (await sign_in(client, email)).json()["token"]

    async with runtime.sessions.begin() as session:
        await actions.disable(session, email, actor_id=None, now=clock.now)

    assert (await client.get("/api/v1/me", headers=bearer(token))).status_code == 401
    assert (await sign_in(client, email)).status_code == 401


async def test_a_new_password_ends_every_sign_in(
    client: Client, runtime: Runtime, clock: HandClock
) -> None:
    email = await address(runtime)
    token = (await sign_in(client, email)).json()["token"]

    async with runtime.sessions.begin() as session:
        await actions.reset_password(
            session, email, "a new long password", actor_id=None, now=clock.now
        )

    assert (await client.get("/api/v1/me", headers=bearer(token))).status_code == 401
    assert (await sign_in(client, email, "a new long password")).status_code == 200


async def test_signing_out_kills_the_token(client: Client, runtime: Runtime) -> None:
    ann = await seat(client, runtime, "ann")

    out = await ann.call("DELETE", "/api/v1/session")
    after = await ann.get("/api/v1/me")

    assert (out.status_code, after.status_code) == (204, 401)
    assert after.json()["type"] == "/problems/not-signed-in"


async def test_idling_ends_a_sign_in_even_with_a_fresh_token(
    client: Client, runtime: Runtime, clock: HandClock
) -> None:
    ann = await seat(client, runtime, "ann")
    clock.now += TOKEN_LIFE - timedelta(seconds=1)
    fresh = (await ann.post("/api/v1/session/renew")).json()["token"]
    clock.now += timedelta(minutes=10)
    assert (await client.get("/api/v1/me", headers=bearer(fresh))).status_code == 200

    clock.now += IDLE

    assert (await client.get("/api/v1/me", headers=bearer(fresh))).status_code == 401


async def test_no_sign_in_outlives_a_long_day(
    client: Client, runtime: Runtime, clock: HandClock
) -> None:
    ann = await seat(client, runtime, "ann")
    token, passed = ann.token, timedelta()
    while passed < LONGEST:
        answer = await client.post("/api/v1/session/renew", headers=bearer(token))
        assert answer.status_code == 200
        token = answer.json()["token"]
        clock.now += timedelta(minutes=10)
        passed += timedelta(minutes=10)

    answer = await client.post("/api/v1/session/renew", headers=bearer(token))

    assert answer.status_code == 401


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
async def test_a_forged_token_is_none(client: Client, token: str) -> None:
    answer = await client.get("/api/v1/me", headers=bearer(token))

    assert answer.status_code == 401


async def test_a_token_outlives_its_life_by_nothing(
    client: Client, runtime: Runtime, clock: HandClock
) -> None:
    ann = await seat(client, runtime, "ann")

    clock.now += TOKEN_LIFE

    assert (await ann.get("/api/v1/me")).status_code == 401


async def test_a_cookie_does_not_open_the_api(client: Client, runtime: Runtime) -> None:
    ann = await seat(client, runtime, "ann")
    client.cookies.set("platformlink_session", ann.token)

    assert (await client.get("/api/v1/me")).status_code == 401
