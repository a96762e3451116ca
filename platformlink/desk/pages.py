"""Front page, radar, case, notices."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

import msgspec
from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from platformlink.cases import queries as cases
from platformlink.cases.tables import Case
from platformlink.clocks.sentences import Facts, chip
from platformlink.clocks.terms import State as ClockState
from platformlink.desk import coverage, held, queries, rules
from platformlink.desk.board import platform_names
from platformlink.desk.coverage import COLUMN_NAMES, Account, Column
from platformlink.desk.held import Held
from platformlink.desk.queries import Part
from platformlink.desk.rules import ENDED, Act
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
FIRST = 25  # of each list at one's own desk; the lists themselves have all
PAGE = 50  # requests of a case at once: as many as one act takes


class HomePage(Page, frozen=True, kw_only=True):
    """One's own desk: what waits for the person who is signed in."""

    template: ClassVar[str] = "desk/home.html"
    review: Part
    to_send: Part
    own: Part
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
    next: str  # cursor of those that end later
    today: int
    names: dict[str, str]


class CasePage(Page, frozen=True, kw_only=True):
    """One case: its requests, its accounts, and what is not preserved."""

    template: ClassVar[str] = "desk/case.html"
    case: Case
    lead: str
    members: list[str]
    lines: list[Line]
    count: int  # of all its requests
    cursor: str  # of what is shown
    next: str  # cursor of those that are older
    acts: dict[Act, str]
    picks_all: bool  # asked for by its address, where no script runs
    accounts: list[Account]
    unkept: int
    forgotten: list[Account]
    columns: Mapping[Column, str] = COLUMN_NAMES
    names: dict[str, str]
    states: Mapping[State, str] = STATE_NAMES
    kinds: Mapping[Kind, str] = KIND_NAMES
    over: tuple[State, ...] = ENDED


class NoticesPage(Page, frozen=True, kw_only=True):
    """What one was told."""

    template: ClassVar[str] = "desk/notices.html"
    notices: list[Notice]


@get("/", include_in_schema=False)
async def home(
    shell: Shell, session: Session, library: Protocols, actor: Who
) -> Response[Any]:
    """Show one's own desk; a manager's is the report."""
    if reach(actor, Right.READ) is None:
        return go("/reports" if may(actor, Right.REPORT) else "/platforms")
    to_send = Part()
    if reach(actor, Right.SEND) is Reach.ALL:
        to_send = await queries.ready_to_send(session, actor=actor, most=FIRST)
    page = HomePage(
        title="Your desk",
        review=await queries.to_review(session, actor=actor, most=FIRST),
        to_send=to_send,
        own=await queries.own_open(session, actor=actor, most=FIRST),
        names=platform_names(library),
        greeting=actor.name,
    )
    return shell.show(page)


def _bar(
    one: Held, shell: PlainShell, now: datetime, runtime: PlainRuntime
) -> RadarBar:
    begin, end = now - timedelta(days=7), now + timedelta(days=RADAR_DAYS)
    left = (one.until_at - now).total_seconds()
    days = left / 86400
    lead = runtime.authority.leads.legal_process_days
    urgency = "late" if left <= 0 else ("today" if days <= 1 else "calm")
    if 1 < days <= max(runtime.authority.leads.hold_warn_days):
        urgency = "soon"
    shown = chip(
        Facts(ClockState.RUNNING, one.until_at), now, zone=shell.words.zone.key
    )
    return RadarBar(
        held=one,
        begin=round(1000 * rules.share_of(one.since, begin, end)),
        end=round(1000 * rules.share_of(one.until_at, begin, end)),
        is_lapsing=not one.has_process and days <= lead,
        words=shell.words.say(shown.words),
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
    cursor: FromQuery[str] = "",
) -> Response[str]:
    """Show every held account on a time line, in parts."""
    require(actor, Right.READ)
    found = await held.soonest(session, actor=actor, now=now, cursor=cursor)
    tally = await held.tally(session, actor=actor, now=now)
    begin, end = now - timedelta(days=7), now + timedelta(days=RADAR_DAYS)
    page = RadarPage(
        title="Radar",
        bars=[_bar(one, shell, now, runtime) for one in found],
        ending=tally.ending,
        without_process=tally.without_process,
        next=held.cursor_after(found),
        today=round(1000 * rules.share_of(now, begin, end)),
        names=platform_names(library),
    )
    return shell.show(page)


@get("/cases/{reference:str}", include_in_schema=False)
async def case_page(
    shell: Shell,
    session: Session,
    library: Protocols,
    actor: Who,
    reference: FromPath[str],
    pick: FromQuery[str] = "",
    cursor: FromQuery[str] = "",
) -> Response[str]:
    """Show one case."""
    case = await cases.by_reference(session, reference, actor=actor)
    wanted = Filter(case_id=case.id, limit=PAGE, cursor=cursor)
    lines = await requests.listed(session, wanted, actor=actor)
    names = platform_names(library)
    lead = await identity.names(session, {case.lead_id})
    accounts = await coverage.of_case(session, case.id, actor=actor)
    page = CasePage(
        title=case.reference,
        case=case,
        lead=lead[case.lead_id],
        members=[one.name for one in await cases.members(session, case)],
        lines=lines,
        count=await requests.counted(session, wanted, actor=actor),
        cursor=cursor,
        next=requests.cursor_after(wanted, lines) or "",
        acts=rules.acts([one.request.state for one in lines], actor),
        picks_all=pick == "all",
        accounts=accounts,
        unkept=sum(one.is_unkept for one in accounts),
        forgotten=[one for one in accounts if one.is_forgotten],
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
        *(home, radar, case_page, notices_page, read_notices),
    ],
)
