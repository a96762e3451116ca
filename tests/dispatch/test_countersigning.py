"""A letter that a prosecutor signed as well: handed in, and sent in that version."""

import dataclasses

import pytest

from platformlink.dispatch.jobs import send_queued
from platformlink.protocols.shelf import Library
from tests import factories
from tests.desks import Desk
from tests.pki import Pki
from tests.standins import TakingMailer

pytestmark = pytest.mark.anyio

API = "/api/v1/requests"


async def letter_of(desk: Desk, name: str) -> bytes:
    answer = await desk.lea.get(f"{API}/{name}/letter.pdf")
    return answer.content


async def to_snapchat(desk: Desk, library: Library) -> str:
    async with desk.runtime.sessions.begin() as session:
        bob = desk.bob.actor
        await factories.confirm_channels(session, library, "snapchat", bob)
    targets = [{"kind": "username", "value": "some.name", "seen_on": "2026-11-23"}]
    return await desk.ready(platform="snapchat", targets=targets, entity="")


async def test_the_version_that_others_signed_goes_out(
    desk: Desk, library: Library, services: Pki
) -> None:
    name = await to_snapchat(desk, library)
    content = await services.sign(await letter_of(desk, name), "Prosecutor")

    filed = await desk.lea.call(
        "POST", f"{API}/{name}/countersignature", content=content
    )
    await desk.lea.post(f"{API}/{name}/dispatches", {"channel": "email"})
    mailer = TakingMailer()
    ports = dataclasses.replace(desk.runtime.ports, mailer=mailer)
    await send_queued(dataclasses.replace(desk.runtime, ports=ports), desk.clock.now)

    assert filed.status_code == 201, filed.text
    assert content in [mail.attachment for mail in mailer.taken]
    assert await letter_of(desk, name) == content


async def test_what_is_not_this_letter_is_refused_by_name(
    desk: Desk, services: Pki
) -> None:
    name, other = await desk.ready(), await desk.ready()
    content = await services.sign(await letter_of(desk, other), "Prosecutor")

    answer = await desk.lea.call(
        "POST", f"{API}/{name}/countersignature", content=content
    )

    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/not-countersigned"


async def test_who_may_not_send_files_no_signature(desk: Desk, services: Pki) -> None:
    name = await desk.ready()
    content = await services.sign(await letter_of(desk, name), "Prosecutor")

    answer = await desk.bob.call(
        "POST", f"{API}/{name}/countersignature", content=content
    )

    assert answer.status_code == 403


async def test_the_page_takes_the_file_and_says_that_it_goes_out(
    desk: Desk, services: Pki
) -> None:
    name = await desk.ready()
    content = await services.sign(await letter_of(desk, name), "Prosecutor")
    path = f"/requests/{name}/countersignature"

    filed = await desk.lea.call("POST", path, files={"pdf": ("a.pdf", content)})
    page = (await desk.lea.page(filed.headers["location"])).text

    assert filed.status_code == 303
    assert "this version goes out" in page


async def test_the_page_says_why_a_file_is_not_taken(desk: Desk) -> None:
    name = await desk.ready()
    path = f"/requests/{name}/countersignature"

    answer = await desk.lea.call("POST", path, files={"pdf": ("a.pdf", b"hello")})

    assert answer.status_code == 422
    assert "sign that very file" in answer.text
