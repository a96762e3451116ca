"""A calendar by a secret address: who may, what it says, and what it never says."""

from datetime import datetime, timedelta

import icalendar
import pytest
from sqlmodel import col, func, select

from platformlink.audit.tables import AuditEntry
from platformlink.clocks.tables import Clock
from platformlink.identity.tables import CalendarKey, User
from platformlink.permissions import Actor
from platformlink.ports import Runtime
from tests import factories
from tests.factories import NOW
from tests.responses import given
from tests.seats import Client, Seat, seat

pytestmark = pytest.mark.anyio

ACCOUNT = "an.account.nobody.may.read"


async def address(one: Seat) -> str:
    """The path of a new address, as the profile shows it once."""
    page = await one.submit("/profile/calendar", {})
    return page.text.split("http://desk.example")[1].split("<")[0]


async def events(client: Client, path: str) -> list[icalendar.Event]:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    found = icalendar.Calendar.from_ical(answer.text).walk("VEVENT")
    return [one for one in found if isinstance(one, icalendar.Event)]


async def clocks_of(runtime: Runtime, *, is_restricted: bool = False) -> list[Clock]:
    """The clocks of a request of Ann's that went out some days ago."""
    async with runtime.sessions.begin() as session:
        ann = await factories.person(session, "ann")
        request = await given.sent(
            session,
            ann,
            at=NOW - timedelta(days=3),
            accounts=(ACCOUNT,),
            is_restricted=is_restricted,
        )
        query = select(Clock).where(Clock.request_id == request.id)
        found = list((await session.exec(query)).all())
    assert found
    return found


async def test_each_open_clock_is_an_event_at_its_safe_end(
    client: Client, runtime: Runtime
) -> None:
    clocks = await clocks_of(runtime)
    lea = await seat(client, runtime, "lea")

    found = {str(one["uid"]): one for one in await events(client, await address(lea))}

    for clock in clocks:
        one = found[f"clock-{clock.id}@{runtime.authority.mail_domain}"]
        end = one.start
        whole = not isinstance(end, datetime)
        due = clock.safe_due_at.astimezone(runtime.authority.tz)
        assert end == (due.date() - timedelta(days=1) if whole else due)
        assert whole == (due.hour == due.minute == 0)
        assert one.stamp == NOW


async def test_a_title_says_reference_clock_and_platform_alone(
    client: Client, runtime: Runtime
) -> None:
    (clock, *_) = await clocks_of(runtime)
    lea = await seat(client, runtime, "lea")

    answer = await client.get(await address(lea))

    assert ACCOUNT not in answer.text
    assert "G-2026" not in answer.text
    found = icalendar.Calendar.from_ical(answer.text).walk("VEVENT")
    uid = f"clock-{clock.id}@{runtime.authority.mail_domain}"
    (one,) = (each for each in found if str(each["uid"]) == uid)
    reference, what, platform = str(one["summary"]).split(" · ")
    assert one["url"] == f"http://desk.example/requests/{reference}"
    assert (what, platform) == ("Acknowledgement", "TikTok")


async def test_nobodys_calendar_shows_what_they_may_not_see(
    client: Client, runtime: Runtime
) -> None:
    stranger = await seat(client, runtime, "stranger")
    lea = await seat(client, runtime, "lea")
    mine = await clocks_of(runtime)
    hidden = await clocks_of(runtime, is_restricted=True)

    shown = {str(one["uid"]) for one in await events(client, await address(lea))}
    seen = {str(one["uid"]) for one in await events(client, await address(stranger))}

    domain = runtime.authority.mail_domain
    assert f"clock-{mine[0].id}@{domain}" in shown
    assert not {f"clock-{one.id}@{domain}" for one in hidden} & (shown | seen)
    assert f"clock-{mine[0].id}@{domain}" not in seen


async def test_a_new_address_ends_the_old_one_and_closing_ends_all(
    client: Client, runtime: Runtime
) -> None:
    lea = await seat(client, runtime, "lea")
    old, new = await address(lea), await address(lea)

    assert (await client.get(old)).status_code == 404
    assert (await client.get(new)).status_code == 200
    await lea.submit("/profile/calendar/close", {})
    assert (await client.get(new)).status_code == 404


async def test_the_profile_says_since_when_and_shows_the_address_only_once(
    client: Client, runtime: Runtime
) -> None:
    lea = await seat(client, runtime, "lea")
    path = await address(lea)

    profile = await lea.page("/profile")

    assert "It has an address since 24 November 2026" in profile.text
    assert path not in profile.text


async def test_the_address_is_kept_as_a_hash(client: Client, runtime: Runtime) -> None:
    lea = await seat(client, runtime, "lea")
    path = await address(lea)

    async with runtime.sessions() as session:
        kept = await session.get_one(CalendarKey, lea.actor.id)

    token = path.removeprefix("/calendar/").removesuffix(".ics")
    assert len(token) >= 43
    assert token not in kept.token_sha256


@pytest.mark.parametrize("name", ["x.ics", f"{'A' * 43}.ics", ".ics", "x"])
async def test_a_wrong_address_opens_nothing(client: Client, name: str) -> None:
    assert (await client.get(f"/calendar/{name}")).status_code == 404


async def test_an_account_that_was_closed_takes_its_calendar_along(
    client: Client, runtime: Runtime
) -> None:
    lea, ada = [await seat(client, runtime, name) for name in ("lea", "ada")]
    path = await address(lea)

    await ada.submit("/admin/people/disable", {"email": await email(runtime, lea)})

    assert (await client.get(path)).status_code == 404


async def email(runtime: Runtime, one: Seat) -> str:
    async with runtime.sessions() as session:
        return (await session.get_one(User, one.actor.id)).email


async def test_who_may_not_read_gets_no_calendar(
    client: Client, runtime: Runtime
) -> None:
    ada = await seat(client, runtime, "ada")

    assert (await ada.submit("/profile/calendar", {})).status_code == 403
    assert "/profile/calendar" not in (await ada.page("/profile")).text


async def read_by(runtime: Runtime, actor: Actor) -> int:
    query = select(func.count()).where(
        col(AuditEntry.verb) == "desk.calendar_read", AuditEntry.actor_id == actor.id
    )
    async with runtime.sessions() as session:
        return (await session.exec(query)).one()


async def test_each_reading_is_an_entry_of_the_log(
    client: Client, runtime: Runtime
) -> None:
    lea = await seat(client, runtime, "lea")
    path = await address(lea)

    await client.get(path)
    await client.get(path)

    assert await read_by(runtime, lea.actor) == 2
