"""Requests, for people: the list, a new one, its steps, its letter as a picture."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

import msgspec
from litestar import Response, Router, get, post
from litestar.di import NamedDependency

from platformlink.cases import queries as cases
from platformlink.cases.tables import Case
from platformlink.errors import Invalid, Refusal
from platformlink.letters import queries as letter_queries
from platformlink.permissions import Right, require
from platformlink.protocols.recognition import Recognised
from platformlink.protocols.shelf import Library
from platformlink.requests import actions, queries, sealing, showing, steps
from platformlink.requests.queries import Filter, Line
from platformlink.requests.rules import (
    KIND_NAMES,
    MOVERS,
    STATE_NAMES,
    Kind,
    RequestIn,
    RequestInvalid,
    State,
    TargetIn,
)
from platformlink.web.forms import several, text
from platformlink.web.handed import (
    Form,
    FromPath,
    FromQuery,
    Now,
    Runtime,
    Session,
    Shell,
    Who,
)
from platformlink.web.pages import Page, go
from platformlink.web.problems import as_problem

Protocols = NamedDependency[Library]
PAGE = 50
MOST_PASTED = 200_000
UNKEPT = {"Cache-Control": "no-store"}


class RequestsPage(Page, frozen=True, kw_only=True):
    """The requests that one may see, narrowed by a filter."""

    template: ClassVar[str] = "requests/list.html"
    lines: list[Line]
    wanted: Filter
    next_query: str
    states: Mapping[State, str] = STATE_NAMES
    kinds: Mapping[Kind, str] = KIND_NAMES
    movers: Mapping[State, str] = MOVERS
    platforms: dict[str, str]


class Found(msgspec.Struct, frozen=True):
    """One account that a text names, with its platform's name."""

    platform: str
    item: Recognised


class NewPage(Page, frozen=True, kw_only=True):
    """A new request; it begins with what the officer has."""

    template: ClassVar[str] = "requests/new.html"
    cases: list[Case]
    case: str
    pasted: str
    found: list[Found]
    platforms: list[tuple[str, str]]  # slug and name
    platform: str
    kind: str
    kinds: Mapping[Kind, str] = KIND_NAMES
    refusal: str = ""


class FoundPart(Page, frozen=True, kw_only=True):
    """The accounts that a text names: a part of the page of a new request."""

    template: ClassVar[str] = "requests/found.html"
    found: list[Found]
    pasted: str


def filter_of(
    q: str, status: str, platform: str, kind: str, overdue_at: datetime | None
) -> Filter:
    """Return the filter that a query string describes."""
    return Filter(
        q=q,
        status=status if status in {*State, queries.STILL_OPEN} else "",
        platform=platform,
        kind=kind if kind in set(Kind) else "",
        overdue_at=overdue_at,
        limit=PAGE,
    )


@get("/requests", include_in_schema=False)
async def listed(
    shell: Shell,
    session: Session,
    library: Protocols,
    actor: Who,
    now: Now,
    q: FromQuery[str] = "",
    status: FromQuery[str] = "",
    platform: FromQuery[str] = "",
    kind: FromQuery[str] = "",
    overdue: FromQuery[bool] = False,  # noqa: FBT002 - a filter of the query string
    mine: FromQuery[bool] = False,  # noqa: FBT002 - as above
    cursor: FromQuery[str] = "",
) -> Response[str]:
    """Show the requests."""
    require(actor, Right.READ)
    wanted = filter_of(q, status, platform, kind, now if overdue else None)
    wanted = msgspec.structs.replace(
        wanted, author_id=actor.id if mine else None, cursor=cursor
    )
    lines = await queries.listed(session, wanted, actor=actor)
    page = RequestsPage(
        title="Requests",
        lines=lines,
        wanted=wanted,
        next_query=queries.cursor_after(wanted, lines) or "",
        platforms={one.slug: one.name for one in library.all()},
    )
    return shell.show(page)


def _found(library: Library, pasted: str) -> list[Found]:
    names = {one.slug: one.name for one in library.all()}
    items = library.recogniser.find(pasted[:MOST_PASTED])
    unique = {(one.platform, one.kind, one.normalised): one for one in reversed(items)}
    kept = sorted(unique.values(), key=lambda one: one.start)
    return [Found(names[one.platform], one) for one in kept if one.platform in names]


def _platforms(library: Library) -> list[tuple[str, str]]:
    return [(one.slug, one.name) for one in library.all()]


@get("/requests/new", include_in_schema=False)
async def new(
    shell: Shell,
    session: Session,
    library: Protocols,
    actor: Who,
    case: FromQuery[str] = "",
    platform: FromQuery[str] = "",
    kind: FromQuery[str] = Kind.PRESERVATION,
) -> Response[str]:
    """Show the form of a new request, perhaps with case and platform chosen."""
    page = NewPage(
        title="New request",
        cases=await cases.listed(session, cases.Filter(limit=200), actor=actor),
        case=case,
        pasted="",
        found=[],
        platforms=_platforms(library),
        platform=platform,
        kind=kind if kind in set(Kind) else Kind.PRESERVATION,
    )
    return shell.show(page)


@post("/requests/recognise", include_in_schema=False, status_code=200)
async def recognise(
    shell: Shell, library: Protocols, actor: Who, form: Form
) -> Response[str]:
    """Show which accounts a pasted text names; nothing is fetched or kept."""
    pasted = text(form, "pasted")
    return shell.show(FoundPart(found=_found(library, pasted), pasted=pasted))


def _chosen(form: dict[str, list[str]]) -> dict[str, list[TargetIn]]:
    """Return the chosen accounts by platform; each field says `platform kind value`."""
    found: dict[str, list[TargetIn]] = {}
    for one in several(form, "account"):
        platform, _, rest = one.partition(" ")
        kind, _, value = rest.partition(" ")
        found.setdefault(platform, []).append(TargetIn(kind, value))
    return found


@post("/requests", include_in_schema=False)
async def file(
    shell: Shell,
    session: Session,
    runtime: Runtime,
    library: Protocols,
    actor: Who,
    now: Now,
    form: Form,
) -> Response[Any]:
    """Make one draft for each platform, and go to the first."""
    chosen = _chosen(form)
    if not chosen and (platform := text(form, "platform")):
        chosen = {platform: []}
    try:
        if not chosen:
            message = "Paste what you have, or choose a platform."
            raise RequestInvalid(message)
        async with session.begin_nested():
            drafts = [
                await actions.file(
                    session,
                    library,
                    RequestIn(
                        case=text(form, "case"),
                        platform=platform,
                        kind=text(form, "kind"),
                        targets=tuple(targets),
                        holder_country=runtime.authority.country,
                    ),
                    actor=actor,
                    now=now,
                )
                for platform, targets in chosen.items()
            ]
    except Refusal as refusal:
        pasted = text(form, "pasted")
        page = NewPage(
            title="New request",
            cases=await cases.listed(session, cases.Filter(limit=200), actor=actor),
            case=text(form, "case"),
            pasted=pasted,
            found=_found(library, pasted),
            platforms=_platforms(library),
            platform=text(form, "platform"),
            kind=text(form, "kind"),
            refusal=as_problem(refusal, shell.words, "").detail,
        )
        return shell.show(page, status=422)
    return go(f"/requests/{drafts[0].draft_id}/edit")


@get("/requests/{reference:str}/preview.pdf", include_in_schema=False)
async def preview_pdf(
    session: Session, runtime: Runtime, actor: Who, now: Now, reference: FromPath[str]
) -> Response[bytes]:
    """Show the letter as it would be, watermarked."""
    request, case = await queries.by_reference(session, reference, actor=actor)
    made = await sealing.preview(session, runtime, request, case, actor=actor, now=now)
    return showing.pdf(made, "preview.pdf")


class GapsPicture(Page, frozen=True, kw_only=True):
    """What stands where the letter will be, while something is missing."""

    template: ClassVar[str] = "requests/gaps.svg"
    names: list[str]
    lines: list[str]


@get("/requests/{reference:str}/preview.png", include_in_schema=False)
async def preview_png(
    shell: Shell,
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    reference: FromPath[str],
) -> Response[Any]:
    """Show the first page of the letter as it would be, or what is missing for it."""
    request, case = await queries.by_reference(session, reference, actor=actor)
    try:
        drawn = await sealing.picture(
            session, runtime, request, case, actor=actor, now=now
        )
    except Invalid as refused:
        problem = as_problem(refused, shell.words, "")
        lines = [one["message"] for one in problem.errors] or [problem.detail]
        names = [one.pointer.strip("/") for one in refused.errors]
        gaps = GapsPicture(names=names, lines=lines)
        return Response(shell.text(gaps), media_type="image/svg+xml", headers=UNKEPT)
    return Response(drawn, media_type="image/png", headers=UNKEPT)


@get("/requests/{reference:str}/letter.pdf", include_in_schema=False)
async def letter_pdf(
    session: Session, actor: Who, now: Now, reference: FromPath[str]
) -> Response[bytes]:
    """Show the sealed letter that a reference names."""
    request, _ = await queries.by_reference(session, reference, actor=actor)
    letter = await showing.letter_named(session, request, reference)
    showing.audit_read(session, request, actor, now, verb="letter_read")
    content = await letter_queries.last_bytes(session, letter)
    return showing.pdf(content, f"{letter.reference}.pdf")


@post("/requests/{reference:str}/steps/{name:str}", include_in_schema=False)
async def step(
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    reference: FromPath[str],
    name: FromPath[str],
    form: Form,
) -> Response[Any]:
    """Take a step, and show the request."""
    request, case = await queries.by_reference(
        session, reference, actor=actor, is_to_change=True
    )
    reason = text(form, "reason")
    doing = steps.Doing(session, runtime, request, case, actor, now, reason)
    await steps.do(name, doing)
    if name == "edit":
        return go(f"/requests/{request.draft_id}/edit")
    return go(f"/requests/{request.reference or request.draft_id}")


router = Router(
    "/",
    route_handlers=[
        *(listed, new, recognise, file, step),
        *(preview_pdf, preview_png, letter_pdf),
    ],
)
