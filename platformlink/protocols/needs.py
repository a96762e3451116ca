"""What a platform needs a request to carry, and what a draft still lacks. Pure."""

from collections.abc import Callable, Iterator

from platformlink.protocols.drafts import HOLDS, Draft, Finding, Severity, source_of
from platformlink.protocols.protocol import (
    CooperationProtocol,
    Kind,
    Need,
    Required,
)
from platformlink.values import Phrase

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


def check(protocol: CooperationProtocol, draft: Draft) -> Iterator[Finding]:
    """Yield what the platform needs and the draft does not say."""
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
