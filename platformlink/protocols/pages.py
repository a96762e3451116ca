"""The directory of platforms, for people; and what any pasted identifier is."""

import asyncio
from datetime import date, datetime
from typing import ClassVar

import msgspec
from babel import Locale
from litestar import Response, Router, get, post
from litestar.di import NamedDependency

from platformlink.protocols import queries, retention, review, shelf
from platformlink.protocols.identifiers import born_at, identifier_of, oddities
from platformlink.protocols.protocol import (
    Agreement,
    Basis,
    CooperationProtocol,
    Entity,
    Hold,
    Kind,
    Notice,
    Support,
    applies,
)
from platformlink.protocols.recognition import Recognised
from platformlink.protocols.retention import Left
from platformlink.protocols.rules import addressees, is_stale, support_of
from platformlink.protocols.shelf import Library
from platformlink.values import Phrase
from platformlink.web.forms import text
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
from platformlink.web.pages import Page

Protocols = NamedDependency[Library]
LONGEST_PASTE = 200_000  # characters
HOLD_WORDS = {
    Basis.STATED: "%(days)s days",
    Basis.STATUTORY: "%(days)s days by US law; not promised",
    Basis.TREATY: "%(days)s days at least, by treaty; not promised",
    Basis.ASSUMED: "%(days)s days, assumed",
}
NOTICE_WORDS = {
    "yes": "tells the user",
    "no": "does not tell the user",
    "may": "may tell the user",
    "where_law_requires": "tells where the law requires it",
    "unknown": "not published",
}
SUPPORT_WORDS = {
    Support.ACCEPTED: "taken",
    Support.DISCRETIONARY: "at their discretion",
    Support.UNKNOWN: "not published",
    Support.NONE: "not taken",
}
STATE_WORDS = {
    retention.State.GONE: "probably gone since %(until_on)s",
    retention.State.SOON: "until about %(until_on)s: preserve now",
    retention.State.THERE: "until about %(until_on)s",
    retention.State.UNKNOWN: "not published: preserve now",
    retention.State.NOT_KEPT: "not kept",
}
KEPT_WORDS = {
    "until_deleted": "until the user deletes it",
    "account_life": "as long as the account lives",
    "unknown": "not published",
    "not_kept": "not kept",
}


COUNTED_WORDS = {
    "closure": "%(keeps)s after the account is closed",
    "deletion": "%(keeps)s after it is deleted",
    "last_use": "%(keeps)s after the last use",
    "unknown": "%(keeps)s",
}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One platform in the directory."""

    protocol: CooperationProtocol
    hold: Phrase
    notice: str
    emergency: str
    addressee: str
    is_stale: bool


class DirectoryPage(Page, frozen=True, kw_only=True):
    """All platforms that a search and filters leave."""

    template: ClassVar[str] = "protocols/list.html"
    rows: list[Row]
    q: str
    only: str
    filters: list[tuple[str, str, int]]
    total: int


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What is left of one kind of data, in words."""

    left: Left
    words: Phrase


class PlatformPage(Page, frozen=True, kw_only=True):
    """Everything known of how one platform cooperates."""

    template: ClassVar[str] = "protocols/platform.html"
    protocol: CooperationProtocol
    version: str
    agreement: Agreement | None
    is_stale: bool
    country: str
    service: str
    countries: list[tuple[str, str]]
    found: tuple[Entity, ...]
    hold: Phrase
    holds: list[Hold]
    support: dict[str, str]
    notices: list[tuple[Notice, str]]
    kept: list[Kept]
    kept_words: dict[str, str]
    happened: str
    sources: dict[str, str]


class VersionsPage(Page, frozen=True, kw_only=True):
    """What changed between the versions that requests were filed under and today's."""

    template: ClassVar[str] = "protocols/versions.html"
    protocol: CooperationProtocol
    version: str
    older: list[tuple[str, date, list[str]]]


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One thing in a pasted text, and what can be said of it."""

    found: Recognised
    platform: str
    kind: str
    accepted: str
    note: str
    oddities: tuple[Phrase, ...]
    born_at: datetime | None  # what the id itself says


class ClinicPage(Page, frozen=True, kw_only=True):
    """A paste box, and what stands in it; nothing is kept."""

    template: ClassVar[str] = "protocols/clinic.html"
    pasted: str
    seen: list[Seen]


def holds_of(protocol: CooperationProtocol, requester: str) -> list[Hold]:
    """Return the holds that a platform has for an asking country."""
    holds = protocol.requests.preservation.holds
    return [one for one in holds if applies(one, requester=requester)]


def hold_words(protocol: CooperationProtocol, requester: str) -> Phrase:
    """Return how long data is held for us, and by whose word."""
    if protocol.requests.preservation.support is Support.NONE:
        return Phrase("not taken")
    for hold in holds_of(protocol, requester):
        if hold.days != "unknown":
            return Phrase(HOLD_WORDS[hold.basis], {"days": hold.days})
    return Phrase("not published")


def notice_words(protocol: CooperationProtocol, kind: Kind) -> str:
    """Return whether the user is told of a kind of request."""
    for notice in protocol.notice:
        if not notice.kinds or kind in notice.kinds:
            return NOTICE_WORDS[notice.default]
    return NOTICE_WORDS["unknown"]


def _row(protocol: CooperationProtocol, country: str, today: date) -> Row:
    found = addressees(protocol, country, "", today, facts=(today, today))
    return Row(
        protocol=protocol,
        hold=hold_words(protocol, country),
        notice=notice_words(protocol, Kind.PRESERVATION),
        emergency=SUPPORT_WORDS[support_of(protocol, Kind.EMERGENCY_DISCLOSURE)],
        addressee=", ".join(one.name for one in found),
        is_stale=is_stale(protocol, today),
    )


FILTERS = {
    "emergency": "take emergencies",
    "told": "tell of a preservation",
    "untold": "do not tell of a preservation",
    "english": "read English",
    "high": "well sourced",
    "low": "poorly sourced",
    "stale": "due for review",
}


def _passes(row: Row, only: str) -> bool:
    """Say whether a row stands under a filter; no filter lets all pass."""
    protocol = row.protocol
    tests = {
        "emergency": row.emergency == SUPPORT_WORDS[Support.ACCEPTED],
        "told": row.notice == NOTICE_WORDS["yes"],
        "untold": row.notice == NOTICE_WORDS["no"],
        "english": "en" in protocol.form.languages.accepted,
        "high": protocol.reliability.grade == "high",
        "low": protocol.reliability.grade == "low",
        "stale": row.is_stale,
    }
    return tests.get(only, True)


def _matches(protocol: CooperationProtocol, q: str) -> bool:
    names = (
        protocol.name,
        protocol.slug,
        *protocol.also_known_as,
        *(one.name for one in protocol.services),
        *(one.name for one in protocol.entities),
        *protocol.hosts,
    )
    return q.casefold() in " ".join(names).casefold()


@get("/platforms", include_in_schema=False)
async def directory(
    shell: Shell,
    library: Protocols,
    runtime: Runtime,
    actor: Who,
    now: Now,
    q: FromQuery[str] = "",
    only: FromQuery[str] = "",
) -> Response[str]:
    """Show the platforms."""
    country, today = runtime.authority.country, now.date()
    every = [_row(one, country, today) for one in library.all()]
    found = [row for row in every if _matches(row.protocol, q.strip())]
    page = DirectoryPage(
        title="Platforms",
        rows=[row for row in found if _passes(row, only)],
        q=q,
        only=only,
        filters=[
            (code, words, sum(_passes(row, code) for row in found))
            for code, words in FILTERS.items()
        ],
        total=len(every),
    )
    return shell.show(page)


def _countries(language: str) -> list[tuple[str, str]]:
    """Return the countries of the world by name."""
    names = Locale.parse(language).territories
    found = [
        (code, name)
        for code, name in names.items()
        if len(code) == len("AL") and code.isalpha() and code not in ("EU", "UN", "ZZ")
    ]
    return sorted(found, key=lambda one: one[1].casefold())


def _kept(protocol: CooperationProtocol, happened: str, today: date) -> list[Kept]:
    """Return what is left of the data of a day; of today's where none is given."""
    try:
        on = date.fromisoformat(happened)
    except ValueError:
        return []
    found = retention.remaining(protocol, on, today)
    return [Kept(left=left, words=_left_words(left)) for left in found]


def _left_words(left: Left) -> Phrase:
    """Return what a rule of retention means for data of that day."""
    if left.state is retention.State.DEPENDS:
        keeps = left.rule.keeps
        if keeps in KEPT_WORDS:
            return Phrase(KEPT_WORDS[keeps])
        return Phrase(COUNTED_WORDS[left.rule.counts_from], {"keeps": keeps})
    until_on = left.until_on.isoformat() if left.until_on else ""
    return Phrase(STATE_WORDS[left.state], {"until_on": until_on})


def _sources(protocol: CooperationProtocol, shell: Shell) -> dict[str, str]:
    """Return the sources by id: title, its own date, and when we read it."""
    found = {}
    for one in protocol.sources:
        read = shell.words.day(one.copied_on) if one.copied_on else ""
        found[one.id] = ", ".join(part for part in (one.title, one.dated, read) if part)
    return found


@get("/platforms/{slug:str}", include_in_schema=False)
async def platform(
    slug: FromPath[str],
    shell: Shell,
    library: Protocols,
    runtime: Runtime,
    actor: Who,
    now: Now,
    country: FromQuery[str] = "",
    service: FromQuery[str] = "",
    happened: FromQuery[str] = "",
) -> Response[str]:
    """Show one platform: whom to address, how, what for, and how we know."""
    protocol, today = library.get(slug), now.date()
    requester = runtime.authority.country
    where = country or requester
    page = PlatformPage(
        title=protocol.name,
        protocol=protocol,
        version=library.version(slug),
        agreement=library.agreement(slug),
        is_stale=is_stale(protocol, today),
        country=where,
        service=service,
        countries=_countries(shell.words.language),
        found=addressees(protocol, where, service, today),
        hold=hold_words(protocol, requester),
        holds=holds_of(protocol, requester),
        support={
            kind.value: SUPPORT_WORDS[support_of(protocol, kind)] for kind in Kind
        },
        notices=[(one, NOTICE_WORDS[one.default]) for one in protocol.notice],
        kept=_kept(protocol, happened, today),
        kept_words=KEPT_WORDS,
        happened=happened,
        sources=_sources(protocol, shell),
    )
    return shell.show(page)


@get("/platforms/{slug:str}/versions", include_in_schema=False)
async def versions(
    slug: FromPath[str],
    shell: Shell,
    library: Protocols,
    session: Session,
    actor: Who,
) -> Response[str]:
    """Show what changed since each version that requests were filed under."""
    protocol, current = library.get(slug), library.version(slug)
    rows = await queries.versions(session, slug)
    older = [
        (
            row.version,
            row.first_seen_at.date(),
            [str(one) for one in review.changes(shelf.decode(row.content), protocol)],
        )
        for row in rows
        if row.version != current
    ]
    page = VersionsPage(
        title=protocol.name, protocol=protocol, version=current, older=older
    )
    return shell.show(page)


def _seen(library: Library, found: Recognised) -> Seen:
    protocol = library.get(found.platform)
    identifier = identifier_of(protocol, found.kind)
    return Seen(
        found=found,
        platform=protocol.name,
        kind=identifier.name if identifier else "Short link",
        accepted=identifier.accepted if identifier else "never",
        note=(identifier.note or identifier.find or "") if identifier else "",
        oddities=oddities(found.value),
        born_at=born_at(identifier, found.normalised) if identifier else None,
    )


@get("/identifiers", include_in_schema=False)
async def clinic(shell: Shell, actor: Who) -> Response[str]:
    """Show the paste box."""
    return shell.show(ClinicPage(title="What is this?", pasted="", seen=[]))


@post("/identifiers", include_in_schema=False, status_code=200)
async def examine(
    shell: Shell, library: Protocols, actor: Who, form: Form
) -> Response[str]:
    """Say what stands in a pasted text; it is neither kept nor logged."""
    pasted = text(form, "text")[:LONGEST_PASTE]
    found = await asyncio.to_thread(library.recogniser.find, pasted)
    seen = [_seen(library, one) for one in found]
    return shell.show(ClinicPage(title="What is this?", pasted=pasted, seen=seen))


router = Router("", route_handlers=[directory, platform, versions, clinic, examine])
