"""The responsiveness report, for people: a finding, figures, curves, two mirrors."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.response import Redirect
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.errors import FieldError
from platformlink.letters.wording import country_name
from platformlink.permissions import Actor, Right, require
from platformlink.ports import Runtime as PlainRuntime
from platformlink.protocols.shelf import Library
from platformlink.reports import files, kept, opening, sets, showing
from platformlink.reports.opening import Opened, Way
from platformlink.reports.period import Period, period_of
from platformlink.reports.published import Mirror, mirrors
from platformlink.reports.rules import Report, ReportInvalid
from platformlink.reports.sets import Sets
from platformlink.reports.showing import Told
from platformlink.reports.shown import Shown, Voice, kind_name
from platformlink.requests import queries as requests
from platformlink.requests.queries import Line
from platformlink.requests.rules import KIND_NAMES, MOVERS, STATE_NAMES, Kind, State
from platformlink.web.handed import FromQuery, Now, Runtime, Session, Shell, Who
from platformlink.web.pages import Page, go
from platformlink.web.pages import Shell as PlainShell

BY = ("platform",)
PAGE = 50  # requests behind a figure at once
A_WHILE = timedelta(minutes=1)  # what was counted before is said to be so


class Chosen(msgspec.Struct, frozen=True):
    """The days and the kind of request that an address asks for; None: the usual."""

    from_on: date | None = None
    to_on: date | None = None
    kind: str = Kind.DISCLOSURE.value  # "all" is one, too

    @property
    def counted(self) -> str:
        """Return the kind that is counted, "" for all."""
        return "" if self.kind == "all" else self.kind


def chosen(given: Mapping[str, str]) -> Chosen:
    """
    Return what a query string asks for.

    Raises: ReportInvalid, which names each wrong field.
    """
    days: dict[str, date | None] = {"from": None, "to": None}
    errors = []
    for name in days:
        try:
            days[name] = date.fromisoformat(given[name]) if given.get(name) else None
        except ValueError:
            message = "Give a date, such as 2026-11-24."
            errors.append(FieldError(f"/{name}", "malformed", message))
    if errors:
        raise ReportInvalid("", *errors)
    return Chosen(days["from"], days["to"], given.get("kind") or Chosen().kind)


@dataclass(frozen=True)
class Asking:
    """Who asks for a report, and of what."""

    session: AsyncSession
    runtime: PlainRuntime
    library: Library
    shell: PlainShell
    actor: Actor
    now: datetime
    given: Mapping[str, str]  # the query string: its mistakes are refused when read

    @property
    def chosen(self) -> Chosen:
        """Return the days and the kind."""
        return chosen(self.given)

    @property
    def period(self) -> Period:
        """Return the days that are counted."""
        one, authority = self.chosen, self.runtime.authority
        return period_of(authority, self.now, one.from_on, one.to_on, one.counted)

    @property
    def voice(self) -> Voice:
        """Return the reader's words and names."""
        return Voice(self.shell.words, self.library, self.runtime.authority)

    async def shown(self) -> Shown:
        """Return the report, by platform."""
        voice, authority = self.voice, self.runtime.authority
        found = await kept.read(
            *(self.session, authority, kept.REPORT, self.period),
            by=BY,
            actor=self.actor,
        )
        return Shown(voice.words, voice.library, authority, found, self.chosen.kind)


async def _asking(
    request: Request[Any, Any, Any],
    session: Session,
    runtime: Runtime,
    library: NamedDependency[Library],
    shell: Shell,
    actor: Who,
    now: Now,
) -> Asking:
    return Asking(session, runtime, library, shell, actor, now, request.query_params)


Asks = NamedDependency[Asking]


class ReportPage(Page, frozen=True, kw_only=True):
    """The report; `choices` are the kinds with the address of each."""

    template: ClassVar[str] = "reports/responsiveness.html"
    told: Told
    choices: list[tuple[str, str, bool]]
    files: list[tuple[str, str]]
    kind: str
    sets: Sets
    measures_path: str
    published: list[Mirror]
    country: str
    way: Way | None  # to the requests behind a figure, for who may read them
    again_path: str  # where it was counted a while ago


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
    counted_at: datetime | None  # where that was a while ago
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


def _page(shown: Shown, actor: Actor, now: datetime) -> ReportPage:
    report, country = shown.report, shown.authority.country
    way = Way(report.from_on, report.to_on, shown.kind)
    return ReportPage(
        title=shown.say("Responsiveness"),
        told=showing.told(shown),
        choices=_choices(shown),
        files=_files(report, shown.kind),
        kind=shown.kind,
        sets=sets.sets(shown),
        published=mirrors(shown),
        country=country_name(country, shown.words.language),
        way=way if opening.may_open(actor) else None,
        measures_path=_address(report, shown.kind, "measures.csv"),
        again_path=way.again() if now - report.as_of > A_WHILE else "",
    )


@get("/reports", include_in_schema=False)
async def reports() -> Redirect:
    """Go to the report that there is."""
    return go("/reports/responsiveness")


@get("/reports/responsiveness", include_in_schema=False)
async def responsiveness(asking: Asks) -> Response[str]:
    """Show the report; kinds are not mixed unless one asks for all."""
    page = _page(await asking.shown(), asking.actor, asking.now)
    return asking.shell.show(page)


@post("/reports/responsiveness/again", include_in_schema=False)
async def count_again(asking: Asks) -> Redirect:
    """Forget what was counted within the hour; the report is counted anew."""
    period, authority = asking.period, asking.runtime.authority
    await kept.forget(
        *(asking.session, authority, kept.REPORT, period), by=BY, actor=asking.actor
    )
    return go(Way(period.from_on, period.to_on, asking.chosen.kind).report())


@get(
    [f"/reports/responsiveness.{form}" for form in files.FORMATS],
    include_in_schema=False,
)
async def as_file(request: Request[Any, Any, Any], asking: Asks) -> Response[bytes]:
    """Return the report as a brief, a workbook, a table or JSON."""
    form = request.url.path.partition(".")[2]
    shown = await asking.shown()
    made = await files.FORMATS[form](shown, asking.runtime)
    return files.attached(made, form, shown.report)


@get(opening.PATH, include_in_schema=False)
async def behind(
    request: Request[Any, Any, Any],
    asking: Asks,
    figure: FromQuery[str] = "sent",
    whole: FromQuery[bool] = False,  # noqa: FBT002 - a choice of the query string
    skip: FromQuery[int] = 0,
) -> Response[str]:
    """Show just the requests that a figure counts, to whoever may read them."""
    require(asking.actor, Right.READ)
    opened = Opened(figure, opening.dimensions_of(request.query_params), whole)
    return asking.shell.show(await _behind(asking, opened, max(skip, 0)))


async def _behind(asking: Asking, opened: Opened, skip: int) -> BehindPage:
    session, period, actor = asking.session, asking.period, asking.actor
    authority, voice = asking.runtime.authority, asking.voice
    found = await kept.read(
        session, authority, kept.behind(opened), period, actor=actor
    )
    seen = await requests.seen_among(session, found.ids, actor=actor)
    end = skip + PAGE
    wanted = requests.Filter(ids=tuple(seen[skip:end]), limit=PAGE)
    kind = asking.chosen.kind
    way = Way(period.from_on, period.to_on, kind)
    here = way.to(opened.code, opened.key, is_whole=opened.is_whole)
    return BehindPage(
        title=voice.say(opened.name),
        name=voice.say(opened.name),
        within=[voice.value(name, value) for name, value in opened.key.items()],
        definition=voice.say(opened.definition),
        from_on=period.from_on,
        to_on=period.to_on,
        kind_name=voice.say(kind_name(kind)),
        report_path=way.report(),
        count=len(seen),
        counted_at=found.as_of if asking.now - found.as_of > A_WHILE else None,
        lines=await requests.listed(session, wanted, actor=actor),
        next_path=f"{here}&{urlencode({'skip': end})}" if end < len(seen) else "",
        platforms={one.slug: one.name for one in asking.library.all()},
    )


router = Router(
    "/",
    route_handlers=[reports, responsiveness, count_again, as_file, behind],
    dependencies={"asking": Provide(_asking)},
)
