"""Requests, for programs."""

import msgspec
from litestar import Response, Router, get, patch, post
from litestar.di import NamedDependency

from platformlink.cases.tables import Case
from platformlink.clocks import queries as clock_queries
from platformlink.identity.once import Once
from platformlink.letters import queries as letter_queries
from platformlink.lists import sort_of
from platformlink.protocols.shelf import Library
from platformlink.requests import actions, comments, queries, sealing, showing, steps
from platformlink.requests.comments import Written
from platformlink.requests.queries import Filter
from platformlink.requests.rules import RequestIn
from platformlink.requests.schemas import (
    ClockOut,
    CommentIn,
    CommentOut,
    EventOut,
    LetterOut,
    Listed,
    ReasonIn,
    RequestOut,
)
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
from platformlink.web.versions import IfMatch, require_version, tagged

MOST = 200
Key = NamedDependency[Once]
Protocols = NamedDependency[Library]


def _at_home(data: RequestIn, runtime: Runtime) -> RequestIn:
    """Return a draft whose holder is taken to be here, where nothing else is said."""
    country = data.holder_country or runtime.authority.country
    return msgspec.structs.replace(data, holder_country=country)


@get("/requests")
async def listed(
    session: Session,
    actor: Who,
    now: Now,
    q: FromQuery[str] = "",
    status: FromQuery[str] = "",
    platform: FromQuery[str] = "",
    kind: FromQuery[str] = "",
    unit: FromQuery[str] = "",
    overdue: FromQuery[bool] = False,  # noqa: FBT002 - a filter of the query string
    sort: FromQuery[str] = "",
    cursor: FromQuery[str] = "",
    limit: FromQuery[int] = 50,
) -> Listed:
    """Return requests that the caller may see; the first part says how many."""
    wanted = Filter(
        q=q,
        status=status,
        platform=platform,
        kind=kind,
        unit=unit,
        overdue_at=now if overdue else None,
        sort=sort_of(sort),
        cursor=cursor,
        limit=max(1, min(limit, MOST)),
    )
    lines = await queries.listed(session, wanted, actor=actor)
    return Listed(
        items=[showing.line(one) for one in lines],
        next_cursor=queries.cursor_after(wanted, lines),
        total=None if cursor else await queries.counted(session, wanted, actor=actor),
    )


@post("/requests")
async def file(
    session: Session,
    runtime: Runtime,
    library: Protocols,
    actor: Who,
    now: Now,
    shell: Shell,
    once: Key,
    data: JSONBody[RequestIn],
) -> Response[RequestOut]:
    """Return the new draft."""
    if once.answer is not None:
        return once.answer
    data = _at_home(data, runtime)
    request = await actions.file(session, library, data, actor=actor, now=now)
    case = await session.get_one(Case, request.case_id)
    shown = await showing.whole(session, runtime, request, case, shell.words, now)
    return tagged(once.keep(shown, 201), request.version)


@get("/requests/{reference:str}")
async def read(
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    shell: Shell,
    reference: FromPath[str],
) -> Response[RequestOut]:
    """Return one request, with what the protocol says of it."""
    request, case = await queries.by_reference(session, reference, actor=actor)
    showing.audit_read(session, request, actor, now)
    shown = await showing.whole(session, runtime, request, case, shell.words, now)
    return tagged(Response(shown), request.version)


@patch("/requests/{reference:str}")
async def change(
    session: Session,
    runtime: Runtime,
    library: Protocols,
    actor: Who,
    now: Now,
    shell: Shell,
    once: Key,
    reference: FromPath[str],
    data: JSONBody[RequestIn],
    if_match: IfMatch = None,
) -> Response[RequestOut]:
    """Return the changed draft; all its fields are given anew."""
    if once.answer is not None:
        return once.answer
    request, case = await queries.by_reference(
        session, reference, actor=actor, is_to_change=True
    )
    require_version(request.version, if_match)
    data = _at_home(data, runtime)
    await actions.change(session, library, request, data, actor=actor, now=now)
    shown = await showing.whole(session, runtime, request, case, shell.words, now)
    return tagged(once.keep(shown, 200), request.version)


@post("/requests/{reference:str}/{step:str}", status_code=200)
async def step(
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    shell: Shell,
    once: Key,
    reference: FromPath[str],
    step: FromPath[str],
    data: JSONBody[ReasonIn | None] = None,
    if_match: IfMatch = None,
) -> Response[RequestOut]:
    """Take a step of the request's life; the whole request is answered."""
    if once.answer is not None:
        return once.answer
    request, case = await queries.by_reference(
        session, reference, actor=actor, is_to_change=True
    )
    require_version(request.version, if_match)
    reason = data.reason if data else ""
    doing = steps.Doing(session, runtime, request, case, actor, now, reason)
    await steps.do(step, doing)
    shown = await showing.whole(session, runtime, request, case, shell.words, now)
    return tagged(once.keep(shown, 200), request.version)


@get("/requests/{reference:str}/letter.pdf")
async def letter_pdf(
    session: Session, actor: Who, now: Now, reference: FromPath[str]
) -> Response[bytes]:
    """Return the sealed letter that is in force, or the last one."""
    request, _ = await queries.by_reference(session, reference, actor=actor)
    letter = await showing.letter_named(session, request, reference)
    showing.audit_read(session, request, actor, now, verb="letter_read")
    content = await letter_queries.last_bytes(session, letter)
    return showing.pdf(content, f"{letter.reference}.pdf")


@get("/requests/{reference:str}/preview.pdf")
async def preview_pdf(
    session: Session, runtime: Runtime, actor: Who, now: Now, reference: FromPath[str]
) -> Response[bytes]:
    """Return the letter as it would be, watermarked."""
    request, case = await queries.by_reference(session, reference, actor=actor)
    made = await sealing.preview(session, runtime, request, case, actor=actor, now=now)
    return showing.pdf(made, "preview.pdf")


@get("/requests/{reference:str}/letters")
async def letters(
    session: Session, actor: Who, reference: FromPath[str]
) -> list[LetterOut]:
    """Return all letters of a request, newest first."""
    request, _ = await queries.by_reference(session, reference, actor=actor)
    found = await letter_queries.of_request(session, request.id)
    return [showing.letter(one) for one in found[::-1]]


@get("/requests/{reference:str}/events")
async def events(
    session: Session, actor: Who, shell: Shell, reference: FromPath[str]
) -> list[EventOut]:
    """Return the history of a request, newest first."""
    request, _ = await queries.by_reference(session, reference, actor=actor)
    found = await queries.history(session, request.id)
    return [showing.event(row, name or "", shell.words) for row, name in found]


@get("/requests/{reference:str}/comments")
async def read_comments(
    session: Session, actor: Who, reference: FromPath[str]
) -> list[CommentOut]:
    """Return what colleagues wrote beside a request, the oldest first."""
    request, _ = await queries.by_reference(session, reference, actor=actor)
    found = await comments.of_request(session, request.id)
    return [showing.comment(one) for one in found]


@post("/requests/{reference:str}/comments")
async def write_comment(
    session: Session,
    actor: Who,
    now: Now,
    once: Key,
    reference: FromPath[str],
    data: JSONBody[CommentIn],
) -> Response[CommentOut]:
    """Write to colleagues beside a request; its author and the mentioned are told."""
    if once.answer is not None:
        return once.answer
    request, case = await queries.by_reference(session, reference, actor=actor)
    made = await comments.write(session, request, case, data.text, actor=actor, now=now)
    return once.keep(showing.comment(Written(made, actor.name)), 201)


@get("/requests/{reference:str}/clocks")
async def clocks(
    session: Session, actor: Who, now: Now, shell: Shell, reference: FromPath[str]
) -> list[ClockOut]:
    """Return the clocks of a request with their sentences, the most urgent first."""
    request, _ = await queries.by_reference(session, reference, actor=actor)
    found = await clock_queries.of_requests(session, [request.id])
    return [showing.clock(one, shell.words, now) for one in found]


router = Router(
    "/api/v1",
    route_handlers=[
        *(listed, file, read, change, step),
        *(letter_pdf, preview_pdf, letters, events, clocks),
        *(read_comments, write_comment),
    ],
)
