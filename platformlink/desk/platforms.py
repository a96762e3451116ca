"""Platforms beside our own records: what is open there, and who asked before."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

import msgspec
from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.authority import Authority
from platformlink.identity.once import Once
from platformlink.permissions import Actor, Reach, Right, may, reach
from platformlink.protocols import showing as protocols
from platformlink.protocols.reviewing import Proposed, proposed
from platformlink.protocols.shelf import Library
from platformlink.protocols.showing import ClinicPage, PlatformPage, VersionsPage
from platformlink.reports import kept
from platformlink.reports.official import FEWEST_OPEN
from platformlink.reports.period import period_of
from platformlink.reports.rules import Figures
from platformlink.requests import chasing, showing
from platformlink.requests import queries as requests
from platformlink.requests.chasing import Late
from platformlink.requests.queries import Before
from platformlink.requests.rules import KIND_NAMES, STATE_NAMES, Kind, State
from platformlink.requests.schemas import LetterOut
from platformlink.requests.tables import PlatformRequest
from platformlink.web.forms import text
from platformlink.web.handed import (
    Form,
    FromPath,
    FromQuery,
    JSONBody,
    Now,
    Runtime,
    Session,
    Shell,
    Who,
)
from platformlink.web.pages import go

Protocols = NamedDependency[Library]


class PlatformHerePage(PlatformPage, frozen=True, kw_only=True):
    """One platform, with our own record and what was proposed."""

    template: ClassVar[str] = "desk/platform.html"
    record: Figures | None  # of half a year; None: the reader may count nothing
    proposals: list[Proposed]
    late: dict[str, list[Late]]  # by responding entity, what one letter may chase


class VersionsHerePage(VersionsPage, frozen=True, kw_only=True):
    """The versions of a protocol, with the open requests that rest on older ones."""

    template: ClassVar[str] = "desk/versions.html"
    pinned: dict[str, list[PlatformRequest]]


class ClinicHerePage(ClinicPage, frozen=True, kw_only=True):
    """What stands in a text, and who asked about it before."""

    template: ClassVar[str] = "desk/clinic.html"
    before: dict[tuple[str, str], list[Before]]
    states: Mapping[State, str] = STATE_NAMES
    kinds: Mapping[Kind, str] = KIND_NAMES


async def _record(
    session: AsyncSession,
    authority: Authority,
    slug: str,
    *,
    actor: Actor,
    now: datetime,
) -> Figures | None:
    """
    Return how they answered us in the last half year, if the reader may count.

    Who may only count is told nothing of so few that they would be single cases.
    """
    if not may(actor, Right.REPORT):
        return None
    period = period_of(authority, now, None, None)
    period = msgspec.structs.replace(period, platform=slug)
    found = await kept.read(session, authority, kept.FIGURES, period, actor=actor)
    is_discreet = reach(actor, Right.REPORT) is Reach.COUNTS
    return None if is_discreet and 0 < found.sent < FEWEST_OPEN else found


@get("/platforms/{slug:str}", include_in_schema=False)
async def platform(  # noqa: PLR0913, PLR0917 - what a page asks for
    slug: FromPath[str],
    shell: Shell,
    session: Session,
    library: Protocols,
    runtime: Runtime,
    actor: Who,
    now: Now,
    country: FromQuery[str] = "",
    service: FromQuery[str] = "",
    happened: FromQuery[str] = "",
) -> Response[str]:
    """Show one platform: whom to address, how, what for, and how we know."""
    asked = protocols.Asked(
        slug=slug, country=country, service=service, happened=happened
    )
    page = await protocols.platform_page(shell, session, runtime, library, asked, now)
    joined = PlatformHerePage(
        **msgspec.structs.asdict(page),
        record=await _record(session, runtime.authority, slug, actor=actor, now=now),
        proposals=await proposed(session, library, slug=slug),
        late=await _late(session, runtime.authority, slug, actor=actor, now=now),
    )
    return shell.show(joined)


async def _late(
    session: AsyncSession,
    authority: Authority,
    slug: str,
    *,
    actor: Actor,
    now: datetime,
) -> dict[str, list[Late]]:
    if not may(actor, Right.SEND):
        return {}
    found: dict[str, list[Late]] = {}
    for one in await chasing.late_at(session, authority, slug, actor=actor, now=now):
        found.setdefault(one.request.entity, []).append(one)
    return found


@post("/platforms/{slug:str}/chases", include_in_schema=False)
async def chase(
    slug: FromPath[str],
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    form: Form,
) -> Redirect:
    """Seal one letter for all that is late at an entity, and go to its sending."""
    entity = text(form, "entity")
    letter = await chasing.chase(session, runtime, slug, entity, actor=actor, now=now)
    return go(f"/requests/{letter.reference}/send")


class ChaseIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """At which of the platform's responding entities all that is late is chased."""

    entity: str


@post("/api/v1/platforms/{slug:str}/chases")
async def chase_by_program(
    slug: FromPath[str],
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    once: NamedDependency[Once],
    data: JSONBody[ChaseIn],
) -> Response[LetterOut]:
    """Seal one letter for all that is late; it is sent by its own reference."""
    if once.answer is not None:
        return once.answer
    letter = await chasing.chase(
        session, runtime, slug, data.entity, actor=actor, now=now
    )
    return once.keep(showing.letter(letter), 201)


@get("/platforms/{slug:str}/versions", include_in_schema=False)
async def versions(
    slug: FromPath[str], shell: Shell, session: Session, library: Protocols, actor: Who
) -> Response[str]:
    """Show what changed since each version, and which open requests rest on it."""
    page = await protocols.versions_page(session, library, slug)
    pinned: dict[str, list[PlatformRequest]] = {}
    for one in await requests.pinned_open(session, slug, actor=actor):
        pinned.setdefault(one.protocol_version, []).append(one)
    return shell.show(VersionsHerePage(**msgspec.structs.asdict(page), pinned=pinned))


@get("/identifiers", include_in_schema=False)
async def clinic(shell: Shell, library: Protocols, actor: Who) -> Response[str]:
    """Show the paste box."""
    page = protocols.clinic_page(library, "")
    return shell.show(ClinicHerePage(**msgspec.structs.asdict(page), before={}))


@post("/identifiers", include_in_schema=False, status_code=200)
async def examine(
    shell: Shell, session: Session, library: Protocols, actor: Who, form: Form
) -> Response[str]:
    """Say what stands in a pasted text; it is neither kept nor logged."""
    pasted = text(form, "text")
    page = await asyncio.to_thread(protocols.clinic_page, library, pasted)
    accounts = [(one.found.platform, one.found.normalised) for one in page.seen]
    before = await requests.asked_before(session, accounts, actor=actor)
    return shell.show(ClinicHerePage(**msgspec.structs.asdict(page), before=before))


router = Router(
    "/",
    route_handlers=[platform, versions, clinic, examine, chase, chase_by_program],
)
