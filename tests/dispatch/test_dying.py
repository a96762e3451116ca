"""A worker that dies at each step of the outbox, one after the other."""

import asyncio
import dataclasses
import types
from collections.abc import Coroutine, Generator, Iterator
from datetime import timedelta

import psycopg
import pytest

from platformlink.audit import queries as audit
from platformlink.dispatch import jobs
from platformlink.dispatch.rules import Status
from platformlink.dispatch.tables import Dispatch
from platformlink.letters import queries as letters
from platformlink.letters.tables import Letter
from platformlink.permissions import Actor
from platformlink.ports import Mail, Runtime
from platformlink.protocols.shelf import Library
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.anyio

SOON = timedelta(minutes=3)  # what is in flight so long is taken for dead


class Dying:
    """Runs a job for so many steps, each of which waits for something, and dies."""

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.is_done = False

    @types.coroutine
    def run(self, job: Coroutine[object, None, int]) -> Generator[object, None, None]:
        try:
            for _ in range(self.steps):
                yield job.send(None)
            waits = job.throw(asyncio.CancelledError())
            while True:  # what it had begun in the database is rolled back
                yield waits
                waits = job.send(None)
        except StopIteration:
            self.is_done = True
        except asyncio.CancelledError:
            return


class Server:
    """Takes a message in the middle of two waits, and counts."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    async def send(self, mail: Mail) -> str:
        await asyncio.sleep(0)
        self.taken.append(mail.message_id)
        await asyncio.sleep(0)
        return "250 OK"


ANEW = """
    delete from dispatch; delete from clock; delete from hold;
    update platform_request set state = 'ready', sent_at = null"""


@pytest.fixture
def owner(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


async def queued(runtime: Runtime, letter: Letter, by: Actor, name: str) -> int:
    async with runtime.sessions.begin() as session:
        dispatch = Dispatch(
            request_id=letter.request_id,
            letter_id=letter.id,
            channel="mail",
            channel_kind="email",
            address="records@platform.example",
            status=Status.QUEUED,
            queued_at=NOW,
            queued_by_id=by.id,
            next_try_at=NOW,
            message_id=name,
        )
        session.add(dispatch)
        await session.flush()
        return dispatch.id


async def settled(desk: Runtime, number: int) -> str:
    """What becomes of a sending once the next worker has looked."""
    while True:
        for job in (jobs.doubt_stuck, jobs.send_queued):
            await job(desk, NOW + SOON)
        async with desk.sessions() as session:
            status = (await session.get_one(Dispatch, number)).status
        if status != Status.SENDING:
            return status
        # The server has not noticed yet that the dead one is gone: its row is locked.
        await asyncio.sleep(0.05)


async def test_wherever_a_worker_dies_a_letter_goes_out_once_or_a_person_is_asked(
    runtime: Runtime, library: Library, owner: psycopg.Connection
) -> None:
    server, ends, dying = Server(), [], Dying(0)
    ports = dataclasses.replace(runtime.ports, mailer=server)
    desk = dataclasses.replace(runtime, ports=ports)
    async with desk.sessions.begin() as session:
        request, _, lea = await factories.ready(session, desk, library)
        (letter,) = await letters.of_request(session, request.id)

    while not dying.is_done:
        owner.execute(ANEW)
        dying = Dying(dying.steps + 1)
        name = f"<{dying.steps}@dcu.example>"
        number = await queued(desk, letter, lea, name)
        await dying.run(jobs.send_queued(desk, NOW))
        ends.append((await settled(desk, number), server.taken.count(name)))

    # Before it was claimed and once it is kept; before and after the server took it.
    # The database answers in more or fewer steps, so their order may differ.
    delivered = ("delivered", 1)
    assert set(ends) == {delivered, ("uncertain", 0), ("uncertain", 1)}
    assert (ends[0], ends[-1]) == (delivered, delivered)
    async with desk.sessions() as session:
        assert (await audit.first_broken(session))[1] is None
