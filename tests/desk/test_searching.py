"""One search leads to requests, cases and platforms."""

import pytest

from platformlink.desk.searching import platforms_like
from platformlink.protocols.shelf import Library
from tests.desk.test_reminding import confirm, letters_of
from tests.desks import Desk
from tests.seats import PAGE


@pytest.mark.parametrize(
    ("sought", "slug"),
    [("tiktok", "tiktok"), ("TikTock", "tiktok"), ("instagram", "meta")],
)
def test_a_platform_is_found_by_its_names_also_misspelt(
    library: Library, sought: str, slug: str
) -> None:
    assert slug in [one.slug for one in platforms_like(library, sought)][:2]


def test_what_is_like_no_platform_finds_none(library: Library) -> None:
    assert platforms_like(library, "qqqqqqq") == []


@pytest.mark.anyio
async def test_a_case_is_found_by_its_title(desk: Desk) -> None:
    await desk.case(title="Operation Kingfisher")

    text = (await desk.ann.page("/search?q=kingfischer")).text

    assert "Operation Kingfisher" in text


@pytest.mark.anyio
async def test_a_whole_reference_leads_straight_to_its_request(desk: Desk) -> None:
    name = await desk.ready()

    answer = await desk.ann.get(f"/search?q={name.lower()}", headers=PAGE)

    assert answer.headers["location"] == f"/requests/{name}"


@pytest.mark.anyio
async def test_the_reference_of_a_later_letter_leads_to_its_request(desk: Desk) -> None:
    name = await desk.sent()
    await desk.late(name)
    await confirm(desk.lea, name)
    (letter,) = await letters_of(desk, name)

    answer = await desk.ann.get(f"/search?q={letter}", headers=PAGE)

    assert letter != name
    assert answer.headers["location"] == f"/requests/{name}"


@pytest.mark.anyio
async def test_what_is_too_short_is_told(desk: Desk) -> None:
    assert "Three signs at least" in (await desk.ann.page("/search?q=ab")).text


@pytest.mark.anyio
async def test_a_restricted_case_is_found_by_its_members_alone(desk: Desk) -> None:
    case = await desk.case(title="Operation Nightjar", is_restricted=True)
    draft = await desk.draft(case)

    texts = [
        (await one.page("/search?q=nightjar")).text for one in (desk.ann, desk.lea)
    ]

    assert [case in text for text in texts] == [True, False]
    assert draft["id"]
