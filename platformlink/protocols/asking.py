"""What a draft asks for: the period, the data, its footing, what still exists. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from platformlink.protocols.drafts import (
    HOLDS,
    Draft,
    Finding,
    Severity,
    days_of,
    source_of,
    wrong,
)
from platformlink.protocols.protocol import (
    CooperationProtocol,
    DataItem,
    Footing,
    Kind,
    applies,
)
from platformlink.protocols.retention import State, remaining, short_lived
from platformlink.values import Phrase

LONG_PERIOD = timedelta(days=366)
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


def check(
    protocol: CooperationProtocol, draft: Draft, now: datetime
) -> Iterator[Finding]:
    """Yield what is amiss with the period, the data, and what is left of it."""
    yield from _period(draft, now)
    yield from _data(protocol, draft)
    yield from _what_is_left(protocol, draft, now)


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
    if draft.kind == Kind.EMERGENCY_DISCLOSURE:
        yield from _beyond_emergency(protocol, chosen)


def _beyond_emergency(
    protocol: CooperationProtocol, chosen: list[DataItem]
) -> Iterator[Finding]:
    """Warn of data that is not given without process, whatever the danger."""
    rule = protocol.requests.emergency_disclosure
    for item in chosen:
        if rule.gives and item.category not in rule.gives:
            yield Finding(
                severity=Severity.WARNING,
                pointer="/data",
                code=f"beyond-emergency-{item.category}",
                message=Phrase(
                    "%(platform)s does not say that it gives “%(item)s” in an"
                    " emergency.",
                    {"platform": protocol.name, "item": item.name},
                ),
                mend=Phrase(
                    "Ask for it by an order of its own, so that this letter is not held"
                    " up."
                ),
                source=source_of(protocol, rule),
            )


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
    days = days_of(draft)
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
