"""A person keeps views of the board; they only filter, and are nobody else's."""

from html import escape
from urllib.parse import urlencode

import pytest

from tests.desks import Desk
from tests.seats import Seat

pytestmark = pytest.mark.anyio

TIKTOK = "/board?platform=tiktok"


async def keep(who: Seat, name: str) -> None:
    given = {"name": name, "platform": "tiktok", "unit": "", "kind": ""}
    answer = await who.submit("/board/views", given)
    assert (answer.status_code, answer.headers["location"]) == (303, TIKTOK)


async def number_of(who: Seat) -> str:
    page = (await who.page(TIKTOK)).text
    return page.split('action="/board/views/')[1].split('"')[0]


async def change(who: Seat, number: str, **given: str) -> int:
    return (await who.submit(f"/board/views/{number}", given)).status_code


async def test_a_view_is_kept_renamed_and_deleted_by_its_owner_alone(
    desk: Desk,
) -> None:
    await keep(desk.lea, "Only TikTok")
    number = await number_of(desk.lea)

    assert "Only TikTok" in (await desk.lea.page(TIKTOK)).text
    assert "Only TikTok" not in (await desk.bob.page(TIKTOK)).text
    assert await change(desk.bob, number, do="delete") == 404
    assert await change(desk.lea, number, do="rename", name="Theirs") == 303
    assert "Theirs" in (await desk.lea.page(TIKTOK)).text
    assert await change(desk.lea, number, do="delete") == 303
    assert "Theirs" not in (await desk.lea.page(TIKTOK)).text


async def test_the_board_opens_with_one_view_and_everything_is_a_press_away(
    desk: Desk,
) -> None:
    await keep(desk.bob, "Mine")
    number = await number_of(desk.bob)

    assert await change(desk.bob, number, do="default") == 303
    opened = await desk.bob.page("/board")
    assert (opened.status_code, opened.headers["location"]) == (303, TIKTOK)
    assert (await desk.bob.page("/board?platform=")).status_code == 200
    assert (await desk.ann.page("/board")).status_code == 200
    assert await change(desk.bob, number, do="default") == 303
    assert (await desk.bob.page("/board")).status_code == 200


async def test_a_name_is_needed_and_borne_once(desk: Desk) -> None:
    await keep(desk.ann, "One")
    number = await number_of(desk.ann)
    given = {"name": "Two", "platform": "meta", "unit": "", "kind": ""}
    await desk.ann.submit("/board/views", given)

    assert await change(desk.ann, number, do="rename", name="Two") == 422
    assert await change(desk.ann, number, do="rename", name=" ") == 422
    assert await change(desk.ann, number, do="rename", name="x" * 61) == 422


async def test_a_view_keeps_all_by_which_the_board_is_narrowed(desk: Desk) -> None:
    given = {"platform": "tiktok", "unit": "tirana", "kind": "preservation"}
    given |= {"age": "weeks", "state": "sent"}
    kept = await desk.lea.submit("/board/views", {"name": "Old"} | given)
    board = kept.headers["location"]

    assert board == f"/board?{urlencode(given)}"
    shown = (await desk.lea.page(board)).text
    assert f'href="{escape(board)}" aria-current="true"><span>Old</span>' in shown


async def test_a_view_is_deleted_in_two_presses_without_any_script(desk: Desk) -> None:
    await keep(desk.lea, "To go")

    page = (await desk.lea.page(TIKTOK)).text

    asked = page.split("<summary>Delete this view</summary>")[1].split("</details>")[0]
    assert "Delete “To go”? The board itself loses nothing." in asked
    assert 'name="do" value="delete">Yes, delete it' in asked
