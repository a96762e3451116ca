"""Signing in by browser: cookies, cross-site checks, and where one is sent."""

import dataclasses
from datetime import timedelta

import msgspec
import pytest
from litestar.testing import AsyncTestClient

from platformlink.app import ROUTERS, build
from platformlink.identity.guards import COOKIE, FRESH
from platformlink.identity.rules import TOKEN_LIFE
from platformlink.identity.tables import User
from platformlink.permissions import Role
from platformlink.ports import Runtime
from platformlink.protocols.shelf import Library
from tests import factories
from tests.factories import PASSWORD
from tests.seats import PAGE, STREAMS, Client, HandClock, seat

pytestmark = pytest.mark.anyio


async def csrf(client: Client) -> str:
    """The token that forms of this browser carry."""
    page = await client.get("/sign-in", headers=PAGE)
    return page.text.split('name="csrf-token" content="')[1].split('"')[0]


async def form(client: Client, runtime: Runtime, **fields: str) -> dict[str, str]:
    """A filled sign-in of somebody with an account."""
    async with runtime.sessions.begin() as session:
        actor = await factories.person(session, "ann")
        email = (await session.get_one(User, actor.id)).email
    token = await csrf(client)
    return {"email": email, "password": PASSWORD, "_csrf_token": token} | fields


async def test_a_browser_gets_a_cookie_that_no_script_reads(
    client: Client, runtime: Runtime
) -> None:
    given = await form(client, runtime)

    answer = await client.post("/sign-in", data=given, follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    (cookie,) = (
        one for one in answer.headers.get_list("set-cookie") if one.startswith(COOKIE)
    )
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    desk = await client.get("/", headers=PAGE)
    assert (desk.status_code, "Ann" in desk.text) == (200, True)


async def test_over_https_the_cookie_is_secure_and_the_host_is_pinned(
    runtime: Runtime, library: Library
) -> None:
    settings = msgspec.structs.replace(
        runtime.settings, base_url="https://desk.example"
    )
    https = dataclasses.replace(runtime, settings=settings)
    app = build(https, library)
    async with AsyncTestClient(app, base_url="https://desk.example") as client:
        given = await form(client, https)
        answer = await client.post("/sign-in", data=given, follow_redirects=False)

    assert all("Secure" in one for one in answer.headers.get_list("set-cookie"))
    assert "max-age" in answer.headers["strict-transport-security"]


async def test_a_wrong_password_keeps_the_address(
    client: Client, runtime: Runtime
) -> None:
    given = await form(client, runtime, password="not the password")

    answer = await client.post("/sign-in", data=given, headers=PAGE)

    assert answer.status_code == 401
    assert given["email"] in answer.text
    assert "not the password" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        *(
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
        ),
        *(
            "javascript:alert(1)",
            "evil.example",
            "\\\\evil.example",
            "/\n/evil.example",
        ),
    ],
)
async def test_nobody_is_sent_to_a_strange_place(
    client: Client, runtime: Runtime, path: str
) -> None:
    given = await form(client, runtime, next=path)

    answer = await client.post("/sign-in", data=given, follow_redirects=False)

    assert answer.headers["location"] == "/"


async def test_after_signing_in_one_is_where_one_wanted_to_be(
    client: Client, runtime: Runtime
) -> None:
    sent = await client.get("/requests?q=a", headers=PAGE, follow_redirects=False)
    assert sent.headers["location"] == "/sign-in?next=%2Frequests%3Fq%3Da"

    given = await form(client, runtime, next="/requests?q=a")
    answer = await client.post("/sign-in", data=given, follow_redirects=False)

    assert answer.headers["location"] == "/requests?q=a"


async def test_a_form_without_its_token_is_refused(
    client: Client, runtime: Runtime
) -> None:
    given = await form(client, runtime)
    ann = await seat(client, runtime, "ann")
    client.cookies.set(COOKIE, ann.token)

    answers = [
        await client.post("/sign-in", data=given | {"_csrf_token": token})
        for token in ("", "x" * 96)
    ]
    answers.append(await client.post("/cases", data={"reference": "K-1"}))

    assert {one.status_code for one in answers} == {403}
    assert answers[0].json()["type"] == "/problems/cross-site"


async def test_signing_out_ends_the_browsers_sign_in(
    client: Client, runtime: Runtime
) -> None:
    given = await form(client, runtime)
    await client.post("/sign-in", data=given, follow_redirects=False)
    kept = client.cookies[COOKIE]
    token = {"_csrf_token": given["_csrf_token"]}

    out = await client.post("/sign-out", data=token, follow_redirects=False)
    client.cookies.set(COOKIE, kept)
    after = await client.get("/", headers=PAGE, follow_redirects=False)

    assert out.headers["location"] == "/sign-in"
    assert after.headers["location"].startswith("/sign-in?next=")


async def test_a_page_is_told_whether_its_reader_is_still_signed_in(
    client: Client, runtime: Runtime
) -> None:
    ann = await seat(client, runtime, "ann")

    client.cookies.set(COOKIE, ann.token)
    within = await client.get("/sign-in/state")
    client.cookies.delete(COOKIE)
    after = await client.get("/sign-in/state")

    assert (within.status_code, within.json()) == (200, {"user": ann.actor.id})
    assert after.status_code == 401


async def test_nobody_is_signed_out_before_they_were_idle_for_a_tokens_life(
    client: Client, runtime: Runtime, clock: HandClock
) -> None:
    ann = await seat(client, runtime, "ann")
    client.cookies.set(COOKIE, ann.token)

    early = await client.get("/", headers=PAGE)
    clock.now += FRESH + timedelta(seconds=1)
    late = await client.get("/", headers=PAGE)

    assert COOKIE not in early.headers.get("set-cookie", "")
    assert COOKIE in late.headers["set-cookie"]
    clock.now += TOKEN_LIFE - timedelta(seconds=1)
    client.cookies.clear()
    client.cookies.set(COOKIE, late.headers["set-cookie"].split("=")[1].split(";")[0])
    assert (await client.get("/", headers=PAGE)).status_code == 200


async def test_pages_take_a_bearer_token_too(client: Client, runtime: Runtime) -> None:
    ann = await seat(client, runtime, "ann")

    assert "Ann" in (await ann.page("/")).text


async def test_a_part_of_a_page_sends_nobody_away_from_what_they_typed(
    client: Client,
) -> None:
    answer = await client.get("/requests", headers={"hx-request": "true"})

    assert (answer.status_code, answer.text) == (401, "")
    assert "hx-redirect" not in answer.headers


def open_paths() -> list[str]:
    """Every page that needs no name in its address."""
    found = {
        route.path
        for router in ROUTERS
        for route in router.routes
        if "GET" in getattr(route, "methods", ()) and "{" not in route.path
    }
    return sorted(found - STREAMS)


async def test_every_page_has_the_strict_headers_and_nothing_inline(
    client: Client, runtime: Runtime
) -> None:
    one = await seat(client, runtime, "ann", roles=tuple(Role))
    odd = ["/nothing-here", "/problems/missing", "/api/docs", "/requests/nothing"]

    for path in (*open_paths(), *odd):
        answer = await one.page(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy, path
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.status_code < 500, path
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert "<script>" not in answer.text, path
            assert "<style" not in answer.text, path
            assert ' style="' not in answer.text, path
            assert " onclick=" not in answer.text, path


async def test_the_administrator_makes_and_closes_accounts_and_nobody_else(
    client: Client, runtime: Runtime
) -> None:
    ada, ann = await seat(client, runtime, "ada"), await seat(client, runtime, "ann")
    number = next(factories.numbers)
    given = {
        "email": f"new{number}@dcu.example",
        "name": "New",
        "password": "a long enough password",
        "unit": "tirana",
        "roles": "liaison",
    }

    weak = await ada.submit("/admin/people", given | {"password": "short"})
    refused = await ann.submit("/admin/people", given)
    made = await ada.submit("/admin/people", given)
    twice = await ada.submit("/admin/people", given)
    closed = await ada.submit("/admin/people/disable", {"email": given["email"]})

    codes = [one.status_code for one in (weak, refused, made, twice, closed)]
    assert codes == [422, 403, 303, 422, 303]


async def test_a_profile_keeps_language_looks_and_pace_of_mails(
    client: Client, runtime: Runtime
) -> None:
    ann = await seat(client, runtime, "ann")

    chosen = {"language": "sq", "theme": "dark", "mail_pace": "daily"}
    await ann.submit("/profile", chosen | {"density": "compact"})
    await ann.submit("/profile", {"mail_pace": "never", "density": "huge"})
    page = await ann.page("/profile")

    assert '<option value="daily" selected>' in page.text

    assert '<html lang="sq" data-bs-theme="dark" data-density="compact">' in page.text
