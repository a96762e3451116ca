"""People who sit at the desk: each with a token, and calls that carry it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from litestar import Litestar
from litestar.testing import AsyncTestClient

from platformlink.identity import tokens
from platformlink.identity.tables import SignIn
from platformlink.permissions import Actor, Role
from platformlink.ports import Runtime
from tests import factories

Client = AsyncTestClient[Litestar]
STREAMS = {"/board/events"}  # they never end: no test waits for all of them
PAGE = {"accept": "text/html"}


class HandClock:
    """Time as a test sets it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Seat:
    """One person at the desk."""

    client: Client
    actor: Actor
    token: str
    sign_in: str

    async def call(self, method: str, path: str, **given: Any) -> httpx.Response:  # noqa: ANN401 - what httpx takes
        headers = {"authorization": f"Bearer {self.token}"} | given.pop("headers", {})
        given.setdefault("follow_redirects", False)
        return await self.client.request(method, path, headers=headers, **given)

    async def wake(self, runtime: Runtime) -> None:
        """Sign in anew at the runtime's present moment: the old token is over."""
        now = runtime.clock()
        async with runtime.sessions.begin() as session:
            entry = await session.get_one(SignIn, self.sign_in)
            entry.started_at = entry.last_seen_at = now
        secret = runtime.settings.secret
        self.token, _ = tokens.issue(secret, self.sign_in, self.actor.id, now)

    async def get(self, path: str, **given: Any) -> httpx.Response:  # noqa: ANN401
        return await self.call("GET", path, **given)

    async def page(self, path: str) -> httpx.Response:
        return await self.get(path, headers=PAGE)

    async def post(
        self,
        path: str,
        body: object = None,
        **given: Any,  # noqa: ANN401
    ) -> httpx.Response:
        return await self.call("POST", path, json=body, **given)

    async def submit(self, path: str, form: dict[str, Any]) -> httpx.Response:
        return await self.call("POST", path, data=form, headers=PAGE)


async def signed_in(runtime: Runtime, actor: Actor) -> tuple[str, str]:
    """The sign-in and the token of somebody, at the runtime's present moment."""
    now, number = runtime.clock(), tokens.new_sign_in()
    async with runtime.sessions.begin() as session:
        seen = {"started_at": now, "last_seen_at": now}
        session.add(SignIn(id=number, user_id=actor.id, **seen))
    return number, tokens.issue(runtime.settings.secret, number, actor.id, now)[0]


async def bearer(runtime: Runtime, actor: Actor) -> dict[str, str]:
    """The header of somebody who has signed in; no password is checked, it is slow."""
    return {"authorization": f"Bearer {(await signed_in(runtime, actor))[1]}"}


async def seat(
    client: Client, runtime: Runtime, name: str, *, roles: tuple[Role, ...] = ()
) -> Seat:
    """One of the cast, signed in at the runtime's present moment."""
    async with runtime.sessions.begin() as session:
        actor = await factories.person(session, name, roles=roles)
    number, token = await signed_in(runtime, actor)
    return Seat(client, actor, token, number)


def number() -> int:
    """A number that no other thing of this test process has."""
    return next(factories.numbers)
