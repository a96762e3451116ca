"""A whole desk, its people, and a clock that the test sets."""

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar import Litestar
from litestar.stores.memory import MemoryStore
from litestar.testing import AsyncTestClient

from platformlink.app import build
from platformlink.identity.tables import User
from platformlink.ports import Runtime
from platformlink.protocols.shelf import Library
from platformlink.requests.jobs import notice_due
from tests import factories
from tests.factories import NOW
from tests.seats import Client, HandClock, Seat, number, seat

MAILED = {
    "wordpress-com": ("site", "some-name.wordpress.com", "account"),
    "cloudflare": ("domain", "example.com", "customer"),
}


@dataclass
class Desk:
    """The whole application, and who sits there."""

    client: Client
    runtime: Runtime
    clock: HandClock
    ann: Seat
    bob: Seat
    lea: Seat

    async def later(self, **passed: float) -> None:
        """Let time pass; everybody signs in again."""
        self.clock.now += timedelta(**passed)
        for one in (self.ann, self.bob, self.lea):
            await one.wake(self.runtime)

    async def case(self, by: Seat | None = None, **fields: Any) -> str:  # noqa: ANN401 - JSON
        """The reference of a new case."""
        given = {"reference": f"K-{number()}", "offence": "Extortion"} | fields
        answer = await (by or self.ann).post("/api/v1/cases", given)
        assert answer.status_code == 201, answer.text
        reference: str = answer.json()["reference"]
        return reference

    async def email(self, whose: Seat) -> str:
        """The address of somebody here."""
        async with self.runtime.sessions() as session:
            return (await session.get_one(User, whose.actor.id)).email

    async def draft(self, case: str = "", **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """A draft that the protocol has nothing against."""
        answer = await self.ann.post(
            "/api/v1/requests", body(case or await self.case()) | changes
        )
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def in_review(self, **changes: Any) -> str:  # noqa: ANN401 - JSON
        made = await self.draft(**changes)
        answer = await self.ann.post(f"/api/v1/requests/{made['id']}/submit")
        assert answer.status_code == 200, answer.text
        return str(made["id"])

    async def ready(self, **changes: Any) -> str:  # noqa: ANN401 - JSON
        """The reference of a request that is approved and sealed."""
        name = await self.in_review(**changes)
        answer = await self.bob.post(f"/api/v1/requests/{name}/approve")
        assert answer.status_code == 200, answer.text
        return str(answer.json()["reference"])

    async def sent(self, **changes: Any) -> str:  # noqa: ANN401 - JSON
        """The reference of a request that went out by a portal."""
        name = await self.ready(**changes)
        given = {"channel": "form", "proof": {"reference": "TT-884120"}}
        answer = await self.lea.post(f"/api/v1/requests/{name}/dispatches", given)
        assert answer.status_code == 201, answer.text
        return name

    async def mailed(
        self, library: Library, slug: str = "wordpress-com", by: Seat | None = None
    ) -> str:
        """The reference of a sealed preservation whose first way out is e-mail."""
        async with self.runtime.sessions.begin() as session:
            knows = (by or self.bob).actor
            await factories.confirm_channels(session, library, slug, knows)
        kind, value, data = MAILED[slug]
        target = {"kind": kind, "value": value, "seen_on": "2026-11-23"}
        return await self.ready(platform=slug, targets=[target], data=[data], entity="")

    async def late(self, *names: str) -> None:
        """Let the answers be eight days late, and the job draft what that calls for."""
        due = []
        for name in names:
            clocks = (await self.lea.get(f"/api/v1/requests/{name}/clocks")).json()
            due += [x["safe_due_at"] for x in clocks if x["kind"] == "response"]
        self.clock.now = datetime.fromisoformat(max(due)) + timedelta(days=8)
        await self.later()
        await notice_due(self.runtime, self.clock.now)


def body(case: str) -> dict[str, Any]:
    """What a program sends to file a preservation at TikTok."""
    fields = msgspec.to_builtins(factories.request_fields(case))
    return {name: value for name, value in fields.items() if value is not None}


class Building:
    """One application for all tests of a process: building it is most of a test."""

    def __init__(self) -> None:
        self._app: Litestar | None = None

    def on(self, runtime: Runtime, library: Library) -> Litestar:
        """Return the application, on this desk and no other; nobody has called it."""
        self._app = self._app or build(runtime, library)
        self._app.state.update({"runtime": runtime, "library": library})
        self._app.stores.register("rate_limit", MemoryStore(), allow_override=True)
        return self._app


@asynccontextmanager
async def opened(
    runtime: Runtime, library: Library, building: Building
) -> AsyncIterator[Desk]:
    """Yield the desk, open; Bob has confirmed TikTok's channels."""
    clock = HandClock(NOW)
    runtime = dataclasses.replace(runtime, clock=clock)
    async with AsyncTestClient(building.on(runtime, library)) as client:
        people = [await seat(client, runtime, name) for name in ("ann", "bob", "lea")]
        async with runtime.sessions.begin() as session:
            bob = people[1].actor
            await factories.confirm_channels(session, library, "tiktok", bob)
        yield Desk(client, runtime, clock, *people)
