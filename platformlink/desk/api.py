"""The liaison board, for programs."""

from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from litestar import Router, get
from litestar.params import QueryParameter

from platformlink.clocks.sentences import Urgency, chip
from platformlink.clocks.terms import Kind as ClockKind
from platformlink.desk import queries
from platformlink.desk.queries import Row, Wanted
from platformlink.desk.schemas import Board, ClockLine
from platformlink.errors import FieldError, Invalid
from platformlink.permissions import Right, require
from platformlink.web.handed import FromQuery, Now, Runtime, Session, Shell, Who
from platformlink.web.words import Words

MOST = 200
States = Annotated[str, QueryParameter(name="state")]
STATES: dict[str, tuple[Urgency, ...]] = {
    "overdue": (Urgency.LATE,),
    "soon": (Urgency.TODAY, Urgency.SOON),
    "calm": (Urgency.CALM,),
    "paused": (Urgency.PAUSED,),
}


class BoardInvalid(Invalid):
    """The board cannot be narrowed like this."""

    code = "board-invalid"
    title = "The board cannot be narrowed like this"


def _wanted(state: str, kind: str, platform: str, unit: str, cursor: str) -> Wanted:
    """
    Return the filter that a query string describes.

    Raises: BoardInvalid, which names each wrong part.
    """
    names = [one.strip() for one in state.split(",") if one.strip()]
    errors = []
    if unknown := [one for one in names if one not in STATES]:
        message = "Choose from: %(states)s."
        states = {"states": ", ".join(STATES)}
        errors.append(FieldError("/state", "unknown", message, states))
        names = [one for one in names if one not in unknown]
    is_clock = kind in set(ClockKind)
    found = Wanted(
        platform=platform,
        unit=unit,
        kind="" if is_clock else kind,
        clock_kind=kind if is_clock else "",
    )
    try:
        after = queries.read_cursor(cursor)
    except ValueError:
        message = "Use the next_cursor of the part before."
        errors.append(FieldError("/cursor", "unknown", message))
        after = None
    if errors:
        raise BoardInvalid("", *errors)
    return msgspec.structs.replace(found, after=after)


def _line(row: Row, words: Words, now: datetime, soon_days: int) -> ClockLine:
    clock, request = row.clock, row.request
    shown = chip(clock.facts, now, zone=words.zone.key, soon_days=soon_days)
    return ClockLine(
        id=clock.id,
        kind=clock.kind,
        urgency=shown.urgency,
        words=words.say(shown.words),
        duty=clock.duty,
        source=clock.source,
        legal_due_at=clock.legal_due_at,
        safe_due_at=clock.safe_due_at,
        request=request.reference or request.draft_id,
        request_kind=request.kind,
        case=row.case.reference,
        platform=request.platform,
        unit=row.unit,
        accounts=row.accounts,
        sentences=[words.say(one) for one in clock.sentences],
    )


@get("/clocks")
async def clocks(
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    shell: Shell,
    states: States = "",
    kind: FromQuery[str] = "",
    platform: FromQuery[str] = "",
    unit: FromQuery[str] = "",
    cursor: FromQuery[str] = "",
    limit: FromQuery[int] = 50,
) -> Board:
    """Return the clocks that run, the most urgent first."""
    require(actor, Right.READ)
    wanted = _wanted(states, kind, platform, unit, cursor)
    limit = max(1, min(limit, MOST))
    soon_days = runtime.authority.leads.soon_days
    rows = await queries.running(
        session,
        wanted,
        actor=actor,
        until_at=now + timedelta(days=36500),
        limit=limit,
    )
    lines = [_line(row, shell.words, now, soon_days) for row in rows]
    names = [one.strip() for one in states.split(",") if one.strip()]
    chosen = {urgency for name in names for urgency in STATES[name]}
    kept = [one for one in lines if not chosen or one.urgency in chosen]
    last = rows[-1] if len(rows) == limit else None
    return Board(kept, queries.cursor_of(last) if last else None)


router = Router("/api/v1", route_handlers=[clocks])
