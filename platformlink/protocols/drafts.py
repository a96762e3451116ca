"""What a draft is to a protocol, and what a finding about it says. Pure."""

from datetime import UTC, date, datetime
from enum import StrEnum

import msgspec

from platformlink.protocols.protocol import Confidence, CooperationProtocol, Fact, Kind
from platformlink.values import Phrase

HOW_WE_KNOW = {
    Confidence.SOURCED: "sourced",
    Confidence.SECONDARY: "second hand",
    Confidence.BACKGROUND: "our own knowledge: check it first",
    Confidence.UNREAD: "not read by us",
    Confidence.UNKNOWN: "not published",
}

HOLDS = (Kind.PRESERVATION, Kind.PRESERVATION_EXTENSION)


class Severity(StrEnum):
    """How much a finding weighs: it stops the letter, may return it, or informs."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What is amiss: which field (JSON pointer), why, what to do, by what source."""

    severity: Severity
    pointer: str
    code: str
    message: Phrase
    mend: Phrase | None = None
    source: Phrase | None = None


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """One account or item of a draft, as typed."""

    kind: str
    value: str
    seen_on: date | None = None


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What of a draft a protocol can judge; "" and None are what is still missing."""

    kind: str
    requester: str  # country of the authority
    holder_country: str = ""
    service: str = ""
    entity: str = ""
    entity_reason: str = ""
    targets: tuple[Given, ...] = ()
    from_at: datetime | None = None
    to_at: datetime | None = None
    data: tuple[str, ...] = ()
    instrument: str = ""
    legal_basis: str = ""
    offence: str = ""
    narrative: str = ""
    nexus: str = ""
    necessity: str = ""
    urgency: str = ""
    urgency_reason: str = ""
    language: str = "en"
    non_disclosure: bool = False
    non_disclosure_until_on: date | None = None
    non_disclosure_reason: str = ""
    report_number: str = ""
    has_authorisation: bool = False
    danger: str = ""
    averts: str = ""
    officer_name: str = ""
    officer_badge: str = ""
    officer_email: str = ""
    officer_phone: str = ""
    case_reference: str = ""


def source_of(protocol: CooperationProtocol, fact: Fact) -> Phrase:
    """Return what a fact rests on: its first source and its date, or how we know it."""
    known = {one.id: one for one in protocol.sources}
    for name in fact.source:
        if name in known:
            found = known[name]
            when = str(fact.checked_on or found.copied_on or "")
            if when:
                return Phrase(
                    "%(title)s, as read on %(read_on)s",
                    {"title": found.title, "read_on": when},
                )
            return Phrase("%(title)s", {"title": found.title})
    return Phrase(HOW_WE_KNOW[fact.confidence])


def wrong(pointer: str, code: str, text: str, **params: str) -> Finding:
    """Return a finding that stops the letter; its text is a gettext msgid."""
    return Finding(
        severity=Severity.ERROR,
        pointer=pointer,
        code=code,
        message=Phrase(text, {**params}),
    )


def days_between(
    start: datetime | None, end: datetime | None
) -> tuple[date, date] | None:
    """Return the first and last day of a period, in UTC, if it has both ends."""
    if start is None or end is None or start.tzinfo is None or end.tzinfo is None:
        return None
    return start.astimezone(UTC).date(), end.astimezone(UTC).date()


def days_of(draft: Draft) -> tuple[date, date] | None:
    """Return the days of a draft's period, in UTC, if it has both ends."""
    return days_between(draft.from_at, draft.to_at)
