"""What a protocol says of a draft: the same for the page, the API and the approver."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

from platformlink.protocols import targets
from platformlink.protocols.drafts import (
    Draft,
    Finding,
    Given,
    Severity,
    source_of,
    wrong,
)
from platformlink.protocols.protocol import (
    Confidence,
    CooperationProtocol,
    DataItem,
    Fact,
    Footing,
    Kind,
    Need,
    Required,
    Support,
    applies,
)
from platformlink.protocols.recognition import Recogniser
from platformlink.protocols.regions import addressees
from platformlink.protocols.retention import State, remaining, short_lived
from platformlink.values import Phrase

__all__ = [
    "Draft",
    "Finding",
    "Given",
    "Severity",
    "addressees",
    "check",
    "is_stale",
    "source_of",
    "support_of",
]

LONG_PERIOD = timedelta(days=366)
REVIEW_EVERY = timedelta(days=183)  # where somebody confirmed that all still holds
NOTHING = Fact(confidence=Confidence.UNKNOWN)
STATE_TO_STATE = {
    "mutual_legal_assistance",
    "letters_rogatory",
    "cloud_act",
    "foreign_order",
}
LEFT = {
    State.GONE: "“%(item)s” was kept for %(keeps)s: it is probably gone since "
    "%(until_on)s.",
    State.SOON: "“%(item)s” is kept for %(keeps)s: preserve it before %(until_on)s.",
}
HOLDS = (Kind.PRESERVATION, Kind.PRESERVATION_EXTENSION)


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


def _facts_of(draft: Draft) -> tuple[date, date] | None:
    """Return the days of a draft's period, in UTC, if it has both ends."""
    start, end = draft.from_at, draft.to_at
    if start is None or end is None or start.tzinfo is None or end.tzinfo is None:
        return None
    return start.astimezone(UTC).date(), end.astimezone(UTC).date()


def due_on(
    protocol: CooperationProtocol, reviewed_on: date | None = None, fact: Fact = NOTHING
) -> date:
    """
    Return when a protocol, or one of its facts, must be reviewed again.

    Its file says so; a later check, or a person's word that it still holds, counts
    from its own day.
    """
    words = [one for one in (reviewed_on, fact.checked_on) if one is not None]
    return max([protocol.review.next_on, *(one + REVIEW_EVERY for one in words)])


def is_stale(
    protocol: CooperationProtocol, today: date, reviewed_on: date | None = None
) -> bool:
    """Say whether a protocol is due for its review."""
    return due_on(protocol, reviewed_on) <= today


def support_of(protocol: CooperationProtocol, kind: str) -> Support:
    """Return whether a platform takes a kind of request."""
    found: Support = getattr(protocol.requests, kind).support
    return found


def check(
    protocol: CooperationProtocol,
    draft: Draft,
    now: datetime,
    *,
    others: Recogniser | None = None,
    reviewed_on: date | None = None,
) -> list[Finding]:
    """
    Return all that a protocol says of a draft, the gravest first.

    With ``others``, an account of another platform is told as that. ``reviewed_on``
    is when somebody last confirmed this version.
    """
    found = [
        *_review(protocol, now, reviewed_on),
        *_kind(protocol, draft, now),
        *_addressee(protocol, draft, now),
        *targets.check(protocol, draft, others),
        *_period(draft, now),
        *_data(protocol, draft),
        *_what_is_left(protocol, draft, now),
        *_needs(protocol, draft),
        *_language(protocol, draft),
        *_secrecy(protocol, draft, now),
        *_tip_offs(protocol, draft),
        *_channels(protocol, draft),
    ]
    order = list(Severity)
    return sorted(_once(found), key=lambda one: order.index(one.severity))


def _review(
    protocol: CooperationProtocol, now: datetime, reviewed_on: date | None
) -> Iterator[Finding]:
    """Warn of a file that nobody has gone through for too long."""
    if is_stale(protocol, now.date(), reviewed_on):
        since = due_on(protocol, reviewed_on)
        yield Finding(
            severity=Severity.WARNING,
            pointer="/platform",
            code="review-due",
            message=Phrase(
                "What we know of %(platform)s is due for review since %(due_on)s.",
                {"platform": protocol.name, "due_on": since.isoformat()},
            ),
            mend=Phrase("Check the address and the channel before you rely on them."),
        )


def _once(found: list[Finding]) -> list[Finding]:
    """Return findings with one of each code and field; the first one stands."""
    kept: dict[tuple[str, str], Finding] = {}
    for one in found:
        kept.setdefault((one.pointer, one.code), one)
    return list(kept.values())


def _kind(
    protocol: CooperationProtocol, draft: Draft, now: datetime
) -> Iterator[Finding]:
    name = protocol.name
    begins = protocol.effective_on
    if begins is not None and begins > now.date():
        yield Finding(
            severity=Severity.WARNING,
            pointer="/platform",
            code="not-yet",
            message=Phrase(
                "These rules of %(platform)s hold from %(begins_on)s only.",
                {"platform": name, "begins_on": begins.isoformat()},
            ),
        )
    if protocol.lifecycle.status in ("closed", "merged"):
        text = "%(platform)s no longer exists as a service; who holds its data may."
        yield wrong("/platform", "closed", text, platform=name)
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
        yield wrong("/holder_country", "required", text)
    elif draft.entity and draft.entity not in {one.code for one in protocol.entities}:
        yield wrong("/entity", "unknown", "The protocol knows no such entity.")
    elif draft.entity and draft.entity not in codes and not draft.entity_reason:
        text = "The protocol names another entity. Say why this one is right."
        yield wrong("/entity_reason", "required", text)
    elif not draft.entity and len(found) != 1:
        text = "Choose who is addressed: the protocol leaves it open."
        yield wrong("/entity", "open", text)


def _period(draft: Draft, now: datetime) -> Iterator[Finding]:
    start, end = draft.from_at, draft.to_at
    for moment, name in ((start, "from"), (end, "to")):
        if moment is not None and moment.tzinfo is None:
            text = "Give the time with its offset, such as 2026-11-24T10:30+01:00."
            yield wrong(f"/period/{name}", "no-zone", text)
            return
    if start and end and start >= end:
        yield wrong(
            "/period/to",
            "reversed",
            "The period ends before it starts: put a later end.",
        )
    elif start and start > now:
        text = "The period lies in the future: platforms give only what exists."
        yield wrong("/period/from", "in-the-future", text)
    elif end and end > now + timedelta(days=1):
        text = "The period ends in the future: platforms give only what exists."
        yield wrong("/period/to", "in-the-future", text)
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
        yield wrong("/data", "required", text)
    for code in draft.data:
        if code not in known:
            codes = ", ".join(known)
            text = "%(platform)s holds nothing of this name. Known: %(codes)s."
            yield wrong("/data", "unknown", text, platform=protocol.name, codes=codes)
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
        yield wrong("/data", "over-broad", text)
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
    """Warn of data that is given, or may be given, from state to state only."""
    for item in chosen:
        rules = [rule for rule in protocol.legal if _covers(rule, item, draft)]
        state = [rule for rule in rules if set(rule.process) & STATE_TO_STATE]
        if not state:
            continue
        is_only_way = all(set(rule.process) <= STATE_TO_STATE for rule in rules)
        text = (
            "%(platform)s gives “%(item)s” by legal assistance between states."
            if is_only_way
            else "For “%(item)s” %(platform)s may demand legal assistance."
        )
        yield Finding(
            severity=Severity.WARNING if is_only_way else Severity.HINT,
            pointer="/data",
            code=f"legal-assistance-{item.category}",
            message=Phrase(text, {"platform": protocol.name, "item": item.name}),
            mend=Phrase("%(text)s", {"text": state[0].text}),
            source=source_of(protocol, state[0]),
        )


def _covers(rule: Footing, item: DataItem, draft: Draft) -> bool:
    """Say whether a footing concerns an item, asked for by this authority."""
    if rule.items:
        is_meant = item.code in rule.items
    else:
        is_meant = not rule.categories or item.category in rule.categories
    is_of_entity = not (draft.entity and rule.entities) or draft.entity in rule.entities
    who = {"requester": draft.requester, "service": draft.service}
    return is_meant and is_of_entity and applies(rule, **who)


def _what_is_left(
    protocol: CooperationProtocol, draft: Draft, now: datetime
) -> Iterator[Finding]:
    """Say which data is gone or soon will be: by the period, or without one at all."""
    days = _facts_of(draft)
    if days is None:
        for item, rule in short_lived(protocol)[:1]:
            yield Finding(
                severity=Severity.HINT,
                pointer="/period",
                code="short-lived",
                message=Phrase(
                    "“%(item)s” lives for %(keeps)s only: preserve now.",
                    {"item": item.name, "keeps": rule.keeps},
                ),
                source=source_of(protocol, rule),
            )
        return
    today = now.astimezone(UTC).date()
    for left in remaining(protocol, days[1], today):
        text = LEFT.get(left.state)
        is_asked = not draft.data or left.item.code in draft.data
        if text is None or left.until_on is None or not is_asked:
            continue
        yield Finding(
            severity=Severity.WARNING,
            pointer="/period",
            code=f"data-{left.state}-{left.item.code}",
            message=Phrase(
                text,
                {
                    "item": left.rule.what or left.item.name,
                    "keeps": left.rule.keeps,
                    "until_on": left.until_on.isoformat(),
                },
            ),
            source=source_of(protocol, left.rule),
        )


def _channels(protocol: CooperationProtocol, draft: Draft) -> Iterator[Finding]:
    """Warn where every way to the platform still waits to be confirmed."""
    ways = [
        one
        for one in protocol.channels
        if (not one.kinds or draft.kind in one.kinds)
        and applies(one, requester=draft.requester, service=draft.service)
    ]
    if any(one.status == "open" for one in ways):
        return
    unverified = [one for one in ways if one.status == "unverified"]
    text = (
        "Nobody has verified a channel of %(platform)s for this."
        if unverified
        else "No channel of %(platform)s is known for this."
    )
    names = ", ".join(one.name for one in unverified)
    mend = "Confirm one of these first: %(names)s." if names else ""
    yield Finding(
        severity=Severity.WARNING,
        pointer="/platform",
        code="no-verified-channel",
        message=Phrase(text, {"platform": protocol.name}),
        mend=Phrase(mend, {"names": names}) if mend else None,
    )


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
        yield wrong("/confidentiality/reason", "required", text)
    until = draft.non_disclosure_until_on
    if until is None:
        text = "Say until when the account holder must not be told; no end is refused."
        yield wrong("/confidentiality/until", "required", text)
    elif until <= now.date():
        text = "This day is over: choose a later one."
        yield wrong("/confidentiality/until", "in-the-past", text)


def _tip_offs(protocol: CooperationProtocol, draft: Draft) -> Iterator[Finding]:
    """Yield what may tell the suspect of the request."""
    for notice in protocol.notice:
        concerns = not notice.kinds or draft.kind in notice.kinds
        concerns &= applies(notice, requester=draft.requester, service=draft.service)
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
