"""Colleagues write to each other beside a request; who is mentioned is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from platformlink.identity.tables import User
from platformlink.notices.tables import Notice
from platformlink.requests.comments import handle, mentioned
from tests.desks import Desk
from tests.factories import NOW
from tests.seats import Seat

pytestmark = pytest.mark.anyio


def user(email: str) -> User:
    return User(
        email=email, name=email, password_hash="", unit_id=1, roles=[], created_at=NOW
    )


PEOPLE = [user("ana@dcu.example"), user("be.sa@dcu.example")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("@ana, look", ["ana"]),
        ("Ask @Be.Sa. Now", ["be.sa"]),
        ("(@ana) and @ana", ["ana"]),
        ("@anabel wrote to @some.name", []),
        ("ana@dcu.example", []),
        ("", []),
    ],
)
def test_who_is_mentioned_is_found(text: str, told: list[str]) -> None:
    assert [handle(one) for one in mentioned(text, PEOPLE)] == told


@given(st.text())
def test_nobody_is_mentioned_without_a_sign(text: str) -> None:
    assert mentioned(text.replace("@", ""), PEOPLE) == []


async def notices(desk: Desk, whose: Seat) -> list[str]:
    query = select(Notice.phrase).where(Notice.user_id == whose.actor.id)
    async with desk.runtime.sessions() as session:
        return [
            one["text"] for one in await session.exec(query) if "beside" in one["text"]
        ]


async def test_a_comment_stands_beside_its_request_for_all_who_read_it(
    desk: Desk,
) -> None:
    path = f"/api/v1/requests/{await desk.in_review()}/comments"

    made = await desk.bob.post(path, {"text": " The period is too wide.\n"})
    read = await desk.ann.get(path)

    assert made.status_code == 201
    assert [one["text"] for one in read.json()] == ["The period is too wide."]
    assert read.json()[0]["author"] == desk.bob.actor.name


async def test_the_author_and_the_mentioned_are_told_and_nobody_else(
    desk: Desk,
) -> None:
    name = await desk.in_review()
    lea = (await desk.email(desk.lea)).partition("@")[0]

    await desk.bob.post(f"/api/v1/requests/{name}/comments", {"text": f"@{lea} see"})

    assert await notices(desk, desk.ann) == ["%(who)s wrote beside %(reference)s"]
    assert await notices(desk, desk.lea) == [
        "%(who)s mentions you beside %(reference)s"
    ]
    assert await notices(desk, desk.bob) == []


async def test_who_may_not_read_a_request_is_not_told_of_it(desk: Desk) -> None:
    case = await desk.case(is_restricted=True)
    name = (await desk.draft(case))["id"]
    lea = (await desk.email(desk.lea)).partition("@")[0]
    path = f"/api/v1/requests/{name}/comments"

    made = await desk.ann.post(path, {"text": f"@{lea} see"})
    refused = await desk.lea.get(path)

    assert (made.status_code, refused.status_code) == (201, 404)
    assert await notices(desk, desk.lea) == []


@pytest.mark.parametrize("text", ["", "  \n", "x" * 4001])
async def test_a_comment_that_is_none_names_its_field(desk: Desk, text: str) -> None:
    name = await desk.in_review()

    answer = await desk.ann.post(f"/api/v1/requests/{name}/comments", {"text": text})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/text"


async def test_the_page_keeps_it_and_shows_it_as_text(desk: Desk) -> None:
    name = await desk.in_review()
    path = f"/requests/{name}"

    made = await desk.bob.submit(f"{path}/comments", {"text": "<b>See</b>"})
    shown = await desk.ann.page(path)

    assert made.headers["location"] == f"{path}#comments"
    assert "&lt;b&gt;See&lt;/b&gt;" in shown.text
