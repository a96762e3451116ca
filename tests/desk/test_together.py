"""Several requests are acted on at one confirmation, each as if by hand."""

from typing import Any

import pytest

from platformlink.permissions import Role
from platformlink.protocols.shelf import Library
from tests.desks import Desk
from tests.dispatch.test_api import post_all
from tests.seats import Seat, seat

pytestmark = pytest.mark.anyio

API = "/api/v1/requests"
PATH = "/requests/together"
REFUSED = "Would not be done, and why"
NOT_DONE = "Not done, and why"


async def preview(who: Seat, act: str, *names: str) -> str:
    picked = "&".join(f"picked={name}" for name in names)
    answer = await who.page(f"{PATH}?act={act}&{picked}")
    assert answer.status_code == 200, answer.text
    return answer.text


async def confirm(who: Seat, act: str, *names: str, reason: str = "") -> str:
    given = {"act": act, "picked": list(names), "reason": reason}
    answer = await who.submit(PATH, given)
    assert answer.status_code == 200, answer.text
    return answer.text


async def state(desk: Desk, name: str) -> str:
    found: str = (await desk.lea.get(f"{API}/{name}")).json()["state"]
    return found


async def test_the_preview_does_nothing_and_says_why_the_rest_would_not_be(
    desk: Desk,
) -> None:
    draft, gone = (await desk.draft())["id"], await desk.sent()
    empty = (await desk.draft(targets=[], narrative=""))["id"]

    text = await preview(desk.ann, "submit", draft, gone, empty)
    able, refused = text.split(REFUSED)

    assert f'name="picked" value="{draft}"' in able
    assert "A second person decides on it." in able
    assert gone not in able
    assert gone in refused
    assert empty in refused
    assert "Mend what is marked" in refused
    assert await state(desk, draft) == "draft"


async def test_those_that_can_be_are_submitted_and_the_others_named(
    desk: Desk,
) -> None:
    one, two = (await desk.draft())["id"], (await desk.draft())["id"]
    empty = (await desk.draft(targets=[]))["id"]

    done, refused = (await confirm(desk.ann, "submit", one, empty, two)).split(NOT_DONE)

    assert one in done
    assert two in done
    assert empty in refused
    assert [await state(desk, x) for x in (one, two, empty)] == [
        *("in_review", "in_review", "draft"),
    ]
    told = (await desk.ann.get(f"{API}/{one}/events")).json()
    assert told[0]["verb"] == "submit"
    again = await confirm(desk.ann, "submit", one)
    assert NOT_DONE in again


async def test_what_goes_by_mail_is_sent_and_the_rest_names_its_way(
    desk: Desk, library: Library
) -> None:
    letter, portal = await desk.mailed(library), await desk.ready()

    shown = await preview(desk.lea, "send", letter, portal)
    done, refused = (await confirm(desk.lea, "send", letter, portal)).split(NOT_DONE)
    server = await post_all(desk.runtime)

    assert f"Letter {letter} goes out by e-mail to legal@wordpress.com." in shown
    assert f"Letter {letter} goes out by e-mail to legal@wordpress.com." in done
    assert portal in refused
    assert "It goes out by " in refused
    assert len(server.taken) == 1
    assert (await state(desk, letter), await state(desk, portal)) == ("sent", "ready")
    assert "There is no sealed letter to send" in await preview(
        desk.lea, "send", letter
    )


async def test_several_are_withdrawn_for_one_reason_that_must_be_given(
    desk: Desk,
) -> None:
    one, two, draft = await desk.sent(), await desk.sent(), (await desk.draft())["id"]
    given = {"act": "withdraw", "picked": [one, two, draft]}

    unsaid = await desk.lea.submit(PATH, given)
    still = await state(desk, one)
    text = await confirm(desk.lea, "withdraw", one, two, draft, reason="He was found")

    assert unsaid.status_code == 422
    assert 'id="w-reason"' in unsaid.text
    assert still == "sent"
    assert [await state(desk, x) for x in (one, two, draft)] == [
        *("withdrawn", "withdrawn", "draft"),
    ]
    for name in (one, two):
        letters = (await desk.lea.get(f"{API}/{name}/letters")).json()
        (made,) = [x["reference"] for x in letters if x["kind"] == "withdrawal"]
        assert f"/requests/{made}/send" in text
    assert draft in text.split(NOT_DONE)[1]


async def test_who_may_not_know_a_request_is_told_nothing_and_does_nothing(
    desk: Desk,
) -> None:
    name = (await desk.draft(await desk.case(is_restricted=True)))["id"]
    stranger = await seat(desk.client, desk.runtime, "stranger")

    shown = await preview(stranger, "submit", name)
    done = await confirm(stranger, "submit", name, "no-such-name")

    assert shown.count("There is no such request") == 1
    assert done.count("There is no such request") == 2
    assert "TikTok" not in shown
    assert (await desk.ann.get(f"{API}/{name}")).json()["state"] == "draft"


async def test_who_may_not_send_for_others_withdraws_nothing(desk: Desk) -> None:
    name = await desk.sent()

    text = await confirm(desk.bob, "withdraw", name, reason="Not needed")

    assert "Your role does not allow this" in text.split(NOT_DONE)[1]
    assert await state(desk, name) == "sent"


async def test_an_unknown_act_none_chosen_and_too_many_are_said(desk: Desk) -> None:
    many = "&".join(f"picked=x{number}" for number in range(61))

    assert (await desk.ann.page(f"{PATH}?act=approve&picked=x")).status_code == 404
    assert (await desk.ann.page(f"{PATH}?act=submit&{many}")).status_code == 422
    assert "Nothing was chosen." in await preview(desk.ann, "submit")


async def asked(who: Seat, what: str, act: str, *names: str, **more: Any) -> Any:  # noqa: ANN401 - JSON
    given = {"act": act, "requests": list(names)} | more.pop("given", {})
    answer = await who.post(f"{API}/together{what}", given, **more)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_a_program_is_told_first_and_acts_then_each_by_itself(desk: Desk) -> None:
    draft, gone = (await desk.draft())["id"], await desk.sent()

    would = await asked(desk.ann, "/preview", "submit", draft, gone)
    before = await state(desk, draft)
    did = await asked(desk.ann, "", "submit", draft, gone, "no-such-name")

    assert before == "draft"
    assert await state(desk, draft) == "in_review"
    for items in (would, did):
        assert (items[0]["request"], items[0]["problem"]) == (draft, None)
        assert items[0]["told"] == "A second person decides on it."
        assert items[1]["problem"]["type"] == "/problems/step-not-possible"
        assert items[1]["problem"]["status"] == 409
        assert items[1]["problem"]["instance"] == f"{API}/{gone}"
    assert did[2]["problem"]["status"] == 404


async def test_the_same_key_acts_once_and_answers_the_same(desk: Desk) -> None:
    name, key = await desk.sent(), {"idempotency-key": "several-1"}
    given = {"given": {"reason": "He was found"}, "headers": key}

    first = await asked(desk.lea, "", "withdraw", name, **given)
    again = await asked(desk.lea, "", "withdraw", name, **given)

    assert again == first
    assert first[0]["problem"] is None
    letters = (await desk.lea.get(f"{API}/{name}/letters")).json()
    assert [x["reference"] for x in letters if x["kind"] == "withdrawal"] == [
        first[0]["letter"]
    ]


async def test_a_program_may_do_no_more_than_a_person_at_the_page(desk: Desk) -> None:
    hidden = (await desk.draft(await desk.case(is_restricted=True)))["id"]
    stranger = await seat(desk.client, desk.runtime, "stranger")
    manager = await seat(desk.client, desk.runtime, "max", roles=(Role.MANAGER,))

    (line,) = await asked(stranger, "", "submit", hidden)
    refused = await manager.post(
        f"{API}/together/preview", {"act": "submit", "requests": [hidden]}
    )

    assert line["problem"]["type"] == "/problems/no-such-request"
    assert (line["state"], line["letter"]) == ("", "")
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"act": "approve", "requests": ["x"]}, "/act"),
        ({"act": "withdraw", "requests": ["x"]}, "/reason"),
        ({"act": "submit"}, "/requests"),
    ],
)
async def test_what_a_program_asks_wrongly_is_named(
    desk: Desk, given: dict[str, object], pointer: str
) -> None:
    answer = await desk.ann.post(f"{API}/together", given)

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]


async def test_all_that_a_case_shows_is_picked_by_its_address(desk: Desk) -> None:
    case = await desk.case()
    one, two = (await desk.draft(case))["id"], (await desk.draft(case))["id"]

    page = (await desk.ann.page(f"/cases/{case}?pick=all")).text

    for name in (one, two):
        assert f'name="picked" value="{name}" form="bulk" checked' in page


async def test_a_case_and_a_request_offer_what_stands_beside_each_other(
    desk: Desk,
) -> None:
    case = await desk.case()
    one, two = (await desk.draft(case))["id"], (await desk.draft(case))["id"]
    elsewhere = (await desk.draft())["id"]

    in_case = (await desk.ann.page(f"/cases/{case}")).text
    beside = (await desk.ann.page(f"/requests/{one}")).text

    for name in (one, two):
        assert f'name="picked" value="{name}" form="bulk"' in in_case
        assert f'name="picked" value="{name}" form="bulk"' in beside
    assert 'name="act" value="submit"' in in_case
    assert 'name="act" value="withdraw"' not in in_case
    assert elsewhere not in in_case
    assert f'name="picked" value="{elsewhere}"' in beside
    assert "the same account, another case" in beside
