import re
from datetime import datetime
from importlib import resources
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from platformlink.ports import Runtime
from platformlink.protocols import shelf
from platformlink.protocols.shelf import Library
from platformlink.protocols.tables import ProtocolVersion

pytestmark = pytest.mark.anyio
Client = AsyncTestClient[Litestar]
SLUGS = sorted(file.stem for file in Path("protocols").glob("*.yaml"))


@pytest.mark.parametrize("slug", SLUGS)
async def test_every_platform_has_its_page(ann: Client, slug: str) -> None:
    answer = await ann.get(f"/platforms/{slug}?happened=2026-11-20")

    assert answer.status_code == 200
    assert " style=" not in answer.text


async def test_the_addressee_follows_the_place_that_is_asked_about(ann: Client) -> None:
    here = await ann.get("/platforms/tiktok")
    there = await ann.get("/platforms/tiktok?country=DE")

    assert "<b>TikTok Pte. Limited</b>" in here.text
    assert "<b>TikTok Technology Limited</b>" in there.text
    assert "<b>TikTok Pte. Limited</b>" not in there.text


async def test_a_channel_says_whose_police_may_use_it(ann: Client) -> None:
    page = await ann.get("/platforms/coinbase")

    assert "Only for police of: US" in page.text
    assert "Not for police of: US" in page.text


async def test_what_is_said_of_keeping_without_a_figure_stands_there(
    ann: Client,
) -> None:
    page = await ann.get("/platforms/snapchat")

    assert "For a limited period; how long is not published." in page.text


async def test_two_entities_are_a_question_and_none_is_a_gap(ann: Client) -> None:
    two = await ann.get("/platforms/coinbase?country=AL")
    none = await ann.get("/platforms/omegle?country=AL")

    assert "More than one could be right" in two.text
    assert "Nobody is known to answer" in none.text


async def test_a_company_of_its_time_is_found_by_the_day_of_the_facts(
    ann: Client,
) -> None:
    page = await ann.get("/platforms/binance?country=AL&happened=2025-12-01")

    assert "<b>Nest Services Limited</b>" in page.text
    assert "Nest Trading Limited</b>" not in page.text
    assert "More than one could be right" not in page.text


async def test_the_directory_is_searched_and_filtered(ann: Client) -> None:
    every = await ann.get("/platforms")
    one = await ann.get("/platforms?q=telegram")
    few = await ann.get("/platforms?only=told")

    assert "34 platforms" in every.text
    assert "1 platform<" in one.text
    assert "/platforms/wordpress-com" in few.text
    assert "/platforms/snapchat" not in few.text


async def test_a_statute_is_never_shown_as_a_promise(ann: Client) -> None:
    page = await ann.get("/platforms/steam")

    assert "90 days by US law; not promised" in page.text


async def test_what_we_could_not_read_is_not_called_unpublished(ann: Client) -> None:
    page = await ann.get("/platforms/binance")

    assert "<h2>Hold and extension <small>not read by us</small></h2>" in page.text


async def test_the_countries_are_those_of_the_world(ann: Client) -> None:
    page = await ann.get("/platforms/tiktok")

    choice = page.text.partition('id="f-country"')[2].partition("</select>")[0]
    codes = set(re.findall(r'<option value="(\w+)"', choice))
    table = resources.files("tzdata") / "zoneinfo" / "iso3166.tab"
    lines = table.read_text(encoding="utf-8").splitlines()
    assigned = {line[:2] for line in lines if not line.startswith("#")}
    assert codes == assigned | {"XK"}


async def test_a_new_request_begins_with_the_platform_of_the_page(ann: Client) -> None:
    page = await ann.get("/platforms/zoom")
    form = await ann.get("/requests/new?platform=zoom")

    assert 'href="/requests/new?platform=zoom"' in page.text
    assert '<option value="zoom" selected>Zoom<' in form.text
    assert "<details open>" in form.text


async def test_versions_tell_what_changed(
    ann: Client, runtime: Runtime, library: Library, now: datetime
) -> None:
    older = library.content("zoom").replace("days: 90", "days: 60", 1)
    async with runtime.sessions.begin() as session:
        session.add(
            ProtocolVersion(
                version=shelf.version_of(older),
                slug="zoom",
                content=older,
                first_seen_at=now,
            )
        )

    page = await ann.get("/platforms/zoom/versions")

    assert "requests/preservation/holds/0/days: was 60, is now 90" in page.text


async def test_the_clinic_says_what_a_pasted_thing_is(ann: Client) -> None:
    text = "https://vm.tiktok.com/ZMhK3x9/ and @s\u200bome_name on telegram"

    page = await ann.post("/identifiers", data={"text": text})

    assert page.status_code == 200
    assert "It is not followed" in page.text
    assert "U+200B" in page.text
    assert "some_name" in page.text


async def test_a_pasted_text_cannot_become_markup(ann: Client) -> None:
    page = await ann.post("/identifiers", data={"text": "<script>alert(1)</script>"})

    assert "<script>alert" not in page.text
