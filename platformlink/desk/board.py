"""The board of what burns: rows for those who act, numbers for managers."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar

import msgspec
from litestar import Request, Response, Router, get
from litestar.di import NamedDependency
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.authority import Authority, said
from platformlink.clocks.sentences import chip
from platformlink.clocks.terms import Kind as ClockKind
from platformlink.desk import narrowing, queries, rules, views
from platformlink.desk.narrowing import Filter
from platformlink.desk.queries import ALL, Doubt, Row, Wanted
from platformlink.desk.rules import (
    FIELDS,
    GROUP_NAMES,
    SOURCE_WORDS,
    Group,
    NextStep,
    board_path,
)
from platformlink.desk.tables import DeskView
from platformlink.errors import Upstream
from platformlink.letters import archive
from platformlink.permissions import Right, may, require
from platformlink.protocols.shelf import Library
from platformlink.values import Phrase
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
    is_late_answer: bool  # reminders of several may go out at once


class BoardPage(Page, frozen=True, kw_only=True):
    """What burns first."""

    template: ClassVar[str] = "desk/board.html"
    headline: str
    groups: list[tuple[Group, str, list[BoardRow]]]
    doubts: list[Doubt]
    calm_count: int  # of the whole board; most_calm: that many or more
    calm_next_at: datetime | None
    most_calm: int = queries.MOST_CALM
    filters: list[Filter]
    narrowed: dict[str, str]  # by the names of FIELDS, as the address says
    names: dict[str, str]
    now: datetime
    shows_all: bool
    seal_line: str
    newest_emergency: int
    views: list[DeskView]
    same: DeskView | None  # the one of them that is shown
    has_late_answers: bool
    again: str  # the address of this very board
    whole: str  # the same with all that is calm


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


def platform_names(library: Library) -> dict[str, str]:
    """Return the names of platforms by slug."""
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
        is_late_answer=clock.kind == ClockKind.RESPONSE and shown.urgency == "late",
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
    request: Request[Any, Any, Any],
    shell: Shell,
    session: Session,
    runtime: Runtime,
    library: Protocols,
    actor: Who,
    now: Now,
    all_of_it: FromQuery[bool] = False,  # noqa: FBT002 - a switch of the query string
) -> Response[Any]:
    """Show what burns first; a manager sees numbers."""
    names = platform_names(library)
    units = _unit_names(runtime.authority, shell)
    if not may(actor, Right.READ):
        require(actor, Right.BOARD)
        return shell.show(await _counts(shell, session, names, now))
    own_views = await views.kept(session, actor=actor)
    opening = next((one.path for one in own_views if one.is_default), "")
    if opening and not request.query_params:
        return go(opening)
    given = {name: request.query_params.get(name, "") for name in FIELDS}
    narrowed = {name: code for name, code in given.items() if code}
    leads = runtime.authority.leads
    soon_at = now + timedelta(days=leads.soon_days + 1)
    until_at = now + timedelta(days=3650) if all_of_it else soon_at
    wanted = Wanted(
        platform=given["platform"],
        unit=given["unit"],
        kind=given["kind"],
        state=given["state"],
    )
    of_age = queries.age_at(now) == given["age"] if given["age"] else ALL
    found = await queries.running(
        session, wanted, actor=actor, until_at=until_at, only=of_age
    )
    shown = [board_row(one, shell, now, leads.soon_days, names, units) for one in found]
    doubts = await queries.doubtful(session, actor=actor)
    groups = _grouped(shown, shell.words.gettext)
    counts = {group: len(rows) for group, _, rows in groups}
    counts[Group.DECIDE] = counts.get(Group.DECIDE, 0) + len(doubts)
    ending = sum(
        one.row.clock.kind == "hold_expiry" and one.urgency == "today" for one in shown
    )
    tally = await queries.count_running(
        session, actor=actor, until_at=until_at, now=now
    )
    calm_count, calm_next = 0, None
    if not narrowed:  # of a part, counting could read all that runs
        calm_count, calm_next = await queries.next_calm(
            session, actor=actor, after_at=until_at
        )
    whole = {"all_of_it": "true"}
    title = " ".join(shell.words.say(one) for one in rules.headline(counts, ending))
    page = BoardPage(
        title="Board",
        headline=title,
        groups=groups,
        doubts=doubts,
        calm_count=calm_count,
        calm_next_at=calm_next,
        filters=narrowing.filters(
            tally, narrowed, shell.words, platforms=names, units=units
        ),
        narrowed=narrowed,
        names=names,
        now=now,
        shows_all=all_of_it,
        seal_line=await _seal_line(runtime, shell, now),
        views=own_views,
        same=next((one for one in own_views if one.narrowed == narrowed), None),
        has_late_answers=any(one.is_late_answer for one in shown),
        newest_emergency=await queries.newest_emergency(session, actor=actor),
        again=board_path(narrowed | whole if all_of_it else narrowed),
        whole=board_path(narrowed | whole),
    )
    return shell.show(page)


async def _counts(
    shell: PlainShell, session: AsyncSession, names: dict[str, str], now: datetime
) -> CountsPage:
    rows = await queries.count_all(session, now=now)
    told = [
        (slug, shell.words.gettext(rules.CLOCK_NAMES[ClockKind(one)]), count)
        for slug, one, count in rows
    ]
    return CountsPage(title="Board", rows=told, names=names)


async def _seal_line(runtime: Runtime, shell: Shell, now: datetime) -> str:
    """Say that soon, or already, nothing can be sealed; empty while all is well."""
    try:
        seal = await runtime.ports.sealer.info()
    except Upstream as refused:
        return shell.words.say(refused.title)
    if not archive.ends_soon(seal.expires_at, now):
        return ""
    phrase = Phrase(
        "The certificate of our seal ends at %(ends_at)s.", {"ends_at": seal.expires_at}
    )
    return shell.words.say(phrase)


@get("/board/why/{number:int}", include_in_schema=False)
async def why(
    shell: Shell, session: Session, actor: Who, number: FromPath[int]
) -> Response[str]:
    """Show why a clock is due then."""
    clock = await queries.clock_seen(session, number, actor=actor)
    words = shell.words
    part = WhyPart(
        sentences=[words.say(one) for one in clock.sentences(words.language)],
        safe_due_at=clock.safe_due_at,
        legal_due_at=clock.legal_due_at,
    )
    return shell.show(part)


router = Router("/", route_handlers=[board, why])
