"""A real mailbox is read: what is certain is filed, the rest waits for one press."""

import dataclasses
import hashlib
import socket
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import select

from platformlink.adapters.imap import ImapMailbox, MailboxAway
from platformlink.dispatch.tables import Dispatch
from platformlink.evidence.jobs import keep_arrived
from platformlink.mailbox import actions
from platformlink.mailbox.jobs import collect_mail, watch_mailbox
from platformlink.mailbox.tables import ReceivedMail
from platformlink.notices.tables import Notice
from platformlink.ports import Fetched, MailBatch, Runtime
from platformlink.protocols import shelf
from tests.desks import Desk
from tests.mailbox.server import Dovecot, Dripping, dripping, running
from tests.mailbox.test_rules import REPORT
from tests.seats import number, seat

pytestmark = pytest.mark.anyio

API = "/api/v1/requests"


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with running() as server:
        yield server


def reading(desk: Desk, dovecot: Dovecot) -> Runtime:
    ports = dataclasses.replace(desk.runtime.ports, mailbox=ImapMailbox(dovecot.url))
    return dataclasses.replace(desk.runtime, ports=ports)


def slowly(desk: Desk, way: Dripping) -> Runtime:
    """The desk on that way, with four seconds for all that one run reads."""
    mailbox = ImapMailbox(way.url, longest_seconds=4)
    ports = dataclasses.replace(desk.runtime.ports, mailbox=mailbox)
    return dataclasses.replace(desk.runtime, ports=ports)


def letter(text: str, *headers: str, sender: str = "le@tiktok.com") -> bytes:
    lines = [f"From: TikTok <{sender}>", f"Message-ID: <{number()}@x>", *headers]
    return "\r\n".join([*lines, "", text, ""]).encode()


async def found(desk: Desk, raw: bytes) -> ReceivedMail:
    """The row of a message, by its bytes as they lie on the server."""
    sha256 = hashlib.sha256(raw).hexdigest()
    async with desk.runtime.sessions() as session:
        query = select(ReceivedMail).where(ReceivedMail.sha256 == sha256)
        return (await session.exec(query)).one()


async def kinds(desk: Desk, name: str) -> list[str]:
    told = (await desk.lea.get(f"{API}/{name}/responses")).json()
    return [one["kind"] for one in told]


async def test_an_automatic_reply_is_filed_by_itself_and_moves_nothing(
    desk: Desk, dovecot: Dovecot
) -> None:
    name = await desk.sent()
    before = (await desk.lea.get(f"{API}/{name}/clocks")).json()
    raw = letter("We received it.", f"Subject: Automatic reply: {name}")
    dovecot.deliver(raw)

    await collect_mail(reading(desk, dovecot), desk.clock.now)

    assert await kinds(desk, name) == ["auto_reply"]
    assert (await desk.lea.get(f"{API}/{name}")).json()["state"] == "sent"
    after = (await desk.lea.get(f"{API}/{name}/clocks")).json()
    assert [x["state"] for x in after] == [x["state"] for x in before]


async def test_a_bounce_is_filed_by_the_thread_that_it_returns(
    desk: Desk, dovecot: Dovecot
) -> None:
    name = await desk.sent()
    async with desk.runtime.sessions.begin() as session:
        ref = (await desk.lea.get(f"{API}/{name}/dispatches")).json()[0]["id"]
        dispatch = await session.get_one(Dispatch, ref)
        dispatch.message_id = f"<pl-{name}@dcu.example>"
    raw = REPORT % {b"action": b"failed"}
    dovecot.deliver(
        raw.replace(b"<pl-42.abc@dcu.example>", f"<pl-{name}@dcu.example>".encode())
    )

    await collect_mail(reading(desk, dovecot), desk.clock.now)

    assert await kinds(desk, name) == ["undelivered"]


async def test_what_could_move_a_clock_waits_with_its_suggestion(
    desk: Desk, dovecot: Dovecot
) -> None:
    name = await desk.sent()
    raw = letter("We have preserved the account.", f"Subject: Re: {name}")
    dovecot.deliver(raw)

    await collect_mail(reading(desk, dovecot), desk.clock.now)

    page = (await desk.lea.page("/inbox")).text
    assert await kinds(desk, name) == []
    assert f'value="{name}"' in page
    assert '<option value="preservation_confirmed" selected>' in page
    assert f"It names {name}" in page


async def test_one_press_files_it_and_the_vault_has_its_bytes(
    desk: Desk, dovecot: Dovecot
) -> None:
    name = await desk.sent()
    raw = letter("We have preserved the account.", f"Subject: Re: {name}")
    dovecot.deliver(raw)
    await collect_mail(reading(desk, dovecot), desk.clock.now)
    mail = await found(desk, raw)

    form = {"reference": name, "kind": "preservation_confirmed"}
    first = await desk.lea.submit(f"/inbox/{mail.id}/file", form)
    twice = await desk.lea.submit(f"/inbox/{mail.id}/file", form)
    await keep_arrived(desk.runtime, desk.clock.now)

    assert (first.status_code, twice.status_code) == (303, 409)
    assert await kinds(desk, name) == ["preservation_confirmed"]
    (item,) = (await desk.ann.get(f"{API}/{name}/evidence")).json()
    assert item["sha256"] == hashlib.sha256(raw).hexdigest()
    assert (await found(desk, raw)).raw == b""


async def test_the_mailbox_is_read_once_and_left_as_it_is(
    desk: Desk, dovecot: Dovecot
) -> None:
    dovecot.deliver(letter("Hello.", "Subject: nothing known"))
    runtime = reading(desk, dovecot)
    await collect_mail(runtime, desk.clock.now)
    before = dovecot.names()

    assert await collect_mail(runtime, desk.clock.now) == 0
    assert dovecot.names() == before
    assert not [one for one in before if "S" in one.partition(":2,")[2]]


async def test_the_same_bytes_under_a_new_number_are_the_same_message(
    desk: Desk, dovecot: Dovecot
) -> None:
    raw = letter("Hello again.", "Subject: twice")
    dovecot.deliver(raw)
    await collect_mail(reading(desk, dovecot), desk.clock.now)
    dovecot.deliver(raw)

    assert await collect_mail(reading(desk, dovecot), desk.clock.now) == 0


async def test_a_forged_sender_is_marked_and_never_filed_by_itself(
    desk: Desk, dovecot: Dovecot
) -> None:
    name = await desk.sent()
    raw = letter(
        "x", f"Subject: Automatic reply: {name}", sender="le@tiktok-police.example"
    )
    dovecot.deliver(raw)

    await collect_mail(reading(desk, dovecot), desk.clock.now)

    mail = await found(desk, raw)
    assert (mail.is_forged, mail.state) == (True, "waiting")
    assert await kinds(desk, name) == []
    assert "only looks like" in (await desk.lea.page("/inbox")).text


async def test_a_message_that_failed_its_check_is_never_filed_by_itself(
    desk: Desk, dovecot: Dovecot
) -> None:
    name = await desk.sent()
    checked = "Authentication-Results: mx.dcu.example; dmarc=fail"
    raw = letter("x", f"Subject: Automatic reply: {name}", checked)
    dovecot.deliver(raw)

    await collect_mail(reading(desk, dovecot), desk.clock.now)

    assert (await found(desk, raw)).state == "waiting"


async def test_mail_about_a_restricted_case_waits_for_its_members_alone(
    desk: Desk, dovecot: Dovecot
) -> None:
    case = await desk.case(is_restricted=True)
    for one in (desk.bob, desk.lea):
        await desk.ann.post(
            f"/api/v1/cases/{case}/members", {"email": await desk.email(one)}
        )
    name = await desk.sent(case=case)
    raw = letter("A secret answer.", f"Subject: Re: {name}")
    dovecot.deliver(raw)
    await collect_mail(reading(desk, dovecot), desk.clock.now)
    other = await seat(desk.client, desk.runtime, "lea")

    mail = await found(desk, raw)
    assert "A secret answer." in (await desk.lea.page("/inbox")).text
    assert "A secret answer." not in (await other.page("/inbox")).text
    form = {"reference": name, "kind": "ack"}
    assert (await other.submit(f"/inbox/{mail.id}/file", form)).status_code == 404


async def test_what_is_about_no_request_is_set_aside(
    desk: Desk, dovecot: Dovecot
) -> None:
    raw = letter("Buy this.", "Subject: an offer", sender="offers@shop.example")
    dovecot.deliver(raw)
    await collect_mail(reading(desk, dovecot), desk.clock.now)
    mail = await found(desk, raw)

    await desk.lea.submit(f"/inbox/{mail.id}/set-aside", {})

    assert (await found(desk, raw)).state == "set_aside"
    assert "Buy this." not in (await desk.lea.page("/inbox")).text


async def test_a_mailbox_that_goes_quiet_is_told_once_a_day(
    desk: Desk, dovecot: Dovecot
) -> None:
    dovecot.deliver(letter("The last word.", "Subject: last"))
    runtime = reading(desk, dovecot)
    await collect_mail(runtime, desk.clock.now)
    quiet = desk.clock.now + timedelta(days=400)

    assert await watch_mailbox(runtime, desk.clock.now) == 0
    assert await watch_mailbox(runtime, quiet) >= 1
    assert await watch_mailbox(runtime, quiet) == 0

    async with desk.runtime.sessions() as session:
        key = f"mailbox-quiet/{quiet:%Y-%m-%d}"
        told = (await session.exec(select(Notice).where(Notice.key == key))).all()
    assert desk.lea.actor.id in {one.user_id for one in told}


async def test_a_server_that_is_away_is_named() -> None:
    away = ImapMailbox("imap://desk:secret@127.0.0.1:9/INBOX", seconds=1)

    with pytest.raises(MailboxAway):
        await away.newer(0, 0)


async def test_a_server_that_stalls_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        stalled = ImapMailbox(f"imap://desk:secret@127.0.0.1:{port}", seconds=0.3)

        with pytest.raises(MailboxAway, match="timed out"):
            await stalled.newer(0, 0)


STRANGE = (
    b"From: \xff\xfe <\xe9@x.example>\r\nSubject: =?utf-8?b?//?= \xed\xa0\x80\r\n\r\n",
    b"Subject: \x00\r\nContent-Type: text/plain; charset=utf-16\r\n\r\n\x00\xd8\x00",
    b"Content-Type: text/plain; charset=utf-7\r\n\r\n+2AA-",
    b"\xff" * 2000,
    b"",
)


@pytest.mark.parametrize("raw", STRANGE)
async def test_whatever_bytes_a_message_has_it_is_kept_and_waits(
    desk: Desk, raw: bytes
) -> None:
    raw = raw and raw + f"\r\n{number()}".encode()
    fetched = Fetched(1, desk.clock.now, raw)

    async with desk.runtime.sessions.begin() as session:
        library = shelf.at(desk.runtime.protocols).on(desk.clock.now.date())
        await actions.take_in(
            session, desk.runtime, library, fetched, now=desk.clock.now
        )

    assert (await found(desk, raw)).state == "waiting"
    assert (await desk.lea.page("/inbox")).status_code == 200


async def test_what_cannot_be_filed_waits_and_holds_nothing_up(
    desk: Desk, dovecot: Dovecot
) -> None:
    name = await desk.ready()  # sealed, but nothing went out: no answer can be to it
    raw = letter("x", f"Subject: Automatic reply: {name}")
    dovecot.deliver(raw)
    after = letter("Hello there.", "Subject: the next one")
    dovecot.deliver(after)

    await collect_mail(reading(desk, dovecot), desk.clock.now)

    assert (await found(desk, raw)).state == "waiting"
    assert (await found(desk, after)).state == "waiting"


class Renumbered:
    """A mailbox that was made anew: its numbers begin again."""

    is_open = True

    def __init__(self, *batches: MailBatch) -> None:
        self.batches = list(batches)
        self.asked: list[tuple[int, int]] = []

    async def newer(self, validity: int, uid: int) -> MailBatch:
        self.asked.append((validity, uid))
        return self.batches.pop(0)


async def test_a_mailbox_made_anew_is_read_from_its_beginning(desk: Desk) -> None:
    mail = Fetched(90, desk.clock.now, letter("x", "Subject: old numbers"))
    mailbox = Renumbered(
        MailBatch(7001, (mail,)), MailBatch(7002, ()), MailBatch(7002, ())
    )
    ports = dataclasses.replace(desk.runtime.ports, mailbox=mailbox)
    runtime = dataclasses.replace(desk.runtime, ports=ports)

    for _ in range(3):
        await collect_mail(runtime, desk.clock.now)

    assert mailbox.asked[1:] == [(7001, 90), (7002, 0)]


async def test_a_server_that_drips_its_greeting_is_left_in_time(
    desk: Desk, dovecot: Dovecot
) -> None:
    with dripping(dovecot, after=None) as way, pytest.raises(MailboxAway):
        await collect_mail(slowly(desk, way), desk.clock.now)


async def test_what_came_whole_before_a_server_dripped_is_kept_and_the_rest_comes_next(
    desk: Desk, dovecot: Dovecot
) -> None:
    await collect_mail(reading(desk, dovecot), desk.clock.now)
    raws = [letter(text, "Subject: Hello") for text in ("First.", "Second.")]
    for raw in raws:
        dovecot.deliver(raw)

    with dripping(dovecot, after=1) as way:
        in_time = await collect_mail(slowly(desk, way), desk.clock.now)
    after = await collect_mail(reading(desk, dovecot), desk.clock.now)
    again = await collect_mail(reading(desk, dovecot), desk.clock.now)

    assert (in_time, after, again) == (1, 1, 0)
    for raw in raws:
        await found(desk, raw)
