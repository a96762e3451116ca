"""The responsiveness report, for people: a finding, figures, curves, two mirrors."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar
from urllib.parse import urlencode

from litestar import Request, Response, Router, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response import Redirect

from platformlink.authority import Authority, said
from platformlink.letters.wording import country_name
from platformlink.permissions import Actor, Right, require
from platformlink.protocols.shelf import Library
from platformlink.reports import files, opening, queries, sets, showing
from platformlink.reports.opening import Opened, Way
from platformlink.reports.ourside import OurSide
from platformlink.reports.published import Mirror, mirrors
from platformlink.reports.rules import Report
from platformlink.reports.sets import Sets
from platformlink.reports.showing import Ours, Shown, Told
from platformlink.requests import queries as requests
from platformlink.requests.queries import Line
from platformlink.requests.rules import KIND_NAMES, MOVERS, STATE_NAMES, Kind, State
from platformlink.values import Phrase
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
    published: list[Mirror]
    country: str
    way: Way | None  # to the requests behind a figure, for who may read them


class BehindPage(Page, frozen=True, kw_only=True):
    """The requests behind one figure, with its definition."""

    template: ClassVar[str] = "reports/behind.html"
    name: str
    within: list[str]
    definition: str
    from_on: date
    to_on: date
    kind_name: str
    report_path: str
    count: int
    lines: list[Line]
    next_path: str
    states: Mapping[State, str] = STATE_NAMES
    kinds: Mapping[Kind, str] = KIND_NAMES
    movers: Mapping[State, str] = MOVERS
    platforms: dict[str, str]


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


def _page(
    shown: Shown, ours: OurSide, authority: Authority, actor: Actor
) -> ReportPage:
    way = Way(shown.report.from_on, shown.report.to_on, shown.kind)
    units = {x.code: said(x.name, shown.words.language) for x in authority.units}
    return ReportPage(
        title=shown.say("Responsiveness"),
        told=showing.told(shown),
        ours=showing.our_side(shown, ours, units),
        choices=_choices(shown),
        files=_files(shown.report, shown.kind),
        kind=shown.kind,
        sets=sets.sets(shown),
        published=mirrors(shown, authority.country),
        country=country_name(authority.country, shown.words.language),
        way=way if opening.may_open(actor) else None,
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
    return shell.show(_page(shown, ours, runtime.authority, actor))


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


@get(opening.PATH, include_in_schema=False)
async def behind(
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
    figure: FromQuery[str] = "sent",
    whole: FromQuery[bool] = False,  # noqa: FBT002 - a choice of the query string
    cursor: FromQuery[str] = "",
) -> Response[str]:
    """Show just the requests that a figure counts, to whoever may read them."""
    require(actor, Right.READ)
    key = opening.dimensions_of(request.query_params)
    opened = Opened(figure, key, whole)
    counted = "" if kind == "all" else kind
    period = queries.period_of(runtime.authority, now, from_on, to_on, counted)
    ids = await queries.behind(session, runtime.authority, period, opened, actor=actor)
    wanted = requests.Filter(ids=ids, cursor=cursor)
    lines = await requests.listed(session, wanted, actor=actor)
    way = Way(period.from_on, period.to_on, kind)
    rest = requests.cursor_after(wanted, lines)
    here = way.to(figure, key, is_whole=whole)
    page = BehindPage(
        title=shell.words.say(Phrase(opened.name)),
        name=shell.words.say(Phrase(opened.name)),
        within=[
            sets.value_name(shell.words, library, name, value)
            for name, value in key.items()
        ],
        definition=shell.words.say(Phrase(opened.definition)),
        from_on=period.from_on,
        to_on=period.to_on,
        kind_name=shell.words.say(
            Phrase(KIND_NAMES[Kind(kind)] if kind in set(Kind) else "All")
        ),
        report_path=way.report(),
        count=await requests.counted(session, wanted, actor=actor),
        lines=lines,
        next_path=f"{here}&{urlencode({'cursor': rest})}" if rest else "",
        platforms={one.slug: one.name for one in library.all()},
    )
    return shell.show(page)


router = Router("/", route_handlers=[reports, responsiveness, as_file, behind])
