"""The responsiveness report, for people: a finding, figures, curves, two mirrors."""

from datetime import date
from typing import Annotated, Any, ClassVar
from urllib.parse import urlencode

from litestar import Request, Response, Router, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response import Redirect

from platformlink.authority import Authority, said
from platformlink.protocols.shelf import Library
from platformlink.reports import files, queries, sets, showing
from platformlink.reports.ourside import OurSide
from platformlink.reports.rules import Report
from platformlink.reports.sets import Sets
from platformlink.reports.showing import Ours, Shown, Told
from platformlink.requests.rules import KIND_NAMES, Kind
from platformlink.web.handed import FromQuery, Now, Runtime, Session, Shell, Who
from platformlink.web.pages import Page, go

Protocols = NamedDependency[Library]
From = Annotated[date | None, QueryParameter(name="from")]
To = Annotated[date | None, QueryParameter(name="to")]


class ReportPage(Page, frozen=True, kw_only=True):
    """The report; `choices` are the kinds with the address of each."""

    template: ClassVar[str] = "reports/responsiveness.html"
    told: Told
    ours: Ours
    choices: list[tuple[str, str, bool]]
    files: list[tuple[str, str]]
    kind: str
    sets: Sets
    measures_path: str


def _choices(shown: Shown) -> list[tuple[str, str, bool]]:
    period = {"from": f"{shown.report.from_on}", "to": f"{shown.report.to_on}"}
    kinds = [*((one.value, name) for one, name in KIND_NAMES.items()), ("all", "All")]
    return [
        (
            shown.say(name),
            f"/reports/responsiveness?{urlencode(period | {'kind': code})}",
            code == shown.kind,
        )
        for code, name in kinds
    ]


def _files(report: Report, kind: str) -> list[tuple[str, str]]:
    """Return the forms in which the report can be taken along, and their addresses."""
    return [
        (name, _address(report, kind, ending))
        for name, ending in (("PDF", "pdf"), ("Excel", "xlsx"), ("CSV", "csv"))
    ]


def _address(report: Report, kind: str, ending: str) -> str:
    query = {"from": f"{report.from_on}", "to": f"{report.to_on}", "kind": kind}
    return f"/reports/responsiveness.{ending}?{urlencode(query)}"


def _page(shown: Shown, ours: OurSide, authority: Authority) -> ReportPage:
    units = {x.code: said(x.name, shown.words.language) for x in authority.units}
    return ReportPage(
        title=shown.say("Responsiveness"),
        told=showing.told(shown),
        ours=showing.our_side(shown, ours, units),
        choices=_choices(shown),
        files=_files(shown.report, shown.kind),
        kind=shown.kind,
        sets=sets.sets(shown),
        measures_path=_address(shown.report, shown.kind, "measures.csv"),
    )


@get("/reports", include_in_schema=False)
async def reports() -> Redirect:
    """Go to the report that there is."""
    return go("/reports/responsiveness")


@get("/reports/responsiveness", include_in_schema=False)
async def responsiveness(
    session: Session,
    runtime: Runtime,
    library: Protocols,
    shell: Shell,
    actor: Who,
    now: Now,
    from_on: From = None,
    to_on: To = None,
    kind: FromQuery[str] = Kind.DISCLOSURE.value,
) -> Response[str]:
    """Show the report; kinds are not mixed unless one asks for all."""
    counted = "" if kind == "all" else kind
    period = queries.period_of(runtime.authority, now, from_on, to_on, counted)
    found = await queries.responsiveness(
        session, runtime.authority, period, by=("platform",), actor=actor
    )
    ours = await queries.our_side(session, runtime.authority, period, actor=actor)
    shown = Shown(found, shell.words, library, kind)
    return shell.show(_page(shown, ours, runtime.authority))


@get(
    [f"/reports/responsiveness.{form}" for form in files.FORMATS],
    include_in_schema=False,
)
async def as_file(
    request: Request[Any, Any, Any],
    session: Session,
    runtime: Runtime,
    library: Protocols,
    shell: Shell,
    actor: Who,
    now: Now,
    from_on: From = None,
    to_on: To = None,
    kind: FromQuery[str] = Kind.DISCLOSURE.value,
) -> Response[bytes]:
    """Return the report as a brief, a workbook, a table or JSON."""
    form = request.url.path.partition(".")[2]
    counted = "" if kind == "all" else kind
    period = queries.period_of(runtime.authority, now, from_on, to_on, counted)
    found = await queries.responsiveness(
        session, runtime.authority, period, by=("platform",), actor=actor
    )
    shown = Shown(found, shell.words, library, kind)
    return files.attached(await files.FORMATS[form](shown, runtime), form, found)


router = Router("/", route_handlers=[reports, responsiveness, as_file])
