"""Mail to our own people: once, without a name, and never held up by one mailbox."""

import asyncio
import dataclasses

import pytest
from sqlmodel import col, select, update

from platformlink.errors import NotTaken, TurnedAway
from platformlink.identity.tables import User
from platformlink.notices import actions
from platformlink.notices.jobs import mail_waiting
from platformlink.notices.tables import Notice
from platformlink.ports import Mail, Mailer, Runtime
from platformlink.values import Phrase
from tests import factories
from tests.factories import NOW
from tests.standins import DyingMailer, ShutMailer, TakingMailer

pytestmark = pytest.mark.anyio


class ChoosyMailer(TakingMailer):
    """Takes all but what goes to some addresses."""

    def __init__(self, error: type[NotTaken], *addresses: str) -> None:
        super().__init__()
        self.error, self.addresses = error, addresses

    async def send(self, mail: Mail) -> str:
        if mail.to in self.addresses:
            raise self.error("not this one")
        return await super().send(mail)


def with_mailer(runtime: Runtime, mailer: Mailer) -> Runtime:
    ports = dataclasses.replace(runtime.ports, mailer=mailer)
    return dataclasses.replace(runtime, ports=ports)


@pytest.fixture
async def told(runtime: Runtime) -> list[str]:
    """The addresses of three people who were told something just now."""
    async with runtime.sessions.begin() as session:
        await session.exec(update(Notice).values(mailed_at=NOW))
        people = [await factories.person(session, "ann") for _ in range(3)]
        ids = [one.id for one in people]
        phrase = Phrase("%(name)s: the answer is late.", {"name": "PL-2026-000001"})
        key = f"late/{ids[0]}"
        await actions.tell(session, ids, phrase, key=key, path="/requests/x", now=NOW)
        query = select(User.email).where(col(User.id).in_(ids)).order_by(col(User.id))
        return list((await session.exec(query)).all())


async def test_each_is_mailed_once_even_by_two_workers(
    runtime: Runtime, told: list[str]
) -> None:
    mailer = TakingMailer()
    desk = with_mailer(runtime, mailer)

    await asyncio.gather(mail_waiting(desk, NOW), mail_waiting(desk, NOW))
    await mail_waiting(desk, NOW)

    assert sorted(one.to for one in mailer.taken) == sorted(told)


async def test_the_mail_bears_the_way_and_nothing_else(
    runtime: Runtime, told: list[str]
) -> None:
    mailer = TakingMailer()

    await mail_waiting(with_mailer(runtime, mailer), NOW)

    assert mailer.taken[0].text == "http://desk.example/requests/x\n"
    assert "late" not in mailer.taken[0].subject


async def test_what_was_not_taken_goes_out_later(
    runtime: Runtime, told: list[str]
) -> None:
    assert await mail_waiting(with_mailer(runtime, ShutMailer()), NOW) == 0

    mailer = TakingMailer()
    assert await mail_waiting(with_mailer(runtime, mailer), NOW) == 3


async def test_what_may_have_gone_out_is_not_sent_again(
    runtime: Runtime, told: list[str]
) -> None:
    await mail_waiting(with_mailer(runtime, DyingMailer()), NOW)

    mailer = TakingMailer()
    assert await mail_waiting(with_mailer(runtime, mailer), NOW) == 0


@pytest.mark.parametrize("error", [TurnedAway, NotTaken])
async def test_one_mailbox_holds_nobody_up(
    runtime: Runtime, told: list[str], error: type[NotTaken]
) -> None:
    mailer = ChoosyMailer(error, told[0])

    await mail_waiting(with_mailer(runtime, mailer), NOW)

    assert [one.to for one in mailer.taken] == told[1:]


async def test_who_left_gets_no_mail(runtime: Runtime, told: list[str]) -> None:
    async with runtime.sessions.begin() as session:
        await session.exec(
            update(User).where(col(User.email) == told[0]).values(is_active=False)
        )
    mailer = TakingMailer()

    await mail_waiting(with_mailer(runtime, mailer), NOW)

    assert [one.to for one in mailer.taken] == told[1:]
