"""Anybody checks a letter, on a page or from a program, without an account."""

from datetime import datetime

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from platformlink.letters import actions, codes, queries
from platformlink.letters.tables import Letter
from platformlink.ports import Runtime
from platformlink.protocols.shelf import Library
from tests import factories
from tests.pki import Pki

pytestmark = pytest.mark.anyio

Client = AsyncTestClient[Litestar]
PAGE = {"accept": "text/html"}


@pytest.fixture
async def letter(runtime: Runtime, library: Library) -> Letter:
    """A letter that is kept, so that the application sees it."""
    async with runtime.sessions.begin() as session:
        request, _, _ = await factories.ready(session, runtime, library)
        (sealed,) = await queries.of_request(session, request.id)
    return sealed


async def withdraw(runtime: Runtime, letter: Letter, now: datetime) -> None:
    async with runtime.sessions.begin() as session:
        kept = await session.get_one(Letter, letter.id)
        await actions.withdraw(session, kept, now=now)


async def test_a_program_is_told_that_a_letter_is_in_force(
    client: Client, letter: Letter
) -> None:
    answer = await client.get(f"/verify/{codes.grouped(letter.code).lower()}")
    told = answer.json()

    assert answer.status_code == 200
    assert (told["finding"], told["is_in_force"]) == ("genuine", True)
    assert told["letter"]["reference"] == letter.reference
    assert told["letter"]["sha256"] == letter.sha256


async def test_the_address_of_the_qr_code_is_in_upper_case(
    client: Client, letter: Letter
) -> None:
    answer = await client.get(f"/VERIFY/{codes.grouped(letter.code)}")

    assert answer.json()["is_in_force"]


async def test_nothing_personal_is_shown(client: Client, letter: Letter) -> None:
    page = (await client.get(f"/verify/{letter.code}", headers=PAGE)).text

    assert letter.reference in page
    assert "Shembulli" not in page
    assert "TikTok" not in page


async def test_a_withdrawn_letter_is_genuine_but_not_in_force(
    client: Client, letter: Letter, runtime: Runtime, now: datetime
) -> None:
    await withdraw(runtime, letter, now)

    told = (await client.get(f"/verify/{letter.code}")).json()

    assert (told["is_genuine"], told["is_in_force"]) == (True, False)


@pytest.mark.parametrize("code", ["0000-0000-0000-0000", "nonsense", "%27%20or%201=1"])
async def test_an_unknown_code_is_told_like_any_other(
    client: Client, code: str
) -> None:
    answer = await client.get(f"/verify/{code}")

    assert answer.status_code == 404
    assert answer.json()["finding"] == "unknown"


async def test_a_typed_code_leads_to_its_address(client: Client) -> None:
    answer = await client.get(
        "/verify?code=7kq4 m2xd r9tb v6hc", headers=PAGE, follow_redirects=False
    )

    assert answer.headers["location"] == "/verify/7KQ4-M2XD-R9TB-V6HC"


async def test_a_pdf_is_checked_as_a_body_and_as_a_forms_file(
    client: Client, letter: Letter
) -> None:
    body = await client.post("/verify", content=letter.pdf)
    form = await client.post("/verify", files={"pdf": ("a.pdf", letter.pdf)})

    assert [one.json()["finding"] for one in (body, form)] == ["genuine", "genuine"]


async def test_a_change_in_the_padding_of_the_seal_is_found_too(
    client: Client, letter: Letter
) -> None:
    changed = letter.pdf.replace(b"00000000>", b"00000001>", 1)

    told = (await client.post("/verify", content=changed)).json()

    assert changed != letter.pdf
    assert told["finding"] == "altered"


async def test_a_letter_that_others_signed_is_read_at_once(
    client: Client, letter: Letter, services: Pki
) -> None:
    content = await services.sign(letter.pdf, "Prosecutor")

    answer = await client.post("/verify", content=content)

    assert answer.json()["finding"] == "added_to"
    assert answer.elapsed.total_seconds() < 8


async def test_a_pdf_that_is_no_pdf_is_not_ours(client: Client) -> None:
    told = (await client.post("/verify", content=b"hello")).json()

    assert (told["finding"], told["reason"]) == ("unknown", "This is not a PDF.")


async def test_an_empty_question_names_what_is_missing(client: Client) -> None:
    answer = await client.post("/verify", content=b"")

    assert (answer.status_code, answer.json()["type"]) == (
        422,
        "/problems/file-missing",
    )


async def test_a_body_beyond_the_limit_is_refused(client: Client) -> None:
    answer = await client.post("/verify", content=b"%PDF-" + b" " * 25_000_000)

    assert answer.status_code == 413


async def test_too_many_questions_are_slowed_down(client: Client) -> None:
    answers = [(await client.get("/verify/x")).status_code for _ in range(40)]

    assert 429 in answers


async def test_the_page_names_our_certificate_and_our_number(client: Client) -> None:
    page = (await client.get("/verify", headers=PAGE)).text

    assert "+355 4 000 0000" in page
    assert 'enctype="multipart/form-data"' in page


async def test_the_schema_of_request_json_is_public(client: Client) -> None:
    schema = (await client.get("/verify/request.schema.json")).json()

    assert "LetterFields" in schema["$defs"]
