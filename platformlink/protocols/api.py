"""The protocol library, for programs."""

import asyncio
from datetime import date

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.identity.once import Once
from platformlink.protocols import actions, queries, reviewing
from platformlink.protocols.actions import Act
from platformlink.protocols.protocol import CooperationProtocol, Kind
from platformlink.protocols.recognition import Recognised
from platformlink.protocols.reviewing import Proposed
from platformlink.protocols.rules import due_on, is_stale, support_of
from platformlink.protocols.schemas import (
    ChannelIn,
    ConfirmIn,
    DecisionIn,
    PlatformItem,
    PlatformList,
    PlatformOut,
    ProposalIn,
    ProposalList,
    ProposalOut,
    RecognisedList,
    RecognisedOut,
    RecogniseIn,
    ReviewList,
    ReviewOut,
    VersionItem,
    VersionList,
    VersionOut,
)
from platformlink.protocols.shelf import Library, UnknownPlatform
from platformlink.protocols.tables import Proposal, ProtocolReview
from platformlink.web.handed import FromPath, JSONBody, Now, Session, Shell, Who
from platformlink.web.words import Words

Protocols = NamedDependency[Library]
Key = NamedDependency[Once]


def item_of(
    protocol: CooperationProtocol,
    version: str,
    today: date,
    reviewed_on: date | None = None,
) -> PlatformItem:
    """Return what a list says of a platform."""
    return PlatformItem(
        slug=protocol.slug,
        name=protocol.name,
        also_known_as=protocol.also_known_as,
        status=protocol.lifecycle.status,
        version=version,
        reliability=protocol.reliability.grade,
        next_review_on=due_on(protocol, reviewed_on),
        is_stale=is_stale(protocol, today, reviewed_on),
        takes={kind.value: support_of(protocol, kind) for kind in Kind},
    )


@get("/platforms")
async def platforms(
    library: Protocols, session: Session, actor: Who, now: Now
) -> PlatformList:
    """Return all platforms, by name."""
    today = now.date()
    versions = {one.slug: library.version(one.slug) for one in library.all()}
    reviewed = await queries.reviewed_on(session, list(versions.values()))
    items = []
    for one in library.all():
        version = versions[one.slug]
        items.append(item_of(one, version, today, reviewed.get(version)))
    return PlatformList(items)


@get("/platforms/{slug:str}")
async def platform(slug: FromPath[str], library: Protocols, actor: Who) -> PlatformOut:
    """Return everything known of how one platform cooperates."""
    return PlatformOut(
        slug=slug,
        version=library.version(slug),
        protocol=library.get(slug),
        agreement=library.agreement(slug),
    )


@get("/platforms/{slug:str}/versions")
async def versions(
    slug: FromPath[str], library: Protocols, session: Session, actor: Who
) -> VersionList:
    """Return the versions of a protocol: today's, and those that requests keep."""
    current = library.version(slug)
    rows = await queries.versions(session, slug)
    items = [
        VersionItem(
            version=row.version,
            first_seen_at=row.first_seen_at,
            is_current=row.version == current,
        )
        for row in rows
    ]
    if not any(one.is_current for one in items):
        now = VersionItem(version=current, first_seen_at=None, is_current=True)
        items.insert(0, now)
    return VersionList(items)


@get("/platforms/{slug:str}/versions/{version:str}")
async def version(
    slug: FromPath[str],
    version: FromPath[str],
    library: Protocols,
    session: Session,
    actor: Who,
) -> VersionOut:
    """Return a protocol as it was under a version, with the text of its file."""
    if version == library.version(slug):
        content, protocol = library.content(slug), library.get(slug)
    else:
        protocol = await queries.pinned(session, version)
        content = await queries.content(session, version)
    if protocol.slug != slug:
        raise UnknownPlatform
    return VersionOut(slug=slug, version=version, protocol=protocol, content=content)


def shown(found: Recognised, words: Words) -> RecognisedOut:
    """Return what was recognised, with its reason in the reader's language."""
    return RecognisedOut(
        platform=found.platform,
        kind=found.kind,
        value=found.value,
        normalised=found.normalised,
        certainty=found.certainty,
        start=found.start,
        end=found.end,
        why=words.say(found.why),
    )


@post("/identifiers/recognise", status_code=200)
async def recognise(
    data: JSONBody[RecogniseIn], library: Protocols, shell: Shell, actor: Who
) -> RecognisedList:
    """Return every account that a text names; nothing is kept, nothing fetched."""
    # A long text takes most of a second: other readers must not wait for it.
    found = await asyncio.to_thread(library.recogniser.find, data.text)
    return RecognisedList([shown(one, shell.words) for one in found])


def reviewed(review: ProtocolReview, by: str) -> ReviewOut:
    """Return somebody's word that a fact still holds."""
    return ReviewOut(
        version=review.version,
        pointer=review.pointer,
        source=review.source,
        reviewed_at=review.reviewed_at,
        by=by,
    )


@get("/platforms/{slug:str}/reviews")
async def reviews(
    slug: FromPath[str], library: Protocols, session: Session, actor: Who
) -> ReviewList:
    """Return who confirmed what of the present version."""
    found = await queries.reviews(session, library.version(slug))
    return ReviewList([reviewed(one, name) for one, name in found])


@post("/platforms/{slug:str}/reviews")
async def confirm(
    slug: FromPath[str],
    library: Protocols,
    session: Session,
    actor: Who,
    now: Now,
    once: Key,
    data: JSONBody[ConfirmIn],
) -> Response[ReviewOut]:
    """Keep the caller's word that a file, or one fact, still holds."""
    if once.answer is not None:
        return once.answer
    review = await actions.confirm(
        session,
        library,
        slug,
        pointer=data.pointer,
        source=data.source,
        act=Act(actor, now),
    )
    return once.keep(reviewed(review, actor.name), 201)


@post("/platforms/{slug:str}/channels/{code:str}/confirm", status_code=204)
async def confirm_channel(
    slug: FromPath[str],
    code: FromPath[str],
    library: Protocols,
    session: Session,
    actor: Who,
    now: Now,
    data: JSONBody[ChannelIn],
) -> None:
    """Keep the caller's word that a channel's address is the platform's own."""
    act = Act(actor, now)
    await actions.confirm_channel(session, library, slug, code, data.how, act=act)


def proposal_out(found: Proposed) -> ProposalOut:
    """Return a proposed change with its patch."""
    one = found.proposal
    return ProposalOut(
        id=one.id,
        platform=one.slug,
        version=one.version,
        pointer=one.pointer,
        before=one.before,
        after=one.after,
        source=one.source,
        why=one.why,
        proposed_at=one.proposed_at,
        proposed_by=found.by,
        is_accepted=one.is_accepted,
        decision=one.decision,
        decided_at=one.decided_at,
        decided_by=found.decided_by,
        is_in_file=found.is_in_file,
        patch=found.patch,
    )


async def _whole(
    session: AsyncSession, library: Library, proposal: Proposal
) -> ProposalOut:
    (found,) = await reviewing.with_names(session, library, [proposal])
    return proposal_out(found)


@get("/proposals")
async def all_proposals(
    library: Protocols, session: Session, actor: Who
) -> ProposalList:
    """Return what was proposed for any platform: those that wait first."""
    found = await reviewing.proposed(session, library)
    return ProposalList([proposal_out(one) for one in found])


@get("/platforms/{slug:str}/proposals")
async def proposals(
    slug: FromPath[str], library: Protocols, session: Session, actor: Who
) -> ProposalList:
    """Return what was proposed for a platform: those that wait first."""
    library.get(slug)
    found = await reviewing.proposed(session, library, slug=slug)
    return ProposalList([proposal_out(one) for one in found])


@post("/platforms/{slug:str}/proposals")
async def propose(
    slug: FromPath[str],
    library: Protocols,
    session: Session,
    actor: Who,
    now: Now,
    once: Key,
    data: JSONBody[ProposalIn],
) -> Response[ProposalOut]:
    """Keep a proposed change of one place; the whole file is checked with it."""
    if once.answer is not None:
        return once.answer
    act = Act(actor, now)
    proposal = await actions.propose(session, library, slug, data, act=act)
    return once.keep(await _whole(session, library, proposal), 201)


@get("/platforms/{slug:str}/proposals/{number:int}")
async def proposal(
    slug: FromPath[str],
    number: FromPath[int],
    library: Protocols,
    session: Session,
    actor: Who,
) -> ProposalOut:
    """Return one proposed change."""
    library.get(slug)
    found = await queries.proposal(session, slug, number)
    return await _whole(session, library, found)


@get("/platforms/{slug:str}/proposals/{number:int}/patch")
async def patch(
    slug: FromPath[str],
    number: FromPath[int],
    library: Protocols,
    session: Session,
    actor: Who,
) -> Response[str]:
    """Return a proposed change as the patch to apply and commit."""
    found = await queries.proposal(session, slug, number)
    return reviewing.download(library, found)


async def _decided(
    session: AsyncSession,
    library: Library,
    slug: str,
    number: int,
    *,
    is_accepted: bool,
    decision: str,
    act: Act,
) -> ProposalOut:
    found = await queries.proposal(session, slug, number)
    await actions.decide(
        session, library, found, is_accepted=is_accepted, decision=decision, act=act
    )
    return await _whole(session, library, found)


@post("/platforms/{slug:str}/proposals/{number:int}/accept", status_code=200)
async def accept(
    slug: FromPath[str],
    number: FromPath[int],
    library: Protocols,
    session: Session,
    actor: Who,
    now: Now,
    data: JSONBody[DecisionIn],
) -> ProposalOut:
    """Accept what another person proposed; its patch is then to be committed."""
    return await _decided(
        session,
        library,
        slug,
        number,
        is_accepted=True,
        decision=data.decision,
        act=Act(actor, now),
    )


@post("/platforms/{slug:str}/proposals/{number:int}/decline", status_code=200)
async def decline(
    slug: FromPath[str],
    number: FromPath[int],
    library: Protocols,
    session: Session,
    actor: Who,
    now: Now,
    data: JSONBody[DecisionIn],
) -> ProposalOut:
    """Decline what another person proposed, and say why."""
    return await _decided(
        session,
        library,
        slug,
        number,
        is_accepted=False,
        decision=data.decision,
        act=Act(actor, now),
    )


router = Router(
    "/api/v1",
    route_handlers=[
        *(platforms, platform, versions, version, recognise),
        *(reviews, confirm, confirm_channel),
        *(all_proposals, proposals, propose, proposal, patch, accept, decline),
    ],
)
