"""Pinning versions; confirming, proposing and deciding what the library says."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.audit import actions as audit
from platformlink.errors import FieldError
from platformlink.permissions import Actor, Right, require
from platformlink.protocols import caring, guidelines, patches
from platformlink.protocols.caring import (
    AlreadyDecided,
    FileChanged,
    NothingChanged,
    OwnProposal,
)
from platformlink.protocols.guidelines import Dated
from platformlink.protocols.patches import NoSuchPlace
from platformlink.protocols.schemas import ProposalIn
from platformlink.protocols.shelf import Library, version_of
from platformlink.protocols.tables import (
    ChannelConfirmation,
    GuidelineText,
    Proposal,
    ProtocolChange,
    ProtocolReview,
    ProtocolVersion,
)

NOTHING = "Paste their text."


class Act(msgspec.Struct, frozen=True):
    """Who does it, and when."""

    actor: Actor
    now: datetime


async def pin(session: AsyncSession, library: Library, slug: str, now: datetime) -> str:
    """
    Return the version of a platform's present protocol, kept for good.

    Raises: UnknownPlatform.
    """
    version = library.version(slug)
    statement = (
        insert(ProtocolVersion)
        .values(
            version=version,
            slug=slug,
            content=library.content(slug),
            first_seen_at=now,
        )
        .on_conflict_do_nothing()
    )
    await session.exec(statement)
    return version


async def note_new(session: AsyncSession, library: Library, now: datetime) -> list[str]:
    """
    Return the platforms whose present version nobody had noted; each is noted once.

    Two that ask at the same time do not both get it.
    """
    rows = [
        {"slug": one.slug, "version": library.version(one.slug), "noted_at": now}
        for one in library.all()
    ]
    known = {row["version"] for row in rows}
    query = select(ProtocolChange.version).where(col(ProtocolChange.version).in_(known))
    old = set((await session.exec(query)).all())
    fresh = [row for row in rows if row["version"] not in old]
    if not fresh:
        return []
    statement = (
        insert(ProtocolChange)
        .values(fresh)
        .on_conflict_do_nothing()
        .returning(col(ProtocolChange.slug))
    )
    return list((await session.exec(statement)).scalars())


def _note(session: AsyncSession, verb: str, slug: str, act: Act, **detail: str) -> None:
    audit.record(
        session,
        actor_id=act.actor.id,
        verb=f"protocols.{verb}",
        subject=f"platform/{slug}",
        now=act.now,
        detail={**detail},
    )


async def confirm(
    session: AsyncSession,
    library: Library,
    slug: str,
    *,
    pointer: str = "",
    source: str = "",
    act: Act,
) -> ProtocolReview:
    """
    Keep somebody's word that a file, or the fact at a pointer, still holds.

    Without a source, it is the fact's own.

    Raises: MayNot, UnknownPlatform, NoSuchPlace, WordsMissing.
    """
    require(act.actor, Right.PROPOSE)
    protocol = library.get(slug)
    fact = caring.fact_at(protocol, pointer) if pointer else None
    if pointer and fact is None:
        raise NoSuchPlace
    own = caring.sources_of(protocol, fact) if fact else ""
    review = ProtocolReview(
        slug=slug,
        version=await pin(session, library, slug, act.now),
        pointer=pointer,
        source=caring.said("/source", source or own),
        reviewed_at=act.now,
        reviewed_by_id=act.actor.id,
    )
    session.add(review)
    await session.flush()
    _note(session, "confirmed", slug, act, pointer=pointer, source=review.source)
    return review


async def propose(
    session: AsyncSession, library: Library, slug: str, given: ProposalIn, *, act: Act
) -> Proposal:
    """
    Keep a proposed change of a file, if the file would pass its check with it.

    Raises: MayNot, UnknownPlatform, NoSuchPlace, NothingChanged, ProposalInvalid,
    WordsMissing.
    """
    require(act.actor, Right.PROPOSE)
    content = library.content(slug)
    after = patches.replaced(content, given.pointer, given.value)
    if after == content:
        raise NothingChanged
    patches.check(slug, after)
    proposal = Proposal(
        slug=slug,
        version=await pin(session, library, slug, act.now),
        pointer=given.pointer,
        before=patches.text_at(content, given.pointer),
        after=patches.text_at(after, given.pointer),
        source=caring.said("/source", given.source),
        why=caring.said("/why", given.why),
        proposed_at=act.now,
        proposed_by_id=act.actor.id,
    )
    session.add(proposal)
    _note(session, "proposed", slug, act, pointer=given.pointer, after=proposal.after)
    await session.flush()
    return proposal


async def decide(
    session: AsyncSession,
    library: Library,
    proposal: Proposal,
    *,
    is_accepted: bool,
    decision: str = "",
    act: Act,
) -> None:
    """
    Accept or decline a proposed change; never one's own.

    Raises: MayNot, OwnProposal, AlreadyDecided, FileChanged, WordsMissing.
    """
    require(act.actor, Right.ACCEPT)
    if proposal.proposed_by_id == act.actor.id:
        raise OwnProposal
    if proposal.decided_at is not None:
        raise AlreadyDecided
    if is_accepted:
        patch_of(library, proposal)
    else:
        decision = caring.said("/decision", decision)
    proposal.is_accepted, proposal.decision = is_accepted, decision.strip()
    proposal.decided_at, proposal.decided_by_id = act.now, act.actor.id
    verb = "accepted" if is_accepted else "declined"
    _note(session, verb, proposal.slug, act, proposal=str(proposal.id))


def patch_of(library: Library, proposal: Proposal) -> str:
    """
    Return a proposal as a unified diff of today's file.

    Raises: FileChanged, UnknownPlatform.
    """
    content = library.content(proposal.slug)
    if not patches.still_reads(content, proposal.pointer, proposal.before):
        raise FileChanged
    after = patches.replaced(content, proposal.pointer, proposal.after)
    return patches.patch(proposal.slug, content, after)


async def confirm_channel(
    session: AsyncSession, library: Library, slug: str, code: str, how: str, *, act: Act
) -> None:
    """
    Keep somebody's word that a channel's address is the platform's own.

    One word of each person for each address; who sends needs that of another.

    Raises: MayNot, UnknownPlatform, NoSuchChannel, WordsMissing.
    """
    require(act.actor, Right.APPROVE)
    channel = caring.channel_of(library.get(slug), code)
    address = channel.address or ""
    statement = (
        insert(ChannelConfirmation)
        .values(
            slug=slug,
            channel=code,
            address=address,
            how=caring.said("/how", how),
            confirmed_at=act.now,
            confirmed_by_id=act.actor.id,
        )
        .on_conflict_do_nothing()
        .returning(col(ChannelConfirmation.id))
    )
    if (await session.exec(statement)).first() is not None:
        _note(session, "channel_confirmed", slug, act, channel=code, address=address)


async def keep_texts(
    session: AsyncSession,
    library: Library,
    slug: str,
    source: str,
    given: Sequence[Dated],
    *,
    actor_id: int | None,
    now: datetime,
) -> int:
    """
    Keep a platform's published texts; return how many were not known.

    Raises: UnknownPlatform, NoSuchSource.
    """
    chosen = caring.source_id(library.get(slug), source)
    rows = [
        {
            "slug": slug,
            "source": chosen,
            "dated_on": one.dated_on,
            "sha256": version_of(one.content),
            "content": one.content,
            "imported_at": now,
            "imported_by_id": actor_id,
        }
        for one in given
    ]
    if not rows:
        return 0
    statement = (
        insert(GuidelineText)
        .values(rows)
        .on_conflict_do_nothing()
        .returning(col(GuidelineText.id))
    )
    kept = len((await session.exec(statement)).all())
    audit.record(
        session,
        actor_id=actor_id,
        verb="protocols.text_imported",
        subject=f"platform/{slug}",
        now=now,
        detail={"source": chosen, "kept": kept},
    )
    return kept


async def take_text(
    session: AsyncSession,
    library: Library,
    slug: str,
    source: str,
    given: Dated,
    *,
    act: Act,
) -> GuidelineText:
    """
    Return one text that a person gave, kept once.

    Raises: MayNot, UnknownPlatform, NoSuchSource, TextWrong.
    """
    require(act.actor, Right.PROPOSE)
    chosen = caring.source_id(library.get(slug), source)
    if not given.content.strip():
        raise guidelines.TextWrong("", FieldError("/content", "required", NOTHING))
    await keep_texts(
        session, library, slug, chosen, [given], actor_id=act.actor.id, now=act.now
    )
    query = select(GuidelineText).where(
        GuidelineText.slug == slug,
        GuidelineText.source == chosen,
        GuidelineText.dated_on == given.dated_on,
        GuidelineText.sha256 == version_of(given.content),
    )
    return (await session.exec(query)).one()
