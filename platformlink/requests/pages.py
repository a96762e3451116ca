"""Requests, for people: the list, a new one, the draft with its letter beside it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

import msgspec
from litestar import Response, Router, get, post
from litestar.di import NamedDependency

from platformlink.cases import queries as cases
from platformlink.cases.tables import Case
from platformlink.errors import Invalid, Refusal
from platformlink.permissions import Right, require
from platformlink.protocols import queries as protocols
from platformlink.protocols.protocol import CooperationProtocol
from platformlink.protocols.recognition import Recognised
from platformlink.protocols.shelf import Library
from platformlink.requests import actions, forms, queries, sealing, showing, steps
from platformlink.requests.forms import DraftForm
from platformlink.requests.queries import Filter, Line
from platformlink.requests.rules import (
    KIND_NAMES,
    MOVERS,
    STATE_NAMES,
    CloseIn,
    Kind,
    RequestIn,
    State,
    TargetIn,
)
from platformlink.requests.schemas import FindingOut
from platformlink.requests.tables import PlatformRequest
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
    platforms: tuple[CooperationProtocol, ...]
    kind: str
    kinds: Mapping[Kind, str] = KIND_NAMES
    refusal: str = ""


class FoundPart(Page, frozen=True, kw_only=True):
    """The accounts that a text names: a part of the page of a new request."""

    template: ClassVar[str] = "requests/found.html"
    found: list[Found]
    pasted: str


class EditPage(Page, frozen=True, kw_only=True):
    """A draft: its fields, what the protocol says beside them, its letter."""

    template: ClassVar[str] = "requests/edit.html"
    form: DraftForm
    findings: list[FindingOut]
    beside: dict[str, list[FindingOut]]
    errors: int
    warnings: int
    refusal: str = ""
    kinds: Mapping[Kind, str] = KIND_NAMES


class FindingsPart(Page, frozen=True, kw_only=True):
    """What the protocol says now: swapped in while the officer types."""

    template: ClassVar[str] = "requests/findings.html"
    beside: dict[str, list[FindingOut]]
    errors: int
    warnings: int
    form: DraftForm


def filter_of(
    q: str, status: str, platform: str, kind: str, overdue_at: datetime | None
) -> Filter:
    """Return the filter that a query string describes."""
    return Filter(
        q=q,
        status=status if status in set(State) else "",
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
    cursor: FromQuery[str] = "",
) -> Response[str]:
    """Show the requests."""
    require(actor, Right.READ)
    wanted = filter_of(q, status, platform, kind, now if overdue else None)
    if cursor.isdigit():
        wanted = msgspec.structs.replace(wanted, before_id=int(cursor))
    lines = await queries.listed(session, wanted, actor=actor)
    last = f"{lines[-1].request.id}" if len(lines) == PAGE else ""
    page = RequestsPage(
        title="Requests",
        lines=lines,
        wanted=wanted,
        next_query=last,
        platforms={one.slug: one.name for one in library.all()},
    )
    return shell.show(page)


def _found(library: Library, pasted: str) -> list[Found]:
    names = {one.slug: one.name for one in library.all()}
    items = library.recogniser.find(pasted[:MOST_PASTED])
    unique = {(one.platform, one.kind, one.normalised): one for one in reversed(items)}
    kept = sorted(unique.values(), key=lambda one: one.start)
    return [Found(names[one.platform], one) for one in kept if one.platform in names]


@get("/requests/new", include_in_schema=False)
async def new(
    shell: Shell,
    session: Session,
    library: Protocols,
    actor: Who,
    case: FromQuery[str] = "",
    kind: FromQuery[str] = Kind.PRESERVATION,
) -> Response[str]:
    """Show the form of a new request."""
    page = NewPage(
        title="New request",
        cases=await cases.listed(session, actor=actor, limit=200),
        case=case,
        pasted="",
        found=[],
        platforms=library.all(),
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
        platform, kind, value = one.split(" ", 2)
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
            raise actions.rules.RequestInvalid(message)
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
            cases=await cases.listed(session, actor=actor, limit=200),
            case=text(form, "case"),
            pasted=pasted,
            found=_found(library, pasted),
            platforms=library.all(),
            kind=text(form, "kind"),
            refusal=as_problem(refusal, shell.words, "").detail,
        )
        return shell.show(page, status=422)
    return go(f"/requests/{drafts[0].draft_id}/edit")


async def _draft_form(
    session: Session,
    runtime: Runtime,
    request: PlatformRequest,
    case: Case,
    shell: Shell,
) -> DraftForm:
    protocol = await protocols.pinned(session, request.protocol_version)
    targets = await queries.targets_of(session, request.id)
    return forms.shown(
        request,
        case,
        targets,
        protocol,
        authority=runtime.authority,
        language=shell.words.language,
    )


def _beside(found: list[FindingOut]) -> dict[str, list[FindingOut]]:
    """Return findings by the part of the form that they stand beside."""
    beside: dict[str, list[FindingOut]] = {}
    for one in found:
        beside.setdefault(one.pointer.split("/")[1], []).append(one)
    return beside


async def _edit_page(
    shell: Shell,
    session: Session,
    runtime: Runtime,
    request: PlatformRequest,
    case: Case,
    now: datetime,
    *,
    refusal: str = "",
) -> EditPage:
    found = await sealing.findings(session, runtime, request, case, now)
    shown = [showing.finding(one, shell.words) for one in found]
    form = await _draft_form(session, runtime, request, case, shell)
    return EditPage(
        title=f"{form.platform}: draft",
        form=form,
        findings=shown,
        beside=_beside(shown),
        errors=sum(one.severity == "error" for one in shown),
        warnings=sum(one.severity == "warning" for one in shown),
        refusal=refusal,
    )


@get("/requests/{reference:str}/edit", include_in_schema=False)
async def edit(
    shell: Shell,
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    reference: FromPath[str],
) -> Response[Any]:
    """Show a draft's form; what is no draft is shown as it is."""
    request, case = await queries.by_reference(session, reference, actor=actor)
    if request.state != State.DRAFT:
        return go(f"/requests/{reference}")
    showing.audit_read(session, request, actor, now)
    return shell.show(await _edit_page(shell, session, runtime, request, case, now))


@post("/requests/{reference:str}/edit", include_in_schema=False, status_code=200)
async def keep(
    shell: Shell,
    session: Session,
    runtime: Runtime,
    library: Protocols,
    actor: Who,
    now: Now,
    reference: FromPath[str],
    form: Form,
) -> Response[Any]:
    """Keep a draft; then submit it, preview it, or show what the protocol says."""
    request, case = await queries.by_reference(
        session, reference, actor=actor, is_to_change=True
    )
    version = text(form, "version")
    refusal = ""
    try:
        actions.require_version(request, int(version) if version.isdigit() else None)
        fields = forms.read(
            form, request.platform, case.reference, runtime.authority.tz
        )
        await actions.change(session, library, request, fields, actor=actor, now=now)
        if text(form, "do") == "submit":
            await sealing.submit(session, runtime, request, case, actor=actor, now=now)
            return go(f"/requests/{request.draft_id}")
        if text(form, "do") == "seal":
            return await _seal_alone(session, runtime, request, case, actor, now)
        if text(form, "do") == "close":
            return go(f"/requests/{request.draft_id}")
    except Refusal as refused:
        refusal = as_problem(refused, shell.words, "").detail
        if isinstance(refused, actions.rules.ChangedMeanwhile):
            raise
    page = await _edit_page(
        shell, session, runtime, request, case, now, refusal=refusal
    )
    if shell.is_fragment:
        part = FindingsPart(
            beside=page.beside,
            errors=page.errors,
            warnings=page.warnings,
            form=page.form,
        )
        return shell.show(part)
    return shell.show(page, status=422 if refusal else 200)


async def _seal_alone(
    session: Session,
    runtime: Runtime,
    request: PlatformRequest,
    case: Case,
    actor: Who,
    now: datetime,
) -> Response[Any]:
    await sealing.seal_alone(session, runtime, request, case, actor=actor, now=now)
    return go(f"/requests/{request.reference}/send")


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
        made = await sealing.preview(
            session, runtime, request, case, actor=actor, now=now
        )
    except Invalid as refused:
        problem = as_problem(refused, shell.words, "")
        lines = [one["message"] for one in problem.errors] or [problem.detail]
        names = [one.pointer.strip("/") for one in refused.errors]
        gaps = GapsPicture(names=names, lines=lines)
        return Response(shell.text(gaps), media_type="image/svg+xml", headers=UNKEPT)
    drawn = await runtime.ports.renderer.picture(made)
    return Response(drawn, media_type="image/png", headers=UNKEPT)


@get("/requests/{reference:str}/letter.pdf", include_in_schema=False)
async def letter_pdf(
    session: Session, actor: Who, now: Now, reference: FromPath[str]
) -> Response[bytes]:
    """Show the sealed letter that a reference names."""
    request, _ = await queries.by_reference(session, reference, actor=actor)
    letter = await showing.letter_named(session, request, reference)
    showing.audit_read(session, request, actor, now, verb="letter_read")
    return showing.pdf(letter.pdf, f"{letter.reference}.pdf")


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
    if name == "close":
        closing = CloseIn(
            text(form, "outcome"), several(form, "reasons"), text(form, "usefulness")
        )
        await actions.close(session, request, closing, actor=actor, now=now)
    else:
        reason = text(form, "reason")
        doing = steps.Doing(session, runtime, request, case, actor, now, reason)
        await steps.do(name, doing)
    if name == "edit":
        return go(f"/requests/{request.draft_id}/edit")
    return go(f"/requests/{request.reference or request.draft_id}")


router = Router(
    "/",
    route_handlers=[
        *(listed, new, recognise, file, edit, keep, step),
        *(preview_pdf, preview_png, letter_pdf),
    ],
)
