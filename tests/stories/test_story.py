"""Each persona's story in a real browser, told in each language."""

import re
import shutil
import subprocess
from contextlib import closing
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from playwright.sync_api import Page, expect

from platformlink.demo.run import Note
from tests.stories.conftest import Say, SignIn


def open_case(page: Page, reference: str, title: str = "extortion of a minor") -> None:
    page.goto("/cases/new")
    page.fill("#f-reference", reference)
    page.fill("#f-title", title)
    page.fill("#f-offence", "Extortion of a minor")
    page.fill("#f-offence_article", "Criminal Code, article 151")
    page.click("form[action='/cases'] button.primary")
    expect(page.locator("h1")).to_contain_text(reference)


def paste(page: Page, reference: str, text: str) -> None:
    page.goto(f"/requests/new?case={reference}")
    page.fill("#f-pasted", text)
    page.locator("#found input[type=checkbox]").first.wait_for()
    page.click("form[action='/requests'] button.primary")
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


class Story:
    """One request in one language, handed from desk to desk."""

    def __init__(self, sign_in: SignIn, say: Say, language: str) -> None:
        self.say = say
        self.ana, self.besa, self.luan = (
            sign_in(name, language) for name in ("ana", "besa", "luan")
        )
        self.case = f"K-2026-0163-{language}"
        self.account = f"some.name.{language}"

    def press(self, page: Page, words: str) -> None:
        page.click(f"button:text-is('{self.say(words)}')")

    def stands(self, page: Page, state: str) -> None:
        expect(page.locator(".strip b").first).to_have_text(f"{self.say(state)}.")

    def shows(self, page: Page, part: str, words: str) -> None:
        expect(page.locator(part)).to_contain_text(self.say(words))

    def write(self) -> str:
        """The investigator pastes a link, is told what is missing, and fills it in."""
        ana, link = self.ana, f"https://www.tiktok.com/@{self.account}"
        open_case(ana, self.case)
        paste(ana, self.case, f"She wrote {link} and left.")
        expect(ana.locator("input[name=target_value] >> nth=0")).to_have_value(link)
        with ana.expect_navigation():
            self.press(ana, "Submit for approval")
        missing = self.say("%(platform)s needs a period: from when to when?")
        expect(ana.locator("#say-period")).to_contain_text(
            missing % {"platform": "TikTok"}
        )
        expect(ana.locator("#say-data .finding.error")).to_be_visible()

        fill_draft(ana)
        self.shows(ana, "#count", "Nothing to mend")
        drawn = ana.request.get(str(ana.locator("#paper").get_attribute("src")))
        assert drawn.headers["content-type"] == "image/png"
        self.press(ana, "Submit for approval")
        self.stands(ana, "In review")
        approve = ana.locator("button", has_text=self.say("Approve and seal"))
        assert not approve.count()
        return ana.url.rsplit("/", 1)[1]

    def approve(self, draft: str) -> str:
        """The approver returns it once with a reason, then approves."""
        ana, besa = self.ana, self.besa
        besa.goto(f"/requests/{draft}")
        besa.fill("#r-return", "Name the period more narrowly.")
        self.press(besa, "Return")
        self.stands(besa, "Draft")
        ana.goto(f"/requests/{draft}")
        expect(ana.locator(".timeline").last).to_contain_text("Name the period")
        ana.goto(f"/requests/{draft}/edit")
        ana.fill("#f-period_from", "2026-11-01T00:00")
        self.press(ana, "Submit for approval")
        self.stands(ana, "In review")
        besa.goto(f"/requests/{draft}")
        self.press(besa, "Approve and seal")
        self.stands(besa, "Ready to send")
        return str(besa.locator("h1 .reference").text_content())

    def record(self, kind: str, *, note: str = "") -> None:
        luan = self.luan
        luan.click(f"a:has-text('{self.say('Record an answer')}')")
        luan.select_option("select[name=kind]", kind)
        luan.fill("[name=note]", note)
        self.press(luan, "Record")
        luan.wait_for_url(re.compile(r"/requests/PL-\d{4}-\d{6}$"))

    def send(self, reference: str) -> None:
        """The liaison officer hands it to the portal, and records its reference."""
        luan = self.luan
        luan.goto(f"/requests/{reference}/send")
        expect(luan.locator("#content")).to_contain_text(self.account)
        luan.click("#content button.primary")
        expect(luan.locator("#content [role=alert]")).to_be_visible()
        luan.fill("#f-reference", "TT-884120")
        luan.click("#content button.primary")
        self.stands(luan, "Sent")
        self.shows(luan, "#content", "Hold ends")
        luan.click(f"summary:has-text('{self.say('Why then?')}') >> nth=0")
        starts = self.say("It starts with the sending on %(start_at)s.")
        told = luan.locator("details[open] ol").first
        expect(told).to_contain_text(starts.split("%", maxsplit=1)[0].strip())

    def answer(self) -> None:
        """An automatic reply stops no clock; a question pauses theirs, starts ours."""
        luan = self.luan
        self.record("auto_reply")
        self.stands(luan, "Sent")
        self.record("need_more_info", note="Please state the provision.")
        self.stands(luan, "They ask us")
        self.shows(luan, "#content", "Stands still")
        luan.fill("#f-answer", "Criminal Code, article 151.")
        self.press(luan, "Seal the answer")
        luan.fill("#f-reference", "TT-884120-2")
        luan.click("#content button.primary")
        self.stands(luan, "Sent")
        self.record("preservation_confirmed")
        self.stands(luan, "Answered")
        luan.select_option("#f-outcome", "preserved_only")
        self.press(luan, "Close the request")
        self.stands(luan, "Closed")


def check_seal(luan: Page, reference: str, file: Path) -> None:
    """The sealed letter is valid for a tool that has never heard of us."""
    file.write_bytes(luan.request.get(f"/requests/{reference}/letter.pdf").body())
    pdfsig = shutil.which("pdfsig") or "pdfsig"
    said = subprocess.run(  # noqa: S603 - a tool of poppler-utils
        [pdfsig, file], capture_output=True, text=True, check=False
    ).stdout
    assert "Signature is Valid" in said


def test_a_request_goes_from_a_pasted_link_to_a_letter_that_anyone_can_check(
    sign_in: SignIn, desk: Note, tmp_path: Path, language: str, say: Say
) -> None:
    story = Story(sign_in, say, language)

    reference = story.approve(story.write())
    assert re.fullmatch(r"PL-\d{4}-\d{6}", reference)
    check_seal(story.luan, reference, tmp_path / "letter.pdf")
    story.send(reference)
    story.answer()

    code = re.sub(r"\W", "", str(story.luan.locator(".code").last.text_content()))
    stranger = story.luan.context.browser.new_page()  # type: ignore[union-attr]
    stranger.goto(f"{desk.url}/verify/{code.lower()}")
    expect(stranger.locator("body")).to_contain_text("Demonstration Cybercrime Unit")
    assert story.account not in stranger.content()
    stranger.close()


class Hand:
    """A practised hand on one page: each key and each text given at once counts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.count += 1

    def type(self, text: str) -> None:
        self.page.keyboard.insert_text(text)
        self.count += 1


def test_an_emergency_goes_from_nothing_to_a_sealed_letter_in_twelve_steps(
    sign_in: SignIn, language: str, say: Say
) -> None:
    luan = sign_in("luan", language)
    luan.goto("/board")
    hand = Hand(luan)

    hand.press("e")
    luan.wait_for_url("**/emergency")
    expect(luan.locator("#f-account")).to_be_focused()
    hand.type(f"https://www.tiktok.com/@in.danger.{language}")
    hand.press("Tab", "Tab")
    hand.type("A girl of 15 wrote that she will end her life tonight.")
    hand.press("Tab")
    hand.type("Her last address lets a patrol reach her.")
    hand.press("Tab", "Tab", "Enter")

    luan.wait_for_url("**/send")
    assert hand.count <= 12
    expect(luan.locator("h1")).to_contain_text("TikTok")
    luan.goto("/board")
    unratified = luan.locator("tr", has_text=f"in.danger.{language}")
    expect(unratified).to_contain_text(say("Emergency not yet ratified"))


def test_a_manager_reads_the_report_and_sees_no_account(
    sign_in: SignIn, language: str, say: Say
) -> None:
    elira = sign_in("elira", language)

    elira.goto("/reports")
    expect(elira.locator("h1")).to_be_visible()

    elira.goto("/requests")
    expect(elira.locator("h1")).to_have_text(say("Your role does not allow this"))
    elira.goto("/board")
    expect(elira.locator("h1")).to_have_text(say("What is late, in numbers"))
    assert "some.name" not in elira.content()


def test_what_was_typed_stays_when_a_form_is_refused(sign_in: SignIn) -> None:
    ana = sign_in("ana")

    ana.goto("/cases/new")
    ana.fill("#f-reference", "?")
    ana.fill("#f-offence", "Computer fraud")
    ana.click("form[action='/cases'] button.primary")

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
