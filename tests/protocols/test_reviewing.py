import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from platformlink.ports import Runtime
from platformlink.protocols import actions
from platformlink.protocols.actions import Act
from platformlink.protocols.schemas import ProposalIn
from platformlink.protocols.shelf import Library
from tests import factories
from tests.seats import bearer

pytestmark = pytest.mark.anyio
Client = AsyncTestClient[Litestar]
HOLD = "/requests/preservation/holds/0/days"


async def signed_in(client: Client, runtime: Runtime, name: str) -> Client:
    async with runtime.sessions.begin() as session:
        actor = await factories.person(session, name)
    client.headers.update(await bearer(runtime, actor))
    return client


@pytest.fixture
async def lea(client: Client, runtime: Runtime) -> Client:
    """The liaison officer's client."""
    return await signed_in(client, runtime, "lea")


async def test_the_board_shows_all_platforms_and_offers_to_confirm(
    lea: Client, library: Library
) -> None:
    page = await lea.get("/platforms/review")

    assert page.status_code == 200
    assert page.text.count("Still holds") == len(library.all())


async def test_one_click_confirms_a_fact_on_its_own_source(lea: Client) -> None:
    await lea.post("/platforms/discord/confirm", data={"pointer": "/channels/0"})

    page = await lea.get("/platforms/discord")
    assert "Confirmed 24 November 2026 by Lea" in page.text


async def test_a_change_is_proposed_from_what_stands_there(lea: Client) -> None:
    form = await lea.get(f"/platforms/github/propose?at={HOLD}")
    assert ">90</textarea>" in form.text

    given = {"pointer": HOLD, "value": "many", "source": "x", "why": "y"}
    refused = await lea.post("/platforms/github/propose", data=given)
    assert refused.status_code == 422
    assert ">many</textarea>" in refused.text

    kept = await lea.post("/platforms/github/propose", data={**given, "value": "60"})
    assert "waits for a second person" in kept.text
    assert "+      - days: 60" in kept.text or "days: 60" in kept.text


async def test_a_second_person_accepts_and_takes_the_patch(
    client: Client, runtime: Runtime, library: Library
) -> None:
    given = ProposalIn(pointer=HOLD, value="60", source="Their page", why="Shorter")
    async with runtime.sessions.begin() as session:
        author = await factories.person(session, "lea")
        act = Act(author, factories.NOW)
        kept = await actions.propose(session, library, "kik", given, act=act)
    ada = await signed_in(client, runtime, "ada")

    await ada.post(f"/platforms/kik/proposals/{kept.id}", data={"do": "accept"})
    board = await ada.get("/platforms/review")
    patch = await ada.get(f"/platforms/kik/proposals/{kept.id}/patch")

    assert "accepted: commit its patch" in board.text
    assert patch.text.startswith("--- a/protocols/kik.yaml")
    assert "attachment" in patch.headers["content-disposition"]


async def test_a_channel_is_confirmed_on_the_page(lea: Client) -> None:
    code = "form"
    await lea.post(f"/platforms/tiktok/channels/{code}/confirm", data={"how": "Called"})

    page = await lea.get("/platforms/tiktok")

    assert "confirmed 24 November 2026 by Lea: Called" in page.text
