"""Evidence by program: parts, custody, who may open, and what is damaged."""

import hashlib
from datetime import timedelta
from typing import Any

import pyrage
import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, delete, select

from platformlink.adapters import vault as vaults
from platformlink.evidence.jobs import keep_arrived
from platformlink.evidence.rules import PART_BYTES
from platformlink.evidence.tables import CustodyEvent
from platformlink.notices.tables import Notice
from platformlink.responses.jobs import check_fixity
from tests.desks import Desk
from tests.seats import Seat, seat

pytestmark = pytest.mark.anyio

API = "/api/v1/requests"
BYTES = {"content-type": "application/octet-stream"}
REGISTERED = {
    "name": "takeout.zip",
    "size_bytes": 12,
    "way": "registered",
    "sha256": "ab" * 32,
    "place": "Safe 4",
    "custodian": "Forensic laboratory",
}


async def announce(by: Seat, name: str, content: bytes) -> dict[str, Any]:
    given = {"name": "takeout.zip", "size_bytes": len(content)}
    found: dict[str, Any] = (await by.post(f"{API}/{name}/evidence", given)).json()
    return found


async def put(by: Seat, path: str, number: int, content: bytes) -> Any:  # noqa: ANN401 - a response
    return await by.call(
        "PUT", f"{path}/parts/{number}", content=content, headers=BYTES
    )


async def keep(desk: Desk, name: str, content: bytes) -> str:
    """Send a file of one part, let the job keep it; return its path."""
    item = await announce(desk.lea, name, content)
    path = f"{API}/{name}/evidence/{item['id']}"
    assert (await put(desk.lea, path, 1, content)).json()["state"] == "arrived"
    await keep_arrived(desk.runtime, desk.clock.now)
    return path


def decrypted(desk: Desk, content: bytes) -> bytes:
    """Do what an officer does elsewhere, with the key that no desk has."""
    text = vaults.identity_path(desk.runtime.settings).read_text().strip()
    opened: bytes = pyrage.decrypt(content, [pyrage.x25519.Identity.from_str(text)])
    return opened


async def test_what_was_sent_is_what_is_opened(desk: Desk) -> None:
    name, content = await desk.sent(), b"everything they gave us"
    path = await keep(desk, name, content)

    purpose = {"purpose": "To read it in the laboratory"}
    opened = await desk.ann.post(f"{path}/open", purpose)

    assert decrypted(desk, opened.content) == content
    whole = (await desk.ann.get(path)).json()
    assert whole["item"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert [(one["verb"], one["purpose"]) for one in whole["custody"]] == [
        ("received", ""),
        ("opened", "To read it in the laboratory"),
    ]


async def test_parts_come_in_any_order_and_twice(desk: Desk) -> None:
    name = await desk.sent()
    parts = [b"a" * PART_BYTES, b"b" * PART_BYTES, b"the end"]
    item = await announce(desk.lea, name, b"".join(parts))
    path = f"{API}/{name}/evidence/{item['id']}"
    assert item["missing"] == [1, 2, 3]

    await put(desk.lea, path, 3, parts[2])
    await put(desk.lea, path, 1, parts[0])
    again = await put(desk.lea, path, 1, parts[0])
    other = await put(desk.lea, path, 1, b"x" * PART_BYTES)
    last = await put(desk.lea, path, 2, parts[1])
    await keep_arrived(desk.runtime, desk.clock.now)

    assert again.json()["missing"] == [2]
    assert other.status_code == 422
    assert last.json()["state"] == "arrived"
    kept = (await desk.ann.get(path)).json()["item"]
    assert kept["sha256"] == hashlib.sha256(b"".join(parts)).hexdigest()


async def test_a_part_of_the_wrong_length_is_refused_by_name(desk: Desk) -> None:
    name = await desk.sent()
    item = await announce(desk.lea, name, b"12345")

    answer = await put(desk.lea, f"{API}/{name}/evidence/{item['id']}", 1, b"1234")

    assert answer.status_code == 422
    assert "must have 5 bytes" in answer.text


async def test_nobody_opens_without_a_purpose(desk: Desk) -> None:
    path = await keep(desk, await desk.sent(), b"x")

    answer = await desk.ann.post(f"{path}/open", {"purpose": " "})

    assert (answer.status_code, len((await desk.ann.get(path)).json()["custody"])) == (
        422,
        1,
    )


async def test_a_liaison_officer_opens_only_by_grant(desk: Desk) -> None:
    name = await desk.sent()
    path = await keep(desk, name, b"x")
    purpose = {"purpose": "Night shift"}

    before = await desk.lea.post(f"{path}/open", purpose)
    given = await desk.ann.post(
        f"{API}/{name}/evidence/grants", {"email": await desk.email(desk.lea)}
    )
    after = await desk.lea.post(f"{path}/open", purpose)

    codes = (before.status_code, given.status_code, after.status_code)
    assert codes == (403, 204, 200)


async def test_nobody_grants_to_themselves(desk: Desk) -> None:
    name = await desk.sent()
    await keep(desk, name, b"x")

    answers = [
        await one.post(
            f"{API}/{name}/evidence/grants", {"email": await desk.email(one)}
        )
        for one in (desk.lea, desk.bob)
    ]

    assert {one.status_code for one in answers} == {403}


async def test_a_registered_item_never_enters(desk: Desk) -> None:
    name = await desk.sent()

    item = (await desk.lea.post(f"{API}/{name}/evidence", REGISTERED)).json()

    assert (item["state"], item["kept_sha256"], item["missing"]) == ("kept", "", [])
    path = f"{API}/{name}/evidence/{item['id']}"
    opened = await desk.ann.post(f"{path}/open", {"purpose": "To look"})
    assert opened.status_code == 409


async def test_a_hand_over_names_whom_and_for_what(desk: Desk) -> None:
    path = await keep(desk, await desk.sent(), b"x")

    silent = await desk.ann.post(f"{path}/hand-overs", {"to": "", "purpose": ""})
    given = {"to": "Prosecutor A. B.", "purpose": "Trial", "authority": "Order 12/2026"}
    told = (await desk.ann.post(f"{path}/hand-overs", given)).json()

    assert {one["pointer"] for one in silent.json()["errors"]} == {"/to", "/purpose"}
    last = told["custody"][-1]
    assert (last["verb"], last["to"]) == ("handed_over", "Prosecutor A. B.")
    name = path.split("/")[-3]
    letters = (await desk.ann.get(f"/api/v1/requests/{name}/letters")).json()
    assert "handover" in {one["kind"] for one in letters}


async def test_damage_is_found_and_told(desk: Desk) -> None:
    name = await desk.sent()
    path = await keep(desk, name, b"evidence")
    number = path.rsplit("/", 1)[-1]
    folder = desk.runtime.settings.data_dir / "vault"
    (folder / "evidence" / f"{number}.age").write_bytes(b"something else")

    soon = desk.clock.now + timedelta(days=29)
    later = desk.clock.now + timedelta(days=31)
    assert await check_fixity(desk.runtime, soon) == 0
    assert await check_fixity(desk.runtime, later) >= 1

    whole = (await desk.ann.get(path)).json()
    assert whole["item"]["state"] == "damaged"
    assert whole["custody"][-1]["verb"] == "damaged"
    async with desk.runtime.sessions() as session:
        key = col(Notice.key).startswith(f"evidence-damaged/{number}/")
        told = (await session.exec(select(Notice).where(key))).all()
    assert {desk.ann.actor.id, desk.lea.actor.id} <= {one.user_id for one in told}


async def test_custody_only_grows(desk: Desk) -> None:
    await keep(desk, await desk.sent(), b"x")

    with pytest.raises(DBAPIError, match=r"permission denied|only grows"):
        async with desk.runtime.sessions.begin() as session:
            await session.exec(delete(CustodyEvent))


async def test_evidence_of_a_restricted_case_is_not_there_for_others(
    desk: Desk,
) -> None:
    draft = await desk.draft(await desk.case(is_restricted=True))
    name = draft["id"]
    stranger = await seat(desk.client, desk.runtime, "stranger")

    answers = [
        await stranger.get(f"{API}/{name}/evidence"),
        await stranger.post(f"{API}/{name}/evidence", REGISTERED),
        await stranger.post(f"{API}/{name}/evidence/1/open", {"purpose": "x"}),
        await stranger.post(f"{API}/{name}/evidence/grants", {"email": "a@b.example"}),
    ]

    assert {one.status_code for one in answers} == {404}


async def test_the_clock_of_a_link_ends_with_the_file_that_it_led_to(
    desk: Desk,
) -> None:
    name = await desk.sent()
    delivery = {
        "kind": "delivery",
        "received_at": desk.clock.now.isoformat(),
        "until": (desk.clock.now + timedelta(days=7)).isoformat(),
    }
    await desk.lea.post(f"{API}/{name}/responses", delivery)
    assert await link_clock(desk, name) == "running"

    await keep(desk, name, b"what the link gave")

    assert await link_clock(desk, name) == "ended"


async def link_clock(desk: Desk, name: str) -> str:
    clocks = (await desk.lea.get(f"{API}/{name}/clocks")).json()
    (state,) = (x["state"] for x in clocks if x["kind"] == "download_expiry")
    return str(state)


async def test_an_item_that_cannot_be_kept_holds_up_no_other(desk: Desk) -> None:
    name = await desk.sent()
    broken, whole = [await announce(desk.lea, name, b"data") for _ in range(2)]
    for one in (broken, whole):
        await put(desk.lea, f"{API}/{name}/evidence/{one['id']}", 1, b"data")
    part = f"parts/{broken['id']}/0000001.age"
    (desk.runtime.settings.data_dir / "vault" / part).write_bytes(b"harmed")

    await keep_arrived(desk.runtime, desk.clock.now)

    listed = (await desk.ann.get(f"{API}/{name}/evidence")).json()
    states = {one["id"]: one["state"] for one in listed}
    assert (states[broken["id"]], states[whole["id"]]) == ("arrived", "kept")
