"""An Albanian reads every page of the desk, and meets no word that is not his own."""

import re

import pytest
from structlog.testing import capture_logs

from platformlink.app import ROUTERS
from platformlink.identity.tables import User
from platformlink.permissions import Role
from platformlink.web import pages, words
from tests.desks import Desk
from tests.seats import PAGE, STREAMS, Seat, number, seat

pytestmark = pytest.mark.anyio

REGISTERED = {
    "name": "takeout.zip",
    "size_bytes": 12,
    "way": "registered",
    "sha256": "ab" * 32,
    "place": "Safe 4",
    "custodian": "Forensic laboratory",
}
OTHERS = (
    "/clocks?start=2026-10-21T16:30&amount=90&unit=days&calendar=AL&zone=Europe/Tirane",
    "/requests?q=nothing+is+called+so",
    "/cases?q=nothing+is+called+so",
    "/platforms?q=snapchat",
    "/platforms?q=nothing+is+called+so",
    "/problems/may-not",
    "/nowhere",
)
FORMS: tuple[tuple[str, dict[str, str]], ...] = (
    ("/identifiers", {"text": "https://www.tiktok.com/@some.one and see tikt0k.com"}),
    ("/cases", {"reference": "?"}),
    ("/emergency", {}),
    ("/handover/notes", {"text": ""}),
    ("/requests/{reference}/responses", {"kind": "x"}),
    ("/requests/{reference}/edit", {"narrative": ""}),
)
IN_TIME = ("/", "/board", "/radar", "/calendar", "/requests", "/notices", "/handover")


async def speaks_albanian(desk: Desk, one: Seat) -> Seat:
    async with desk.runtime.sessions.begin() as session:
        (await session.get_one(User, one.actor.id)).language = "sq"
    return one


async def scene(desk: Desk) -> list[str]:
    """The names of a request that is drafted, in review, sealed, and answered."""
    draft = (await desk.draft(instrument="", nexus="", necessity=""))["id"]
    waiting, ready, sent = await desk.in_review(), await desk.ready(), await desk.sent()
    received_at = desk.clock.now.isoformat()
    said = {"kind": "need_more_info", "received_at": received_at, "note": "Which year?"}
    await desk.lea.post(f"/api/v1/requests/{sent}/responses", said)
    await desk.lea.post(f"/api/v1/requests/{sent}/evidence", REGISTERED)
    return [str(draft), waiting, ready, sent]


def paths(**places: str) -> set[str]:
    """Every page of the client that has these places."""
    found = {
        re.sub(r":\w+}", "}", route.path)
        for router in ROUTERS
        for route in router.routes
        if "GET" in getattr(route, "methods", ())
    }
    return {
        path.replace("/cases/{reference}", "/cases/{case}").format_map(places)
        for path in found - STREAMS
        if not re.search(r"^/api/|/problems/|\.", path)
    }


async def test_every_page_is_read_in_albanian(desk: Desk) -> None:
    one, ann = [
        await speaks_albanian(desk, each)
        for each in (
            await seat(desk.client, desk.runtime, "lea", roles=(*Role,)),
            desk.ann,
        )
    ]
    manager = await speaks_albanian(desk, await seat(desk.client, desk.runtime, "max"))
    names, case = await scene(desk), await desk.case()
    found = re.search(r"/verify/(\w+)", (await one.page(f"/requests/{names[-1]}")).text)
    assert found
    given = {"slug": "tiktok", "case": case, "code": found[1], "number": "1"}
    pages_of = {path for name in names for path in paths(reference=name, **given)}
    words.translations.cache_clear()
    pages.environment.cache_clear()

    with capture_logs() as told:
        for path in (*sorted(pages_of), *OTHERS):
            await one.page(path)
        for path, form in FORMS:
            await ann.submit(path.format(reference=names[0]), form)
        await desk.later(days=60)
        for each in (one, manager):
            await each.wake(desk.runtime)
        for path in (*IN_TIME, f"/requests/{names[-1]}"):
            await one.page(path)
        await manager.page("/board")
        await desk.client.get("/sign-in", headers=PAGE | {"accept-language": "sq"})

    missing = sorted({x["text"] for x in told if x["event"] == "words.untranslated"})
    assert missing == [], "give them a name in a *_NAMES table, and run `make words`"


def test_a_missing_text_is_noted_once() -> None:
    catalogue = words.Untranslated("sq")

    with capture_logs() as told:
        said = [catalogue.gettext(f"never said {number()}") for _ in range(2)]
        again = catalogue.gettext(said[0])

    assert again == said[0]
    assert [one["text"] for one in told] == said
