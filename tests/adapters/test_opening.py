"""Dropped files are read for their words alone, whatever their bytes are."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platformlink.adapters import opening
from platformlink.adapters.opening import BoundedReader, outlook
from platformlink.adapters.pdf import WeasyRenderer
from platformlink.adapters.workers import Workers
from platformlink.mailbox import messages
from platformlink.values import Html
from tests.conftest import ROOT
from tests.mailbox.outlook import msg

SAVED = ROOT / "tests" / "mailbox" / "saved"
HEADERS = (
    "Received: from mx.tiktok.com; Mon, 23 Nov 2026 10:00:00 +0000\r\n"
    "From: TikTok LE <le@tiktok.com>\r\n"
    "Subject: Re: PL-2026-000123\r\n"
    "References: <pl-1@dcu.example>\r\n\t<pl-2@dcu.example>\r\n"
    'Content-Type: multipart/mixed; boundary="x"\r\n'
    "MIME-Version: 1.0\r\n"
)
MESSAGE = msg("We have preserved the account.", headers=HEADERS, files=("data.zip",))


@pytest.mark.anyio
async def test_a_pdfs_words_are_read(reader: BoundedReader, workers: Workers) -> None:
    page = Html("<p>PL-2026-000123: it has been preserved.</p>")
    pdf = await WeasyRenderer(ROOT / "letter_templates", workers).preview(page)

    assert "PL-2026-000123: it has been preserved." in await reader.pdf_text(pdf)


@pytest.mark.anyio
async def test_an_outlook_message_is_mail_with_the_headers_that_it_came_with(
    reader: BoundedReader,
) -> None:
    found = await reader.outlook(MESSAGE)

    assert found is not None
    head, _, body = found.raw.decode().partition("\n\n")
    assert "References: <pl-1@dcu.example> <pl-2@dcu.example>" in head
    assert "multipart" not in head
    assert body == "We have preserved the account."
    assert found.files == ("data.zip",)


def test_one_without_headers_says_what_outlook_kept() -> None:
    kept = {
        "0037": "Re: PL-2026-000123\r\nBcc: everybody@dcu.example",
        "5D01": "le@tiktok.com",
        "1035": "<9@tiktok.com>",
        "1042": "<pl-1@dcu.example>",
    }

    found = outlook(msg("Hello.", kept=kept))

    assert found is not None
    assert found.raw.decode().splitlines()[:4] == [
        "From: le@tiktok.com",
        "Subject: Re: PL-2026-000123 Bcc: everybody@dcu.example",
        "Message-ID: <9@tiktok.com>",
        "In-Reply-To: <pl-1@dcu.example>",
    ]


def test_what_outlook_saved_of_a_received_message_is_read() -> None:
    found = outlook((SAVED / "received.msg").read_bytes())

    assert found is not None
    read = messages.read(found.raw)
    assert (read.sender, read.subject) == (
        "joebloggs@example.org",
        "PST Export - Embedded Email Test",
    )
    assert read.message_id.endswith("@ME2PR01MB4419.ausprd01.prod.outlook.com>")
    assert read.text.strip() == "This email contains an email… Email-ception!!!"
    assert read.verdicts == {"dmarc": "none", "dkim": "none"}
    assert messages.arrived_at(found.raw) == datetime(
        2019, 10, 9, 5, 55, 11, tzinfo=UTC
    )


def test_what_outlook_saved_with_a_message_attached_names_it() -> None:
    found = outlook((SAVED / "unsent.msg").read_bytes())

    assert found is not None
    read = messages.read(found.raw)
    assert (read.subject, read.text.strip(), read.sender) == (
        "outer subject",
        "Outer body",
        "",
    )
    assert found.files == ("test",)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_say_nothing(content: bytes) -> None:
    assert opening.pdf_text(content) == ""
    assert outlook(content) is None


@given(st.data())
def test_a_message_with_wrong_bytes_in_it_breaks_nothing(data: st.DataObject) -> None:
    broken = bytearray(MESSAGE)
    for _ in range(8):
        at = data.draw(st.integers(0, len(broken) - 1))
        broken[at] = data.draw(st.integers(0, 255))

    outlook(bytes(broken))
