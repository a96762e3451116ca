"""A platform whose office follows the country of the police that asks."""

from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.ports import Runtime
from platformlink.protocols import review
from platformlink.protocols.regions import addressees
from platformlink.protocols.rules import Draft, check
from platformlink.protocols.shelf import Library
from platformlink.requests import forms
from tests import factories
from tests.factories import NOW

Client = AsyncTestClient[Litestar]


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return factories.two_offices(tmp_path, requester="AL")


@pytest.mark.parametrize(
    ("requester", "codes"), [("AL", ["uk"]), ("GB", ["uk"]), ("US", ["us"])]
)
@pytest.mark.parametrize("country", ["AL", "US", "GB"])
def test_the_office_follows_the_country_that_asks(
    library: Library, requester: str, country: str, codes: list[str]
) -> None:
    tiktok = library.get("tiktok")

    found = addressees(tiktok, country, "", NOW.date(), requester=requester)

    assert [one.code for one in found] == codes


@pytest.mark.parametrize(
    ("requester", "entity", "has_reason_to_ask"),
    [("AL", "uk", False), ("AL", "us", True), ("US", "us", False), ("US", "uk", True)],
)
def test_the_other_office_wants_a_reason(
    library: Library, requester: str, entity: str, *, has_reason_to_ask: bool
) -> None:
    draft = Draft(
        kind="preservation", requester=requester, holder_country="US", entity=entity
    )

    found = check(library.get("tiktok"), draft, NOW)

    asked = "/entity_reason" in {one.pointer for one in found}
    assert asked is has_reason_to_ask


def test_such_a_file_passes_the_check(library: Library, tmp_path: Path) -> None:
    assert [
        one
        for one in review.problems(tmp_path / "tiktok.yaml")
        if "addressed" in str(one)
    ] == []


def test_the_check_says_for_whom_several_are_addressed(
    library: Library, tmp_path: Path
) -> None:
    file = tmp_path / "tiktok.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("requesters_except: [US],", ""), encoding="utf-8")

    told = [one.message for one in review.problems(file)]

    who = "the service 'tiktok', account holder in US, police of US: us, uk; "
    assert any(f"several are addressed for {who}" in one for one in told), told


@pytest.mark.anyio
async def test_page_and_draft_offer_that_office_only(
    ann: Client, session: AsyncSession, runtime: Runtime, library: Library
) -> None:
    page = await ann.get("/platforms/tiktok?country=US")
    request, case = await factories.filed(
        session,
        library,
        await factories.person(session, "ann"),
        entity="",
        holder_country="US",
    )
    form = forms.shown(
        request,
        case,
        [],
        library.get("tiktok"),
        authority=runtime.authority,
        language="en",
    )

    assert "<b>Office for the World</b>" in page.text
    assert "Office for America" not in page.text
    assert request.entity == "uk"
    assert [one.code for one in form.entities] == ["uk"]
    assert not form.is_open
