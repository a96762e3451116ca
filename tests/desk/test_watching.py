import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from platformlink.ports import Runtime
from platformlink.protocols.shelf import Library
from tests import factories
from tests.seats import bearer

pytestmark = pytest.mark.anyio
Client = AsyncTestClient[Litestar]


async def enter(client: Client, runtime: Runtime, name: str) -> None:
    async with runtime.sessions.begin() as session:
        actor = await factories.person(session, name)
    client.headers.update(await bearer(runtime, actor))


async def test_a_new_text_names_the_facts_and_the_drafts_that_rest_on_it(
    client: Client, runtime: Runtime, library: Library
) -> None:
    fact = next(x for x in library.get("tiktok").required if x.source)
    async with runtime.sessions.begin() as session:
        ann = await factories.person(session, "ann")
        request, _ = await factories.filed(session, library, ann)
        draft_id = request.draft_id
    await enter(client, runtime, "lea")
    place = "/platforms/tiktok/guidelines"
    for day, text in (("2026-09-01", fact.text), ("2026-10-01", "<b>Gone</b>")):
        given = {"source": fact.source[0], "dated_on": day, "text": text}
        await client.post(place, data=given)

    page = await client.get(f"{place}?source={fact.source[0]}")

    assert "<ins>&lt;b&gt;Gone&lt;/b&gt;</ins>" in page.text
    assert "/required/" in page.text
    assert draft_id in page.text


async def test_an_empty_text_is_refused_and_a_stranger_pastes_nothing(
    client: Client, runtime: Runtime
) -> None:
    await enter(client, runtime, "lea")
    empty = await client.post("/platforms/kik/guidelines", data={"text": " "})
    await enter(client, runtime, "ann")
    denied = await client.post("/platforms/kik/guidelines", data={"text": "x"})

    assert (empty.status_code, denied.status_code) == (422, 403)
