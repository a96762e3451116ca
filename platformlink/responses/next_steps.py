"""The next step after a refusal: what is proposed, and the draft that a press makes."""

from datetime import datetime

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.permissions import Actor
from platformlink.ports import Runtime
from platformlink.protocols.shelf import Library
from platformlink.requests import repeating
from platformlink.requests.tables import PlatformRequest
from platformlink.responses import queries
from platformlink.responses.proposals import Proposal, chosen
from platformlink.web.words import Words


class ProposalOut(msgspec.Struct, frozen=True, kw_only=True):
    """One next step and why; where it makes a draft, `key` takes it."""

    key: str
    what: str
    why: list[str]
    mend: str
    is_draft: bool


def shown(one: Proposal, words: Words) -> ProposalOut:
    """Return a proposal in the reader's language."""
    return ProposalOut(
        key=one.key,
        what=words.say(one.what),
        why=[words.gettext(name) for name in one.why],
        mend=words.say(one.mend) if one.mend else "",
        is_draft=one.is_draft,
    )


async def proposed(
    session: AsyncSession,
    runtime: Runtime,
    request: PlatformRequest,
    words: Words,
    now: datetime,
) -> list[Proposal]:
    """Return what may be done next about a request."""
    authority = runtime.authority
    on = now.astimezone(authority.tz).date()
    return await queries.proposals(
        session, authority, request, language=words.language, on=on
    )


async def follow(
    session: AsyncSession,
    runtime: Runtime,
    library: Library,
    request: PlatformRequest,
    key: str,
    words: Words,
    *,
    actor: Actor,
    now: datetime,
) -> PlatformRequest:
    """
    Return the draft that a proposal makes of a request, which the caller has locked.

    Raises: MayNot, NotProposed, UnknownPlatform.
    """
    one = chosen(await proposed(session, runtime, request, words, now), key)
    changes = one.changes
    if "entity" in changes:
        why = [words.gettext(name) for name in one.why]
        changes = changes | {"entity_reason": "; ".join(why) or words.say(one.what)}
    return await repeating.follow_up(
        session, library, request, one.what, changes, actor=actor, now=now
    )
