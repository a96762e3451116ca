"""Letters after the first one: corrected, escalated, confirmed, and sent by hand."""

import pytest

from tests.desks import Desk

pytestmark = pytest.mark.anyio

API = "/api/v1/requests"
WRONG = {"what": "Section 1, item 1", "said": "@sorne.name", "correct": "@some.name"}
CAME = {"name": "answer.zip", "received_at": "2026-11-24T10:00:00+01:00"}


async def kinds(desk: Desk, name: str) -> list[str]:
    found = (await desk.lea.get(f"{API}/{name}/letters")).json()
    return sorted(one["kind"] for one in found)


async def test_a_correction_is_a_letter_of_its_own_and_the_first_one_stands(
    desk: Desk,
) -> None:
    name = await desk.sent()

    given = {"corrections": [WRONG], "reason": "A slip of the pen."}
    made = await desk.lea.post(f"{API}/{name}/corrections", given)

    assert (made.status_code, made.json()["kind"]) == (201, "correction")
    letters = (await desk.lea.get(f"{API}/{name}/letters")).json()
    assert [one["is_in_force"] for one in letters] == [True, True]


async def test_a_correction_that_says_nothing_names_each_field(desk: Desk) -> None:
    name = await desk.sent()

    given = {"corrections": [WRONG | {"said": " ", "correct": ""}]}
    refused = await desk.lea.post(f"{API}/{name}/corrections", given)

    assert refused.status_code == 422
    pointers = [one["pointer"] for one in refused.json()["errors"]]
    assert pointers == ["/corrections/0/said", "/corrections/0/correct"]


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("corrections", {"corrections": [WRONG]}),
        ("escalations", {"reason": "The hold ends."}),
        ("acknowledgements", {"pieces": [CAME]}),
    ],
)
async def test_none_of_them_is_written_before_the_letter_went_out(
    desk: Desk, path: str, given: dict[str, object]
) -> None:
    name = await desk.ready()

    refused = await desk.lea.post(f"{API}/{name}/{path}", given)

    assert refused.json()["type"].endswith("letter-not-possible")


async def test_an_escalation_to_a_state_goes_to_its_point_and_not_to_the_platform(
    desk: Desk,
) -> None:
    name = await desk.sent()

    given = {"reason": "The hold ends in four days.", "to": "state"}
    made = await desk.lea.post(f"{API}/{name}/escalations", given)
    own = made.json()["reference"]
    page = await desk.lea.page(f"/requests/{own}/send")
    proof = {"reference": "24/7 network, message 118"}
    wrong = await desk.lea.post(
        f"{API}/{own}/dispatches", {"channel": "form", "proof": proof}
    )
    right = await desk.lea.post(
        f"{API}/{own}/dispatches", {"channel": "state", "proof": proof}
    )

    assert "Demonstration 24/7 Point of Contact, Singapore" in page.text
    assert (wrong.status_code, right.status_code) == (422, 201)
    request = (await desk.lea.get(f"{API}/{name}")).json()
    assert request["state"] == "sent"


async def test_an_escalation_to_a_state_without_a_known_point_is_refused(
    desk: Desk,
) -> None:
    name = await desk.sent(holder_country="GB", entity="uk")

    given = {"reason": "The hold ends.", "to": "state"}
    refused = await desk.lea.post(f"{API}/{name}/escalations", given)

    assert refused.json()["type"].endswith("no-point-of-contact")


async def test_an_escalation_needs_a_reason(desk: Desk) -> None:
    name = await desk.sent()

    refused = await desk.lea.post(f"{API}/{name}/escalations", {"reason": " "})

    assert refused.json()["errors"][0]["pointer"] == "/reason"


async def test_a_receipt_names_what_came_and_its_hash(desk: Desk) -> None:
    name = await desk.sent()

    given = {"pieces": [CAME | {"sha256": "ab" * 32}]}
    made = await desk.lea.post(f"{API}/{name}/acknowledgements", given)

    assert (made.status_code, await kinds(desk, name)) == (
        201,
        ["acknowledgement", "preservation"],
    )


async def test_a_receipt_with_a_broken_hash_or_a_time_without_zone_is_refused(
    desk: Desk,
) -> None:
    name = await desk.sent()

    broken = {"name": "", "received_at": "2026-11-24T10:00:00", "sha256": "ab"}
    refused = await desk.lea.post(
        f"{API}/{name}/acknowledgements", {"pieces": [broken]}
    )

    codes = [one["code"] for one in refused.json()["errors"]]
    assert codes == ["required", "no-zone", "no-hash"]


async def test_each_is_one_form_on_the_requests_page(desk: Desk) -> None:
    name = await desk.sent()
    page = await desk.lea.page(f"/requests/{name}")
    assert f'action="/requests/{name}/corrections"' in page.text

    made = [
        await desk.lea.submit(f"/requests/{name}/corrections", WRONG),
        await desk.lea.submit(f"/requests/{name}/escalations", {"reason": "It ends."}),
        await desk.lea.submit(f"/requests/{name}/acknowledgements", CAME),
    ]

    assert [one.status_code for one in made] == [303, 303, 303]
    assert await kinds(desk, name) == [
        *("acknowledgement", "correction", "escalation", "preservation")
    ]
