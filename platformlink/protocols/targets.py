"""Whether the accounts of a draft are named as their platform needs it. Pure."""

from collections.abc import Iterator

from platformlink.protocols.drafts import (
    Draft,
    Finding,
    Given,
    Severity,
    source_of,
    wrong,
)
from platformlink.protocols.identifiers import (
    canonical,
    fits,
    identifier_of,
    kinds_of,
    oddities,
)
from platformlink.protocols.protocol import CooperationProtocol, Identifier, applies
from platformlink.protocols.recognition import Certainty, Recogniser
from platformlink.values import Phrase


def check(
    protocol: CooperationProtocol, draft: Draft, others: Recogniser | None = None
) -> Iterator[Finding]:
    """Yield what is amiss with the accounts; ``others`` know those elsewhere."""
    if not draft.targets:
        yield wrong("/targets", "required", "Name at least one account.")
        return
    for place, given in enumerate(draft.targets):
        at = f"/targets/{place}"
        yield from _target(protocol, given, at, others)
        yield from _oddities(given, at)
    yield from _identification(protocol, draft)
    yield from _limits(protocol, draft)


def _target(
    protocol: CooperationProtocol, given: Given, at: str, others: Recogniser | None
) -> Iterator[Finding]:
    identifier = identifier_of(protocol, given.kind)
    if identifier is None:
        kinds = ", ".join(one.kind for one in protocol.identifiers)
        text = "%(platform)s knows no such kind of identifier. Known: %(kinds)s."
        yield wrong(f"{at}/kind", "unknown", text, platform=protocol.name, kinds=kinds)
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
        yield _elsewhere(protocol, given, at, others) or _misfit(
            protocol, identifier, given, at
        )
    else:
        yield from _seen(protocol, identifier, given, at)


def _elsewhere(
    protocol: CooperationProtocol, given: Given, at: str, others: Recogniser | None
) -> Finding | None:
    """Return that a value is for certain an account of another platform, if it is."""
    found = others.find(given.value) if others else []
    named = [one for one in found if one.certainty is Certainty.CERTAIN]
    if not named or any(one.platform == protocol.slug for one in named):
        return None
    return Finding(
        severity=Severity.ERROR,
        pointer=f"{at}/value",
        code="other-platform",
        message=Phrase(
            "This belongs to %(other)s, not to %(platform)s.",
            {"other": named[0].why.params["platform"], "platform": protocol.name},
        ),
        mend=Phrase("Write a request of its own to that platform."),
    )


def _oddities(given: Given, at: str) -> Iterator[Finding]:
    for phrase in oddities(given.value):
        yield Finding(
            severity=Severity.WARNING,
            pointer=f"{at}/value",
            code="look-alike",
            message=phrase,
            mend=Phrase("Compare it letter by letter with where you saw it."),
        )


def _limits(protocol: CooperationProtocol, draft: Draft) -> Iterator[Finding]:
    for limit in protocol.limits:
        if len(draft.targets) > limit.above:
            yield Finding(
                severity=Severity.WARNING,
                pointer="/targets",
                code="many-targets",
                message=Phrase(
                    "%(platform)s wants more for more than %(above)s accounts.",
                    {"platform": protocol.name, "above": limit.above},
                ),
                mend=Phrase("%(text)s", {"text": limit.text}),
                source=source_of(protocol, limit),
            )


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
