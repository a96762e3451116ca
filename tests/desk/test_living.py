"""An open board hears that something was recorded, for as long as it may."""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator

import httpx
import pytest
import uvicorn

from platformlink.adapters import listening
from platformlink.app import build
from platformlink.audit import actions as audit
from platformlink.desk import queries
from platformlink.desk.living import Pace, TooManyBoards, Watch
from platformlink.permissions import Role
from platformlink.ports import Runtime
from platformlink.protocols.shelf import Library
from tests.desks import Desk
from tests.factories import NOW
from tests.seats import seat

pytestmark = pytest.mark.anyio

QUICK = Pace(look_seconds=0.02, beat_seconds=0.1, life_seconds=30)


async def record(runtime: Runtime) -> None:
    async with runtime.sessions.begin() as session:
        audit.record(session, actor_id=None, verb="x.done", subject="x/1", now=NOW)


async def test_every_open_board_hears_of_an_entry(runtime: Runtime) -> None:
    watch = Watch(QUICK)
    one, two = (watch.changes(runtime.sessions, user) for user in (1, 2))
    opened = [(await anext(each)).comment for each in (one, two)]
    beats = [(await anext(each)).comment for each in (one, two)]

    await record(runtime)
    heard = [(await anext(each)).data for each in (one, two)]
    for each in (one, two):
        await each.aclose()

    assert opened == ["open", "open"]
    assert beats == ["beat", "beat"]
    assert heard == ["changed", "changed"]
    assert watch.count == 0


async def test_a_stream_ends_so_that_its_reader_signs_in_again(
    runtime: Runtime,
) -> None:
    short = Pace(look_seconds=0.02, beat_seconds=0.02, life_seconds=0.05)

    said = [one.comment async for one in Watch(short).changes(runtime.sessions, 1)]

    assert said[0] == "open"
    assert len(said) < 5


async def test_one_person_keeps_four_boards_fresh_and_no_more(
    runtime: Runtime,
) -> None:
    watch = Watch(QUICK)
    opened = [watch.changes(runtime.sessions, 1) for _ in range(4)]
    for one in opened:
        await anext(one)

    with pytest.raises(TooManyBoards):
        watch.require_room(1)
    watch.require_room(2)
    await opened[0].aclose()
    watch.require_room(1)
    for one in opened[1:]:
        await one.aclose()


async def test_an_emergency_of_others_is_known_by_its_number_to_those_who_see_it(
    desk: Desk,
) -> None:
    async def newest(who: str) -> int:
        async with desk.runtime.sessions() as session:
            return await queries.newest_emergency(
                session, actor=getattr(desk, who).actor
            )

    before = await newest("bob")
    given = {
        "account": "https://www.tiktok.com/@in.need",
        "danger": "A girl of 15 wrote that she will end her life tonight.",
        "averts": "Her last address lets a patrol reach her.",
    }
    answer = await desk.lea.submit("/emergency", given)
    assert answer.status_code == 303, answer.text

    assert await newest("bob") > before
    assert await newest("lea") == 0


async def test_who_may_not_read_hears_nothing(desk: Desk) -> None:
    elira = await seat(desk.client, desk.runtime, "elira", roles=(Role.MANAGER,))

    assert (await elira.get("/board/events")).status_code == 403
    assert (await desk.client.get("/board/events")).status_code == 401


@contextlib.asynccontextmanager
async def served(runtime: Runtime, library: Library) -> AsyncIterator[uvicorn.Server]:
    """The application on a port of loopback, as `serve` runs it."""
    app = build(runtime, library)
    door = listening.take("127.0.0.1", 0)
    config = uvicorn.Config(app, log_config=None, access_log=False)
    server = listening.Server(config, app.state.watch.end)
    running = asyncio.create_task(server.serve(sockets=[door]))
    while not server.started:  # noqa: ASYNC110 - the server has no event for it
        await asyncio.sleep(0.01)
    config.port = door.getsockname()[1]
    yield server
    server.should_exit = True
    await running
    gc.unfreeze()  # the next test's garbage is no server's


async def test_a_server_that_stops_ends_the_open_boards(
    desk: Desk, library: Library
) -> None:
    headers = {"authorization": f"Bearer {desk.lea.token}"}
    async with served(desk.runtime, library) as server, httpx.AsyncClient() as client:
        url = f"http://127.0.0.1:{server.config.port}/board/events"
        async with client.stream("GET", url, headers=headers) as answer:
            lines = answer.aiter_lines()
            first = await anext(lines)
            server.should_exit = True
            rest = [one async for one in lines]

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert first == ": open"
    assert "data: changed" not in rest


async def test_what_a_server_has_loaded_is_not_searched_for_garbage_again(
    desk: Desk, library: Library
) -> None:
    async with served(desk.runtime, library):
        settled = gc.get_freeze_count()

    assert settled > 100_000
