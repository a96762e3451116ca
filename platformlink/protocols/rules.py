"""What a protocol says of a draft: the same for the page, the API and the approver."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from platformlink.protocols import asking, needs, targets
from platformlink.protocols.drafts import (
    Draft,
    Finding,
    Given,
    Severity,
    days_of,
    source_of,
    wrong,
)
from platformlink.protocols.protocol import (
    Confidence,
    CooperationProtocol,
    Fact,
    Support,
    applies,
)
from platformlink.protocols.recognition import Recogniser
from platformlink.protocols.regions import addressees
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

REVIEW_EVERY = timedelta(days=183)  # where somebody confirmed that all still holds
NOTHING = Fact(confidence=Confidence.UNKNOWN)


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
        *asking.check(protocol, draft, now),
        *needs.check(protocol, draft),
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
        requester=draft.requester,
        facts=days_of(draft),
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


TOLD = {
    "yes": "%(platform)s tells the account holder, unless something stops it.",
    "may": "%(platform)s may tell the account holder, as it sees fit.",
    "unknown": "It is not known whether %(platform)s tells the account holder.",
}


def _tip_offs(protocol: CooperationProtocol, draft: Draft) -> Iterator[Finding]:
    """Yield what may tell the suspect of the request."""
    for notice in protocol.notice:
        concerns = not notice.kinds or draft.kind in notice.kinds
        concerns &= applies(notice, requester=draft.requester, service=draft.service)
        if concerns and notice.default in TOLD:
            yield Finding(
                severity=Severity.WARNING if notice.default == "yes" else Severity.HINT,
                pointer="/confidentiality",
                code="user-notice",
                message=Phrase(TOLD[notice.default], {"platform": protocol.name}),
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
