"""One search over requests, cases and platforms, forgiving of mistakes."""

import difflib
from collections.abc import Mapping, Sequence
from typing import ClassVar
from urllib.parse import quote

import msgspec
from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.response import Redirect
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.cases import queries as cases
from platformlink.cases.tables import Case
from platformlink.desk.board import platform_names
from platformlink.likeness import LIKENESS, SHORTEST
from platformlink.permissions import Actor, Right, require
from platformlink.protocols.protocol import CooperationProtocol
from platformlink.protocols.shelf import Library
from platformlink.requests import searching
from platformlink.requests.queries import Line, by_reference
from platformlink.requests.rules import (
    KIND_NAMES,
    MOVERS,
    STATE_NAMES,
    Kind,
    NoSuchRequest,
    State,
)
from platformlink.web.handed import FromQuery, Session, Shell, Who
from platformlink.web.pages import Page, go

MOST = 20  # of each sort: who sees more than that types one word more
Protocols = NamedDependency[Library]


class SearchPage(Page, frozen=True, kw_only=True):
    """What somebody may mean, the nearest first; empty before they type."""

    template: ClassVar[str] = "desk/search.html"
    q: str
    is_short: bool
    lines: Sequence[Line] = ()
    cases: Sequence[Case] = ()
    found: Sequence[CooperationProtocol] = ()
    states: Mapping[State, str] = STATE_NAMES
    kinds: Mapping[Kind, str] = KIND_NAMES
    movers: Mapping[State, str] = MOVERS
    platforms: dict[str, str]


def _names(protocol: CooperationProtocol) -> list[str]:
    services = (one.name for one in protocol.services)
    names = protocol.name, protocol.slug, *protocol.also_known_as, *services
    return [one.casefold() for one in names]


def platforms_like(library: Library, sought: str) -> list[CooperationProtocol]:
    """Return the platforms with a name that has what is sought, or nearly is it."""
    wanted = sought.casefold()
    matcher = difflib.SequenceMatcher(b=wanted)
    each = [
        (max(_nearness(wanted, matcher, name) for name in _names(one)), one)
        for one in library.all()
    ]
    near = [pair for pair in each if pair[0] > LIKENESS]
    near.sort(key=lambda pair: (-pair[0], pair[1].name))
    return [protocol for _, protocol in near]


def _nearness(wanted: str, matcher: difflib.SequenceMatcher[str], name: str) -> float:
    if wanted in name:
        return 2.0
    matcher.set_seq1(name)
    # The quick ratios are never less than the true one, which takes ten times as long.
    bounds = matcher.real_quick_ratio, matcher.quick_ratio
    may_be_near = all(bound() > LIKENESS for bound in bounds)
    return matcher.ratio() if may_be_near else 0.0


async def _named(session: AsyncSession, sought: str, actor: Actor) -> str:
    """Return the path of the request that is named so, or nothing."""
    try:
        request, _ = await by_reference(session, sought, actor=actor)
    except NoSuchRequest:
        return ""
    return f"/requests/{quote(request.reference or request.draft_id)}"


@get("/search", include_in_schema=False)
async def search(
    shell: Shell,
    session: Session,
    library: Protocols,
    actor: Who,
    q: FromQuery[str] = "",
) -> Response[str] | Redirect:
    """Show what may be meant; a letter's whole reference leads to its request."""
    require(actor, Right.READ)
    sought = " ".join(q.split())[:200]
    page = SearchPage(
        title="Search",
        q=sought,
        is_short=len(sought) < SHORTEST,
        platforms=platform_names(library),
    )
    if page.is_short:
        return shell.show(page)
    if path := await _named(session, sought, actor):
        return go(path)
    page = msgspec.structs.replace(
        page,
        lines=await searching.found(session, sought, actor=actor, limit=MOST),
        cases=await cases.found(session, sought, actor=actor, limit=MOST),
        found=platforms_like(library, sought),
    )
    return shell.show(page)


router = Router("/", route_handlers=[search])
