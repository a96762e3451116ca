"""The call sheet of a platform: whom to ring, and what to ask them about."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar

import msgspec
from litestar import Response, Router, get
from litestar.di import NamedDependency
from sqlmodel import col

from platformlink.clocks.tables import Clock
from platformlink.clocks.terms import Duty
from platformlink.desk import queries
from platformlink.desk.board import BoardRow, board_row, platform_names
from platformlink.desk.queries import Wanted
from platformlink.permissions import Right, require
from platformlink.protocols.agreement import Agreement
from platformlink.protocols.protocol import Channel, CooperationProtocol
from platformlink.protocols.shelf import Library
from platformlink.requests.rules import KIND_NAMES, STATE_NAMES, Kind, State
from platformlink.requests.tables import PlatformRequest
from platformlink.web.handed import FromPath, Now, Runtime, Session, Shell, Who
from platformlink.web.pages import Page

Protocols = NamedDependency[Library]
MOST = 200  # clocks on one sheet
EVER = datetime(2100, 1, 1, tzinfo=UTC)


class Open(msgspec.Struct, frozen=True):
    """One request that they have not answered, with what they owe, soonest first."""

    request: PlatformRequest
    accounts: list[str]
    case: str
    owed: list[BoardRow]


class CallsPage(Page, frozen=True, kw_only=True):
    """One platform's contacts, and all that is open with it."""

    template: ClassVar[str] = "desk/calls.html"
    protocol: CooperationProtocol
    agreement: Agreement | None
    channels: list[Channel]
    entities: dict[str, str]
    open: list[Open]
    is_cut: bool
    now: datetime
    states: Mapping[State, str] = STATE_NAMES
    kinds: Mapping[Kind, str] = KIND_NAMES


def by_request(rows: list[BoardRow]) -> list[Open]:
    """Return each request once, in the order of what they owe first."""
    found: dict[int, Open] = {}
    for one in rows:
        row = one.row
        new = Open(row.request, row.accounts, row.case.reference, [])
        found.setdefault(row.request.id, new).owed.append(one)
    return list(found.values())


@get("/platforms/{slug:str}/calls", include_in_schema=False)
async def calls(
    slug: FromPath[str],
    shell: Shell,
    session: Session,
    library: Protocols,
    runtime: Runtime,
    actor: Who,
    now: Now,
) -> Response[str]:
    """Show what to say when one rings a platform; it prints as one sheet."""
    require(actor, Right.READ)
    protocol, names = library.get(slug), platform_names(library)
    rows = await queries.running(
        session,
        Wanted(platform=slug),
        actor=actor,
        until_at=EVER,
        limit=MOST,
        only=col(Clock.duty) == Duty.THEIRS,
    )
    soon_days = runtime.authority.leads.soon_days
    page = CallsPage(
        title="Call sheet",
        protocol=protocol,
        agreement=library.agreement(slug),
        channels=[one for one in protocol.channels if one.status == "open"],
        entities={one.code: one.name for one in protocol.entities},
        open=by_request([board_row(x, shell, now, soon_days, names, {}) for x in rows]),
        is_cut=len(rows) == MOST,
        now=now,
    )
    return shell.show(page)


router = Router("/", route_handlers=[calls])
