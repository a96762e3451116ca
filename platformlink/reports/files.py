"""A report to take along: a sealed brief, a workbook with live tables, CSV or JSON."""

import io
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

import msgspec
import xlsxwriter
from litestar import Response
from xlsxwriter.worksheet import Worksheet

from platformlink.authority import said
from platformlink.errors import FieldError
from platformlink.letters.wording import country_name
from platformlink.ports import Runtime
from platformlink.reports import charts, rules, schemas, sets, showing
from platformlink.reports.charts import Spans
from platformlink.reports.ours import our_side
from platformlink.reports.published import Mirror, mirrors
from platformlink.reports.rules import (
    DEFINITIONS,
    FIGURE_NAMES,
    Report,
    ReportInvalid,
)
from platformlink.reports.sets import Sets
from platformlink.reports.showing import Told
from platformlink.reports.shown import Shown, kind_name
from platformlink.values import Html, SealedPdf
from platformlink.web.pages import Page, environment

STYLE = "brief.css"
MOST_SPANS = 12
WIDEST_COLUMN = 60
METHOD = {
    "Open requests": (
        "A curve rises by what was answered, of those that still waited then"
        " (Kaplan-Meier). Half and nine of ten are read from it; what it has not"
        " reached is “not yet”."
    ),
    "Intervals": (
        "Of 95 %: by Greenwood’s formula for times, by Wilson’s for shares. Two that"
        " overlap are not to be told apart."
    ),
    "Small numbers": (
        "Below ten nothing is judged or ranked. What has fewer than five requests is"
        " left out where the reader may not open requests."
    ),
    "Restricted cases": "They are counted for their members alone.",
}
MEDIA = {
    "json": "application/json",
    "csv": "text/csv",
    "measures.csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


class Brief(Page, frozen=True, kw_only=True):
    """What the brief prints."""

    template: ClassVar[str] = "reports/brief.html"
    told: Told
    sets: Sets
    published: list[Mirror]
    country: str
    method: list[tuple[str, str]]  # name, how it was counted
    kind: str
    authority: str
    unit: str
    spans: Spans | None
    left_out: int  # platforms with too few requests to be drawn
    is_demonstration: bool


def _brief(shown: Shown) -> Brief:
    authority, language = shown.authority, shown.words.language
    fair = [one for one in shown.report.rows if not one.figures.is_small]
    fair.sort(key=lambda one: -one.figures.sent)
    rows = [
        (shown.name(row.key["platform"]), time.curve, time.median, time.p90)
        for row in fair[:MOST_SPANS]
        for time in (row.figures.first_substance,)
    ]
    return Brief(
        told=showing.told(shown, charts.ON_PAPER),
        sets=sets.sets(shown),
        published=mirrors(shown),
        country=country_name(shown.authority.country, language),
        method=[(shown.say(name), shown.say(text)) for name, text in METHOD.items()],
        kind=shown.say(kind_name(shown.kind)),
        authority=said(authority.name, language),
        unit=said(authority.address, language),
        spans=charts.spans(rows) if rows else None,
        left_out=len(shown.report.rows) - len(rows),
        is_demonstration=authority.is_demonstration,
    )


def brief_page(shown: Shown) -> Html:
    """Return the brief as a page; the same report gives the same text."""
    brief, words = _brief(shown), shown.words
    template = environment(words.language).get_template(brief.template)
    fields = {name: getattr(brief, name) for name in brief.__struct_fields__}
    day, number = words.day, words.number
    return Html(
        template.render(language=words.language, day=day, number=number, **fields)
    )


async def as_brief(shown: Shown, runtime: Runtime) -> SealedPdf:
    """
    Return the report as a sealed PDF, as of the moment at which it was counted.

    Raises: Upstream.
    """
    page = brief_page(shown)
    pdf = await runtime.ports.renderer.render(page, style=STYLE)
    language = shown.words.language
    sealed = await runtime.ports.sealer.seal(
        pdf, name=said(shown.authority.name, language), now=shown.report.as_of
    )
    return sealed.pdf


def _sheet(
    book: xlsxwriter.Workbook, name: str, head: list[str], rows: list[list[Any]]
) -> Worksheet:
    """Add a sheet that is one table, which can be sorted and filtered."""
    sheet = book.add_worksheet(name)
    columns = [{"header": one} for one in head]
    sheet.add_table(
        0, 0, max(len(rows), 1), len(head) - 1, {"columns": columns, "data": rows}
    )
    for number, title in enumerate(head):
        cells = [title, *(str(row[number]) for row in rows)]
        width = min(max(map(len, cells)) + 2, WIDEST_COLUMN)
        sheet.set_column(number, number, width)
    sheet.freeze_panes(1, 0)
    return sheet


def as_xlsx(shown: Shown) -> bytes:
    """
    Return the report as a workbook: figures, reasons, definitions.

    Nothing that a person typed becomes a formula. The same report gives the same bytes.
    """
    report, say = shown.report, shown.say
    written = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    book = xlsxwriter.Workbook(written, options)
    book.set_properties(
        {"title": say("Responsiveness"), "created": report.as_of.replace(tzinfo=None)}
    )
    lines = schemas.lines(report)
    _sheet(book, say("Figures"), list(lines[0]), [list(one.values()) for one in lines])
    reasons = schemas.report_out(report, say).total.reasons
    _sheet(
        book,
        say("Reasons"),
        [say("Reason"), say("Whose fault"), say("Requests")],
        [[one.name, one.fault or "", one.count] for one in reasons],
    )
    measured = schemas.measure_lines(report, say)
    _sheet(
        book,
        say("Official measures"),
        list(schemas.MEASURE_HEAD),
        [list(one.values()) for one in measured],
    )
    _our_sheets(book, shown)
    kept = [
        (say("Period"), f"{report.from_on} – {report.to_on}"),
        (say("Counted"), shown.words.when(report.as_of)),
        ("SHA-256", rules.digest(report)),
    ]
    means = [(say(FIGURE_NAMES[name]), say(text)) for name, text in DEFINITIONS.items()]
    means += [(one.name, one.definition) for one in schemas.measures_out(report, say)]
    _sheet(
        book,
        say("Definitions"),
        [say("Figure"), say("Definition")],
        [list(one) for one in (*kept, *means)],
    )
    book.close()
    return written.getvalue()


def _our_sheets(book: xlsxwriter.Workbook, shown: Shown) -> None:
    """Add what stands beside their figures: our own side, and what they publish."""
    say, ours = shown.say, our_side(shown)
    _sheet(
        book,
        say("Our own side"),
        [say("Step"), "n", say("Half within"), say("9 of 10")],
        [[one.name, one.count, one.half, one.nine] for one in ours.steps],
    )
    _sheet(
        book,
        say("What waits with us now"),
        [say("Unit"), say("For what"), say("Requests"), say("Oldest")],
        [[one.unit, one.state, one.count, one.oldest] for one in ours.backlog],
    )
    _sheet(
        book,
        say("What they publish"),
        [
            *(say("Platform"), say("From"), say("To"), say("Requests")),
            *(say("Some data, they say"), say("Some data, we counted")),
            *(say("Of these"), say("Source")),
        ],
        [
            [
                *(one.name, f"{one.from_on}", f"{one.until_on}", one.requests),
                *(one.produced, one.ours.numerator, one.ours.denominator, one.source),
            ]
            for one in mirrors(shown)
        ],
    )


async def _pdf(shown: Shown, runtime: Runtime) -> bytes:
    return await as_brief(shown, runtime)


async def _xlsx(shown: Shown, runtime: Runtime) -> bytes:
    return as_xlsx(shown)


async def _csv(shown: Shown, runtime: Runtime) -> bytes:
    rows = schemas.lines(shown.report)
    return schemas.as_csv(rows, rows[-1]).encode()


async def _measures(shown: Shown, runtime: Runtime) -> bytes:
    rows = schemas.measure_lines(shown.report, shown.say)
    return schemas.as_csv(rows, schemas.MEASURE_HEAD).encode()


async def _json(shown: Shown, runtime: Runtime) -> bytes:
    told = schemas.report_out(shown.report, shown.say)
    return msgspec.json.format(msgspec.json.encode(told)) + b"\n"


FORMATS: dict[str, Callable[[Shown, Runtime], Awaitable[bytes]]] = {
    "json": _json,
    "csv": _csv,
    "measures.csv": _measures,
    "xlsx": _xlsx,
    "pdf": _pdf,
}


def check(form: str) -> None:
    """
    Let pass a form in which the report is made.

    Raises: ReportInvalid.
    """
    if form not in FORMATS:
        allowed = {"formats": ", ".join(FORMATS)}
        message = "Choose from: %(formats)s."
        raise ReportInvalid("", FieldError("/format", "unknown", message, allowed))


def attached(content: bytes, form: str, report: Report) -> Response[bytes]:
    """Return a report as a file that no cache keeps."""
    name = f"responsiveness-{report.from_on}-{report.to_on}.{form}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=MEDIA[form], headers=headers)
