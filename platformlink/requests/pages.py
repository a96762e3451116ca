"""Requests, for people: the list, a new one, the draft with its letter beside it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

import msgspec
from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.cases import queries as cases
from platformlink.cases.tables import Case
from platformlink.errors import ChangedMeanwhile, Invalid, Refusal
from platformlink.letters import queries as letter_queries
from platformlink.permissions import Actor, Right, require
from platformlink.ports import Runtime as PlainRuntime
from platformlink.protocols import queries as protocols
from platformlink.protocols.recognition import Recognised
from platformlink.protocols.shelf import Library
from platformlink.requests import (
    actions,
    forms,
    queries,
    repeating,
    sealing,
    showing,
    steps,
)
from platformlink.requests.forms import DraftForm
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
from platformlink.requests.schemas import FindingOut
from platformlink.requests.tables import PlatformRequest, Target
from platformlink.web.forms import Fields, several, text
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
from platformlink.web.pages import Shell as PlainShell
from platformlink.web.problems import as_problem, status_of

Protocols = NamedDependency[Library]
PAGE = 50
MOST_PASTED = 200_000
MOST_NAMED = 5  # earlier requests beside one account
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


class EditPage(Page, frozen=True, kw_only=True):
    """A draft: its fields, what the protocol says beside them, its letter."""

    template: ClassVar[str] = "requests/edit.html"
    form: DraftForm
    beside: dict[str, list[FindingOut]]
    errors: int
    warnings: int
    refusal: str = ""
    is_conflict: bool = False
    kinds: Mapping[Kind, str] = KIND_NAMES


class FindingsPart(Page, frozen=True, kw_only=True):
    """What the protocol says now: swapped in while the officer types."""

    template: ClassVar[str] = "requests/findings.html"
    beside: dict[str, list[FindingOut]]
    errors: int
    warnings: int
    form: DraftForm
    refusal: str


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
    wanted = msgspec.structs.replace(wanted, cursor=cursor)
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


def _beside(found: list[FindingOut]) -> dict[str, list[FindingOut]]:
    """Return findings by the part of the form that they stand beside."""
    beside: dict[str, list[FindingOut]] = {}
    for one in found:
        beside.setdefault(one.pointer.split("/")[1], []).append(one)
    return beside


class Editing(msgspec.Struct, frozen=True, kw_only=True):
    """One draft under one reader's hands."""

    shell: PlainShell
    session: AsyncSession
    runtime: PlainRuntime
    request: PlatformRequest
    case: Case
    now: datetime

    async def kept(self) -> EditPage:
        """Return the draft as it is kept, with what the protocol says of it."""
        targets = await queries.targets_of(self.session, self.request.id)
        return await self._page(self.request, targets)

    async def refused(self, form: Fields, refusal: Refusal) -> EditPage:
        """Return the draft as it was typed, with why it was not kept."""
        is_conflict = isinstance(refusal, ChangedMeanwhile)
        # A part that is swapped in must not lend the reader a version unread.
        is_unread = is_conflict and self.shell.is_fragment
        version = forms.version(form) if is_unread else self.request.version
        shown, targets = forms.typed(form, self.request, version)
        period = (text(form, "period_from"), text(form, "period_to"))
        page = await self._page(shown, targets, typed_period=period)
        problem = as_problem(refusal, self.shell.words, "")
        wrong = [
            FindingOut("error", one["pointer"], one["code"], one["message"], "", "")
            for one in problem.errors
        ]
        named = {one.pointer for one in wrong}
        kept = [one for place in page.beside.values() for one in place]
        found = [*wrong, *(one for one in kept if one.pointer not in named)]
        return msgspec.structs.replace(
            page,
            **_counted(found),
            refusal=problem.detail,
            is_conflict=is_conflict,
        )

    async def _page(
        self,
        shown: PlatformRequest,
        targets: list[Target],
        *,
        typed_period: tuple[str, str] | None = None,
    ) -> EditPage:
        session, words = self.session, self.shell.words
        protocol = await protocols.pinned(session, self.request.protocol_version)
        found = [
            showing.finding(one, words)
            for one in await sealing.findings(
                session, self.runtime, self.request, self.case, self.now
            )
        ]
        found += await self._follows()
        found += await self._asked_before(targets)
        form = forms.shown(
            shown,
            self.case,
            targets,
            protocol,
            authority=self.runtime.authority,
            language=words.language,
            typed_period=typed_period,
        )
        return EditPage(title=f"{form.platform}: draft", form=form, **_counted(found))

    async def _follows(self) -> list[FindingOut]:
        """Return what this draft changes of the request that it follows."""
        say = self.shell.words.say
        return [
            FindingOut("hint", "/platform", one.verb, say(one.phrase), "", "")
            for one, _ in await queries.history(self.session, self.request.id)
            if one.verb == repeating.FOLLOWS
        ]

    async def _asked_before(self, targets: list[Target]) -> list[FindingOut]:
        """Return which accounts were asked about already, as far as one may know."""
        actor, words = self.shell.actor, self.shell.words
        if actor is None:
            return []
        slug = self.request.platform
        accounts = [(slug, one.normalised) for one in targets if one.normalised]
        before = await queries.asked_before(
            self.session, accounts, actor=actor, but_id=self.request.id
        )
        return [
            showing.asked_before(known, place, words)
            for place, one in enumerate(targets)
            for known in before.get((slug, one.normalised), [])[:MOST_NAMED]
        ]


def _counted(found: list[FindingOut]) -> dict[str, Any]:
    """Return findings as a page takes them: in order, by place, and counted."""
    return {
        "beside": _beside(found),
        "errors": sum(one.severity == "error" for one in found),
        "warnings": sum(one.severity == "warning" for one in found),
    }


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
    editing = Editing(
        shell=shell,
        session=session,
        runtime=runtime,
        request=request,
        case=case,
        now=now,
    )
    return shell.show(await editing.kept())


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
    editing = Editing(
        shell=shell,
        session=session,
        runtime=runtime,
        request=request,
        case=case,
        now=now,
    )
    try:
        if text(form, "version") != str(request.version):
            raise ChangedMeanwhile
        zone = runtime.authority.tz
        fields = forms.read(form, request.platform, case.reference, zone)
        await actions.change(session, library, request, fields, actor=actor, now=now)
        place = await _go_on(text(form, "do"), editing, actor)
    except Refusal as refusal:
        page = await editing.refused(form, refusal)
        return _edited(shell, page, status=status_of(refusal))
    return go(place) if place else _edited(shell, await editing.kept(), status=200)


def _edited(shell: PlainShell, page: EditPage, *, status: int) -> Response[str]:
    """Return the whole page, or its findings alone for somebody who is typing."""
    if not shell.is_fragment:
        return shell.show(page, status=status)
    part = FindingsPart(
        beside=page.beside,
        errors=page.errors,
        warnings=page.warnings,
        form=page.form,
        refusal=page.refusal,
    )
    return shell.show(part, status=status)


async def _go_on(what: str, editing: Editing, actor: Actor) -> str:
    """Submit, seal or leave a draft that was kept; return where to go, if anywhere."""
    request, given = editing.request, (editing.session, editing.runtime)
    if what == "submit":
        await sealing.submit(
            *given, request, editing.case, actor=actor, now=editing.now
        )
    elif what == "seal":
        await sealing.seal_alone(
            *given, request, editing.case, actor=actor, now=editing.now
        )
        return f"/requests/{request.reference}/send"
    elif what != "close":
        return ""
    return f"/requests/{request.draft_id}"


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
        *(listed, new, recognise, file, edit, keep, step),
        *(preview_pdf, preview_png, letter_pdf),
    ],
)
