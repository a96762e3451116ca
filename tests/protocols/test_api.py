from datetime import datetime

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from platformlink.ports import Runtime
from platformlink.protocols import shelf
from platformlink.protocols.shelf import Library
from platformlink.protocols.tables import ProtocolVersion

pytestmark = pytest.mark.anyio
Client = AsyncTestClient[Litestar]


async def test_a_stranger_sees_no_platform(client: Client) -> None:
    assert (await client.get("/api/v1/platforms")).status_code == 401


async def test_the_platforms_are_listed_with_what_they_take(ann: Client) -> None:
    answer = (await ann.get("/api/v1/platforms")).json()

    tiktok = next(one for one in answer["items"] if one["slug"] == "tiktok")
    assert len(answer["items"]) == 34
    assert tiktok["takes"] == {
        "preservation": "accepted",
        "preservation_extension": "accepted",
        "disclosure": "accepted",
        "emergency_disclosure": "accepted",
    }


async def test_a_platform_is_served_whole(ann: Client, library: Library) -> None:
    answer = (await ann.get("/api/v1/platforms/tiktok")).json()

    assert answer["version"] == library.version("tiktok")
    assert answer["protocol"]["entities"][0]["name"] == (
        "TikTok USDS Joint Venture LLC"
    )
    assert answer["agreement"] is None


async def test_an_unknown_platform_is_a_problem_document(ann: Client) -> None:
    answer = await ann.get("/api/v1/platforms/nowhere")

    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["type"] == "/problems/unknown-platform"


async def test_an_older_version_is_served_as_it_was(
    ann: Client, runtime: Runtime, library: Library, now: datetime
) -> None:
    older = library.content("steam").replace("name: Steam", "name: Steam of old", 1)
    version = shelf.version_of(older)
    async with runtime.sessions.begin() as session:
        session.add(
            ProtocolVersion(
                version=version, slug="steam", content=older, first_seen_at=now
            )
        )

    listed = (await ann.get("/api/v1/platforms/steam/versions")).json()["items"]
    served = (await ann.get(f"/api/v1/platforms/steam/versions/{version}")).json()
    elsewhere = await ann.get(f"/api/v1/platforms/tiktok/versions/{version}")

    assert [one["is_current"] for one in listed] == [True, False]
    assert served["protocol"]["name"] == "Steam of old"
    assert served["content"] == older
    assert elsewhere.status_code == 404


async def test_a_pasted_text_names_its_accounts(ann: Client) -> None:
    text = "see https://www.tiktok.com/@some.name"

    answer = await ann.post("/api/v1/identifiers/recognise", json={"text": text})

    assert answer.status_code == 200
    assert answer.json()["items"] == [
        {
            "platform": "tiktok",
            "kind": "username",
            "value": "https://www.tiktok.com/@some.name",
            "normalised": "some.name",
            "certainty": "certain",
            "start": 4,
            "end": 37,
            "why": "An address on a host of TikTok names it: TikTok username.",
        }
    ]


async def test_a_field_that_is_not_known_is_refused(ann: Client) -> None:
    given = {"text": "a", "txt": "b"}

    answer = await ann.post("/api/v1/identifiers/recognise", json=given)

    assert answer.status_code == 422
