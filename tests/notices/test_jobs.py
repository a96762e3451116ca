"""Mail to our own people: once, without a name, and never held up by one mailbox."""

import asyncio
import dataclasses
from datetime import datetime, timedelta

import msgspec
import pytest
from sqlmodel import col, select, update

from platformlink.clocks import actions as clocks
from platformlink.clocks.calendars import Change
from platformlink.errors import NotTaken, TurnedAway
from platformlink.identity.rules import Pace
from platformlink.identity.tables import User
from platformlink.notices import actions
from platformlink.notices.jobs import forget_read, mail_waiting
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


async def people(runtime: Runtime) -> list[int]:
    """Three people, to whom nothing was told before."""
    async with runtime.sessions.begin() as session:
        await session.exec(update(Notice).values(mailed_at=NOW))
        return [(await factories.person(session, "ann")).id for _ in range(3)]


async def tell(
    runtime: Runtime, ids: list[int], *paths: str, at: datetime, is_urgent: bool = False
) -> None:
    async with runtime.sessions.begin() as session:
        for path in paths:
            await actions.tell(
                session,
                ids,
                Phrase("%(name)s: the answer is late.", {"name": "PL-2026-000001"}),
                key=f"late/{ids[0]}/{path}/{at}",
                path=path,
                now=at,
                is_urgent=is_urgent,
            )


async def reads_daily(runtime: Runtime, user_id: int, *, language: str = "en") -> str:
    """The address of somebody who chose one mail a day."""
    async with runtime.sessions.begin() as session:
        user = await session.get_one(User, user_id)
        user.mail_pace, user.language = Pace.DAILY, language
        return user.email


async def mailed(runtime: Runtime, now: datetime) -> list[Mail]:
    mailer = TakingMailer()
    assert await mail_waiting(with_mailer(runtime, mailer), now) == len(mailer.taken)
    return mailer.taken


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


NIGHT = NOW.replace(hour=22)
MORNING = NOW.replace(hour=7, minute=0) + timedelta(days=1)  # 08:00 in Tirana


async def test_at_night_only_what_is_urgent_is_mailed(runtime: Runtime) -> None:
    ids = await people(runtime)
    await tell(runtime, ids[:1], "/requests/calm", at=NIGHT)
    await tell(runtime, ids[:1], "/requests/urgent", at=NIGHT, is_urgent=True)

    night = await mailed(runtime, NIGHT)
    early = await mailed(runtime, MORNING - timedelta(seconds=1))
    morning = await mailed(runtime, MORNING)

    ways = [[one.text for one in part] for part in (night, early, morning)]
    host = "http://desk.example/requests"
    assert ways == [[f"{host}/urgent\n"], [], [f"{host}/calm\n"]]


async def test_who_reads_once_a_day_gets_one_mail_with_every_way_once(
    runtime: Runtime,
) -> None:
    ids = await people(runtime)
    address = await reads_daily(runtime, ids[0])
    await tell(runtime, ids[:1], "/requests/a", "/requests/b", at=NOW)
    await tell(runtime, ids[:1], "/requests/a", at=NIGHT)

    assert await mailed(runtime, NOW) == []
    (mail,) = await mailed(runtime, MORNING + timedelta(hours=2))
    await tell(runtime, ids[:1], "/requests/c", at=MORNING + timedelta(hours=3))

    assert await mailed(runtime, MORNING + timedelta(hours=4)) == []
    assert mail.to == address
    assert mail.text == (
        "What you were told since the last mail:\n\n"
        "http://desk.example/requests/a\nhttp://desk.example/requests/b\n\n"
        "http://desk.example/notices\n"
    )
    (later,) = await mailed(runtime, MORNING + timedelta(days=1))
    assert "/requests/c" in later.text


async def test_two_workers_make_one_mail_of_a_day(runtime: Runtime) -> None:
    ids = await people(runtime)
    await reads_daily(runtime, ids[0])
    await tell(runtime, ids[:1], *(f"/requests/{n}" for n in range(9)), at=NOW)
    mailer = TakingMailer()
    desk = with_mailer(runtime, mailer)

    await asyncio.gather(*(mail_waiting(desk, MORNING) for _ in range(4)))

    (mail,) = mailer.taken
    assert mail.text.count("/requests/") == 9


async def test_a_mail_of_the_day_that_was_not_taken_goes_out_whole_later(
    runtime: Runtime,
) -> None:
    ids = await people(runtime)
    await reads_daily(runtime, ids[0])
    await tell(runtime, ids[:1], "/requests/a", "/requests/b", at=NOW)

    assert await mail_waiting(with_mailer(runtime, ShutMailer()), MORNING) == 0

    (mail,) = await mailed(runtime, MORNING + timedelta(minutes=1))
    assert mail.text.count("/requests/") == 2


async def test_an_emergency_comes_at_once_to_who_reads_once_a_day(
    runtime: Runtime,
) -> None:
    ids = await people(runtime)
    await reads_daily(runtime, ids[0])
    await tell(runtime, ids[:1], "/requests/a", at=NIGHT, is_urgent=True)

    (mail,) = await mailed(runtime, NIGHT)

    assert mail.text == "http://desk.example/requests/a\n"


async def test_a_day_that_the_authority_declared_a_holiday_is_quiet(
    runtime: Runtime,
) -> None:
    ids = await people(runtime)
    await tell(runtime, ids[:1], "/requests/a", at=NIGHT)
    away = msgspec.structs.replace(runtime.authority, calendar="IS")
    async with runtime.sessions.begin() as session:
        ada = await factories.person(session, "ada")
        change = Change(MORNING.date(), is_rest=True, name="Mourning")
        await clocks.change_day(session, "IS", change, actor=ada, now=NOW)
    desk = dataclasses.replace(runtime, authority=away)
    later = MORNING + timedelta(hours=1)  # where the sun rises later

    assert await mailed(desk, later) == []
    assert len(await mailed(desk, later + timedelta(days=1))) == 1


async def test_what_was_read_a_year_ago_goes_and_what_nobody_read_stays(
    runtime: Runtime,
) -> None:
    (ann, *_) = await people(runtime)
    old, new = NOW - timedelta(days=400), NOW - timedelta(days=300)
    await tell(runtime, [ann], "/old", at=old)
    await tell(runtime, [ann], "/new", at=new)
    async with runtime.sessions.begin() as session:
        await session.exec(
            update(Notice).where(col(Notice.user_id) == ann).values(read_at=old)
        )
    await tell(runtime, [ann], "/unread", at=old)

    await forget_read(runtime, NOW)

    async with runtime.sessions() as session:
        query = select(Notice.path).where(Notice.user_id == ann)
        assert set(await session.exec(query)) == {"/new", "/unread"}
