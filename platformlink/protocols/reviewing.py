"""Pages of those who care for the library: reviews, proposals, channels."""

from datetime import date
from typing import Any, ClassVar

import msgspec
from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.response import Redirect
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.errors import Refusal
from platformlink.identity import queries as identity
from platformlink.permissions import Right, require
from platformlink.protocols import actions, patches, queries
from platformlink.protocols.actions import Act
from platformlink.protocols.caring import FileChanged
from platformlink.protocols.protocol import CooperationProtocol
from platformlink.protocols.rules import due_on
from platformlink.protocols.schemas import ProposalIn
from platformlink.protocols.shelf import Library
from platformlink.protocols.tables import Proposal
from platformlink.web.forms import text
from platformlink.web.handed import Form, FromPath, FromQuery, Now, Session, Shell, Who
from platformlink.web.pages import Page, go
from platformlink.web.problems import as_problem

Protocols = NamedDependency[Library]


class ReviewRow(msgspec.Struct, frozen=True, kw_only=True):
    """One platform on the review board."""

    protocol: CooperationProtocol
    due_on: date
    is_overdue: bool
    reviewed_on: date | None


class Proposed(msgspec.Struct, frozen=True, kw_only=True):
    """A proposed change, its patch, and who did what; no patch: the file changed."""

    proposal: Proposal
    platform: str
    by: str
    decided_by: str
    patch: str
    is_in_file: bool


class ReviewBoardPage(Page, frozen=True, kw_only=True):
    """Which platforms must be gone through next, and what was proposed."""

    template: ClassVar[str] = "protocols/review.html"
    rows: list[ReviewRow]
    overdue: int
    proposals: list[Proposed]


class ProposePage(Page, frozen=True, kw_only=True):
    """One place of a file, to be changed; what was typed stays."""

    template: ClassVar[str] = "protocols/propose.html"
    protocol: CooperationProtocol
    pointer: str
    value: str
    source: str = ""
    why: str = ""
    refusal: str = ""


def shown(
    library: Library, proposals: list[Proposal], names: dict[int, str]
) -> list[Proposed]:
    """Return proposals with their patches; of platforms that still have a file."""
    known = {one.slug: one.name for one in library.all()}
    return [
        Proposed(
            proposal=one,
            platform=known[one.slug],
            by=names[one.proposed_by_id],
            decided_by=names.get(one.decided_by_id or 0, ""),
            patch=_patch(library, one),
            is_in_file=patches.still_reads(
                library.content(one.slug), one.pointer, one.after
            ),
        )
        for one in proposals
        if one.slug in known
    ]


def _patch(library: Library, proposal: Proposal) -> str:
    try:
        return actions.patch_of(library, proposal)
    except FileChanged:
        return ""


def download(library: Library, proposal: Proposal) -> Response[str]:
    """
    Return a proposal as a file for `git apply`.

    Raises: FileChanged, UnknownPlatform.
    """
    name = f"{proposal.slug}-{proposal.id}.patch"
    return Response(
        actions.patch_of(library, proposal),
        media_type=MediaType.TEXT,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def proposed(
    session: AsyncSession, library: Library, *, slug: str = ""
) -> list[Proposed]:
    """Return what was proposed, for one platform or for all."""
    found = await queries.proposals(session, slug=slug)
    return await with_names(session, library, found)


async def with_names(
    session: AsyncSession, library: Library, found: list[Proposal]
) -> list[Proposed]:
    """Return proposals with their patches and the names of who did what."""
    ids = {one.proposed_by_id for one in found}
    ids |= {one.decided_by_id for one in found if one.decided_by_id}
    return shown(library, found, await identity.names(session, ids))


@get("/platforms/review", include_in_schema=False)
async def board(
    shell: Shell, session: Session, library: Protocols, actor: Who, now: Now
) -> Response[str]:
    """Show what must be reviewed, soonest first."""
    today = now.date()
    versions = {one.slug: library.version(one.slug) for one in library.all()}
    reviewed = await queries.reviewed_on(session, list(versions.values()))
    rows = []
    for one in library.all():
        last = reviewed.get(versions[one.slug])
        due = due_on(one, last)
        row = ReviewRow(
            protocol=one, due_on=due, is_overdue=due <= today, reviewed_on=last
        )
        rows.append(row)
    page = ReviewBoardPage(
        title="Reviews",
        rows=sorted(rows, key=lambda row: (row.due_on, row.protocol.name.casefold())),
        overdue=sum(row.is_overdue for row in rows),
        proposals=await proposed(session, library),
    )
    return shell.show(page)


@post("/platforms/{slug:str}/confirm", include_in_schema=False)
async def confirm(
    session: Session,
    library: Protocols,
    actor: Who,
    now: Now,
    slug: FromPath[str],
    form: Form,
) -> Redirect:
    """Keep the reader's word that a file, or one fact, still holds."""
    await actions.confirm(
        session,
        library,
        slug,
        pointer=text(form, "pointer"),
        source=text(form, "source"),
        act=Act(actor, now),
    )
    is_from_board = text(form, "back") == "board"
    return go("/platforms/review" if is_from_board else f"/platforms/{slug}")


@get("/platforms/{slug:str}/propose", include_in_schema=False)
async def propose_page(
    shell: Shell,
    library: Protocols,
    actor: Who,
    slug: FromPath[str],
    at: FromQuery[str] = "",
) -> Response[str]:
    """Show one place of the file, to be changed."""
    require(actor, Right.PROPOSE)
    protocol = library.get(slug)
    page = ProposePage(
        title=f"Change {protocol.name}",
        protocol=protocol,
        pointer=at,
        value=patches.text_at(library.content(slug), at) if at else "",
    )
    return shell.show(page)


@post("/platforms/{slug:str}/propose", include_in_schema=False)
async def propose(
    shell: Shell,
    session: Session,
    library: Protocols,
    actor: Who,
    now: Now,
    slug: FromPath[str],
    form: Form,
) -> Response[Any]:
    """Keep a proposed change, or show what the check has against it."""
    given = ProposalIn(
        pointer=text(form, "pointer"),
        value=(form.get("value") or [""])[0].replace("\r", "")[:100_000],
        source=text(form, "source"),
        why=text(form, "why"),
    )
    try:
        await actions.propose(session, library, slug, given, act=Act(actor, now))
    except Refusal as refusal:
        problem = as_problem(refusal, shell.words, "")
        lines = [problem.detail or problem.title]
        lines += [f"{one['pointer']}: {one['message']}" for one in problem.errors]
        protocol = library.get(slug)
        page = ProposePage(
            title=f"Change {protocol.name}",
            protocol=protocol,
            pointer=given.pointer,
            value=given.value,
            source=given.source,
            why=given.why,
            refusal=" ".join(lines),
        )
        return shell.show(page, status=422)
    return go("/platforms/review")


@post("/platforms/{slug:str}/proposals/{number:int}", include_in_schema=False)
async def decide(
    session: Session,
    library: Protocols,
    actor: Who,
    now: Now,
    slug: FromPath[str],
    number: FromPath[int],
    form: Form,
) -> Redirect:
    """Accept or decline what another person proposed."""
    proposal = await queries.proposal(session, slug, number)
    await actions.decide(
        session,
        library,
        proposal,
        is_accepted=text(form, "do") == "accept",
        decision=text(form, "decision"),
        act=Act(actor, now),
    )
    return go("/platforms/review")


@get("/platforms/{slug:str}/proposals/{number:int}/patch", include_in_schema=False)
async def patch(
    session: Session,
    library: Protocols,
    actor: Who,
    slug: FromPath[str],
    number: FromPath[int],
) -> Response[str]:
    """Return a proposal as the patch to commit."""
    return download(library, await queries.proposal(session, slug, number))


@post("/platforms/{slug:str}/channels/{code:str}/confirm", include_in_schema=False)
async def confirm_channel(
    session: Session,
    library: Protocols,
    actor: Who,
    now: Now,
    slug: FromPath[str],
    code: FromPath[str],
    form: Form,
) -> Redirect:
    """Keep the reader's word that a channel's address is the platform's own."""
    how = text(form, "how")
    act = Act(actor, now)
    await actions.confirm_channel(session, library, slug, code, how, act=act)
    return go(f"/platforms/{slug}")


router = Router(
    "",
    route_handlers=[
        *(board, confirm, propose_page, propose, decide, patch),
        confirm_channel,
    ],
)
