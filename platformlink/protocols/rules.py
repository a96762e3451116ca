"""What a protocol says of a draft: the same for the page, the API and the approver."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

import msgspec

from platformlink.protocols.identifiers import (
    canonical,
    fits,
    identifier_of,
    kinds_of,
)
from platformlink.protocols.protocol import (
    Category,
    CooperationProtocol,
    DataItem,
    Entity,
    Fact,
    Identifier,
    Kind,
    Need,
    Required,
    Support,
    applies,
)
from platformlink.protocols.regions import serves
from platformlink.values import Phrase

LONG_PERIOD = timedelta(days=366)
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


# The field that fills a need, and the words of what is missing. What the desk puts
# on every letter by itself (letterhead, date, signature, zone) is not asked for.
NEEDS: dict[Need, tuple[str, Callable[[Draft], object], str]] = {
    Need.PERIOD: (
        "/period",
        lambda d: d.from_at and d.to_at,
        "%(platform)s needs a period: from when to when?",
    ),
    Need.DATA: (
        "/data",
        lambda d: d.data,
        "%(platform)s needs the categories of data by name.",
    ),
    Need.NARRATIVE: (
        "/narrative",
        lambda d: d.narrative,
        "%(platform)s needs the circumstances: what happened?",
    ),
    Need.OFFENCE: (
        "/case",
        lambda d: d.offence,
        "%(platform)s needs the offence with its provision.",
    ),
    Need.LINK: (
        "/nexus",
        lambda d: d.nexus,
        "%(platform)s needs to know how it was used in the offence.",
    ),
    Need.RELEVANCE: (
        "/necessity",
        lambda d: d.necessity,
        "%(platform)s needs to know what the data is for.",
    ),
    Need.LEGAL_BASIS: (
        "/instrument",
        lambda d: d.instrument,
        "%(platform)s needs the provision that allows the request.",
    ),
    Need.NOTICE: (
        "/confidentiality",
        lambda d: not d.non_disclosure or d.non_disclosure_reason,
        "%(platform)s needs to know whether the user may be told, and why not.",
    ),
    Need.CHILD_REFERENCE: (
        "/report_number",
        lambda d: d.report_number,
        "%(platform)s wants the NCMEC report number, if the case began with one.",
    ),
    Need.URGENCY: (
        "/urgency_reason",
        lambda d: d.urgency_reason,
        "%(platform)s needs the reason for the haste.",
    ),
    Need.EMERGENCY: (
        "/danger",
        lambda d: d.danger,
        "%(platform)s needs to know who is in danger, of what, and when.",
    ),
    Need.PERSON: (
        "/danger",
        lambda d: d.danger,
        "%(platform)s needs to know who is in danger.",
    ),
    Need.OFFICER_BADGE: (
        "/officer/badge",
        lambda d: d.officer_badge,
        "%(platform)s needs the officer’s badge number. Put it in your profile.",
    ),
    Need.OFFICER_PHONE: (
        "/officer/phone",
        lambda d: d.officer_phone,
        "%(platform)s needs a direct telephone number. Put it in your profile.",
    ),
    Need.OFFICER_EMAIL: (
        "/officer/email",
        lambda d: d.officer_email,
        "%(platform)s needs an official e-mail address.",
    ),
    Need.PROCESS: (
        "/authorisation",
        lambda d: d.has_authorisation or d.kind in (*HOLDS, Kind.EMERGENCY_DISCLOSURE),
        "%(platform)s wants the order itself. Record its number and date.",
    ),
}
# What a letter is rarely returned for, or what may not exist.
SOFT = {
    Need.CHILD_REFERENCE: Severity.HINT,
    Need.PROCESS: Severity.HINT,
    Need.NOTICE: Severity.HINT,
    Need.LINK: Severity.WARNING,  # the circumstances may say it
    Need.RELEVANCE: Severity.WARNING,
}


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
    return Phrase(f"How we know: {fact.confidence}")


def addressees(
    protocol: CooperationProtocol,
    country: str,
    service: str,
    on: date,
    *,
    facts: tuple[date, date] | None = None,
) -> tuple[Entity, ...]:
    """
    Return who must be addressed for an account holder in a country, on a day.

    ``facts`` are the first and last day of what happened, where an entity answers
    for some time only. None is a gap; more than one is a question for a person,
    never a guess.
    """
    return tuple(
        one
        for one in protocol.entities
        if one.role in ("process", "authority")
        and applies(one, service=service)
        and _overlaps(one.valid_from, one.valid_until, (on, on))
        and (facts is None or _overlaps(one.facts_from, one.facts_until, facts))
        and serves(protocol, one, country, service=service)
    )


def _overlaps(begin: date | None, end: date | None, days: tuple[date, date]) -> bool:
    first, last = days
    return (begin is None or begin <= last) and (end is None or first <= end)


def _facts_of(draft: Draft) -> tuple[date, date] | None:
    """Return the days of a draft's period, in UTC, if it has both ends."""
    start, end = draft.from_at, draft.to_at
    if start is None or end is None or start.tzinfo is None or end.tzinfo is None:
        return None
    return start.astimezone(UTC).date(), end.astimezone(UTC).date()


def is_stale(protocol: CooperationProtocol, today: date) -> bool:
    """Say whether a protocol is due for its review."""
    return protocol.review.next_on <= today


def support_of(protocol: CooperationProtocol, kind: str) -> Support:
    """Return whether a platform takes a kind of request."""
    found: Support = getattr(protocol.requests, kind).support
    return found


def check(protocol: CooperationProtocol, draft: Draft, now: datetime) -> list[Finding]:
    """Return all that a protocol says of a draft, the gravest first."""
    found = [
        *_kind(protocol, draft),
        *_addressee(protocol, draft, now),
        *_targets(protocol, draft),
        *_period(draft, now),
        *_data(protocol, draft),
        *_needs(protocol, draft),
        *_language(protocol, draft),
        *_secrecy(protocol, draft, now),
        *_tip_offs(protocol, draft),
    ]
    order = list(Severity)
    return sorted(_once(found), key=lambda one: order.index(one.severity))


def _once(found: list[Finding]) -> list[Finding]:
    """Return findings with one of each code and field; the first one stands."""
    kept: dict[tuple[str, str], Finding] = {}
    for one in found:
        kept.setdefault((one.pointer, one.code), one)
    return list(kept.values())


def _error(pointer: str, code: str, text: str, **params: str) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        pointer=pointer,
        code=code,
        message=Phrase(text, {**params}),
    )


def _kind(protocol: CooperationProtocol, draft: Draft) -> Iterator[Finding]:
    name = protocol.name
    if protocol.lifecycle.status in ("closed", "merged"):
        text = "%(platform)s no longer exists as a service; who holds its data may."
        yield _error("/platform", "closed", text, platform=name)
    rule = getattr(protocol.requests, draft.kind)
    source = source_of(protocol, rule)
    if rule.support is Support.NONE:
        message = Phrase(
            "%(platform)s does not take this kind of request.", {"platform": name}
        )
        yield Finding(
            severity=Severity.ERROR,
            pointer="/kind",
            code="not-taken",
            message=message,
            mend=Phrase("%(text)s", {"text": rule.text}),
            source=source,
        )
    elif rule.support is not Support.ACCEPTED:
        message = Phrase(
            "It is not certain that %(platform)s takes this.", {"platform": name}
        )
        yield Finding(
            severity=Severity.HINT,
            pointer="/kind",
            code="not-certain",
            message=message,
            mend=Phrase("%(text)s", {"text": rule.text}),
            source=source,
        )


def _addressee(
    protocol: CooperationProtocol, draft: Draft, now: datetime
) -> Iterator[Finding]:
    found = addressees(
        protocol,
        draft.holder_country,
        draft.service,
        now.date(),
        facts=_facts_of(draft),
    )
    codes = [one.code for one in found]
    if not draft.holder_country:
        text = "Say where the account holder is: it decides who must be addressed."
        yield _error("/holder_country", "required", text)
    elif draft.entity and draft.entity not in {one.code for one in protocol.entities}:
        yield _error("/entity", "unknown", "The protocol knows no such entity.")
    elif draft.entity and draft.entity not in codes and not draft.entity_reason:
        text = "The protocol names another entity. Say why this one is right."
        yield _error("/entity_reason", "required", text)
    elif not draft.entity and len(found) != 1:
        text = "Choose who is addressed: the protocol leaves it open."
        yield _error("/entity", "open", text)


def _targets(protocol: CooperationProtocol, draft: Draft) -> Iterator[Finding]:
    if not draft.targets:
        text = "Name at least one account."
        yield _error("/targets", "required", text)
        return
    for place, given in enumerate(draft.targets):
        yield from _target(protocol, given, f"/targets/{place}")
    yield from _identification(protocol, draft)


def _target(protocol: CooperationProtocol, given: Given, at: str) -> Iterator[Finding]:
    identifier = identifier_of(protocol, given.kind)
    if identifier is None:
        kinds = ", ".join(one.kind for one in protocol.identifiers)
        text = "%(platform)s knows no such kind of identifier. Known: %(kinds)s."
        yield _error(f"{at}/kind", "unknown", text, platform=protocol.name, kinds=kinds)
    elif identifier.accepted == "never":
        text = "%(platform)s does not accept this kind of identifier."
        yield Finding(
            severity=Severity.ERROR,
            pointer=f"{at}/kind",
            code="not-accepted",
            message=Phrase(text, {"platform": protocol.name}),
            source=source_of(protocol, identifier),
        )
    elif not fits(identifier, canonical(identifier, given.value)):
        yield _misfit(protocol, identifier, given, at)
    else:
        yield from _seen(protocol, identifier, given, at)


def _misfit(
    protocol: CooperationProtocol, identifier: Identifier, given: Given, at: str
) -> Finding:
    """Return why a value is none of its kind, and which kind it could be."""
    others = [one for one in kinds_of(protocol, given.value) if one != given.kind]
    names = [one.name for one in protocol.identifiers if one.kind in others]
    mend = Phrase(
        "It looks like this: %(example)s", {"example": identifier.example or "–"}
    )
    if names:
        mend = Phrase("It could be: %(kinds)s.", {"kinds": ", ".join(names)})
    return Finding(
        severity=Severity.ERROR,
        pointer=f"{at}/value",
        code="wrong-identifier",
        message=Phrase("This is no %(kind)s.", {"kind": identifier.name}),
        mend=mend,
        source=source_of(protocol, identifier),
    )


def _seen(
    protocol: CooperationProtocol, identifier: Identifier, given: Given, at: str
) -> Iterator[Finding]:
    if given.seen_on is not None or identifier.seen_on == "no":
        return
    is_required = identifier.seen_on == "required"
    text = (
        "Give the day on which it was seen: %(platform)s cannot process it without."
        if is_required
        else "Give the day on which it was seen: names change hands."
    )
    yield Finding(
        severity=Severity.ERROR if is_required else Severity.HINT,
        pointer=f"{at}/seen_on",
        code="seen-on",
        message=Phrase(text, {"platform": protocol.name}),
        source=source_of(protocol, identifier),
    )


def _identification(protocol: CooperationProtocol, draft: Draft) -> Iterator[Finding]:
    kinds = {one.kind for one in draft.targets}
    rules = [
        one for one in protocol.identification if applies(one, service=draft.service)
    ]
    if not rules or any(set(group) <= kinds for one in rules for group in one.any_of):
        return
    yield Finding(
        severity=Severity.ERROR,
        pointer="/targets",
        code="not-enough",
        message=Phrase(
            "These do not identify an account for %(platform)s.",
            {"platform": protocol.name},
        ),
        mend=Phrase("%(text)s", {"text": rules[0].text}),
        source=source_of(protocol, rules[0]),
    )


def _period(draft: Draft, now: datetime) -> Iterator[Finding]:
    start, end = draft.from_at, draft.to_at
    for moment, name in ((start, "from"), (end, "to")):
        if moment is not None and moment.tzinfo is None:
            text = "Give the time with its offset, such as 2026-11-24T10:30+01:00."
            yield _error(f"/period/{name}", "no-zone", text)
            return
    if start and end and start >= end:
        yield _error(
            "/period/to",
            "reversed",
            "The period ends before it starts: put a later end.",
        )
    elif start and start > now:
        text = "The period lies in the future: platforms give only what exists."
        yield _error("/period/from", "in-the-future", text)
    elif end and end > now + timedelta(days=1):
        text = "The period ends in the future: platforms give only what exists."
        yield _error("/period/to", "in-the-future", text)
    elif start and end and end - start > LONG_PERIOD:
        days = str((end - start).days)
        yield Finding(
            severity=Severity.WARNING,
            pointer="/period",
            code="long-period",
            message=Phrase(
                "%(days)s days is long: letters come back as too broad.", {"days": days}
            ),
            mend=Phrase("Name the days that matter, or say why all of them do."),
        )


def _data(protocol: CooperationProtocol, draft: Draft) -> Iterator[Finding]:
    known = {one.code: one for one in protocol.data}
    if not draft.data:
        text = "Say which data is asked for, item by item."
        yield _error("/data", "required", text)
    for code in draft.data:
        if code not in known:
            codes = ", ".join(known)
            text = "%(platform)s holds nothing of this name. Known: %(codes)s."
            yield _error("/data", "unknown", text, platform=protocol.name, codes=codes)
        elif not known[code].is_available:
            yield _in_vain(protocol, known[code])
    yield from _breadth(protocol, draft, known)


def _in_vain(protocol: CooperationProtocol, item: DataItem) -> Finding:
    text = "%(platform)s cannot give “%(item)s”; asking costs time."
    return Finding(
        severity=Severity.WARNING,
        pointer="/data",
        code="in-vain",
        message=Phrase(text, {"platform": protocol.name, "item": item.name}),
        mend=Phrase("%(text)s", {"text": item.holds}),
        source=source_of(protocol, item),
    )


def _breadth(
    protocol: CooperationProtocol, draft: Draft, known: dict[str, DataItem]
) -> Iterator[Finding]:
    chosen = [known[code] for code in draft.data if code in known]
    has_all = len(known) > 1 and {one.code for one in chosen} == set(known)
    is_bounded = draft.from_at is not None and draft.to_at is not None
    if has_all and not is_bounded:
        text = "Everything, without a period, is refused as too broad."
        yield _error("/data", "over-broad", text)
    elif has_all and draft.kind not in HOLDS:
        yield Finding(
            severity=Severity.WARNING,
            pointer="/data",
            code="over-broad",
            message=Phrase(
                "You ask for everything that %(platform)s holds.",
                {"platform": protocol.name},
            ),
            mend=Phrase(
                "Leave out what the case does not need: broad letters come back."
            ),
        )
    if draft.kind == Kind.DISCLOSURE:
        yield from _footings(protocol, draft, chosen)


def _footings(
    protocol: CooperationProtocol, draft: Draft, chosen: list[DataItem]
) -> Iterator[Finding]:
    """Warn where content is asked for and the platform may demand legal assistance."""
    if not any(one.category is Category.CONTENT for one in chosen):
        return
    for rule in protocol.legal:
        is_content = not rule.categories or Category.CONTENT in rule.categories
        if (
            is_content
            and "mutual_legal_assistance" in rule.process
            and applies(rule, requester=draft.requester)
        ):
            yield Finding(
                severity=Severity.WARNING,
                pointer="/data",
                code="legal-assistance",
                message=Phrase(
                    "For content %(platform)s may demand legal assistance "
                    "between states.",
                    {"platform": protocol.name},
                ),
                mend=Phrase("%(text)s", {"text": rule.text}),
                source=source_of(protocol, rule),
            )
            return


def _asked_for(rule: Required, draft: Draft) -> bool:
    """Say whether a need holds for this draft at all."""
    if rule.kinds and draft.kind not in rule.kinds:
        return False
    conditions = {
        None: True,
        "child": bool(draft.report_number),
        "order": draft.has_authorisation,
        "time_sensitive": draft.urgency != "routine",
        "court": False,
        "us_agency": draft.requester == "US",
    }
    return conditions[rule.only_if]


def _needs(protocol: CooperationProtocol, draft: Draft) -> Iterator[Finding]:
    for rule in protocol.required:
        if rule.need not in NEEDS or not _asked_for(rule, draft):
            continue
        pointer, filled, text = NEEDS[rule.need]
        if filled(draft):
            continue
        yield Finding(
            severity=SOFT.get(rule.need, Severity.ERROR),
            pointer=pointer,
            code="required",
            message=Phrase(text, {"platform": protocol.name}),
            mend=Phrase("%(text)s", {"text": rule.text}),
            source=source_of(protocol, rule),
        )


def _language(protocol: CooperationProtocol, draft: Draft) -> Iterator[Finding]:
    languages = protocol.form.languages
    if not languages.accepted or draft.language in languages.accepted:
        return
    accepted = ", ".join(languages.accepted)
    yield Finding(
        severity=Severity.ERROR,
        pointer="/language",
        code="wrong-language",
        message=Phrase(
            "%(platform)s does not read this language.", {"platform": protocol.name}
        ),
        mend=Phrase("Write the facts in: %(languages)s.", {"languages": accepted}),
        source=source_of(protocol, languages),
    )


def _secrecy(
    protocol: CooperationProtocol, draft: Draft, now: datetime
) -> Iterator[Finding]:
    if not draft.non_disclosure:
        return
    if not draft.non_disclosure_reason:
        text = "Say why the account holder must not be told."
        yield _error("/confidentiality/reason", "required", text)
    until = draft.non_disclosure_until_on
    if until is None:
        text = "Say until when the account holder must not be told; no end is refused."
        yield _error("/confidentiality/until", "required", text)
    elif until <= now.date():
        text = "This day is over: choose a later one."
        yield _error("/confidentiality/until", "in-the-past", text)


def _tip_offs(protocol: CooperationProtocol, draft: Draft) -> Iterator[Finding]:
    """Yield what may tell the suspect of the request."""
    for notice in protocol.notice:
        concerns = not notice.kinds or draft.kind in notice.kinds
        if concerns and notice.default in ("yes", "unknown", "may"):
            is_told = notice.default == "yes"
            text = (
                "%(platform)s tells the account holder, unless something stops it."
                if is_told
                else "It is not known whether %(platform)s tells the account holder."
            )
            yield Finding(
                severity=Severity.WARNING if is_told else Severity.HINT,
                pointer="/confidentiality",
                code="user-notice",
                message=Phrase(text, {"platform": protocol.name}),
                mend=Phrase("%(text)s", {"text": notice.text}),
                source=source_of(protocol, notice),
            )
    for effect in protocol.side_effects:
        if not effect.kinds or draft.kind in effect.kinds:
            yield Finding(
                severity=Severity.WARNING,
                pointer="/kind",
                code=f"side-effect-{effect.kind}",
                message=Phrase("%(text)s", {"text": effect.text}),
                mend=Phrase("%(text)s", {"text": effect.ask}) if effect.ask else None,
                source=source_of(protocol, effect),
            )
