"""A board that is opened once lives through a shift of eight hours."""

import dataclasses
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import timedelta

import pytest
import uvicorn
from anyio.from_thread import BlockingPortal, start_blocking_portal
from playwright.sync_api import Browser, CDPSession, Page, Request, expect

from platformlink.adapters import listening
from platformlink.app import build
from platformlink.desk.living import Pace, Watch
from platformlink.identity.guards import COOKIE
from platformlink.permissions import Actor
from platformlink.ports import Runtime
from platformlink.protocols.shelf import Library
from tests import factories
from tests.conftest import NOW
from tests.seats import HandClock, signed_in
from tests.stories.conftest import free_port
from tests.stories.test_living import COUNTED, seal_emergency, watching

MILLISECOND = timedelta(milliseconds=1)
STEP = timedelta(minutes=10)
HALF = range(24)  # steps of half a shift
# Ten minutes of a shift pass here in a fraction of a second; so does a stream's life.
PACE = Pace(look_seconds=0.2, beat_seconds=0.2, life_seconds=1.5)
SPARE_NODES = 50  # what became late meanwhile has more to say
SPARE_BYTES = 500_000  # a heap is never the same twice


class House:
    """A desk on a port of its own, with a clock that the test sets."""

    def __init__(
        self, runtime: Runtime, library: Library, portal: BlockingPortal
    ) -> None:
        self.clock = HandClock(NOW)
        self.runtime = dataclasses.replace(runtime, clock=self.clock)
        self.portal, self.port = portal, free_port()
        self.app = build(self.runtime, library)
        self.start()

    def start(self) -> None:
        self.app.state.watch = Watch(PACE)
        config = uvicorn.Config(self.app, log_level="warning")
        self.server = listening.Server(config, self.app.state.watch.end)
        doors = [listening.take("127.0.0.1", self.port)]
        self.over: Future[None] = self.portal.start_task_soon(self.server.serve, doors)

    def stop(self) -> None:
        self.server.should_exit = True
        self.over.result(timeout=30)

    def window_of(self, browser: Browser, name: str) -> Page:
        """A window of one of the cast who has just signed in."""
        token = self.portal.call(self._token_of, name)
        url = f"http://127.0.0.1:{self.port}"
        context = browser.new_context(base_url=url, locale="en-GB")
        context.add_cookies([{"name": COOKIE, "value": token, "url": url}])
        return context.new_page()

    async def _token_of(self, name: str) -> str:
        async with self.runtime.sessions.begin() as session:
            actor: Actor = await factories.person(session, name)
        return (await signed_in(self.runtime, actor))[1]


@pytest.fixture
def house(runtime: Runtime, library: Library) -> Iterator[House]:
    with start_blocking_portal("asyncio") as portal:
        opened = House(runtime, library, portal)
        yield opened
        opened.stop()


def weighed(devtools: CDPSession) -> tuple[int, int, int]:
    """What the page holds once its litter is gone: nodes, listeners, bytes."""
    devtools.send("HeapProfiler.collectGarbage")
    said = devtools.send("Performance.getMetrics")["metrics"]
    found = {one["name"]: int(one["value"]) for one in said}
    return found["Nodes"], found["JSEventListeners"], found["JSHeapUsedSize"]


class Asked:
    """What a page asked for, and what of it is still on its way."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.streams = self.looks = self.open = 0
        page.on("request", self.begun)
        page.on("requestfinished", self.ended)
        page.on("requestfailed", self.ended)

    def begun(self, one: Request) -> None:
        self.streams += one.url.endswith("/events")
        if one.url.endswith("/board"):
            self.looks += 1
            self.open += 1

    def ended(self, one: Request) -> None:
        self.open -= one.url.endswith("/board")

    def settle(self, before: int) -> None:
        """Wait until the page has looked again, and all it asked for is there."""
        while self.open or self.looks == before:
            self.page.wait_for_timeout(5)


def let_pass(asked: Asked, house: House) -> None:
    """Ten minutes, here and there; the board looks at least once."""
    house.clock.now += STEP
    before = asked.looks
    asked.page.clock.fast_forward(STEP // MILLISECOND)
    asked.settle(before)
    expect(asked.page.locator("#live")).to_have_text("Live")


def test_a_board_lives_through_a_shift_without_a_reload(
    house: House, browser: Browser
) -> None:
    board, other = (house.window_of(browser, name) for name in ("bob", "lea"))
    seal_emergency(other, "before.the.shift")
    board.clock.install()
    watching(board)
    board.evaluate(COUNTED)
    board.click("#alarm")
    board.locator("#content").click(position={"x": 2, "y": 2})
    tried = board.evaluate("tones")
    asked = Asked(board)
    devtools = board.context.new_cdp_session(board)
    devtools.send("Performance.enable")
    let_pass(asked, house)
    before = weighed(devtools)

    for _ in HALF:
        let_pass(asked, house)
    house.stop()
    board.clock.run_for(60_000)
    expect(board.locator("#live")).to_have_text("Not connected: this may be old.")
    house.start()
    for _ in HALF:
        let_pass(asked, house)
    after = weighed(devtools)
    other = house.window_of(browser, "lea")
    seal_emergency(other, "after.eight.hours")
    expect(board.locator("#live-board")).to_contain_text("after.eight.hours")

    assert board.evaluate("window.mark") == "never reloaded"
    assert board.evaluate("tones") == 2 * tried
    assert after[0] < before[0] + SPARE_NODES
    assert after[1] == before[1]
    assert after[2] < before[2] + SPARE_BYTES
    assert asked.streams > 2
