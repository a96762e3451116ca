"""What pages say of one platform, its versions, and any pasted identifier."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import ClassVar

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.ports import Runtime as PlainRuntime
from platformlink.protocols import queries, retention, shelf
from platformlink.protocols.agreement import Agreement
from platformlink.protocols.changes import changes
from platformlink.protocols.identifiers import born_at, identifier_of, oddities
from platformlink.protocols.particulars import said_by
from platformlink.protocols.protocol import (
    Basis,
    Confidence,
    CooperationProtocol,
    Entity,
    Fact,
    Hold,
    Kind,
    Notice,
    Retention,
    Support,
    applies,
)
from platformlink.protocols.recognition import Recognised
from platformlink.protocols.retention import Left
from platformlink.protocols.review import walk
from platformlink.protocols.rules import addressees, due_on, is_stale, support_of
from platformlink.protocols.shelf import Library
from platformlink.values import Phrase
from platformlink.web.pages import Page
from platformlink.web.pages import Shell as PlainShell
from platformlink.web.words import countries

LONGEST_PASTE = 200_000  # characters
UNREAD_WORDS = "not read by us"
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
SUPPORT_WORDS: dict[str, str] = {
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


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What is left of one kind of data, in words."""

    left: Left
    words: Phrase


class Confirmed(msgspec.Struct, frozen=True):
    """Somebody's word: when, whose, and on what it rests."""

    at: datetime
    by: str
    how: str


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader of a platform's page asked for; "" is not asked."""

    slug: str
    country: str = ""
    service: str = ""
    happened: str = ""


class PlatformPage(Page, frozen=True, kw_only=True):
    """Everything known of how one platform cooperates."""

    template: ClassVar[str] = "protocols/platform.html"
    protocol: CooperationProtocol
    version: str
    agreement: Agreement | None
    is_stale: bool
    said: dict[str, Confirmed]  # by JSON pointer; "": the whole file
    at: Callable[[Fact], str]  # JSON pointer
    is_due: Callable[[Fact], bool]  # for its review
    confirmed: dict[str, list[Confirmed]]  # by channel
    coming: list[tuple[date | None, list[str]]]
    country: str
    service: str
    countries: tuple[tuple[str, str], ...]
    found: tuple[Entity, ...]
    hold: Phrase
    holds: list[Hold]
    support: dict[str, str]
    notices: list[tuple[Notice, str]]
    kept: list[Kept]
    kept_word: Callable[[Retention], str]
    said_by: Callable[[Fact], list[Phrase]]
    happened: str
    sources: dict[str, str]


class Older(msgspec.Struct, frozen=True, kw_only=True):
    """A version that requests were filed under, and what has changed since."""

    version: str
    seen_on: date
    changes: list[str]


class VersionsPage(Page, frozen=True, kw_only=True):
    """What changed between the versions that requests were filed under and today's."""

    template: ClassVar[str] = "protocols/versions.html"
    protocol: CooperationProtocol
    version: str
    older: list[Older]
    coming: list[tuple[date | None, list[str]]]


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
    lookalikes: list[Phrase]


def word_of(words: Mapping[str, str], value: str, fact: Fact) -> str:
    """Return the word for what a fact says; what is unknown may only be unread."""
    if value == "unknown" and fact.confidence is Confidence.UNREAD:
        return UNREAD_WORDS
    return words.get(value, value)


def support_word(protocol: CooperationProtocol, kind: Kind) -> str:
    """Return whether a platform takes a kind of request, in a word."""
    rule = getattr(protocol.requests, kind)
    return word_of(SUPPORT_WORDS, support_of(protocol, kind), rule)


def holds_of(protocol: CooperationProtocol, requester: str) -> list[Hold]:
    """Return the holds that a platform has for an asking country."""
    holds = protocol.requests.preservation.holds
    return [one for one in holds if applies(one, requester=requester)]


def hold_words(protocol: CooperationProtocol, requester: str) -> Phrase:
    """Return how long data is held for us, and by whose word."""
    if protocol.requests.preservation.support is Support.NONE:
        return Phrase("not taken")
    holds = holds_of(protocol, requester)
    for hold in holds:
        if hold.basis and hold.days != "unknown":
            return Phrase(HOLD_WORDS[hold.basis], {"days": hold.days})
    if any(hold.confidence is Confidence.UNREAD for hold in holds):
        return Phrase(UNREAD_WORDS)
    return Phrase("not published")


def notice_words(protocol: CooperationProtocol, kind: Kind) -> str:
    """Return whether the user is told of a kind of request."""
    for notice in protocol.notice:
        if not notice.kinds or kind in notice.kinds:
            return word_of(NOTICE_WORDS, notice.default, notice)
    return NOTICE_WORDS["unknown"]


def _day_of(happened: str) -> date | None:
    try:
        return date.fromisoformat(happened)
    except ValueError:
        return None


def _kept(protocol: CooperationProtocol, on: date | None, today: date) -> list[Kept]:
    """Return what is left of the data of a day; nothing where none is given."""
    if on is None:
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
    if (
        left.state is retention.State.UNKNOWN
        and left.rule.confidence is Confidence.UNREAD
    ):
        return Phrase("not read by us: preserve now")
    until_on = left.until_on.isoformat() if left.until_on else ""
    return Phrase(STATE_WORDS[left.state], {"until_on": until_on})


def _sources(protocol: CooperationProtocol, shell: PlainShell) -> dict[str, str]:
    """Return the sources by id: title, its own date, and when we read it."""
    found = {}
    for one in protocol.sources:
        read = shell.words.day(one.copied_on) if one.copied_on else ""
        found[one.id] = ", ".join(part for part in (one.title, one.dated, read) if part)
    return found


def pointers_of(protocol: CooperationProtocol) -> Callable[[Fact], str]:
    """Return what tells the JSON pointer of each fact of this very protocol."""
    places = {id(fact): at for at, fact in walk(protocol)}
    return lambda fact: places.get(id(fact), "")


def _due(
    protocol: CooperationProtocol,
    at: Callable[[Fact], str],
    said: dict[str, Confirmed],
    today: date,
) -> Callable[[Fact], bool]:
    """Return what tells whether a fact is due: by its file, its own check, a word."""

    def is_due(fact: Fact) -> bool:
        words = [said[place] for place in ("", at(fact)) if place in said]
        last = max((one.at.date() for one in words), default=None)
        return due_on(protocol, last, fact) <= today

    return is_due


async def _confirmed(
    session: AsyncSession, protocol: CooperationProtocol
) -> dict[str, list[Confirmed]]:
    """Return who confirmed the present address of each channel, by its code."""
    addresses = {one.code: one.address or "" for one in protocol.channels}
    found: dict[str, list[Confirmed]] = {}
    for one, by in await queries.confirmations(session, protocol.slug):
        if addresses.get(one.channel) == one.address:
            word = Confirmed(one.confirmed_at, by, one.how)
            found.setdefault(one.channel, []).append(word)
    return found


async def platform_page(
    shell: PlainShell,
    session: AsyncSession,
    runtime: PlainRuntime,
    library: Library,
    asked: Asked,
    now: datetime,
) -> PlatformPage:
    """
    Return everything known of one platform, as a page.

    Raises: UnknownPlatform.
    """
    slug = asked.slug
    protocol, today = library.get(slug), now.date()
    requester, on = runtime.authority.country, _day_of(asked.happened)
    where = asked.country or requester
    reviews = await queries.reviews(session, library.version(slug))
    said = {
        one.pointer: Confirmed(one.reviewed_at, by, one.source)
        for one, by in reversed(reviews)
    }
    last, at = said.get(""), pointers_of(protocol)
    return PlatformPage(
        title=protocol.name,
        protocol=protocol,
        version=library.version(slug),
        agreement=library.agreement(slug),
        is_stale=is_stale(protocol, today, last.at.date() if last else None),
        said=said,
        at=at,
        is_due=_due(protocol, at, said, today),
        confirmed=await _confirmed(session, protocol),
        coming=[
            (one.effective_on, [str(x) for x in changes(protocol, one)])
            for one in library.coming(slug)
        ],
        country=where,
        service=asked.service,
        countries=countries(shell.words.language),
        found=addressees(
            protocol,
            where,
            asked.service,
            today,
            requester=requester,
            facts=(on, on) if on else None,
        ),
        hold=hold_words(protocol, requester),
        holds=holds_of(protocol, requester),
        support={kind.value: support_word(protocol, kind) for kind in Kind},
        notices=[
            (one, word_of(NOTICE_WORDS, one.default, one)) for one in protocol.notice
        ],
        kept=_kept(protocol, on, today),
        kept_word=lambda rule: word_of(KEPT_WORDS, rule.keeps, rule),
        said_by=said_by,
        happened=asked.happened,
        sources=_sources(protocol, shell),
    )


async def versions_page(
    session: AsyncSession, library: Library, slug: str
) -> VersionsPage:
    """
    Return what changed since each version that requests were filed under.

    Raises: UnknownPlatform.
    """
    protocol, current = library.get(slug), library.version(slug)
    older = [
        Older(
            version=row.version,
            seen_on=row.first_seen_at.date(),
            changes=[str(x) for x in changes(shelf.decode(row.content), protocol)],
        )
        for row in await queries.versions(session, slug)
        if row.version != current
    ]
    return VersionsPage(
        title=protocol.name,
        protocol=protocol,
        version=current,
        older=older,
        coming=[
            (one.effective_on, [str(x) for x in changes(protocol, one)])
            for one in library.coming(slug)
        ],
    )


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


def clinic_page(library: Library, pasted: str) -> ClinicPage:
    """Return what stands in a pasted text; it takes a while for a long one."""
    pasted = pasted[:LONGEST_PASTE]
    return ClinicPage(
        title="What is this?",
        pasted=pasted,
        seen=[_seen(library, one) for one in library.recogniser.find(pasted)],
        lookalikes=[one.words for one in library.doorkeeper.look(pasted)],
    )
