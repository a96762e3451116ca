"""One press makes the draft of what is proposed: linked, changed, and said to be so."""

from typing import Any

import pytest

from tests.desks import Desk
from tests.seats import seat

pytestmark = pytest.mark.anyio

API = "/api/v1/requests"


async def refused(desk: Desk, *reasons: str, kind: str = "refusal") -> str:
    name = await desk.sent()
    given = {
        "kind": kind,
        "received_at": desk.clock.now.isoformat(),
        "reasons": list(reasons),
    }
    answer = await desk.lea.post(f"{API}/{name}/responses", given)
    assert answer.status_code == 201, answer.text
    return name


async def proposed(desk: Desk, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await desk.lea.get(f"{API}/{name}/proposals")).json()
    return found


async def test_the_wrong_entity_becomes_a_draft_to_another_one(desk: Desk) -> None:
    name = await refused(desk, "wrong_entity")
    first, *_ = await proposed(desk, name)

    page = (await desk.ann.page(f"/requests/{name}")).text
    pressed = await desk.ann.submit(
        f"/requests/{name}/follow-ups", {"key": first["key"]}
    )
    form = (await desk.ann.page(pressed.headers["location"])).text

    draft = await desk.ann.get(f"{API}/{pressed.headers['location'].split('/')[2]}")
    told, before = draft.json(), (await desk.ann.get(f"{API}/{name}")).json()
    assert first["what"] in page
    assert "because they say: Wrong legal entity" in page
    assert told["entity"] != before["entity"]
    assert (told["state"], told["kind"]) == ("draft", before["kind"])
    assert [x["value"] for x in told["targets"]] == [
        x["value"] for x in before["targets"]
    ]
    assert first["what"] in form
    assert "Wrong legal entity" in form
    assert name in (await desk.ann.page(f"/requests/{told['id']}")).text


async def test_a_second_press_finds_the_same_draft(desk: Desk) -> None:
    name = await refused(desk, "letterhead_missing")
    path, body = f"{API}/{name}/follow-ups", {"key": "mend"}

    first = await desk.lea.post(path, body)
    second = await desk.lea.post(path, body)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] == second.json()["id"]


async def test_the_draft_is_its_authors_and_says_who_pressed(desk: Desk) -> None:
    name = await refused(desk, "offence_not_described")

    answer = await desk.lea.post(f"{API}/{name}/follow-ups", {"key": "mend"})

    told = answer.json()
    events = (await desk.ann.get(f"{API}/{told['id']}/events")).json()
    assert told["author"] == "Ann"
    assert {(one["actor"], one["text"]) for one in events} == {
        ("Lea", f"Drafted as what follows {name}"),
        ("Lea", "Mend it and send it again"),
    }


async def test_what_is_not_proposed_makes_no_draft(desk: Desk) -> None:
    name = await refused(desk, "policy")
    other = await seat(desk.client, desk.runtime, "stranger")

    for key in ("mend", "escalate", ""):
        answer = await desk.lea.post(f"{API}/{name}/follow-ups", {"key": key})
        assert answer.status_code == 409
    hidden = await other.post(f"{API}/{name}/follow-ups", {"key": "escalate"})
    approver = await desk.bob.post(f"{API}/{name}/follow-ups", {"key": "mend"})

    assert (hidden.status_code, approver.status_code) == (404, 409)


async def test_a_refusal_without_a_reason_leads_to_the_escalation(desk: Desk) -> None:
    name = await refused(desk)

    page = (await desk.lea.page(f"/requests/{name}")).text

    assert 'href="#f-why"' in page
    assert 'id="f-why"' in page


async def test_nothing_is_proposed_where_all_went_well(desk: Desk) -> None:
    name = await refused(desk, kind="preservation_confirmed")

    assert await proposed(desk, name) == []
    assert "What may help now" not in (await desk.ann.page(f"/requests/{name}")).text


async def test_while_they_wait_for_us_nothing_is_asked_anew(desk: Desk) -> None:
    name = await desk.sent()
    for kind in ("need_more_info", "other"):
        given = {
            "kind": kind,
            "received_at": desk.clock.now.isoformat(),
            "reasons": ["identifier_missing"],
        }
        await desk.lea.post(f"{API}/{name}/responses", given)

    assert (await desk.ann.get(f"{API}/{name}")).json()["state"] == "needs_us"
    assert await proposed(desk, name) == []
    answer = await desk.lea.post(f"{API}/{name}/follow-ups", {"key": "identifier"})
    assert answer.status_code == 409


async def test_an_approver_reads_what_is_proposed_and_presses_nothing(
    desk: Desk,
) -> None:
    name = await refused(desk, "wrong_file_type")

    page = (await desk.bob.page(f"/requests/{name}")).text
    answer = await desk.bob.post(f"{API}/{name}/follow-ups", {"key": "mend"})

    assert "Mend it and send it again" in page
    assert "follow-ups" not in page
    assert answer.status_code == 403
