"""Several late answers are chased at one confirmation, and none of them twice."""

import pytest

from platformlink.permissions import Role
from platformlink.protocols.shelf import Library
from tests.desks import Desk
from tests.dispatch.test_api import post_all
from tests.seats import Seat, seat

pytestmark = pytest.mark.anyio

API = "/api/v1/requests"
PATH = "/board/reminders"


async def preview(who: Seat, *names: str) -> str:
    picked = "&".join(f"picked={name}" for name in names)
    answer = await who.page(f"{PATH}?{picked}")
    assert answer.status_code == 200, answer.text
    return answer.text


async def confirm(who: Seat, *names: str) -> str:
    answer = await who.submit(PATH, {"picked": list(names)})
    assert answer.status_code == 200, answer.text
    return answer.text


async def letters_of(desk: Desk, name: str) -> list[str]:
    found = (await desk.lea.get(f"{API}/{name}/letters")).json()
    return [x["reference"] for x in found if x["kind"].startswith("reminder_")]


async def test_the_preview_says_what_goes_out_and_why_the_rest_does_not(
    desk: Desk,
) -> None:
    owed, ours, ready = await desk.sent(), await desk.sent(), await desk.ready()
    await desk.late(owed, ours)
    asked = {"kind": "need_more_info", "received_at": desk.clock.now.isoformat()}
    await desk.lea.post(f"{API}/{ours}/responses", asked)

    text = await preview(desk.lea, owed, ours, ready)
    goes_out, passed = text.split("Passed over")

    assert f'name="picked" value="{owed}"' in goes_out
    assert "Reminder" in goes_out
    assert ours not in goes_out
    assert "It is paused: they wait for us." in passed
    assert "No answer is awaited." in passed
    assert await letters_of(desk, owed) == []


async def test_one_letter_chases_those_picked_and_no_others(desk: Desk) -> None:
    one, two, other = await desk.sent(), await desk.sent(), await desk.sent()
    await desk.late(one, two, other)

    text = await confirm(desk.lea, one, two)

    assert "is sealed; now send it." in text
    (letter,) = await letters_of(desk, one) or await letters_of(desk, two)
    assert f"/requests/{letter}/send" in text
    assert f'name="picked" value="{other}"' in await preview(desk.lea, one, two, other)


async def test_a_second_press_makes_nothing_and_shows_what_was_made(
    desk: Desk,
) -> None:
    name = await desk.sent()
    await desk.late(name)

    await confirm(desk.lea, name)
    again = await confirm(desk.lea, name)

    (letter,) = await letters_of(desk, name)
    assert f"Letter {letter} chases it." in again


async def test_all_that_a_platform_owes_is_shown_at_once(desk: Desk) -> None:
    one, two = await desk.sent(), await desk.sent()
    await desk.late(one, two)

    text = (await desk.lea.page(f"{PATH}?platform=tiktok")).text

    assert f'name="picked" value="{one}"' in text
    assert f'name="picked" value="{two}"' in text
    board = (await desk.lea.page("/board?platform=tiktok")).text
    assert f'name="picked" value="{one}" form="bulk"' in board
    assert f"{PATH}?platform=tiktok" in board


async def test_who_may_not_send_for_others_sees_and_makes_nothing(desk: Desk) -> None:
    name = await desk.sent()
    await desk.late(name)
    stranger = await seat(desk.client, desk.runtime, "stranger")

    assert name not in await preview(stranger, name)
    assert name not in await confirm(stranger, name)
    assert await letters_of(desk, name) == []


async def by_mail(
    desk: Desk, library: Library, slug: str, confirmer: Seat, sender: Seat
) -> str:
    """The reference of a preservation that went out by e-mail."""
    name = await desk.mailed(library, slug, confirmer)
    sent = await sender.post(f"{API}/{name}/dispatches", {"channel": "email"})
    assert sent.status_code == 201, sent.text
    await post_all(desk.runtime)
    return name


async def test_what_goes_by_mail_is_queued_and_the_server_takes_it(
    desk: Desk, library: Library
) -> None:
    name = await by_mail(desk, library, "wordpress-com", desk.bob, desk.lea)
    await desk.late(name)

    assert "will go out by e-mail to legal@wordpress.com" in await preview(
        desk.lea, name
    )
    text = await confirm(desk.lea, name)
    server = await post_all(desk.runtime)

    (letter,) = await letters_of(desk, name)
    assert f"Letter {letter} is sealed and waits for the mail server." in text
    assert any(letter.encode() in (x.original_content or b"") for x in server.taken)
    assert "It was chased today." in await preview(desk.lea, name)


async def test_a_letter_that_may_not_go_is_named_and_stops_no_other(
    desk: Desk, library: Library
) -> None:
    max_ = await seat(desk.client, desk.runtime, "max", roles=(Role.LIAISON,))
    mailed = await by_mail(desk, library, "cloudflare", desk.lea, max_)  # Lea knows
    filed = await desk.sent()
    await desk.late(mailed, filed)

    text = await confirm(desk.lea, mailed, filed)

    (stopped,) = await letters_of(desk, mailed)
    (made,) = await letters_of(desk, filed)
    assert "Nobody else has confirmed" in text
    assert f"/requests/{stopped}/send" in text
    assert f"Letter {made} is sealed; now send it." in text
