"""A draft under somebody's hands: its form, and what the protocol says beside it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

import msgspec
from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.cases.tables import Case
from platformlink.errors import ChangedMeanwhile, Refusal
from platformlink.permissions import Actor
from platformlink.ports import Runtime as PlainRuntime
from platformlink.protocols import queries as protocols
from platformlink.protocols.shelf import Library
from platformlink.requests import (
    actions,
    forms,
    judging,
    queries,
    repeating,
    sealing,
    showing,
    starting,
)
from platformlink.requests.forms import DraftForm
from platformlink.requests.rules import KIND_NAMES, Kind, State
from platformlink.requests.schemas import FindingOut
from platformlink.requests.starting import FIELD_NAMES, Source
from platformlink.requests.tables import PlatformRequest, Target
from platformlink.values import Phrase
from platformlink.web.forms import Fields, text
from platformlink.web.handed import Form, FromPath, Now, Runtime, Session, Shell, Who
from platformlink.web.pages import Page, go
from platformlink.web.pages import Shell as PlainShell
from platformlink.web.problems import as_problem, status_of

Protocols = NamedDependency[Library]
MOST_NAMED = 5  # earlier requests beside one account


class EditPage(Page, frozen=True, kw_only=True):
    """A draft: its fields, what the protocol says beside them, its letter."""

    template: ClassVar[str] = "requests/edit.html"
    form: DraftForm
    beside: dict[str, list[FindingOut]]
    errors: int
    warnings: int
    refusal: str = ""
    is_conflict: bool = False
    sources: list[Source]  # what it may start from
    filled: list[str] | None = None  # just now, from a source
    kinds: Mapping[Kind, str] = KIND_NAMES


class FindingsPart(Page, frozen=True, kw_only=True):
    """What the protocol says now: swapped in while the officer types."""

    template: ClassVar[str] = "requests/findings.html"
    beside: dict[str, list[FindingOut]]
    errors: int
    warnings: int
    form: DraftForm
    refusal: str


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
            for one in await judging.findings(
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
        return EditPage(
            title=f"{form.platform}: draft",
            form=form,
            sources=await self._sources(),
            **_counted(found),
        )

    async def _sources(self) -> list[Source]:
        """Return what the draft may start from; nobody who types waits for it."""
        if self.shell.is_fragment or self.shell.actor is None:
            return []
        return await starting.sources(
            self.session, self.request, actor=self.shell.actor
        )

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
        filled = await _begin(form, editing, actor)
    except Refusal as refusal:
        page = await editing.refused(form, refusal)
        return _edited(shell, page, status=status_of(refusal))
    if place:
        return go(place)
    page = msgspec.structs.replace(await editing.kept(), filled=filled)
    return _edited(shell, page, status=200)


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


async def _begin(form: Fields, editing: Editing, actor: Actor) -> list[str] | None:
    """Fill what a draft that was kept lacks, or keep or forget a template."""
    what, draft = text(form, "do"), (editing.session, editing.request)
    if what == "start":
        code = text(form, "source")
        filled = await starting.start(*draft, code, actor=actor, now=editing.now)
        return [editing.shell.words.say(Phrase(FIELD_NAMES[x])) for x in filled]
    if what == "template":
        name = text(form, "template")
        await starting.keep_template(*draft, name, actor=actor, now=editing.now)
    elif what == "forget":
        await starting.forget_template(*draft, text(form, "source"))
    return None


router = Router("/", route_handlers=[edit, keep])
