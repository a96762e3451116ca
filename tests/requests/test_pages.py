"""Requests by browser: what was typed stays, whatever is refused."""

from typing import Any

import pytest

from tests.desks import Desk
from tests.seats import Seat, seat

pytestmark = pytest.mark.anyio

FILLED: dict[str, Any] = {
    "kind": "preservation",
    "target_kind": ["username"],
    "target_value": ["@some.name"],
    "target_seen_on": ["2026-11-23"],
    "period_from": "2026-10-01T00:00",
    "period_to": "2026-11-23T00:00",
    "data": ["subscriber"],
    "instrument": "national-preservation",
    "urgency": "routine",
    "non_disclosure": "yes",
    "non_disclosure_until": "2027-05-24",
    "non_disclosure_reason": "The suspect could destroy evidence.",
    "narrative": "A girl of 15 was asked for money.",
    "nexus": "By direct messages.",
    "language": "en",
    "holder_country": "AL",
    "entity": "singapore",
}


async def opened(desk: Desk) -> tuple[str, dict[str, Any]]:
    """The id of a draft, and a filled form that was made from it."""
    draft = await desk.draft()
    return draft["id"], FILLED | {"version": str(draft["version"])}


async def save(one: Seat, name: str, form: dict[str, Any], **headers: str) -> Any:  # noqa: ANN401 - a response
    return await one.call(
        "POST",
        f"/requests/{name}/edit",
        data=form,
        headers={"accept": "text/html"} | headers,
    )


async def test_a_pasted_link_becomes_a_draft(desk: Desk) -> None:
    case = await desk.case()
    pasted = "see https://www.tiktok.com/@some.name please"

    found = await desk.ann.submit("/requests/recognise", {"pasted": pasted})
    assert 'value="tiktok username' in found.text
    chosen = found.text.split('name="account" value="')[1].split('"')[0]
    form = {"case": case, "kind": "preservation", "account": chosen}
    made = await desk.ann.submit("/requests", form)

    assert made.status_code == 303
    page = await desk.ann.page(made.headers["location"])
    assert "some.name" in page.text


async def test_a_pasted_text_without_an_account_stays(desk: Desk) -> None:
    form = {"case": await desk.case(), "kind": "preservation", "pasted": "only words"}

    answer = await desk.ann.submit("/requests", form)

    assert answer.status_code == 422
    assert "only words</textarea>" in answer.text


async def test_of_several_platforms_all_drafts_are_made_or_none(desk: Desk) -> None:
    case = await desk.case()
    accounts = ["tiktok username some.name", "nowhere username other"]
    form = {"case": case, "kind": "preservation", "account": accounts}

    answer = await desk.ann.submit("/requests", form)

    assert answer.status_code == 422
    kept = await desk.ann.get("/api/v1/requests", params={"q": case})
    assert kept.json()["items"] == []


async def test_a_draft_is_saved_and_submitted_by_its_form(desk: Desk) -> None:
    name, form = await opened(desk)

    answer = await save(desk.ann, name, form | {"do": "submit"})

    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/requests/{name}",
    )
    page = await desk.bob.page(f"/requests/{name}")
    assert "In review" in page.text


async def test_a_period_that_is_reversed_keeps_all_that_was_typed(desk: Desk) -> None:
    name, form = await opened(desk)
    typed = {
        "period_from": "2026-11-20T10:00",
        "period_to": "2026-11-01T10:00",
        "narrative": "Told at length & in person",
        "target_value": ["@another.name"],
    }

    answer = await save(desk.ann, name, form | typed)

    assert answer.status_code == 422
    assert "The period ends before it starts" in answer.text
    for one in ("2026-11-20T10:00", "2026-11-01T10:00", "@another.name"):
        assert f'value="{one}"' in answer.text
    assert "Told at length &amp; in person" in answer.text
    kept = (await desk.ann.get(f"/api/v1/requests/{name}")).json()
    assert kept["narrative"] != "Told at length & in person"


async def test_what_is_no_time_stands_where_it_was_typed(desk: Desk) -> None:
    name, form = await opened(desk)

    answer = await save(desk.ann, name, form | {"period_from": "last week"})

    assert answer.status_code == 422
    assert 'value="last week"' in answer.text


async def test_the_second_of_two_officers_keeps_what_they_typed(desk: Desk) -> None:
    name, form = await opened(desk)
    other = await seat(desk.client, desk.runtime, "ann")

    first = await save(desk.ann, name, form | {"nexus": "Hers"})
    second = await save(other, name, form | {"nexus": "His"})

    assert (first.status_code, second.status_code) == (200, 412)
    assert "His</textarea>" in second.text
    assert "See theirs" in second.text
    kept = (await desk.ann.get(f"/api/v1/requests/{name}")).json()
    assert kept["nexus"] == "Hers"


async def test_somebody_who_types_is_never_lent_a_version_unread(desk: Desk) -> None:
    name, form = await opened(desk)
    other = await seat(desk.client, desk.runtime, "ann")
    await save(desk.ann, name, form | {"nexus": "Hers"})

    for _ in range(2):
        part = await save(other, name, form, **{"hx-request": "true"})
        assert part.status_code == 412
        assert f'name="version" value="{form["version"]}"' in part.text
        assert "Somebody else changed this" in part.text


async def test_somebody_who_types_sees_what_is_wrong_and_that_it_was_not_saved(
    desk: Desk,
) -> None:
    name, form = await opened(desk)
    typed = form | {"period_to": "2026-09-01T00:00"}

    part = await save(desk.ann, name, typed, **{"hx-request": "true"})

    assert part.status_code == 422
    assert "not saved" in part.text
    assert "The period ends before it starts" in part.text
    assert "<html" not in part.text


async def test_a_draft_that_lacks_something_says_so_where_its_letter_will_be(
    desk: Desk,
) -> None:
    draft = await desk.draft(holder_country="", entity="", targets=[])

    answer = await desk.ann.get(f"/requests/{draft['id']}/preview.png")

    assert answer.status_code == 200
    assert answer.headers["content-type"] in ("image/png", "image/svg+xml")


async def test_the_preview_is_a_picture_that_nobody_keeps(desk: Desk) -> None:
    draft = await desk.draft()

    answer = await desk.ann.get(f"/requests/{draft['id']}/preview.png")

    assert answer.content.startswith(b"\x89PNG")
    assert answer.headers["cache-control"] == "no-store"


POSTED = (
    *("/requests", "/requests/recognise", "/cases", "/emergency", "/profile"),
    *("/notices/read", "/admin/people", "/admin/people/disable", "/sign-in"),
)
POSTED_OF_ONE = (
    *("edit", "send", "remind", "supplement", "responses", "steps/approve"),
    *("close", "steps/nonsense", "dispatches/1/resolve"),
    "dispatches/99999999999999999999/resolve",
)
STRANGE: tuple[dict[str, Any], ...] = (
    {},
    {"account": ["x", "tiktok", "tiktok username "], "case": "\0", "kind": "wish"},
    {"level": "many", "resolution": "burn", "version": "²", "channel": "pigeon"},
    {"period_from": "x", "target_value": ["a"], "target_kind": ["?"], "do": "seal"},
    {"kind": "ack", "received_at": "9999-99-99", "until": "x", "email": "x"},
    {f"f{number}": "x" for number in range(2500)},
)


async def test_no_form_is_so_strange_that_it_is_our_fault(desk: Desk) -> None:
    name = await desk.sent()
    paths = (*POSTED, *(f"/requests/{name}/{one}" for one in POSTED_OF_ONE))

    for path in paths:
        for form in STRANGE:
            answer = await desk.lea.submit(path, form)
            assert answer.status_code < 500, (path, form)
