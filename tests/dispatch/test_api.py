"""Sending by program: e-mail over a real server, portals by hand."""

import asyncio
import dataclasses
from datetime import datetime, timedelta

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from platformlink.adapters.mail import SmtpMailer
from platformlink.dispatch.jobs import send_queued
from platformlink.ports import Runtime
from platformlink.protocols.shelf import Library
from platformlink.requests.jobs import notice_due
from tests import factories
from tests.desks import Desk

pytestmark = pytest.mark.anyio

API = "/api/v1/requests"


class Post:
    """A mail server that takes every message."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.taken.append(envelope)
        return "250 2.0.0 queued as 42"


async def to_snapchat(desk: Desk, library: Library) -> str:
    """The reference of a preservation that goes by e-mail."""
    async with desk.runtime.sessions.begin() as session:
        bob = desk.bob.actor
        await factories.confirm_channels(session, library, "snapchat", bob)
    targets = [{"kind": "username", "value": "some.name", "seen_on": "2026-11-23"}]
    return await desk.ready(platform="snapchat", targets=targets, entity="")


async def post_all(runtime: Runtime) -> Post:
    """Run the outbox once, against a real server on loopback."""
    server = Post()
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(
        lambda: SMTP(server, hostname="mail.test"), "127.0.0.1", 0
    )
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        mailer = SmtpMailer(f"smtp://127.0.0.1:{port}", runtime.authority.sender)
        ports = dataclasses.replace(runtime.ports, mailer=mailer)
        await send_queued(dataclasses.replace(runtime, ports=ports), runtime.clock())
        await asyncio.sleep(0.05)
    return server


async def test_a_letter_goes_by_mail_and_the_servers_answer_is_its_proof(
    desk: Desk, library: Library
) -> None:
    name = await to_snapchat(desk, library)
    queued = await desk.lea.post(f"{API}/{name}/dispatches", {"channel": "email"})
    assert (queued.status_code, queued.json()["status"]) == (201, "queued")
    assert (await desk.lea.get(f"{API}/{name}")).json()["state"] == "ready"

    server = await post_all(desk.runtime)

    (envelope,) = (
        one
        for one in server.taken
        if one.rcpt_tos == ["lawenforcement@snapchat.com"]
        and name.encode() in (one.original_content or b"")
    )
    (sent,) = (await desk.lea.get(f"{API}/{name}/dispatches")).json()
    assert (sent["status"], sent["proof"]) == ("delivered", "250 2.0.0 queued as 42")
    assert sent["message_id"].encode() in (envelope.original_content or b"")
    assert (await desk.lea.get(f"{API}/{name}")).json()["state"] == "sent"


async def test_a_letter_is_queued_once(desk: Desk, library: Library) -> None:
    name = await to_snapchat(desk, library)
    path = f"{API}/{name}/dispatches"

    first, second = await asyncio.gather(
        *(desk.lea.post(path, {"channel": "email"}) for _ in range(2))
    )

    assert sorted((first.status_code, second.status_code)) == [201, 409]


async def test_a_sending_in_the_future_or_before_the_seal_is_refused(
    desk: Desk,
) -> None:
    name = await desk.ready()
    for moment in ("2026-11-25T00:00:00Z", "2026-11-23T00:00:00Z", "2026-11-24T10:00"):
        proof = {"reference": "TT-1", "sent_at": moment}

        answer = await desk.lea.post(
            f"{API}/{name}/dispatches", {"channel": "form", "proof": proof}
        )

        assert answer.status_code == 422, moment
        assert answer.json()["errors"][0]["pointer"] == "/proof/sent_at"


async def test_the_same_key_sends_once(desk: Desk) -> None:
    name = await desk.ready()
    given = {"channel": "form", "proof": {"reference": "TT-884120"}}
    key = {"idempotency-key": f"send-{name}"}
    path = f"{API}/{name}/dispatches"

    answers = [await desk.lea.post(path, given, headers=key) for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert len((await desk.lea.get(path)).json()) == 1


async def late_by(desk: Desk, name: str, days: int) -> None:
    """Let so many days pass since the answer was due, and the job see it."""
    clocks = (await desk.lea.get(f"{API}/{name}/clocks")).json()
    due = next(one["safe_due_at"] for one in clocks if one["kind"] == "response")
    desk.clock.now = datetime.fromisoformat(due) + timedelta(days=days)
    await desk.later()
    await notice_due(desk.runtime, desk.clock.now)


async def test_a_drafted_reminder_is_sealed_and_sent_by_its_own_reference(
    desk: Desk,
) -> None:
    name = await desk.sent()
    await late_by(desk, name, 1)

    (waiting,) = (await desk.lea.get(f"{API}/{name}/reminders")).json()
    sealed = await desk.lea.post(f"{API}/{name}/reminders", {"level": 1})
    letter = sealed.json()
    sent = await desk.lea.post(
        f"{API}/{letter['reference']}/dispatches",
        {"channel": "form", "proof": {"reference": "TT-2"}},
    )

    assert (waiting["level"], waiting["letter"]) == (1, None)
    assert (sealed.status_code, letter["kind"]) == (201, "reminder_1")
    assert (sent.status_code, sent.json()["letter"]) == (201, letter["reference"])
    assert (await desk.lea.get(f"{API}/{name}/reminders")).json() == []


@pytest.mark.parametrize("kind", ["no_data", "need_more_info"])
async def test_who_has_answered_or_asked_since_is_not_reminded(
    desk: Desk, kind: str
) -> None:
    name = await desk.sent()
    await late_by(desk, name, 1)
    answer = {"kind": kind, "received_at": desk.clock.now.isoformat()}
    await desk.lea.post(f"{API}/{name}/responses", answer)

    waiting = await desk.lea.get(f"{API}/{name}/reminders")
    sealed = await desk.lea.post(f"{API}/{name}/reminders", {"level": 1})

    assert waiting.json() == []
    assert (sealed.status_code, sealed.json()["type"]) == (404, "/problems/no-reminder")


async def test_no_reminder_is_sealed_that_nobody_drafted(desk: Desk) -> None:
    name = await desk.sent()

    answer = await desk.lea.post(f"{API}/{name}/reminders", {})

    assert (answer.status_code, answer.json()["type"].split("/")[-1]) == (
        404,
        "no-reminder",
    )


async def test_our_answer_lets_their_clock_run_on(desk: Desk) -> None:
    name = await desk.sent()
    asked = {"kind": "need_more_info", "received_at": desk.clock.now.isoformat()}
    await desk.lea.post(f"{API}/{name}/responses", asked)

    silent = await desk.lea.post(f"{API}/{name}/supplements", {"answer": " "})
    given = {"question": "Which offence?", "answer": "Extortion, article 151."}
    letter = (await desk.lea.post(f"{API}/{name}/supplements", given)).json()
    proof = {"channel": "form", "proof": {"reference": "TT-3"}}
    await desk.lea.post(f"{API}/{letter['reference']}/dispatches", proof)

    assert (silent.status_code, letter["kind"]) == (422, "supplement")
    clocks = (await desk.lea.get(f"{API}/{name}/clocks")).json()
    assert {x["state"] for x in clocks if x["kind"] == "response"} == {"running"}
