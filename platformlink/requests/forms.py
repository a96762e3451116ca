"""The form of a draft: what it says as RequestIn, and what it shows."""

import re
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from platformlink.authority import Authority, said
from platformlink.cases.tables import Case
from platformlink.errors import FieldError
from platformlink.protocols.drafts import days_between
from platformlink.protocols.protocol import CooperationProtocol, Entity, applies
from platformlink.protocols.rules import addressees
from platformlink.requests.rules import (
    AuthorisationIn,
    ConfidentialityIn,
    Kind,
    PeriodIn,
    RequestIn,
    RequestInvalid,
    TargetIn,
)
from platformlink.requests.tables import PlatformRequest, Target
from platformlink.web.forms import Fields, day, instant, several, text
from platformlink.web.words import countries, language_name

TEXTS = (
    *("kind", "instrument", "urgency", "urgency_reason", "narrative", "nexus"),
    *("narrative_local", "necessity", "report_number", "danger", "averts"),
    *("language", "holder_country", "entity", "entity_reason", "parent"),
)
VERSION = re.compile("[0-9]{1,9}")


class Choice(msgspec.Struct, frozen=True):
    """One option of a choice: its code, and its words."""

    code: str
    words: str


class DataChoice(msgspec.Struct, frozen=True):
    """One item of data that may be asked for."""

    code: str
    name: str
    holds: str
    category: str
    is_chosen: bool


def read(form: Fields, platform: str, case: str, zone: ZoneInfo) -> RequestIn:
    """
    Return what a posted form says.

    Raises: RequestInvalid for a date or time that is none.
    """
    errors: list[FieldError] = []
    plain = {name: text(form, name) for name in TEXTS}
    fields = RequestIn(
        case=case,
        platform=platform,
        targets=_targets(form, errors),
        period=PeriodIn(
            from_=instant(form, "period_from", zone, errors),
            to=instant(form, "period_to", zone, errors),
        ),
        data=several(form, "data"),
        confidentiality=ConfidentialityIn(
            non_disclosure=text(form, "non_disclosure") != "no",
            until=day(form, "non_disclosure_until", errors),
            reason=text(form, "non_disclosure_reason"),
        ),
        authorisation=_authorisation(form, errors),
        **plain,
    )
    if errors:
        raise RequestInvalid("", *errors)
    return fields


def _targets(form: Fields, errors: list[FieldError]) -> tuple[TargetIn, ...]:
    rows = zip(
        form.get("target_kind", []),
        form.get("target_value", []),
        form.get("target_seen_on", []),
        strict=False,
    )
    found = []
    for kind, value, seen_on in rows:
        if value.strip():
            seen = day({"seen_on": [seen_on]}, "seen_on", errors)
            found.append(TargetIn(kind, value.strip(), seen))
    return tuple(found)


def _authorisation(form: Fields, errors: list[FieldError]) -> AuthorisationIn | None:
    number = text(form, "authorisation_number")
    made_on = day(form, "authorisation_on", errors)
    if not number or made_on is None:
        return None
    return AuthorisationIn(text(form, "authorisation_by"), number, made_on)


def version(form: Fields) -> int:
    """Return which version of a draft a form was made from; 0 where it does not say."""
    said = text(form, "version")
    return int(said) if VERSION.fullmatch(said) else 0


def typed(
    form: Fields, request: PlatformRequest, of_version: int
) -> tuple[PlatformRequest, list[Target]]:
    """Return a draft as somebody typed it, in no session: it is shown, never kept."""
    said_by = text(form, "authorisation_by"), text(form, "authorisation_number")
    changed = {name: text(form, name) for name in TEXTS if name != "parent"} | {
        "version": of_version,
        "data": list(several(form, "data")),
        "non_disclosure": text(form, "non_disclosure") != "no",
        "non_disclosure_until_on": day(form, "non_disclosure_until", []),
        "non_disclosure_reason": text(form, "non_disclosure_reason"),
        "authorisation": {
            "authority": said_by[0],
            "number": said_by[1],
            "on": text(form, "authorisation_on"),
        },
    }
    targets = [
        Target(
            request_id=request.id,
            position=place,
            kind=one.kind,
            typed=one.value,
            normalised=one.value,
            seen_on=one.seen_on,
        )
        for place, one in enumerate(_targets(form, []))
    ]
    if changed["kind"] not in set(Kind):
        changed["kind"] = request.kind
    return PlatformRequest(**(request.model_dump() | changed)), targets


def local(moment: Any, zone: ZoneInfo) -> str:  # noqa: ANN401 - an instant or None
    """Return an instant as a date-and-time field shows it."""
    return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M") if moment else ""


class DraftForm(msgspec.Struct, frozen=True, kw_only=True):
    """A draft as its form shows it: values as text, and what may be chosen."""

    request: PlatformRequest
    case: Case
    platform: str
    protocol: CooperationProtocol
    targets: list[Target]
    kinds: list[Choice]
    period_from: str
    period_to: str
    countries: list[Choice]
    entities: list[Choice]
    addressee: Entity | None
    is_open: bool  # the protocol leaves the entity to a person
    data: list[DataChoice]
    instruments: list[Choice]
    languages: list[Choice]


def _countries(language: str, first: str) -> list[Choice]:
    """Return all countries by name, the authority's own first."""
    found = (Choice(code, name) for code, name in countries(language))
    return sorted(found, key=lambda one: one.code != first)


def shown(
    request: PlatformRequest,
    case: Case,
    targets: list[Target],
    protocol: CooperationProtocol,
    *,
    authority: Authority,
    language: str,
    typed_period: tuple[str, str] | None = None,
) -> DraftForm:
    """Return a draft as its form shows it; `typed_period` may be no time at all."""
    zone = authority.tz
    on = request.created_at.date()
    days = days_between(request.period_from_at, request.period_to_at)
    country = authority.country
    fitting = addressees(
        protocol, request.holder_country, "", on, requester=country, facts=days
    )
    chosen = next((x for x in protocol.entities if x.code == request.entity), None)
    kept_period = (
        local(request.period_from_at, zone),
        local(request.period_to_at, zone),
    )
    period_from, period_to = typed_period or kept_period
    return DraftForm(
        request=request,
        case=case,
        platform=protocol.name,
        protocol=protocol,
        targets=targets,
        kinds=[
            Choice(one.kind, one.name)
            for one in protocol.identifiers
            if one.accepted != "never"
        ],
        period_from=period_from,
        period_to=period_to,
        countries=_countries(language, country),
        entities=[
            Choice(one.code, f"{one.name}, {one.country}")
            for one in protocol.entities
            if one is chosen
            or (
                one.role in ("process", "authority") and applies(one, requester=country)
            )
        ],
        addressee=chosen,
        is_open=len(fitting) != 1 or (chosen is not None and chosen not in fitting),
        data=[
            DataChoice(x.code, x.name, x.holds, x.category, x.code in request.data)
            for x in protocol.data
        ],
        instruments=[
            Choice(one.code, said(one.name, language))
            for one in authority.instruments
            if request.kind in one.kinds
        ],
        languages=[
            Choice(code, language_name(code, language))
            for code in dict.fromkeys(("en", *authority.languages))
        ],
    )
