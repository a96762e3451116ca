"""Management is told of the brief, or mailed it, once a month when the office opens."""

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta
from email import message_from_bytes

import msgspec
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlmodel import col, select

from platformlink.adapters.mail import SmtpMailer
from platformlink.identity.tables import User
from platformlink.notices.tables import Notice
from platformlink.permissions import Role
from platformlink.ports import Mailer, Runtime
from platformlink.reports import jobs
from tests.responses.given import person
from tests.standins import DyingMailer, RefusingMailer, ShutMailer, TakingMailer

pytestmark = pytest.mark.anyio

# The office opens at eight in Tirana, which is seven UTC in winter.
DAY = timedelta(days=1)
OPENS_AT = datetime(2026, 12, 1, 7, tzinfo=UTC)


async def told(runtime: Runtime, role: Role, *moments: datetime) -> list[str]:
    """The ways that somebody new was told, after the job ran at these moments."""
    async with runtime.sessions.begin() as session:
        somebody = await person(session, role)
    for at in moments:
        await jobs.tell_of_brief(runtime, at)
    async with runtime.sessions() as session:
        query = select(Notice.path).where(col(Notice.user_id) == somebody.id)
        return list((await session.exec(query)).all())


async def test_managers_are_told_once_of_the_whole_month_before(
    runtime: Runtime,
) -> None:
    (path,) = await told(
        runtime, Role.MANAGER, OPENS_AT, OPENS_AT, OPENS_AT + timedelta(days=20)
    )

    assert path.startswith("/reports/responsiveness.pdf?")
    assert "from=2026-11-01&to=2026-11-30" in path


async def test_nobody_is_told_before_the_office_opens(runtime: Runtime) -> None:
    early = OPENS_AT - timedelta(minutes=1)

    assert await told(runtime, Role.MANAGER, early) == []


async def test_who_reads_no_reports_is_not_told(runtime: Runtime) -> None:
    assert await told(runtime, Role.INVESTIGATOR, OPENS_AT) == []


DOMAIN = "@dcu.example"


def mailing(runtime: Runtime, mailer: Mailer, *addresses: str) -> Runtime:
    authority = msgspec.structs.replace(
        runtime.authority, brief_to=addresses, mail_domain=DOMAIN[1:]
    )
    ports = dataclasses.replace(runtime.ports, mailer=mailer)
    return dataclasses.replace(runtime, authority=authority, ports=ports)


class Post:
    """A mail server that takes every message."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.taken.append(envelope)
        return "250 2.0.0 queued as 42"


async def test_the_sealed_brief_arrives_by_mail_once_for_each_of_the_list(
    runtime: Runtime,
) -> None:
    post, loop = Post(), asyncio.get_running_loop()
    listening = await loop.create_server(
        lambda: SMTP(post, hostname="mail.test"), "127.0.0.1", 0
    )
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        mailer = SmtpMailer(f"smtp://127.0.0.1:{port}", runtime.authority.sender)
        desk = mailing(runtime, mailer, f"chief{DOMAIN}", f"deputy{DOMAIN}")
        first = await asyncio.gather(
            jobs.mail_brief(desk, OPENS_AT), jobs.mail_brief(desk, OPENS_AT)
        )
        later = await jobs.mail_brief(desk, OPENS_AT + timedelta(days=9))

    assert (sum(first), later) == (2, 0)
    to = sorted(one.rcpt_tos[0] for one in post.taken)
    assert to == [f"chief{DOMAIN}", f"deputy{DOMAIN}"]
    message = message_from_bytes(post.taken[0].original_content or b"")
    (part,) = (x for x in message.walk() if x.get_content_type() == "application/pdf")
    assert part.get_filename() == "responsiveness-2026-11.pdf"
    pdf = part.get_payload(decode=True)
    assert isinstance(pdf, bytes)
    assert (await runtime.ports.sealer.check(pdf)).is_intact


async def test_only_our_own_domain_and_readers_of_reports_are_mailed(
    runtime: Runtime,
) -> None:
    async with runtime.sessions.begin() as session:
        manager = await session.get_one(User, (await person(session, Role.MANAGER)).id)
        clerk = await session.get_one(
            User, (await person(session, Role.ADMINISTRATOR)).id
        )
    mailer = TakingMailer()
    others = ("press@news.example", f"x{DOMAIN}.evil.example", clerk.email)
    desk = mailing(runtime, mailer, *others, manager.email)

    assert await jobs.mail_brief(desk, OPENS_AT) == 1
    assert [one.to for one in mailer.taken] == [manager.email]


async def test_nobody_is_mailed_more_than_their_own_account_may_count(
    runtime: Runtime,
) -> None:
    async with runtime.sessions.begin() as session:
        users = [
            await session.get_one(User, (await person(session, role)).id)
            for role in (
                *(Role.INVESTIGATOR, Role.ADMINISTRATOR),
                *(Role.MANAGER, Role.APPROVER, Role.MANAGER),
            )
        ]
        for number, one in enumerate(users):
            one.email = f"seat{number}{DOMAIN}"
        users[-1].is_active = False
        emails = [one.email for one in users]
    mailer = TakingMailer()
    desk = mailing(runtime, mailer, *(one.upper() for one in emails))

    assert await jobs.mail_brief(desk, OPENS_AT) == 2
    assert [one.to for one in mailer.taken] == emails[2:4]


async def test_what_a_crash_broke_off_is_not_sent_again(runtime: Runtime) -> None:
    dying = mailing(runtime, DyingMailer(), f"broken{DOMAIN}")
    assert await jobs.mail_brief(dying, OPENS_AT) == 0

    mailer = TakingMailer()
    await jobs.mail_brief(mailing(runtime, mailer, f"broken{DOMAIN}"), OPENS_AT + DAY)

    assert mailer.taken == []


async def test_what_surely_was_not_taken_is_tried_again_later(runtime: Runtime) -> None:
    address, mailer = f"shut{DOMAIN}", TakingMailer()
    await jobs.mail_brief(mailing(runtime, ShutMailer(), address), OPENS_AT)

    desk = mailing(runtime, mailer, address)
    soon = await jobs.mail_brief(desk, OPENS_AT + timedelta(minutes=1))
    later = await jobs.mail_brief(desk, OPENS_AT + timedelta(minutes=20))

    assert (soon, later) == (0, 1)


async def test_who_was_turned_away_for_good_is_not_asked_again(
    runtime: Runtime,
) -> None:
    address, mailer = f"gone{DOMAIN}", TakingMailer()
    await jobs.mail_brief(mailing(runtime, RefusingMailer(), address), OPENS_AT)

    await jobs.mail_brief(mailing(runtime, mailer, address), OPENS_AT + DAY)

    assert mailer.taken == []


async def test_no_brief_is_mailed_before_the_office_opens(runtime: Runtime) -> None:
    desk = mailing(runtime, TakingMailer(), f"early{DOMAIN}")

    assert await jobs.mail_brief(desk, OPENS_AT - timedelta(minutes=1)) == 0
