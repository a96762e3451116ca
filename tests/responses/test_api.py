"""Recording through the application: by program and by hand."""

from datetime import timedelta
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlmodel import select

from platformlink.permissions import Actor, Role
from platformlink.ports import Runtime
from platformlink.requests.tables import PlatformRequest, Target
from platformlink.responses.tables import Response
from tests.responses.given import SENT_AT, person, sent
from tests.seats import bearer

pytestmark = pytest.mark.anyio

Client = AsyncTestClient[Litestar]
RECEIVED = (SENT_AT + timedelta(days=1)).isoformat()


@pytest.fixture
async def lea(runtime: Runtime) -> Actor:
    async with runtime.sessions.begin() as session:
        return await person(session)


@pytest.fixture
async def desk(client: Client, runtime: Runtime, lea: Actor) -> Client:
    """A client at which Lea sits."""
    client.headers.update(await bearer(runtime, lea))
    return client


@pytest.fixture
async def request_(runtime: Runtime, lea: Actor) -> PlatformRequest:
    async with runtime.sessions.begin() as session:
        return await sent(session, lea)


async def post(client: Client, one: PlatformRequest, **fields: Any) -> Any:  # noqa: ANN401 - JSON
    path = f"/api/v1/requests/{one.reference}/responses"
    return await client.post(path, json={"received_at": RECEIVED} | fields)


async def test_a_response_is_recorded_item_by_item(
    desk: Client, request_: PlatformRequest, runtime: Runtime
) -> None:
    async with runtime.sessions() as session:
        query = select(Target.id).where(Target.request_id == request_.id)
        target = (await session.exec(query)).one()
    items = [
        {"target": target, "category": "subscriber", "outcome": "full"},
        {
            "target": "@some.name",
            "category": "content",
            "outcome": "refused",
            "reasons": ["warrant_required"],
        },
    ]

    answer = await post(desk, request_, kind="delivery", channel="portal", items=items)

    told = answer.json()
    assert answer.status_code == 201
    assert (told["state"], told["outcome"]) == ("answered", "partial")
    assert [one["outcome"] for one in told["items"]] == ["refused", "full"]


async def test_all_wrong_fields_come_back_with_pointers(
    desk: Client, request_: PlatformRequest
) -> None:
    answer = await post(
        desk,
        request_,
        kind="telepathy",
        received_at="2026-11-01T00:00:00+01:00",
        items=[{"target": 0, "outcome": "fine"}],
    )

    assert answer.status_code == 422
    assert {one["pointer"] for one in answer.json()["errors"]} == {
        "/kind",
        "/received_at",
        "/items/0/target",
        "/items/0/outcome",
    }


async def test_a_time_without_an_offset_is_refused(
    desk: Client, request_: PlatformRequest
) -> None:
    answer = await post(desk, request_, kind="ack", received_at="2026-11-05T10:00:00")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/received_at"


async def test_the_same_key_records_once(
    desk: Client, request_: PlatformRequest
) -> None:
    path = f"/api/v1/requests/{request_.reference}/responses"
    body = {"kind": "ack", "received_at": RECEIVED}
    key = {"idempotency-key": f"ack-{request_.id}"}

    first = await desk.post(path, json=body, headers=key)
    second = await desk.post(path, json=body, headers=key)

    assert first.json() == second.json()
    assert len((await desk.get(path)).json()) == 1


async def test_who_may_not_see_a_request_learns_nothing(
    client: Client, runtime: Runtime, request_: PlatformRequest
) -> None:
    async with runtime.sessions.begin() as session:
        stranger = await person(
            session, Role.INVESTIGATOR, name="Ian", unit_code="elsewhere"
        )
    client.headers.update(await bearer(runtime, stranger))

    assert (await post(client, request_, kind="ack")).status_code == 404


async def cookies(desk: Client) -> tuple[dict[str, str], str]:
    """The way of a browser: a session cookie, and the token of its forms."""
    token = desk.headers["authorization"].removeprefix("Bearer ")
    del desk.headers["authorization"]
    desk.cookies.set("platformlink_session", token)
    page = await desk.get("/clocks", headers={"accept": "text/html"})
    return {"accept": "text/html"}, page.text.split('name="csrf-token" content="')[
        1
    ].split('"')[0]


async def test_a_form_records_with_two_fields(
    desk: Client, request_: PlatformRequest, runtime: Runtime
) -> None:
    headers, csrf = await cookies(desk)
    path = f"/requests/{request_.reference}/responses"
    form = {
        "_csrf_token": csrf,
        "kind": "ack",
        "received_at": "2026-11-03T10:00",
        "platform_reference": "TT-9",
    }

    answer = await desk.post(path, data=form, headers=headers, follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/requests/{request_.reference}",
    )
    async with runtime.sessions() as session:
        query = select(Response).where(Response.request_id == request_.id)
        kept = (await session.exec(query)).one()
    assert kept.received_at.isoformat() == "2026-11-03T09:00:00+00:00"


async def test_a_form_that_is_wrong_keeps_what_was_typed(
    desk: Client, request_: PlatformRequest, runtime: Runtime
) -> None:
    headers, csrf = await cookies(desk)
    form = {
        "_csrf_token": csrf,
        "kind": "delay_notice",
        "received_at": "2026-11-01T10:00",
        "until": "soon",
        "note": "They called <twice>",
        "reasons": ["too_broad"],
    }

    answer = await desk.post(
        f"/requests/{request_.reference}/responses", data=form, headers=headers
    )

    assert answer.status_code == 422
    assert "They called &lt;twice&gt;" in answer.text
    assert "It came before the letter was sent." in answer.text
    assert 'value="too_broad" checked' in answer.text
    async with runtime.sessions() as session:
        query = select(Response).where(Response.request_id == request_.id)
        assert (await session.exec(query)).all() == []


async def test_a_promise_that_ends_before_its_start_leaves_nothing_behind(
    desk: Client, request_: PlatformRequest, runtime: Runtime
) -> None:
    headers, csrf = await cookies(desk)
    form = {
        "_csrf_token": csrf,
        "kind": "delay_notice",
        "received_at": "2026-11-03T10:00",
        "until": "2026-10-01",
    }

    answer = await desk.post(
        f"/requests/{request_.reference}/responses", data=form, headers=headers
    )

    assert answer.status_code == 422
    assert "The end lies before the start." in answer.text
    async with runtime.sessions() as session:
        query = select(Response).where(Response.request_id == request_.id)
        assert (await session.exec(query)).all() == []


async def test_the_form_shows_every_account_and_category(
    desk: Client, request_: PlatformRequest
) -> None:
    headers, _ = await cookies(desk)

    page = await desk.get(
        f"/requests/{request_.reference}/responses/new", headers=headers
    )

    assert page.status_code == 200
    assert "@some.name" in page.text
    assert "Subscriber data" in page.text


async def test_the_sender_of_a_look_alike_is_named_in_the_answer_and_on_the_page(
    desk: Client, request_: PlatformRequest
) -> None:
    given = {"kind": "other", "sender": "law@tikt0k.com"}
    refused = await post(desk, request_, kind="ack", sender="law@tikt0k.com")
    answer = await post(desk, request_, **given)
    page = await desk.get(
        f"/requests/{request_.reference}", headers={"accept": "text/html"}
    )

    (found,) = answer.json()["findings"]
    assert refused.json()["errors"][0]["pointer"] == "/sender"
    assert (found["severity"], found["code"]) == ("error", "lookalike")
    assert found["message"] in page.text
    assert "law@tikt0k.com" in page.text


async def test_the_page_shows_the_old_end_beside_the_new_one(
    desk: Client, request_: PlatformRequest
) -> None:
    recorded = await post(
        desk,
        request_,
        kind="ack",
        arrived="2026-11-04",
        received_at=(SENT_AT + timedelta(days=3)).isoformat(),
    )

    page = (await desk.get(f"/requests/{request_.reference}")).text

    assert recorded.status_code == 201
    assert "as a person there named it" in page
    assert "Counted before: " in page
    assert "It starts with the sending on 2 November 2026" in page
    assert "They name 4 November 2026 as the day of receipt" in page


async def test_a_receipt_that_cannot_be_is_named_beside_its_field(
    desk: Client, request_: PlatformRequest
) -> None:
    answer = await post(desk, request_, kind="ack", arrived="2026-10-01")

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/arrived"]
