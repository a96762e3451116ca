"""What a person drops here waits like a message, with the same press, and no other."""

import hashlib
import io
import re
import zipfile
from datetime import datetime

import httpx
import pytest
from sqlmodel import select

from platformlink.adapters.pdf import WeasyRenderer
from platformlink.adapters.workers import Workers
from platformlink.evidence.jobs import keep_arrived
from platformlink.mailbox.tables import ReceivedMail
from platformlink.values import Html
from tests.conftest import ROOT
from tests.desks import Desk
from tests.mailbox.outlook import msg
from tests.seats import PAGE, Seat, number, seat

pytestmark = pytest.mark.anyio

API = "/api/v1/requests"


KNOWN: list[str] = []


async def known(desk: Desk) -> str:
    """A sent request that tests of this file name and leave as it is."""
    if not KNOWN:
        KNOWN.append(await desk.sent())
    return KNOWN[0]


async def drop(by: Seat, *files: tuple[str, bytes]) -> httpx.Response:
    given = [("files", (name, content, "x/y")) for name, content in files]
    return await by.call("POST", "/inbox", files=given, headers=PAGE)


async def row(desk: Desk, content: bytes) -> ReceivedMail | None:
    sha256 = hashlib.sha256(content).hexdigest()
    async with desk.runtime.sessions() as session:
        query = select(ReceivedMail).where(ReceivedMail.sha256 == sha256)
        return (await session.exec(query)).one_or_none()


async def taken(desk: Desk, by: Seat, name: str, content: bytes) -> ReceivedMail:
    answer = await drop(by, (name, content))
    assert answer.status_code == 303, answer.text
    found = await row(desk, content)
    assert found is not None
    return found


async def kinds(desk: Desk, name: str) -> list[str]:
    told = (await desk.lea.get(f"{API}/{name}/responses")).json()
    return [one["kind"] for one in told]


async def waiting(by: Seat, mail: ReceivedMail) -> str:
    """What the inbox shows of one file."""
    page = (await by.page(f"/inbox?dropped={mail.id}")).text
    pattern = rf'<section [^>]*id="mail-{mail.id}".*?</section>'
    found = re.search(pattern, page, re.DOTALL)
    return found.group(0) if found else ""


def mail(text: str, *headers: str) -> bytes:
    lines = ["From: TikTok <le@tiktok.com>", f"Message-ID: <{number()}@x>", *headers]
    return "\r\n".join([*lines, "", text, ""]).encode()


def archive(text: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as opened:
        opened.writestr("answer.txt", f"{text} {number()}")
    return held.getvalue()


async def test_a_dropped_message_waits_and_enter_files_it(desk: Desk) -> None:
    name = await desk.sent()
    raw = mail("We have preserved the account.", f"Subject: Re: {name}")

    found = await taken(desk, desk.lea, "answer.eml", raw)
    shown = await waiting(desk.lea, found)
    form = {"reference": name, "kind": "preservation_confirmed"}
    filed = await desk.lea.submit(f"/inbox/{found.id}/file", form)
    await keep_arrived(desk.runtime, desk.clock.now)

    assert f"It names {name}" in shown
    assert '<option value="preservation_confirmed" selected>' in shown
    assert re.search(r'<button class="button primary" autofocus', shown)
    assert filed.status_code == 303
    assert await kinds(desk, name) == ["preservation_confirmed"]
    (item,) = (await desk.ann.get(f"{API}/{name}/evidence")).json()
    assert (item["name"], item["sha256"]) == ("answer.eml", found.sha256)


async def test_a_dropped_automatic_reply_is_filed_as_if_it_had_come_by_mail(
    desk: Desk,
) -> None:
    name = await desk.sent()
    raw = mail("We received it.", f"Subject: Automatic reply: {name}")

    found = await taken(desk, desk.lea, "auto.eml", raw)

    assert (found.state, await kinds(desk, name)) == ("filed", ["auto_reply"])


async def test_a_pdf_is_matched_by_its_words(desk: Desk, workers: Workers) -> None:
    name = await known(desk)
    page = Html(f"<p>{name}: the account has been preserved.</p>")
    pdf = await WeasyRenderer(ROOT / "letter_templates", workers).preview(page)

    shown = await waiting(desk.lea, await taken(desk, desk.lea, "letter.pdf", pdf))

    assert f'value="{name}"' in shown
    assert '<option value="preservation_confirmed" selected>' in shown
    assert "the account has been preserved" in shown


async def test_a_file_is_matched_by_the_platforms_reference(desk: Desk) -> None:
    name, theirs = await desk.sent(), f"CASE-{number()}-77"
    told = {
        "kind": "ack",
        "received_at": desk.clock.now.isoformat(),
        "platform_reference": theirs,
    }
    await desk.lea.post(f"{API}/{name}/responses", told)

    content = archive("x")
    found = await taken(desk, desk.lea, f"{theirs}_production.zip", content)

    assert f'value="{name}"' in await waiting(desk.lea, found)
    assert not found.is_certain


async def test_an_archive_is_never_unpacked_and_only_its_name_counts(
    desk: Desk,
) -> None:
    name, other = await desk.sent(), await known(desk)
    content = archive(f"{other}: we cannot comply.")

    found = await taken(desk, desk.lea, f"{name}_data.zip", content)
    form = {"reference": name, "kind": "delivery"}
    await desk.lea.submit(f"/inbox/{found.id}/file", form)
    await keep_arrived(desk.runtime, desk.clock.now)

    assert (found.text, found.kind) == ("", "delivery")
    (item,) = (await desk.ann.get(f"{API}/{name}/evidence")).json()
    assert item["sha256"] == hashlib.sha256(content).hexdigest()


async def test_an_outlook_message_is_matched_as_mail(desk: Desk) -> None:
    name = await known(desk)
    headers = f"From: le@tiktok.com\r\nSubject: Re: {name} ({number()})\r\n"
    content = msg("Please provide the dates.", headers=headers, files=("form.pdf",))

    found = await taken(desk, desk.lea, "Re_.msg", content)

    assert (found.sender, found.kind) == ("le@tiktok.com", "need_more_info")
    assert found.files == ["form.pdf"]
    assert f'value="{name}"' in await waiting(desk.lea, found)


async def test_the_same_bytes_are_taken_in_once(desk: Desk) -> None:
    content = archive("twice")
    await drop(desk.lea, ("a.zip", content))

    again = await drop(desk.lea, ("b.zip", content))

    page = await desk.lea.page(again.headers["location"])
    assert "1 file came before; nothing is taken in twice." in page.text


async def test_the_same_message_in_other_bytes_is_told(desk: Desk) -> None:
    raw = mail("Hello.", "Subject: the same")
    first = await taken(desk, desk.lea, "by-mail.eml", raw)
    second = await taken(desk, desk.lea, "dropped.eml", raw + b"exported")

    assert "came before, on" not in await waiting(desk.lea, first)
    assert "came before, on" in await waiting(desk.lea, second)


async def test_a_file_of_another_sort_is_refused_with_all_that_came_with_it(
    desk: Desk,
) -> None:
    content = archive("beside")

    answer = await drop(desk.lea, ("a.zip", content), ("run.exe", b"MZ"))
    nothing = await drop(desk.lea)

    assert (answer.status_code, nothing.status_code) == (422, 422)
    assert "The inbox takes .eml, .msg, .pdf and .zip" in answer.text
    assert await row(desk, content) is None


async def test_several_wait_one_after_the_other(desk: Desk) -> None:
    first, second = archive("first"), archive("second")
    answer = await drop(desk.lea, ("one.zip", first), ("two.zip", second))
    one, two = await row(desk, first), await row(desk, second)
    assert one is not None
    assert two is not None

    form = {"dropped": f"{one.id},{two.id}"}
    aside = await desk.lea.submit(f"/inbox/{one.id}/set-aside", form)

    path = f"/inbox?dropped={one.id},{two.id}&known=0"
    assert answer.headers["location"] == path
    assert aside.headers["location"] == f"/inbox?dropped={two.id}&known=0"
    assert "autofocus" in await waiting(desk.lea, two)


async def test_it_came_when_the_person_says(desk: Desk) -> None:
    name = await desk.sent()
    await desk.later(days=2)
    found = await taken(desk, desk.lea, f"{name}.zip", archive("late"))

    form = {
        "reference": name,
        "kind": "delivery",
        "received_at": "2026-11-25T09:00",
    }
    await desk.lea.submit(f"/inbox/{found.id}/file", form)

    (told,) = (await desk.lea.get(f"{API}/{name}/responses")).json()
    at = datetime.fromisoformat(told["received_at"])
    assert at == datetime.fromisoformat("2026-11-25T09:00:00+01:00")


async def test_a_message_came_when_our_server_says(desk: Desk) -> None:
    trace = "Received: from x by y; Mon, 23 Nov 2026 10:00:00 +0100"
    raw = mail("Hello.", trace, "Date: Sun, 22 Nov 2026 10:00:00 +0100")

    found = await taken(desk, desk.lea, "a.eml", raw)

    assert found.received_at.isoformat() == "2026-11-23T09:00:00+00:00"


async def test_a_dropped_sender_is_never_called_proven(desk: Desk) -> None:
    raw = mail("Hello.", "Authentication-Results: mx; dmarc=pass")

    assert (await taken(desk, desk.lea, "a.eml", raw)).trust == "unknown"


async def test_who_dropped_it_sees_it_and_no_other_investigator(desk: Desk) -> None:
    other = await seat(desk.client, desk.runtime, "stranger")
    manager = await seat(desk.client, desk.runtime, "max")

    found = await taken(desk, desk.ann, "unknown.zip", archive("mine"))

    assert await waiting(desk.ann, found)
    assert await waiting(desk.lea, found)
    assert not await waiting(other, found)
    assert (await drop(manager, ("a.zip", archive("no")))).status_code == 403


async def test_a_file_of_a_restricted_case_tells_nobody_of_its_request(
    desk: Desk,
) -> None:
    name = await desk.sent(case=await desk.case())
    case = (await desk.ann.get(f"{API}/{name}")).json()["case"]
    fields = {"offence": "Extortion", "reference": case, "is_restricted": True}
    await desk.ann.call("PATCH", f"/api/v1/cases/{case}", json=fields)

    found = await taken(desk, desk.lea, f"{name}.zip", archive("restricted"))
    shown = await waiting(desk.lea, found)

    assert found.request_id is not None
    assert "No request was recognised." in shown
    assert f'value="{name}"' not in shown
