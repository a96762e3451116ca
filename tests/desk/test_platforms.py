from datetime import date, datetime, timedelta

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.permissions import Actor, Role
from platformlink.ports import Runtime
from platformlink.protocols import shelf
from platformlink.protocols.shelf import Library
from platformlink.protocols.tables import ProtocolVersion
from platformlink.requests import actions, queries
from platformlink.requests.rules import TargetIn
from tests import factories
from tests.desks import Desk
from tests.responses.given import person, sent
from tests.seats import bearer, seat

pytestmark = pytest.mark.anyio
Client = AsyncTestClient[Litestar]
DAY = timedelta(days=1)
LINK = "https://www.tiktok.com/@asked.before"
ACCOUNT = ("tiktok", "asked.before")
TARGET = TargetIn("username", LINK, date(2026, 11, 23))


async def enter(client: Client, runtime: Runtime, actor: Actor) -> None:
    client.headers.update(await bearer(runtime, actor))


async def test_who_asked_before_is_told_to_those_who_may_know(
    session: AsyncSession, library: Library
) -> None:
    ann = await factories.person(session, "ann")
    lea = await factories.person(session, "lea")
    stranger = await factories.person(session, "stranger")
    request, _ = await factories.filed(session, library, ann, targets=(TARGET,))

    for reader in (ann, lea):
        found = await queries.asked_before(session, [ACCOUNT], actor=reader)
        assert [(x.request.id, x.author) for x in found[ACCOUNT]] == [
            (request.id, "Ann")
        ]
    assert await queries.asked_before(session, [ACCOUNT], actor=stranger) == {}
    but = await queries.asked_before(session, [ACCOUNT], actor=ann, but_id=request.id)
    assert but == {}


async def test_a_restricted_case_is_told_to_nobody_else(
    session: AsyncSession, library: Library, now: datetime
) -> None:
    ann = await factories.person(session, "ann")
    lea = await factories.person(session, "lea")
    case = await factories.case_of(session, ann, is_restricted=True)
    fields = factories.request_fields(case.reference, targets=(TARGET,))
    await actions.file(session, library, fields, actor=ann, now=now)

    assert await queries.asked_before(session, [ACCOUNT], actor=lea) == {}


async def test_the_clinic_names_the_request_that_asked_before(
    client: Client, runtime: Runtime, library: Library
) -> None:
    async with runtime.sessions.begin() as session:
        ann = await factories.person(session, "ann")
        target = TargetIn("username", "https://www.tiktok.com/@in.clinic", None)
        request, _ = await factories.filed(session, library, ann, targets=(target,))
        draft_id = request.draft_id
    await enter(client, runtime, ann)

    page = await client.post(
        "/identifiers", data={"text": "https://www.tiktok.com/@in.clinic and x"}
    )

    assert f"Asked about before: {draft_id}" in page.text


async def test_a_draft_says_that_its_account_was_asked_about(
    client: Client, runtime: Runtime, library: Library
) -> None:
    target = TargetIn("username", "https://www.tiktok.com/@asked.twice", None)
    async with runtime.sessions.begin() as session:
        ann = await factories.person(session, "ann")
        first, _ = await factories.filed(session, library, ann, targets=(target,))
        second, _ = await factories.filed(session, library, ann, targets=(target,))
        earlier, draft_id = first.draft_id, second.draft_id
    await enter(client, runtime, ann)

    page = await client.get(f"/requests/{draft_id}/edit")

    assert f"Asked about before: {earlier} by Ann" in page.text


async def test_the_clinic_names_hosts_that_deceive(
    client: Client, runtime: Runtime
) -> None:
    async with runtime.sessions.begin() as session:
        ann = await factories.person(session, "ann")
    await enter(client, runtime, ann)

    page = await client.post("/identifiers", data={"text": "see tikt0k-police.com"})

    assert "tikt0k-police.com looks like" in page.text


async def test_versions_name_the_open_requests_that_rest_on_them(
    client: Client, runtime: Runtime, library: Library, now: datetime
) -> None:
    older = library.content("tiktok").replace("name: TikTok", "name: Tik Tok", 1)
    version = shelf.version_of(older)
    async with runtime.sessions.begin() as session:
        row = ProtocolVersion(
            version=version, slug="tiktok", content=older, first_seen_at=now
        )
        session.add(row)
        await session.flush()
        ann = await factories.person(session, "ann")
        request, _ = await factories.filed(session, library, ann)
        request.protocol_version = version
        draft_id = request.draft_id
    await enter(client, runtime, ann)

    page = await client.get("/platforms/tiktok/versions")

    assert "1 open request rests on it" in page.text
    assert draft_id in page.text


async def test_a_platform_page_shows_our_own_record(
    client: Client, runtime: Runtime
) -> None:
    async with runtime.sessions.begin() as session:
        lea = await factories.person(session, "lea")
    await enter(client, runtime, lea)

    page = await client.get("/platforms/omegle")

    assert "What they answered us" in page.text
    assert "Nothing was sent to them." in page.text


async def test_a_platform_page_tells_a_manager_nothing_of_a_few_requests(
    client: Client, runtime: Runtime
) -> None:
    shown = []
    async with runtime.sessions.begin() as session:
        max_ = await person(session, Role.MANAGER, name="Max")
        lea = await person(session)
        await sent(session, lea, platform="twitch", at=runtime.clock() - DAY)
    for reader in (lea, max_):
        await enter(client, runtime, reader)
        page = await client.get("/platforms/twitch")
        shown.append("What they answered us" in page.text)

    assert shown == [True, False]


async def test_a_call_sheet_names_what_they_owe_to_those_who_may_read_it(
    desk: Desk,
) -> None:
    name = await desk.sent()
    stranger = await seat(desk.client, desk.runtime, "stranger")
    manager = await seat(desk.client, desk.runtime, "max", roles=(Role.MANAGER,))

    ours = (await desk.lea.page("/platforms/tiktok/calls")).text
    theirs = (await stranger.page("/platforms/tiktok/calls")).text
    counted = await manager.page("/platforms/tiktok/calls")

    (row,) = (x for x in ours.split("<tr>") if f">{name}<" in x)
    assert "some.name" in row
    assert "Answer" in row
    assert "Hold ends" not in row  # that is ours to see to
    assert "Whom to ring" in ours
    assert name not in theirs
    assert counted.status_code == 403
