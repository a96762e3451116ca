"""Requests by program: the whole story, and what is refused on the way."""

import asyncio
import csv
import io
from datetime import timedelta
from typing import Any

import httpx
import pytest

from platformlink.identity.tables import User
from platformlink.permissions import Role
from tests.desks import Desk, body
from tests.factories import NOW
from tests.seats import Seat, number, seat

pytestmark = pytest.mark.anyio

API = "/api/v1/requests"


def pointers(answer: httpx.Response) -> set[str]:
    return {one["pointer"] for one in answer.json()["errors"]}


async def respond(desk: Desk, name: str, kind: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Record what the platform did, a day later."""
    await desk.later(days=1)
    given = {"kind": kind, "received_at": desk.clock.now.isoformat()} | fields
    answer = await desk.lea.post(f"{API}/{name}/responses", given)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def clocks(desk: Desk, name: str) -> dict[str, str]:
    """The state of each clock of a request; the newest computation counts."""
    found = (await desk.lea.get(f"{API}/{name}/clocks")).json()
    counting = [one for one in found if one["ended_as"] not in ("replaced", "void")]
    return {one["kind"]: one["state"] for one in counting}


async def test_the_whole_story_by_program(desk: Desk) -> None:
    name = await approve_at_the_second_try(desk)
    await verify(desk, name)
    running = await send(desk, name)
    await answer(desk, name, running)
    await close(desk, name)
    await see_report(desk)


async def approve_at_the_second_try(desk: Desk) -> str:
    """Paste, draft, mend, submit, be returned, submit again, be approved."""
    told = "Chat on https://www.tiktok.com/@some.name since October"
    seen = await desk.ann.post("/api/v1/identifiers/recognise", {"text": told})
    (account,) = seen.json()["items"]
    assert (account["platform"], account["normalised"]) == ("tiktok", "some.name")

    case = await desk.case()
    rough = body(case) | {"narrative": "", "period": {}}
    draft = (await desk.ann.post(API, rough)).json()
    assert "/narrative" in {one["pointer"] for one in draft["findings"]}
    refused = await desk.ann.post(f"{API}/{draft['id']}/submit")
    assert (refused.status_code, refused.json()["type"]) == (
        422,
        "/problems/request-invalid",
    )
    assert "/narrative" in pointers(refused)

    mended = await desk.ann.call("PATCH", f"{API}/{draft['id']}", json=body(case))
    assert [
        one for one in mended.json()["findings"] if one["severity"] == "error"
    ] == []
    preview = await desk.ann.get(f"{API}/{draft['id']}/preview.pdf")
    assert preview.content.startswith(b"%PDF-")

    await desk.ann.post(f"{API}/{draft['id']}/submit")
    silent = await desk.bob.post(f"{API}/{draft['id']}/return", {"reason": " "})
    assert (silent.status_code, pointers(silent)) == (422, {"/reason"})
    back = await desk.bob.post(f"{API}/{draft['id']}/return", {"reason": "Which chat?"})
    assert back.json()["state"] == "draft"
    await desk.ann.post(f"{API}/{draft['id']}/submit")
    approved = (await desk.bob.post(f"{API}/{draft['id']}/approve")).json()
    name = approved["reference"]
    assert (approved["state"], name[:8]) == ("ready", "PL-2026-")
    return str(name)


async def verify(desk: Desk, name: str) -> None:
    """Read the sealed letter, and check it as anybody can."""
    letter = await desk.lea.get(f"{API}/{name}/letter.pdf")
    assert letter.headers["content-type"] == "application/pdf"
    (kept,) = (await desk.lea.get(f"{API}/{name}/letters")).json()
    checked = (await desk.client.get(f"/verify/{kept['code']}")).json()
    assert (checked["finding"], checked["letter"]["reference"]) == ("genuine", name)


async def send(desk: Desk, name: str) -> dict[str, str]:
    """Record the portal's reference; return the clocks that run from then."""
    await desk.later(minutes=5)
    given = {"channel": "form", "proof": {"reference": "TT-884120"}}
    dispatch = (await desk.lea.post(f"{API}/{name}/dispatches", given)).json()
    assert (dispatch["status"], dispatch["proof"]) == ("delivered", "TT-884120")
    running = await clocks(desk, name)
    assert running == {
        "acknowledgement": "running",
        "response": "running",
        "hold_expiry": "running",
        "renewal": "running",
        "legal_process": "running",
        "notice_delay": "running",
    }
    found = (await desk.lea.get(f"{API}/{name}/clocks")).json()
    assert all(one["sentences"] for one in found)
    return running


async def answer(desk: Desk, name: str, running: dict[str, str]) -> None:
    """Record what came back: a machine, a question, and the confirmation."""
    assert (await respond(desk, name, "auto_reply"))["state"] == "sent"
    assert await clocks(desk, name) == running
    assert (await respond(desk, name, "need_more_info"))["state"] == "needs_us"
    asked = await clocks(desk, name)
    assert (asked["response"], asked["supplement"]) == ("paused", "running")
    answered = await respond(desk, name, "preservation_confirmed", until="2027-03-01")
    assert (answered["state"], answered["outcome"]) == ("answered", "preserved_only")


async def close(desk: Desk, name: str) -> None:
    """Close it with its outcome, and read its history."""
    silent = await desk.lea.post(f"{API}/{name}/close", {"outcome": ""})
    assert pointers(silent) == {"/outcome"}
    strange = {"outcome": "partial", "reasons": ["because"]}
    assert pointers(await desk.lea.post(f"{API}/{name}/close", strange)) == {"/reasons"}
    given = {"outcome": "preserved_only", "usefulness": "advanced"}
    closed = (await desk.lea.post(f"{API}/{name}/close", given)).json()
    assert (closed["state"], closed["whose_move"]) == ("closed", "Nobody’s move")

    events = (await desk.lea.get(f"{API}/{name}/events")).json()
    assert [one["verb"] for one in events][::-1] == [
        *("draft", "submit", "return", "submit", "approve", "send"),
        *("respond", "ask", "answer", "close"),
    ]
    assert events[0]["text"] == "Closed: preserved only"


async def see_report(desk: Desk) -> None:
    """A report tells the same figures as JSON and as a table."""
    path = "/api/v1/reports/responsiveness?from=2026-11-01&to=2026-11-30"
    told = (await desk.lea.get(path)).json()
    (row,) = (one for one in told["rows"] if one["key"]["platform"] == "tiktok")
    assert row["sent"] >= 1
    table = csv.DictReader(io.StringIO((await desk.lea.get(f"{path}&format=csv")).text))
    assert "tiktok" in {line["platform"] for line in table}


async def test_the_same_key_files_once_and_answers_the_same(desk: Desk) -> None:
    case, key = await desk.case(), {"idempotency-key": f"file-{number()}"}

    first = await desk.ann.post(API, body(case), headers=key)
    second = await desk.ann.post(API, body(case), headers=key)

    assert first.json() == second.json()
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.headers["etag"] == second.headers["etag"]
    kept = (await desk.ann.get(API, params={"q": case})).json()["items"]
    assert len(kept) == 1


async def test_two_at_once_with_one_key_file_once(desk: Desk) -> None:
    case, key = await desk.case(), {"idempotency-key": f"file-{number()}"}

    one, two = await asyncio.gather(
        desk.ann.post(API, body(case), headers=key),
        desk.ann.post(API, body(case), headers=key),
    )

    assert one.json() == two.json()


async def test_the_same_key_with_another_body_is_refused(desk: Desk) -> None:
    case, key = await desk.case(), {"idempotency-key": f"file-{number()}"}
    await desk.ann.post(API, body(case), headers=key)

    answer = await desk.ann.post(API, body(case) | {"narrative": "x"}, headers=key)

    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/key-used")


async def test_two_officers_edit_one_draft_and_the_second_is_told(desk: Desk) -> None:
    case = await desk.case()
    draft = await desk.draft(case)
    path = f"{API}/{draft['id']}"
    tag = (await desk.ann.get(path)).headers["etag"]
    other = await seat(desk.client, desk.runtime, "ann")

    first = await desk.ann.call(
        "PATCH",
        path,
        json=body(case) | {"nexus": "Hers"},
        headers={"if-match": tag},
    )
    second = await other.call(
        "PATCH", path, json=body(case) | {"nexus": "His"}, headers={"if-match": tag}
    )

    assert (first.status_code, second.status_code) == (200, 412)
    assert second.json()["type"] == "/problems/changed-meanwhile"
    assert (await desk.ann.get(path)).json()["nexus"] == "Hers"
    assert first.headers["etag"] != tag


@pytest.mark.parametrize("tag", ['"99"', "7", "nonsense", 'W/"99"'])
async def test_a_tag_that_is_not_the_present_one_never_passes(
    desk: Desk, tag: str
) -> None:
    name = await desk.in_review()

    answer = await desk.bob.post(f"{API}/{name}/approve", headers={"if-match": tag})

    assert answer.status_code == 412


async def test_lists_come_in_parts_by_a_cursor_that_outlives_new_lines(
    desk: Desk,
) -> None:
    case = await desk.case()
    made = [(await desk.draft(case))["id"] for _ in range(5)][::-1]

    first = (await desk.ann.get(API, params={"q": case, "limit": 2})).json()
    await desk.draft(case)
    params = {"q": case, "limit": 3, "cursor": first["next_cursor"]}
    rest = (await desk.ann.get(API, params=params)).json()

    assert [one["id"] for one in first["items"] + rest["items"]] == made


@pytest.mark.parametrize("sort", ["-created", "created", "-changed", "changed"])
async def test_a_list_in_any_order_has_each_line_once_and_says_how_many(
    desk: Desk, sort: str
) -> None:
    case = await desk.case()
    made = [(await desk.draft(case))["id"] for _ in range(4)]
    expected = made[::-1] if sort.startswith("-") else made
    params = {"q": case, "sort": sort, "limit": 3}

    first = (await desk.ann.get(API, params=params)).json()
    params["cursor"] = first["next_cursor"]
    rest = (await desk.ann.get(API, params=params)).json()

    assert [one["id"] for one in first["items"] + rest["items"]] == expected
    assert (first["total"], rest["total"], rest["next_cursor"]) == (4, None, None)


async def test_a_list_is_narrowed_to_a_unit(desk: Desk) -> None:
    case = await desk.case()
    await desk.draft(case)

    here = (await desk.lea.get(API, params={"q": case, "unit": "tirana"})).json()
    there = (await desk.lea.get(API, params={"q": case, "unit": "durres"})).json()
    cases = (await desk.lea.get("/api/v1/cases", params={"q": case})).json()

    assert (here["total"], there["total"], there["items"]) == (1, 0, [])
    assert (cases["total"], cases["items"][0]["reference"]) == (1, case)


async def test_an_order_that_a_list_has_not_is_a_wrong_field(desk: Desk) -> None:
    strange = await desk.ann.get(API, params={"sort": "beauty"})
    other = await desk.ann.get("/api/v1/cases", params={"sort": "-changed"})
    mixed = await desk.ann.get(API, params={"sort": "-changed", "cursor": "12"})

    assert {one.status_code for one in (strange, other, mixed)} == {422}
    assert strange.json()["errors"][0]["pointer"] == "/sort"
    assert mixed.json()["type"] == "/problems/bad-cursor"


@pytest.mark.parametrize("cursor", ["x", "-1", "²", "1" * 30, "1e3", "%00"])
async def test_a_strange_cursor_is_refused_by_every_list(
    desk: Desk, cursor: str
) -> None:
    aud = await seat(desk.client, desk.runtime, "aud")

    answers = [
        await aud.get(path, params={"cursor": cursor})
        for path in (API, "/api/v1/cases", "/api/v1/audit", "/requests", "/audit")
    ]

    assert {one.status_code for one in answers} == {422}


async def test_an_account_of_another_platform_is_named(desk: Desk) -> None:
    targets = [{"kind": "username", "value": "https://www.instagram.com/some.name"}]
    draft = await desk.draft(targets=targets)

    answer = await desk.ann.post(f"{API}/{draft['id']}/submit")

    assert answer.status_code == 422
    assert any(one.startswith("/targets/0") for one in pointers(answer))


@pytest.mark.parametrize(
    ("period", "pointer"),
    [
        ({"from": "2026-11-02T00:00Z", "to": "2026-11-01T00:00Z"}, "/period/to"),
        ({"from": "2026-11-01T00:00", "to": "2026-11-02T00:00Z"}, "/period/from"),
        ({"from": "2026-11-01T00:00:00+01:00", "to": "soon"}, "/period/to"),
    ],
)
async def test_a_period_that_is_none_is_refused_at_once(
    desk: Desk, period: dict[str, str], pointer: str
) -> None:
    given = body(await desk.case()) | {"period": period}

    answer = await desk.ann.post(API, given)

    assert answer.status_code == 422
    assert pointer in pointers(answer)


async def test_a_period_in_the_future_is_kept_and_never_submitted(desk: Desk) -> None:
    future = {"from": "2026-11-01T00:00:00Z", "to": "2027-01-01T00:00:00Z"}
    draft = await desk.draft(period=future)

    answer = await desk.ann.post(f"{API}/{draft['id']}/submit")

    assert answer.status_code == 422
    assert any(one.startswith("/period") for one in pointers(answer))


@pytest.mark.parametrize("step", ["approve", "return", "ratify"])
async def test_nobody_decides_about_their_own_whatever_their_roles(
    desk: Desk, step: str
) -> None:
    everything = await seat(desk.client, desk.runtime, "ann", roles=tuple(Role))
    desk.ann = everything
    name = await desk.in_review()

    answer = await everything.post(f"{API}/{name}/{step}", {"reason": "Mine"})
    page = await everything.submit(f"/requests/{name}/steps/{step}", {"reason": "Mine"})

    assert (answer.status_code, page.status_code) == (403, 403)
    assert answer.json()["type"] == "/problems/own-request"
    assert (await everything.get(f"{API}/{name}")).json()["state"] == "in_review"


async def test_of_two_approvals_at_once_one_wins(desk: Desk) -> None:
    name = await desk.in_review()
    second = await seat(desk.client, desk.runtime, "bob")

    answers = await asyncio.gather(
        desk.bob.post(f"{API}/{name}/approve"), second.post(f"{API}/{name}/approve")
    )

    assert sorted(one.status_code for one in answers) == [200, 409]
    assert len((await desk.bob.get(f"{API}/{name}/letters")).json()) == 1


async def test_an_answer_before_the_sending_is_refused(desk: Desk) -> None:
    name = await desk.sent()
    early = (NOW - timedelta(days=1)).isoformat()

    answer = await desk.lea.post(
        f"{API}/{name}/responses", {"kind": "ack", "received_at": early}
    )

    assert (answer.status_code, pointers(answer)) == (422, {"/received_at"})


async def test_nothing_is_sent_without_proof_or_by_a_closed_channel(desk: Desk) -> None:
    name = await desk.ready()
    path = f"{API}/{name}/dispatches"

    bare = await desk.lea.post(path, {"channel": "form"})
    pigeon = await desk.lea.post(path, {"channel": "pigeon"})

    assert (pointers(bare), pointers(pigeon)) == ({"/proof/reference"}, {"/channel"})
    assert (await desk.lea.get(f"{API}/{name}")).json()["state"] == "ready"


async def test_a_body_of_50_mb_is_refused(desk: Desk) -> None:
    answer = await desk.ann.call("POST", API, content=b" " * 50_000_000)

    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/too-large")


async def test_every_wrong_field_is_named_at_once(desk: Desk) -> None:
    given = {
        "platform": 3,
        "kind": "preservation",
        "platfrom": "tiktok",
        "period": {"from": "yesterday", "until": "now"},
        "targets": [{"kind": "username"}, {"kind": 1, "value": "x", "colour": "red"}],
        "data": "all",
        "confidentiality": {"until": "2026-13-01"},
    }

    answer = await desk.ann.post(API, given)

    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/malformed")
    assert pointers(answer) == {
        *("/case", "/platform", "/platfrom", "/period/from", "/period/until"),
        *("/targets/0/value", "/targets/1/kind", "/targets/1/colour", "/data"),
        "/confidentiality/until",
    }


async def test_a_draft_stays_in_its_case_and_at_its_platform(desk: Desk) -> None:
    draft = await desk.draft()
    given = body(await desk.case()) | {"platform": "meta"}

    answer = await desk.ann.call("PATCH", f"{API}/{draft['id']}", json=given)

    assert (answer.status_code, pointers(answer)) == (422, {"/case", "/platform"})


async def test_what_is_not_asked_for_is_not_a_step(desk: Desk) -> None:
    name = await desk.in_review()

    answer = await desk.bob.post(f"{API}/{name}/bless")

    assert (answer.status_code, answer.json()["type"]) == (
        404,
        "/problems/no-such-step",
    )


async def test_an_investigator_can_neither_approve_nor_send_anothers(
    desk: Desk,
) -> None:
    other = await seat(desk.client, desk.runtime, "ann")
    waiting, ready = await desk.in_review(), await desk.ready()
    given = {"channel": "form", "proof": {"reference": "TT-1"}}

    answers = [
        await other.post(f"{API}/{waiting}/approve"),
        await other.post(f"{API}/{ready}/dispatches", given),
    ]

    assert [one.json()["type"] for one in answers] == ["/problems/may-not"] * 2


async def outsiders(desk: Desk) -> list[Seat]:
    names = ("ann", "bob", "lea", "aud", "max", "ada", "stranger")
    return [await seat(desk.client, desk.runtime, name) for name in names]


SECRET = "some.secret.name"


async def restricted(desk: Desk) -> tuple[str, str, str]:
    """A sent request that Ann and Bob alone may know of: case, and its two names."""
    case = await desk.case(reference=f"S-{number()}-hidden", is_restricted=True)
    async with desk.runtime.sessions() as session:
        email = (await session.get_one(User, desk.bob.actor.id)).email
    await desk.ann.post(f"/api/v1/cases/{case}/members", {"email": email})
    targets = [{"kind": "username", "value": SECRET, "seen_on": "2026-11-23"}]
    desk.lea = desk.ann
    name = await desk.sent(case=case, targets=targets)
    return case, name, (await desk.ann.get(f"{API}/{name}")).json()["id"]


async def test_a_restricted_case_does_not_exist_for_outsiders(desk: Desk) -> None:
    _, reference, draft_id = await restricted(desk)

    for one in await outsiders(desk):
        for name in (reference, draft_id):
            answers = [
                await one.get(path)
                for path in (
                    *(f"{API}/{name}", *(f"{API}/{name}/{part}" for part in READ)),
                    *(f"/requests/{name}{part}" for part in SHOWN),
                )
            ]
            answers += [
                await one.post(f"{API}/{name}/{part}", given) for part, given in WRITTEN
            ]
            answers += [
                await one.submit(f"/requests/{name}/{part}", {}) for part in FORMS
            ]
            assert {answer.status_code for answer in answers} == {404}, one.actor

    assert (await desk.bob.get(f"{API}/{reference}")).status_code == 200


async def test_a_restricted_case_is_in_no_list_of_outsiders(desk: Desk) -> None:
    case, reference, draft_id = await restricted(desk)

    for one in await outsiders(desk):
        assert (await one.get(f"/api/v1/cases/{case}")).status_code == 404
        assert (await one.page(f"/cases/{case}")).status_code == 404
        for path in LISTS:
            told = (await one.page(path)).text
            assert not [
                word for word in (SECRET, reference, draft_id, case) if word in told
            ]

    board = (await desk.ann.page("/board?all_of_it=true")).text
    assert reference in board


async def test_numbers_do_not_betray_a_restricted_case(desk: Desk) -> None:
    max_ = await seat(desk.client, desk.runtime, "max")
    path = "/api/v1/reports/responsiveness?from=2026-11-01&to=2026-11-30"
    before = (await max_.get(path)).json()["rows"]

    await restricted(desk)

    assert (await max_.get(path)).json()["rows"] == before


READ = (
    *("letters", "events", "clocks", "responses", "dispatches", "reminders"),
    *("letter.pdf", "preview.pdf"),
)
SHOWN = (
    *("", "/edit", "/preview.png", "/preview.pdf", "/letter.pdf", "/send"),
    "/responses/new",
)
STEPS = ("submit", "approve", "return", "withdraw", "edit", "ratify")
WRITTEN: tuple[tuple[str, dict[str, str]], ...] = (
    *((step, {"reason": "x"}) for step in STEPS),
    ("close", {"outcome": "full"}),
    ("dispatches", {"channel": "form"}),
    ("responses", {"kind": "ack", "received_at": NOW.isoformat()}),
    ("reminders", {}),
    ("supplements", {"answer": "x"}),
)
FORMS = ("edit", "send", "remind", "supplement", "responses", "close", "steps/approve")
LISTS = (
    *(f"{API}?q=some.secret", f"{API}?limit=200", "/api/v1/cases?q=hidden"),
    *("/requests?q=some.secret", "/requests", "/cases?q=hidden", "/cases", "/"),
    *("/board?all_of_it=true", "/radar", "/notices", "/requests/new"),
    "/api/v1/reports/responsiveness?by=platform,kind,month",
)


async def test_a_reference_of_a_restricted_case_can_be_taken_by_others(
    desk: Desk,
) -> None:
    case = await desk.case(is_restricted=True)
    stranger = await seat(desk.client, desk.runtime, "stranger")

    answer = await stranger.post("/api/v1/cases", {"reference": case, "offence": "x"})

    assert answer.status_code == 201


async def test_a_case_has_a_tag_too(desk: Desk) -> None:
    path = f"/api/v1/cases/{await desk.case()}"
    tag = (await desk.ann.get(path)).headers["etag"]
    given = (await desk.ann.get(path)).json()
    fields = {name: given[name] for name in ("reference", "offence", "title")}

    first = await desk.ann.call("PATCH", path, json=fields, headers={"if-match": tag})
    second = await desk.ann.call("PATCH", path, json=fields, headers={"if-match": tag})

    assert (first.status_code, second.status_code) == (200, 412)


NONSENSE: tuple[tuple[str, str], ...] = (
    ("POST", "/api/v1/session"),
    ("POST", "/api/v1/identifiers/recognise"),
    ("POST", "/api/v1/cases"),
    ("PATCH", "/api/v1/cases/K-1"),
    ("POST", API),
    ("PATCH", f"{API}/x"),
    ("POST", f"{API}/x/approve"),
    ("POST", f"{API}/x/close"),
    ("POST", f"{API}/x/dispatches"),
    ("POST", f"{API}/x/dispatches/1/resolve"),
    ("POST", f"{API}/x/responses"),
    ("POST", f"{API}/x/reminders"),
    ("POST", f"{API}/x/supplements"),
    ("POST", "/api/v1/clocks/calculate"),
)


@pytest.mark.parametrize(("method", "path"), NONSENSE, ids=lambda one: one)
async def test_no_body_is_so_strange_that_it_is_our_fault(
    desk: Desk, method: str, path: str
) -> None:
    bodies = (
        *(b"", b"{", b"[]", b"null", b"3", b'"x"', b"\xff\xfe", b'{"a":' * 500),
        *(b'{"zzz": 1}', b'{"reference":"K\\u0000","offence":"a\\u0000b"}'),
        b'{"text":"\\ud800"}',
    )

    answers = [await desk.ann.call(method, path, content=one) for one in bodies]

    assert {one.status_code for one in answers} <= {400, 401, 404, 413, 422}
    assert {one.headers["content-type"] for one in answers} == {
        "application/problem+json"
    }


async def test_a_nul_in_a_text_is_named(desk: Desk) -> None:
    given = body(await desk.case()) | {"narrative": "a\0b"}

    answer = await desk.ann.post(API, given)

    assert (answer.status_code, pointers(answer)) == (422, {"/narrative"})


async def test_the_day_of_the_facts_chooses_the_company(desk: Desk) -> None:
    target = {"kind": "email", "value": "name@mail.example", "seen_on": "2025-11-20"}
    period = {"from": "2025-10-01T00:00:00Z", "to": "2025-11-20T00:00:00Z"}

    made = await desk.draft(
        platform="binance", entity="", targets=[target], period=period
    )

    assert made["entity"] == "seychelles"


async def test_letters_are_listed_the_newest_first(desk: Desk) -> None:
    name = await desk.sent()
    await desk.lea.post(f"{API}/{name}/withdraw", {"reason": "Solved otherwise."})

    found = (await desk.lea.get(f"{API}/{name}/letters")).json()

    assert [one["kind"] for one in found] == ["withdrawal", "preservation"]
