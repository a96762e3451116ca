"""The report to take along: a sealed brief, a workbook, each the same each time."""

import io
import zipfile
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pikepdf
import pytest
from markupsafe import escape

from platformlink.ports import Change, Runtime
from platformlink.protocols.shelf import Library
from platformlink.reports import files, official, rules, standards
from platformlink.reports.asked import Asked
from platformlink.reports.ourside import Handled, Waiting, our_side
from platformlink.reports.rules import Report
from platformlink.reports.shown import Shown
from platformlink.requests.rules import State
from platformlink.web.words import Words
from tests.shipped import AUTHORITY

pytestmark = pytest.mark.anyio

PARTS = (
    "How platforms answered",
    "TikTok answers half",
    "Time until an answer of substance, by platform, in working days",
    "How they treat us",
    "What came of them",
    "Refused or returned, by whose fault",
    "How long until an answer of substance",
    "What we sent that they could not use",
    "Reasons that were not",
    "What they publish of Albania",
    "Platform by platform",
    "Month by month",
    "Our own side",
    "What waits with us now",
    "By the e-Evidence Regulation, Article 28(2)",
    "As the SIRIUS reports count",
    "How it was counted",
    "Electronic seal (PAdES)",
)
AS_OF = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SENT_AT = datetime(2026, 11, 2, 9, tzinfo=UTC)


def asked(number: int, platform: str) -> Asked:
    return Asked(
        platform=platform,
        kind="disclosure",
        month="2026-11",
        sent_at=SENT_AT,
        until_at=AS_OF,
        substance_at=None if number % 4 == 0 else SENT_AT.replace(day=3 + number),
    )


def report(count: int = 12) -> Report:
    found = [asked(number, "tiktok") for number in range(count)]
    found.append(asked(1, "meta"))
    issued = [official.Issued(asked=x, case_id=1, issued_at=SENT_AT) for x in found]
    return rules.report(
        found,
        lambda one, end_at: (end_at - one.sent_at).days,
        official=official.Official(
            measures=official.measures(issued, lambda one: 3.0, emergencies_before=0)
        ),
        ours=our_side(
            [Handled(filed_at=SENT_AT, until_at=AS_OF)],
            [Waiting("tirana", State.IN_REVIEW, SENT_AT)],
        ),
        from_on=date(2026, 11, 1),
        to_on=date(2026, 11, 30),
        as_of=AS_OF,
        by=("platform",),
    )


def shown(library: Library, language: str = "en", **made: int) -> Shown:
    words = Words(language, ZoneInfo("Europe/Tirane"))
    return Shown(words, library, AUTHORITY, report(**made))


@pytest.mark.parametrize("language", ["en", "sq"])
async def test_a_brief_is_sealed_and_has_four_to_eight_pages(
    runtime: Runtime, library: Library, language: str
) -> None:
    brief = await files.as_brief(shown(library, language), runtime)

    found = await runtime.ports.sealer.check(brief)
    assert (found.is_intact, found.change) == (True, Change.NONE)
    with pikepdf.open(io.BytesIO(brief)) as pdf:
        assert 4 <= len(pdf.pages) <= 8


def test_a_brief_tells_all_that_the_page_tells(library: Library) -> None:
    page = files.brief_page(shown(library))

    assert [one for one in PARTS if one not in page] == []
    for one in (*standards.DEFINITIONS.items(), *rules.DEFINITIONS.items()):
        code, definition = one
        assert code in official.UNITS or escape(definition) in page
    assert "prizrenpost.com" in page  # where a published figure stands


async def test_the_same_figures_give_the_same_brief(
    runtime: Runtime, library: Library
) -> None:
    pages = [files.brief_page(shown(library)) for _ in range(2)]

    first, second = [
        await runtime.ports.renderer.render(page, style=files.STYLE) for page in pages
    ]
    assert first == second


@pytest.mark.parametrize("language", ["en", "sq"])
def test_who_has_too_few_requests_is_in_no_picture_and_has_no_times(
    runtime: Runtime, library: Library, language: str
) -> None:
    page = files.brief_page(shown(library, language))

    (picture, _, rest) = page.partition("</svg>")
    assert "TikTok" in picture
    assert "Meta" not in picture
    assert "Meta" in rest


def test_a_brief_of_nothing_says_so(runtime: Runtime, library: Library) -> None:
    page = files.brief_page(shown(library, count=0))

    assert "<svg" not in page
    assert "fewer than ten requests" in page


def test_a_workbook_has_live_tables_and_the_same_bytes_each_time(
    library: Library,
) -> None:
    first, second = (files.as_xlsx(shown(library)) for _ in range(2))

    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as book:
        names = book.namelist()
        texts = book.read("xl/sharedStrings.xml").decode()
    assert [name for name in names if name.startswith("xl/tables/")] == [
        f"xl/tables/table{number}.xml" for number in range(1, 8)
    ]
    assert "tiktok" in texts
    assert rules.digest(report()) in texts
