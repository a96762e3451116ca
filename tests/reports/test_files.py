"""The report to take along: a sealed brief, a workbook, each the same each time."""

import io
import zipfile
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pikepdf
import pytest

from platformlink.ports import Change, Runtime
from platformlink.protocols.shelf import Library
from platformlink.reports import files, rules
from platformlink.reports.asked import Asked
from platformlink.reports.rules import Report
from platformlink.reports.showing import Shown
from platformlink.web.words import Words

pytestmark = pytest.mark.anyio

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
    return rules.report(
        found,
        lambda one, end_at: (end_at - one.sent_at).days,
        from_on=date(2026, 11, 1),
        to_on=date(2026, 11, 30),
        as_of=AS_OF,
        by=("platform",),
    )


def shown(library: Library, language: str = "en", **made: int) -> Shown:
    words = Words(language, ZoneInfo("Europe/Tirane"))
    return Shown(report(**made), words, library)


async def test_a_brief_is_sealed_and_has_four_pages(
    runtime: Runtime, library: Library
) -> None:
    brief = await files.as_brief(shown(library), runtime)

    found = await runtime.ports.sealer.check(brief)
    assert (found.is_intact, found.change) == (True, Change.NONE)
    with pikepdf.open(io.BytesIO(brief)) as pdf:
        assert len(pdf.pages) == 4


async def test_the_same_figures_give_the_same_brief(
    runtime: Runtime, library: Library
) -> None:
    pages = [files.brief_page(shown(library), runtime) for _ in range(2)]

    first, second = [
        await runtime.ports.renderer.render(page, style=files.STYLE) for page in pages
    ]
    assert first == second


@pytest.mark.parametrize("language", ["en", "sq"])
def test_who_has_too_few_requests_is_in_no_picture_and_has_no_times(
    runtime: Runtime, library: Library, language: str
) -> None:
    page = files.brief_page(shown(library, language), runtime)

    (picture, _, rest) = page.partition("</svg>")
    assert "TikTok" in picture
    assert "Meta" not in picture
    assert "Meta" in rest


def test_a_brief_of_nothing_says_so(runtime: Runtime, library: Library) -> None:
    page = files.brief_page(shown(library, count=0), runtime)

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
        f"xl/tables/table{number}.xml" for number in (1, 2, 3, 4)
    ]
    assert "tiktok" in texts
    assert rules.digest(report()) in texts
