"""Front page, board, radar, case, notices, emergency."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

import msgspec
from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from platformlink.authority import Authority, said
from platformlink.cases import queries as cases
from platformlink.cases.tables import Case
from platformlink.clocks.sentences import chip
from platformlink.clocks.terms import Kind as ClockKind
from platformlink.desk import queries, rules
from platformlink.desk.queries import Doubt, Held, Row, Wanted
from platformlink.desk.rules import GROUP_NAMES, SOURCE_WORDS, Group, NextStep
from platformlink.identity import queries as identity
from platformlink.notices import actions as notice_actions
from platformlink.notices import queries as notices
from platformlink.notices.tables import Notice
from platformlink.permissions import Reach, Right, may, reach, require
from platformlink.ports import Runtime as PlainRuntime
from platformlink.protocols.shelf import Library
from platformlink.requests import queries as requests
from platformlink.requests.queries import Filter, Line
from platformlink.requests.rules import (
    KIND_NAMES,
    STATE_NAMES,
    Kind,
    State,
)
from platformlink.requests.tables import PlatformRequest
from platformlink.web.handed import (
    FromPath,
    FromQuery,
    Now,
    Runtime,
    Session,
    Shell,
    Who,
)
from platformlink.web.pages import Page, go
from platformlink.web.pages import Shell as PlainShell

Protocols = NamedDependency[Library]
RADAR_DAYS = 90


class BoardRow(msgspec.Struct, frozen=True):
    """One clock as the board shows it."""

    urgency: str
    words: str
    due_at: datetime
    what: str
    source: str
    is_ours: bool
    whose: str
    step: NextStep
    path: str
    row: Row


class BoardPage(Page, frozen=True, kw_only=True):
    """What burns first."""

    template: ClassVar[str] = "desk/board.html"
    headline: str
    groups: list[tuple[Group, str, list[BoardRow]]]
    doubts: list[Doubt]
    calm_count: int
    calm_next_at: datetime | None
    platforms: list[tuple[str, str, int]]
    units: list[tuple[str, str, int]]
    wanted: Wanted
    names: dict[str, str]
    kinds: Mapping[Kind, str] = KIND_NAMES
    now: datetime
    shows_all: bool


class WhyPart(Page, frozen=True, kw_only=True):
    """Why a clock is due then: a part of the board, fetched when it is opened."""

    template: ClassVar[str] = "desk/why.html"
    sentences: list[str]
    safe_due_at: datetime
    legal_due_at: datetime


class CountsPage(Page, frozen=True, kw_only=True):
    """The board of a manager: numbers, no names and no accounts."""

    template: ClassVar[str] = "desk/counts.html"
    rows: list[tuple[str, str, int]]
    names: dict[str, str]


class HomePage(Page, frozen=True, kw_only=True):
    """One's own desk: what waits for the person who is signed in."""

    template: ClassVar[str] = "desk/home.html"
    review: list[tuple[PlatformRequest, Case]]
    to_send: list[tuple[PlatformRequest, Case]]
    own: list[tuple[PlatformRequest, Case]]
    names: dict[str, str]
    states: Mapping[State, str] = STATE_NAMES
    kinds: Mapping[Kind, str] = KIND_NAMES
    greeting: str


class RadarBar(msgspec.Struct, frozen=True):
    """One held account on the time line; places are of 1000."""

    held: Held
    begin: int
    end: int
    is_lapsing: bool
    words: str
    urgency: str


class RadarPage(Page, frozen=True, kw_only=True):
    """Every held account on a time line, soonest end first."""

    template: ClassVar[str] = "desk/radar.html"
    bars: list[RadarBar]
    ending: int
    without_process: int
    today: int
    names: dict[str, str]


class CasePage(Page, frozen=True, kw_only=True):
    """One case: its requests, its accounts, and what is not preserved."""

    template: ClassVar[str] = "desk/case.html"
    case: Case
    lead: str
    members: list[str]
    lines: list[Line]
    gaps: list[tuple[str, str]]
    names: dict[str, str]
    states: Mapping[State, str] = STATE_NAMES
    kinds: Mapping[Kind, str] = KIND_NAMES


class NoticesPage(Page, frozen=True, kw_only=True):
    """What one was told."""

    template: ClassVar[str] = "desk/notices.html"
    notices: list[Notice]


def _names(library: Library) -> dict[str, str]:
    return {one.slug: one.name for one in library.all()}


def _unit_names(authority: Authority, shell: PlainShell) -> dict[str, str]:
    """Return the names of units by code, in the reader's language."""
    return {x.code: said(x.name, shell.words.language) for x in authority.units}


def board_row(
    row: Row,
    shell: PlainShell,
    now: datetime,
    soon_days: int,
    names: dict[str, str],
    units: dict[str, str],
) -> BoardRow:
    """Return a clock as the board shows it."""
    clock, words = row.clock, shell.words
    shown = chip(clock.facts, now, zone=words.zone.key, soon_days=soon_days)
    path = f"/requests/{row.request.reference or row.request.draft_id}"
    is_ours = clock.duty == "ours"
    platform = names.get(row.request.platform, row.request.platform)
    return BoardRow(
        urgency=shown.urgency,
        words=words.say(shown.words),
        due_at=clock.safe_due_at,
        what=words.gettext(rules.CLOCK_NAMES[ClockKind(clock.kind)]),
        source=words.gettext(SOURCE_WORDS[clock.source]),
        is_ours=is_ours,
        whose=units.get(row.unit, row.unit) if is_ours else platform,
        step=rules.next_step(clock.kind, path, row.reminders),
        path=path,
        row=row,
    )


def _grouped(
    rows: list[BoardRow], words: Callable[[str], str]
) -> list[tuple[Group, str, list[BoardRow]]]:
    found: dict[Group, list[BoardRow]] = {}
    for one in rows:
        group = rules.group_of(one.row.clock.kind, one.urgency)
        found.setdefault(group, []).append(one)
    return [
        (group, words(GROUP_NAMES[group]), found[group])
        for group in Group
        if group in found
    ]


@get("/board", include_in_schema=False)
async def board(
    shell: Shell,
    session: Session,
    runtime: Runtime,
    library: Protocols,
    actor: Who,
    now: Now,
    platform: FromQuery[str] = "",
    unit: FromQuery[str] = "",
    kind: FromQuery[str] = "",
    all_of_it: FromQuery[bool] = False,  # noqa: FBT002 - a switch of the query string
) -> Response[str]:
    """Show what burns first; a manager sees numbers."""
    names = _names(library)
    units = _unit_names(runtime.authority, shell)
    if not may(actor, Right.READ):
        require(actor, Right.BOARD)
        rows = await queries.count_all(session, now=now)
        return shell.show(CountsPage(title="Board", rows=rows, names=names))
    wanted = Wanted(platform=platform, unit=unit, kind=kind)
    leads = runtime.authority.leads
    soon_at = now + timedelta(days=leads.soon_days + 1)
    until_at = now + timedelta(days=3650) if all_of_it else soon_at
    found = await queries.running(session, wanted, actor=actor, until_at=until_at)
    shown = [board_row(one, shell, now, leads.soon_days, names, units) for one in found]
    doubts = await queries.doubtful(session, actor=actor)
    groups = _grouped(shown, shell.words.gettext)
    counts = {group: len(rows) for group, _, rows in groups}
    counts[Group.DECIDE] = counts.get(Group.DECIDE, 0) + len(doubts)
    ending = sum(
        one.row.clock.kind == "hold_expiry" and one.urgency == "today" for one in shown
    )
    tally = await queries.count_running(session, actor=actor, until_at=until_at)
    calm_count, calm_next = await queries.next_calm(
        session, actor=actor, after_at=until_at
    )
    title = " ".join(shell.words.say(one) for one in rules.headline(counts, ending))
    page = BoardPage(
        title="Board",
        headline=title,
        groups=groups,
        doubts=doubts,
        calm_count=calm_count,
        calm_next_at=calm_next,
        platforms=_tally(tally, 0, names),
        units=_tally(tally, 1, units),
        wanted=wanted,
        names=names,
        now=now,
        shows_all=all_of_it,
    )
    return shell.show(page)


def _tally(
    rows: list[tuple[str, str, int]], place: int, names: dict[str, str]
) -> list[tuple[str, str, int]]:
    """Return code, name and number, the largest first."""
    found: dict[str, int] = {}
    for row in rows:
        code = str(row[place])
        found[code] = found.get(code, 0) + row[2]
    ordered = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    return [(code, names.get(code, code), n) for code, n in ordered]


@get("/board/why/{number:int}", include_in_schema=False)
async def why(
    shell: Shell, session: Session, actor: Who, number: FromPath[int]
) -> Response[str]:
    """Show why a clock is due then."""
    clock = await queries.clock_seen(session, number, actor=actor)
    part = WhyPart(
        sentences=[shell.words.say(one) for one in clock.sentences],
        safe_due_at=clock.safe_due_at,
        legal_due_at=clock.legal_due_at,
    )
    return shell.show(part)


@get("/", include_in_schema=False)
async def home(
    shell: Shell, session: Session, library: Protocols, actor: Who
) -> Response[Any]:
    """Show one's own desk; a manager's is the report."""
    if reach(actor, Right.READ) is None:
        return go("/reports" if may(actor, Right.REPORT) else "/platforms")
    is_approver = may(actor, Right.APPROVE)
    is_sender = reach(actor, Right.SEND) is Reach.ALL
    page = HomePage(
        title="Your desk",
        review=await queries.to_review(session, actor=actor) if is_approver else [],
        to_send=await queries.ready_to_send(session, actor=actor) if is_sender else [],
        own=await queries.own_open(session, actor=actor),
        names=_names(library),
        greeting=actor.name,
    )
    return shell.show(page)


def _bar(
    held: Held, shell: PlainShell, now: datetime, runtime: PlainRuntime
) -> RadarBar:
    begin, end = now - timedelta(days=7), now + timedelta(days=RADAR_DAYS)
    start = held.hold.snapshot_at or held.request.sent_at or held.request.created_at
    left = (held.hold.until_at - now).total_seconds()
    days = left / 86400
    lead = runtime.authority.leads.legal_process_days
    urgency = "late" if left <= 0 else ("today" if days <= 1 else "calm")
    if 1 < days <= max(runtime.authority.leads.hold_warn_days):
        urgency = "soon"
    words = shell.words.span(left)
    return RadarBar(
        held=held,
        begin=round(1000 * rules.share_of(start, begin, end)),
        end=round(1000 * rules.share_of(held.hold.until_at, begin, end)),
        is_lapsing=not held.has_process and days <= lead,
        words=words,
        urgency=urgency,
    )


@get("/radar", include_in_schema=False)
async def radar(
    shell: Shell,
    session: Session,
    runtime: Runtime,
    library: Protocols,
    actor: Who,
    now: Now,
) -> Response[str]:
    """Show every held account on a time line."""
    require(actor, Right.READ)
    found = await queries.holds(session, actor=actor, now=now)
    begin, end = now - timedelta(days=7), now + timedelta(days=RADAR_DAYS)
    page = RadarPage(
        title="Radar",
        bars=[_bar(one, shell, now, runtime) for one in found],
        ending=sum(one.hold.until_at < now + timedelta(days=7) for one in found),
        without_process=sum(not one.has_process for one in found),
        today=round(1000 * rules.share_of(now, begin, end)),
        names=_names(library),
    )
    return shell.show(page)


def _gaps(lines: list[Line], names: dict[str, str]) -> list[tuple[str, str]]:
    """Return the accounts of a case for which nobody has asked a preservation."""
    held = {
        (line.request.platform, one)
        for line in lines
        if line.request.kind == Kind.PRESERVATION and line.request.state != "cancelled"
        for one in line.accounts
    }
    known = {(line.request.platform, one) for line in lines for one in line.accounts}
    return sorted((names.get(slug, slug), one) for slug, one in known - held)


@get("/cases/{reference:str}", include_in_schema=False)
async def case_page(
    shell: Shell,
    session: Session,
    library: Protocols,
    actor: Who,
    reference: FromPath[str],
) -> Response[str]:
    """Show one case."""
    case = await cases.by_reference(session, reference, actor=actor)
    wanted = Filter(case_id=case.id, limit=200)
    lines = await requests.listed(session, wanted, actor=actor)
    names = _names(library)
    lead = await identity.names(session, {case.lead_id})
    page = CasePage(
        title=case.reference,
        case=case,
        lead=lead[case.lead_id],
        members=[one.name for one in await cases.members(session, case)],
        lines=lines,
        gaps=_gaps(lines, names),
        names=names,
    )
    return shell.show(page)


@get("/notices", include_in_schema=False)
async def notices_page(shell: Shell, session: Session, actor: Who) -> Response[str]:
    """Show what one was told."""
    found = await notices.of_actor(session, actor)
    return shell.show(NoticesPage(title="Notices", notices=found))


@post("/notices/read", include_in_schema=False)
async def read_notices(session: Session, actor: Who, now: Now) -> Redirect:
    """Note that one has read them."""
    await notice_actions.read_all(session, actor=actor, now=now)
    return go("/notices")


router = Router(
    "/",
    route_handlers=[
        *(home, board, why, radar, case_page, notices_page, read_notices),
    ],
)
