"""Events told to a real server on loopback: signed, each once taken, never lost."""

import asyncio
import dataclasses
import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

import msgspec
import pytest
from sqlmodel import select

from platformlink.authority import Webhook
from platformlink.ports import Runtime
from platformlink.requests import actions
from platformlink.requests.tables import PlatformRequest
from platformlink.values import Phrase
from platformlink.webhooks.jobs import deliver_webhooks
from platformlink.webhooks.rules import HEADER, signature
from platformlink.webhooks.tables import WebhookDelivery
from tests import factories
from tests.factories import NOW
from tests.responses import given

pytestmark = pytest.mark.anyio

SECRETS = ("a-secret-that-only-the-receiver-knows", "the-secret-that-it-knew-before-it")
numbers = count(1)


class Receiver(ThreadingHTTPServer):
    """A program that is told, and answers with a status that the test sets."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taking)
        self.status = 204
        self.got: list[tuple[bytes, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/told"


class Taking(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((body, self.headers[HEADER]))
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        pass


@pytest.fixture
def begun() -> datetime:
    """A moment for each test alone: what others wrote was before."""
    return NOW + timedelta(days=36_500 + 3 * next(numbers))


@pytest.fixture
def later(begun: datetime) -> datetime:
    return begun + timedelta(minutes=1)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.02,))
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def other_secret(name: str) -> str:
    return f"a-secret-that-nobody-but-{name}-knows"


def hooked(runtime: Runtime, *urls: str, events: tuple[str, ...] = ()) -> Runtime:
    named = [(f"receiver-{place}", url) for place, url in enumerate(urls)]
    hooks = tuple(Webhook(name=name, url=url, events=events) for name, url in named)
    # The first changes its secret just now, each other has one of its own.
    secrets = [f"receiver-0 {' '.join(SECRETS)}"]
    secrets += [f"{name} {other_secret(name)}" for name, _ in named[1:]]
    return dataclasses.replace(
        runtime,
        authority=msgspec.structs.replace(runtime.authority, webhooks=hooks),
        settings=msgspec.structs.replace(
            runtime.settings, webhook_secrets="\n".join(secrets)
        ),
    )


async def happened(
    runtime: Runtime, at: datetime, *verbs: str, is_restricted: bool = False
) -> PlatformRequest:
    """A request of Ann's with these lines in its history, written a little later."""
    async with runtime.sessions.begin() as session:
        ann = await factories.person(session, "ann")
        request = await given.sent(
            session, ann, accounts=("an.account",), is_restricted=is_restricted
        )
        for verb in verbs:
            words = Phrase("Told to an.account by Ann")
            actions.note(session, request, verb, words, actor=ann, now=at)
        return request


def told(receiver: Receiver) -> list[tuple[str, str]]:
    found = [json.loads(body) for body, _ in receiver.got]
    return [(one["reference"], one["event"]) for one in found]


async def test_each_event_is_told_once_and_signed(
    runtime: Runtime, receiver: Receiver, begun: datetime, later: datetime
) -> None:
    desk = hooked(runtime, receiver.url, events=("request.doubt", "request.answer"))
    await deliver_webhooks(desk, begun)
    request = await happened(desk, later, "doubt", "elsewise", "answer")

    assert await deliver_webhooks(desk, later) == 2
    assert await deliver_webhooks(desk, later) == 0

    name = request.reference or request.draft_id
    assert told(receiver) == [(name, "request.doubt"), (name, "request.answer")]
    for body, header in receiver.got:
        assert header == signature(SECRETS, body, desk.clock())
        assert json.loads(body).keys() == {"id", "event", "reference", "state", "at"}
        assert b"an.account" not in body


async def test_what_was_before_a_receiver_came_is_not_told(
    runtime: Runtime, receiver: Receiver, begun: datetime, later: datetime
) -> None:
    await happened(runtime, begun, "doubt")
    desk = hooked(runtime, receiver.url)

    await deliver_webhooks(desk, later + timedelta(seconds=1))

    assert receiver.got == []


async def test_what_was_rolled_back_is_not_told(
    runtime: Runtime, receiver: Receiver, begun: datetime, later: datetime
) -> None:
    desk = hooked(runtime, receiver.url, events=("request.doubt",))
    await deliver_webhooks(desk, begun)
    request = await happened(desk, later)
    async with runtime.sessions() as session:
        actions.note(session, request, "doubt", Phrase("x"), actor=None, now=later)
        await session.flush()
        await session.rollback()

    await deliver_webhooks(desk, later)

    assert receiver.got == []


async def test_of_a_restricted_case_nothing_is_told(
    runtime: Runtime, receiver: Receiver, begun: datetime, later: datetime
) -> None:
    desk = hooked(runtime, receiver.url)
    await deliver_webhooks(desk, begun)
    await happened(desk, later, "doubt", is_restricted=True)

    await deliver_webhooks(desk, later)

    assert receiver.got == []


@pytest.mark.parametrize("status", [500, 404, 302])
async def test_what_was_not_taken_is_told_again_later(
    runtime: Runtime, receiver: Receiver, status: int, begun: datetime, later: datetime
) -> None:
    desk = hooked(runtime, receiver.url, events=("request.doubt",))
    await deliver_webhooks(desk, begun)
    await happened(desk, later, "doubt")
    receiver.status = status

    assert await deliver_webhooks(desk, later) == 0
    receiver.status = 200
    assert await deliver_webhooks(desk, later + timedelta(seconds=29)) == 0
    assert await deliver_webhooks(desk, later + timedelta(seconds=30)) == 1

    assert len(receiver.got) == 2
    assert receiver.got[0][0] == receiver.got[1][0]


async def test_a_receiver_that_is_away_holds_nobody_up_and_is_given_up_after_a_day(
    runtime: Runtime, receiver: Receiver, begun: datetime, later: datetime
) -> None:
    away = f"http://127.0.0.1:1/{receiver.server_port}"
    desk = hooked(runtime, away, receiver.url, events=("request.doubt",))
    await deliver_webhooks(desk, begun)
    await happened(desk, later, "doubt")

    assert await deliver_webhooks(desk, later) == 1
    assert await deliver_webhooks(desk, later + timedelta(days=1)) == 0

    (body, header) = receiver.got[0]
    assert header == signature([other_secret("receiver-1")], body, desk.clock())

    async with runtime.sessions() as session:
        query = select(WebhookDelivery).where(WebhookDelivery.url == away)
        kept = (await session.exec(query)).one()
    assert (kept.tries, kept.next_try_at, kept.taken_at) == (2, None, None)


async def test_two_workers_tell_an_event_once(
    runtime: Runtime, receiver: Receiver, begun: datetime, later: datetime
) -> None:
    desk = hooked(runtime, receiver.url, events=("request.doubt",))
    await deliver_webhooks(desk, begun)
    await happened(desk, later, *["doubt"] * 5)

    await asyncio.gather(*(deliver_webhooks(desk, later) for _ in range(3)))

    assert len(told(receiver)) == 5


@pytest.mark.parametrize(
    "url", ["http://example.org/told", "ftp://127.0.0.1/", "https:///told", "told"]
)
def test_a_receiver_on_an_open_line_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        Webhook(name="records", url=url)
