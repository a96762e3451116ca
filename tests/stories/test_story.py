"""The story of one request in a real browser: filed, returned, approved, sent, told."""

import re
import shutil
import subprocess
from contextlib import closing
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from playwright.sync_api import Page, expect

from platformlink.demo.run import Note
from tests.stories.conftest import SignIn

pytestmark = pytest.mark.xdist_group("browser")


def open_case(page: Page, reference: str) -> None:
    page.goto("/cases/new")
    page.fill("#f-reference", reference)
    page.fill("#f-title", "extortion of a minor")
    page.fill("#f-offence", "Extortion of a minor")
    page.fill("#f-offence_article", "Criminal Code, article 151")
    page.click("text=Open the case")
    expect(page.locator("h1")).to_contain_text(reference)


def paste(page: Page, reference: str, text: str) -> None:
    page.goto(f"/requests/new?case={reference}")
    page.fill("#f-pasted", text)
    page.locator("#found input[type=checkbox]").first.wait_for()
    page.click("button:has-text('Go on')")
    page.wait_for_url("**/edit")


def fill_draft(page: Page) -> None:
    page.fill("input[name=target_seen_on] >> nth=0", "2026-11-20")
    page.fill("#f-period_from", "2026-10-01T00:00")
    page.fill("#f-period_to", "2026-11-20T00:00")
    page.check("input[name=data][value=subscriber]")
    page.select_option("#f-instrument", "national-preservation")
    page.fill("#f-non_disclosure_until", "2028-05-24")
    page.fill("#f-non_disclosure_reason", "The suspect could destroy evidence.")
    page.fill("#f-narrative", "A girl of 15 was asked for money by an unknown person.")
    page.fill("#f-nexus", "The suspect wrote to her by direct messages on TikTok.")
    page.fill("#f-necessity", "To identify the person behind the account.")


def record(page: Page, kind: str, *, note: str = "") -> None:
    page.click("text=Record an answer")
    page.select_option("select[name=kind]", kind)
    if note:
        page.fill("[name=note]", note)
    page.click("button:has-text('Record')")
    page.wait_for_url(re.compile(r"/requests/PL-\d{4}-\d{6}$"))


def write(ana: Page) -> str:
    """The investigator pastes a link, is told what is missing, and fills it in."""
    open_case(ana, "K-2026-0163")
    paste(ana, "K-2026-0163", "She wrote https://www.tiktok.com/@some.name and left.")
    expect(ana.locator("input[name=target_value] >> nth=0")).to_have_value(
        "https://www.tiktok.com/@some.name"
    )
    ana.click("text=Submit for approval")
    expect(ana.locator("#say-period")).to_contain_text("needs a period")
    expect(ana.locator("#say-data")).to_contain_text("data")

    fill_draft(ana)
    expect(ana.locator("#count")).to_contain_text("Nothing to mend")
    drawn = ana.request.get(str(ana.locator("#paper").get_attribute("src")))
    assert drawn.headers["content-type"] == "image/png"
    ana.click("text=Submit for approval")
    expect(ana.locator(".strip")).to_contain_text("In review")
    assert not ana.locator("text=Approve and seal").count()
    return ana.url.rsplit("/", 1)[1]


def approve(ana: Page, besa: Page, draft: str) -> None:
    """The approver returns it once with a reason, then approves."""
    besa.goto(f"/requests/{draft}")
    besa.fill("#r-return", "Name the period more narrowly.")
    besa.click("button:has-text('Return')")
    ana.goto(f"/requests/{draft}")
    expect(ana.locator(".timeline").last).to_contain_text("Name the period")
    ana.goto(f"/requests/{draft}/edit")
    ana.fill("#f-period_from", "2026-11-01T00:00")
    ana.click("text=Submit for approval")
    besa.goto(f"/requests/{draft}")
    besa.click("text=Approve and seal")
    expect(besa.locator(".strip")).to_contain_text("Ready to send")


def check_seal(luan: Page, reference: str, file: Path) -> None:
    """The sealed letter is valid for a tool that has never heard of us."""
    file.write_bytes(luan.request.get(f"/requests/{reference}/letter.pdf").body())
    pdfsig = shutil.which("pdfsig") or "pdfsig"
    said = subprocess.run(  # noqa: S603 - a tool of poppler-utils
        [pdfsig, file], capture_output=True, text=True, check=False
    ).stdout
    assert "Signature is Valid" in said


def send(luan: Page, reference: str) -> None:
    """The liaison officer hands it to the portal, and records its reference."""
    luan.goto(f"/requests/{reference}/send")
    expect(luan.locator("#content")).to_contain_text("some.name")
    luan.click("text=It was sent")
    expect(luan.locator("[role=alert]")).to_contain_text("reference")
    luan.fill("#f-reference", "TT-884120")
    luan.click("text=It was sent")
    expect(luan.locator(".strip")).to_contain_text("Sent")
    expect(luan.locator("body")).to_contain_text("Hold ends")
    luan.click("text=Why then? >> nth=0")
    expect(luan.locator("details[open] ol").first).to_contain_text("It starts with")


def answer(luan: Page) -> None:
    """An automatic reply stops no clock; a question pauses theirs and starts ours."""
    record(luan, "auto_reply")
    expect(luan.locator(".strip")).to_contain_text("Sent")
    record(luan, "need_more_info", note="Please state the provision.")
    expect(luan.locator(".strip")).to_contain_text("They ask us")
    expect(luan.locator("body")).to_contain_text("Stands still")
    luan.fill("#f-answer", "Criminal Code, article 151.")
    luan.click("text=Seal the answer")
    luan.fill("#f-reference", "TT-884120-2")
    luan.click("text=It was sent")
    expect(luan.locator(".strip")).to_contain_text("Sent")
    record(luan, "preservation_confirmed")
    expect(luan.locator(".strip")).to_contain_text("Answered")
    luan.select_option("#f-outcome", "preserved_only")
    luan.click("button:has-text('Close the request')")
    expect(luan.locator(".strip")).to_contain_text("Closed")


def test_a_request_goes_from_a_pasted_link_to_a_letter_that_anyone_can_check(
    sign_in: SignIn, desk: Note, tmp_path: Path
) -> None:
    ana, besa, luan = sign_in("ana"), sign_in("besa"), sign_in("luan")

    draft = write(ana)
    approve(ana, besa, draft)
    luan.goto(f"/requests/{draft}")
    reference = str(luan.locator("h1 .reference").text_content())
    assert re.fullmatch(r"PL-\d{4}-\d{6}", reference)
    check_seal(luan, reference, tmp_path / "letter.pdf")
    send(luan, reference)
    answer(luan)

    code = re.sub(r"\W", "", str(luan.locator(".code").last.text_content()))
    stranger = luan.context.browser.new_page()  # type: ignore[union-attr]
    stranger.goto(f"{desk.url}/verify/{code.lower()}")
    expect(stranger.locator("body")).to_contain_text("Demonstration Cybercrime Unit")
    assert "some.name" not in stranger.content()
    stranger.close()


def test_an_emergency_goes_from_nothing_to_a_sealed_letter_in_few_steps(
    sign_in: SignIn,
) -> None:
    luan = sign_in("luan")
    luan.goto("/board")

    luan.keyboard.press("e")
    luan.wait_for_url("**/emergency")
    luan.fill("#f-account", "https://www.tiktok.com/@in.danger")
    luan.fill("#f-danger", "A girl of 15 wrote that she will end her life tonight.")
    luan.fill("#f-averts", "Her last address lets a patrol reach her.")
    luan.click("text=Seal the letter now")

    luan.wait_for_url("**/send")
    expect(luan.locator("h1")).to_contain_text("TikTok")
    luan.goto("/board")
    expect(luan.locator("body")).to_contain_text("Emergency not yet ratified")


def test_a_manager_reads_the_report_and_sees_no_account(sign_in: SignIn) -> None:
    elira = sign_in("elira")

    elira.goto("/reports")
    expect(elira.locator("h1")).to_be_visible()

    elira.goto("/requests")
    expect(elira.locator("body")).to_contain_text("Your role does not allow this")
    elira.goto("/board")
    expect(elira.locator("h1")).to_contain_text("in numbers")
    assert "some.name" not in elira.content()


def test_what_was_typed_stays_when_a_form_is_refused(sign_in: SignIn) -> None:
    ana = sign_in("ana")

    ana.goto("/cases/new")
    ana.fill("#f-reference", "?")
    ana.fill("#f-offence", "Computer fraud")
    ana.click("text=Open the case")

    expect(ana.locator("#f-offence")).to_have_value("Computer fraud")
    expect(ana.locator("#w-reference")).to_be_visible()


SECTIONS = (
    *("Who to address", "Channels", "Hold and extension", "On which footing"),
    *("What they hold, and for how long", "Accounts they can find"),
    *("What a request must carry", "Before you send", "Notice to the user"),
    *("Times, delivery, costs", "People and agreement"),
)


@pytest.mark.parametrize(
    ("slug", "sentence"),
    [
        ("tiktok", "Addressed to the wrong company."),
        ("apple", "No exact identifier or period."),  # the longest file
    ],
)
def test_a_platform_prints_on_two_sheets_with_nothing_cut(
    sign_in: SignIn, slug: str, sentence: str
) -> None:
    page = sign_in("luan")
    page.goto(f"/platforms/{slug}")

    with closing(pdfium.PdfDocument(page.pdf(prefer_css_page_size=True))) as printed:
        count = len(printed)
        text = "".join(sheet.get_textpage().get_text_range() for sheet in printed)

    assert count <= 2
    assert [one for one in SECTIONS if one not in text] == []
    assert sentence in text
