"""What of ours rests on facts of a protocol: letter templates, phrases, drafts."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from platformlink.letters import prints
from platformlink.letters.rules import OPTIONAL, REQUIRED, LetterKind
from platformlink.protocols.protocol import CooperationProtocol, Kind, Need
from platformlink.requests.tables import PlatformRequest

TEXTS = ("facts", "nexus", "necessity", "emergency")
# Section of a protocol -> what a letter prints from it, as `requests.composing` does.
PRINTED: dict[str, tuple[str, ...]] = {
    "services": ("service",),
    "regions": ("addressee",),
    "addressing": ("addressee",),
    "entities": ("addressee",),
    "channels": ("addressee",),
    "legal": ("footing", "authorisation"),
    "identifiers": ("items",),
    "identification": ("items",),
    "limits": ("items",),
    "data": ("data",),
    "notice": ("confidentiality",),
    "times": ("answer_by_at", "expected"),
    "form": TEXTS,
}
BY_KIND: dict[str, tuple[str, ...]] = {
    Kind.PRESERVATION: ("hold",),
    Kind.PRESERVATION_EXTENSION: ("hold",),
    Kind.DISCLOSURE: ("footing", "authorisation"),
    Kind.EMERGENCY_DISCLOSURE: ("emergency", "footing"),
}
NEEDED: dict[Need, str] = {
    Need.PERIOD: "period",
    Need.TIME_ZONE: "period",
    Need.DATA: "data",
    Need.SEEN_ON: "items",
    Need.ITEM_URL: "items",
    Need.PRODUCT: "items",
    Need.SCREENSHOT: "annexes",
    Need.NARRATIVE: "facts",
    Need.NETWORK: "facts",
    Need.OFFENCE: "offence",
    Need.LINK: "nexus",
    Need.RELEVANCE: "necessity",
    Need.DECLARATION: "necessity",
    Need.LEGAL_BASIS: "footing",
    Need.PROCESS: "authorisation",
    Need.COURT: "authorisation",
    Need.NOTICE: "confidentiality",
    Need.NON_DISCLOSURE: "confidentiality",
    Need.CHILD_REFERENCE: "report_number",
    Need.URGENCY: "urgency",
    Need.EMERGENCY: "emergency",
    Need.PERSON: "emergency",
    Need.AUTHORITY: "sender",
    Need.LETTERHEAD: "sender",
    Need.OFFICER_NAME: "officer",
    Need.OFFICER_BADGE: "officer",
    Need.OFFICER_EMAIL: "officer",
    Need.OFFICER_PHONE: "officer",
    Need.SUPERVISOR: "supervisor",
    Need.SIGNATURE: "signatory",
    Need.DATE: "issue",
    Need.CASE: "issue",
    Need.PLATFORM_REFERENCE: "earlier",
    Need.TRANSLATION: "facts",
}
LABEL_WORDS = 2
ALWAYS = ("service", "sender", "addressee", "signatory", "issue")


class TemplateTouched(msgspec.Struct, frozen=True):
    """A letter template, the facts it prints, and its phrases that rest on them."""

    template: str  # such as preservation.html
    facts: tuple[str, ...]  # JSON pointers into the protocol
    phrases: tuple[str, ...]  # msgids, as the templates and translations have them


def fields_of(protocol: CooperationProtocol, pointer: str) -> tuple[str, ...]:
    """Return which fields of a letter are made from the fact at a JSON pointer."""
    section, *steps = pointer.split("/")[1:]
    if section == "requests":
        return BY_KIND.get(steps[0], ())
    if section == "required":
        return (NEEDED[protocol.required[int(steps[0])].need],)
    return PRINTED.get(section, ())


def kinds_of(protocol: CooperationProtocol, pointer: str) -> tuple[str, ...]:
    """Return the kinds of request that a fact is about; none: all."""
    section, *steps = pointer.split("/")[1:]
    if section == "requests":
        return tuple(one for one in Kind if one == steps[0]) or ("",)
    part = getattr(protocol, section)
    one = part[int(steps[0])] if isinstance(part, tuple) and steps else part
    kinds: tuple[str, ...] = getattr(one, "kinds", ())
    return kinds


def templates(
    folder: Path, protocol: CooperationProtocol, pointers: Sequence[str]
) -> list[TemplateTouched]:
    """Return the letter templates that print any of these facts."""
    found = [_template(folder, protocol, kind, pointers) for kind in LetterKind]
    return [one for one in found if one.facts]


def _template(
    folder: Path,
    protocol: CooperationProtocol,
    kind: LetterKind,
    pointers: Sequence[str],
) -> TemplateTouched:
    printed = prints.of_kind(folder, kind)
    fields = {*ALWAYS, *REQUIRED[kind], *OPTIONAL[kind]} & printed.keys()
    facts, phrases = [], set[str]()
    for at in pointers:
        own = fields & set(fields_of(protocol, at))
        if own and _is_about(kinds_of(protocol, at), kind):
            facts.append(at)
            said = (phrase for field in own for phrase in printed[field])
            # A label of two words says little; a sentence may have to be changed.
            phrases |= {one for one in said if len(one.split()) > LABEL_WORDS}
    return TemplateTouched(f"{kind}.html", tuple(facts), tuple(sorted(phrases)))


def _is_about(kinds: tuple[str, ...], kind: str) -> bool:
    """Say whether facts of some kinds concern a letter; none named: every letter."""
    return not kinds or kind in kinds


def drafts(
    protocol: CooperationProtocol,
    found: Iterable[PlatformRequest],
    pointers: Sequence[str],
) -> list[PlatformRequest]:
    """Return those requests whose kind any of these facts is about."""
    about = [kinds_of(protocol, at) for at in pointers]
    return [one for one in found if any(_is_about(x, one.kind) for x in about)]
