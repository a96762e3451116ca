"""The liaison board, published texts and acts for several, for programs."""

from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from platformlink.clocks.sentences import Urgency, chip
from platformlink.clocks.terms import Kind as ClockKind
from platformlink.desk import queries, watching
from platformlink.desk.acting import PROVIDED, Acts
from platformlink.desk.queries import Row, Wanted
from platformlink.desk.schemas import (
    Board,
    ClockLine,
    TextOut,
    TogetherIn,
    TogetherLine,
    TogetherOut,
)
from platformlink.desk.together import Line, together
from platformlink.errors import FieldError, Invalid
from platformlink.identity.once import Once
from platformlink.permissions import Right, require
from platformlink.protocols import actions, caring, guidelines
from platformlink.protocols import queries as protocols
from platformlink.protocols.actions import Act
from platformlink.protocols.guidelines import Dated
from platformlink.protocols.schemas import TextIn, TextItem, TextList
from platformlink.protocols.shelf import Library
from platformlink.protocols.tables import GuidelineText
from platformlink.web.handed import (
    FromPath,
    FromQuery,
    JSONBody,
    Now,
    Runtime,
    Session,
    Shell,
    Who,
)
from platformlink.web.words import Words

MOST = 200
Key = NamedDependency[Once]
Protocols = NamedDependency[Library]
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
        sentences=[words.say(one) for one in clock.sentences(words.language)],
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


def _item(one: GuidelineText) -> TextItem:
    return TextItem(
        id=one.id,
        source=one.source,
        dated_on=one.dated_on,
        sha256=one.sha256,
        imported_at=one.imported_at,
    )


@get("/platforms/{slug:str}/guidelines")
async def texts(
    slug: FromPath[str],
    session: Session,
    library: Protocols,
    actor: Who,
    source: FromQuery[str] = "",
) -> TextList:
    """Return the imported texts of a platform, of one source or of all."""
    protocol = library.get(slug)
    chosen = caring.source_id(protocol, source) if source else ""
    found = await protocols.texts(session, slug, source=chosen)
    return TextList([_item(one) for one in found])


@get("/platforms/{slug:str}/guidelines/{number:int}")
async def text(
    slug: FromPath[str],
    number: FromPath[int],
    session: Session,
    runtime: Runtime,
    library: Protocols,
    actor: Who,
) -> TextOut:
    """Return one text, what it changed, and what of ours rests on that."""
    protocol = library.get(slug)
    found = await watching.seen(session, runtime, protocol, number, actor=actor)
    return TextOut(
        text=_item(found.text),
        before=_item(found.before) if found.before else None,
        content=found.text.content,
        changed=found.changed,
        touched=found.touched,
        templates=found.templates,
        drafts=[one.draft_id for one in found.drafts],
    )


@post("/platforms/{slug:str}/guidelines")
async def take_text(
    slug: FromPath[str],
    session: Session,
    library: Protocols,
    actor: Who,
    now: Now,
    once: Key,
    data: JSONBody[TextIn],
) -> Response[TextItem]:
    """Keep a text as it stood on a day; the same one is kept once."""
    if once.answer is not None:
        return once.answer
    given = Dated(data.dated_on, guidelines.clean("content", data.content.encode()))
    kept = await actions.take_text(
        session, library, slug, data.source, given, act=Act(actor, now)
    )
    return once.keep(_item(kept), 201)


def _together(act: str, lines: list[Line]) -> TogetherOut:
    return TogetherOut(
        act,
        [
            TogetherLine(
                request=one.name,
                state=one.state,
                told=one.told,
                letter=one.letter,
                problem=one.problem,
            )
            for one in lines
        ],
    )


@post("/requests/together/preview", status_code=200)
async def try_together(acting: Acts, data: JSONBody[TogetherIn]) -> TogetherOut:
    """Say what an act would do to each of several requests; nothing is kept of it."""
    wanted = together(acting, data.act, data.requests, data.reason)
    return _together(wanted.act, await wanted.tried())


@post("/requests/together", status_code=200)
async def do_together(
    acting: Acts, once: Key, data: JSONBody[TogetherIn]
) -> Response[TogetherOut]:
    """Do it to each request by itself; what is refused takes no other with it."""
    if once.answer is not None:
        return once.answer
    wanted = together(acting, data.act, data.requests, data.reason)
    return once.keep(_together(wanted.act, await wanted.done()), 200)


router = Router(
    "/api/v1",
    route_handlers=[clocks, texts, text, take_text, try_together, do_together],
    dependencies=PROVIDED,
)
