"""The protocol library, for programs."""

import asyncio
from datetime import date

from litestar import Router, get, post
from litestar.di import NamedDependency

from platformlink.protocols import queries
from platformlink.protocols.protocol import CooperationProtocol, Kind
from platformlink.protocols.recognition import Recognised
from platformlink.protocols.rules import due_on, is_stale, support_of
from platformlink.protocols.schemas import (
    PlatformItem,
    PlatformList,
    PlatformOut,
    RecognisedList,
    RecognisedOut,
    RecogniseIn,
    VersionItem,
    VersionList,
    VersionOut,
)
from platformlink.protocols.shelf import Library, UnknownPlatform
from platformlink.web.handed import FromPath, JSONBody, Now, Session, Shell, Who
from platformlink.web.words import Words

Protocols = NamedDependency[Library]


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


router = Router(
    "/api/v1", route_handlers=[platforms, platform, versions, version, recognise]
)
