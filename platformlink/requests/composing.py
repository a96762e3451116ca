"""What a request's letters say: from its row, case and protocol to LetterFields."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from platformlink.authority import Authority, Point
from platformlink.cases.tables import Case
from platformlink.clocks.rules import compute
from platformlink.clocks.terms import Calendar
from platformlink.clocks.terms import Kind as ClockKind
from platformlink.evidence.rules import HandOverIn
from platformlink.identity.tables import User
from platformlink.letters import forms
from platformlink.letters import rules as letters
from platformlink.letters.forms import AnyForm
from platformlink.letters.rules import LetterFields, LetterKind, Texts
from platformlink.protocols.protocol import Channel, CooperationProtocol, Entity
from platformlink.protocols.regions import address_of
from platformlink.requests import timing
from platformlink.requests.rules import Kind
from platformlink.requests.tables import PlatformRequest, Target
from platformlink.requests.timing import Facts

HOLDS = (Kind.PRESERVATION, Kind.PRESERVATION_EXTENSION)
UNSAID = "The data is needed to investigate the offence named above."


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """All that a letter about a request is made from."""

    request: PlatformRequest
    case: Case
    targets: Sequence[Target]
    protocol: CooperationProtocol
    authority: Authority
    unit_code: str
    author: User
    signatory: User
    entity: Entity | None
    channel: Channel | None
    facts: Facts
    calendar: Calendar | None
    at: datetime
    earlier: letters.Earlier | None = None  # the letter of the parent
    own: letters.Earlier | None = None  # the request's own letter
    form: AnyForm | None = None  # that the instrument prescribes


def in_words(matter: Matter, text: str, local: str = "") -> Texts:
    """Return a text by language, without what was not written."""
    authentic = matter.authority.languages[0]
    found = {matter.request.language: text.strip()}
    if local.strip():
        found[authentic] = local.strip()
    return {code: said for code, said in found.items() if said}


def _person(user: User) -> letters.Person:
    return letters.Person(
        name=user.name,
        office={"en": user.rank} if user.rank else {},
        number=user.badge,
        email=user.email,
        phone=user.phone,
    )


def _addressee(matter: Matter) -> letters.Addressee:
    if matter.entity is None:
        return letters.Addressee(name="")
    channel = {"en": matter.channel.name} if matter.channel else {}
    return letters.Addressee(
        name=matter.entity.name,
        lines=address_of(matter.entity, matter.at.date()),
        channel=channel,
    )


def _is_faxed(matter: Matter) -> bool:
    return matter.channel is not None and matter.channel.kind == "fax"


def _items(matter: Matter) -> tuple[letters.Item, ...]:
    names = {one.kind: one.name for one in matter.protocol.identifiers}
    return tuple(
        letters.Item(
            kind={"en": names.get(target.kind, target.kind)},
            identifier=target.typed,
            other_kind={"en": "Canonical"} if target.normalised != target.typed else {},
            other=target.normalised if target.normalised != target.typed else "",
            seen_on=target.seen_on,
        )
        for target in matter.targets
    )


def _data(matter: Matter) -> tuple[letters.DataItem, ...]:
    known = {one.code: one for one in matter.protocol.data}
    return tuple(
        letters.DataItem(
            category=known[code].category,
            name={"en": known[code].name},
            detail={"en": known[code].holds},
        )
        for code in matter.request.data
        if code in known
    )


def _hold(matter: Matter) -> letters.Hold | None:
    if matter.request.kind not in HOLDS:
        return None
    term = timing.hold_term(matter.facts, matter.at)
    found = compute(term, matter.at, calendar=matter.calendar)
    zone = ZoneInfo(matter.authority.zone)
    until = (found.legal_due_at - timedelta(microseconds=1)).astimezone(zone).date()
    lead = timedelta(days=matter.authority.leads.legal_process_days)
    return letters.Hold(
        days=term.length.amount if term.length else 0,
        until_on=until,
        process_on=until - lead,
    )


def _confidentiality(matter: Matter) -> letters.Confidentiality | None:
    request = matter.request
    if not request.non_disclosure:
        return None
    return letters.Confidentiality(
        until_on=request.non_disclosure_until_on,
        basis={},
        reason=in_words(matter, request.non_disclosure_reason),
    )


def _authorisation(request: PlatformRequest) -> letters.Authorisation | None:
    if not request.authorisation:
        return None
    return letters.Authorisation(
        authority={"en": request.authorisation["authority"]},
        number=request.authorisation["number"],
        on=date.fromisoformat(request.authorisation["on"]),
    )


def _emergency(matter: Matter) -> letters.Emergency | None:
    request = matter.request
    if request.kind != Kind.EMERGENCY_DISCLOSURE:
        return None
    return letters.Emergency(
        danger=in_words(matter, request.danger),
        averts=in_words(matter, request.averts),
    )


def _footing(matter: Matter) -> letters.Footing | None:
    instrument = matter.authority.instrument(matter.request.instrument)
    return letters.footing_of(instrument) if instrument else None


def _answer_by(matter: Matter) -> tuple[datetime, str]:
    is_hold = matter.request.kind in HOLDS
    kind = ClockKind.ACKNOWLEDGEMENT if is_hold else ClockKind.RESPONSE
    clocks = timing.after_sending(matter.facts, matter.at)
    wanted = next(one for one in clocks if one.kind is kind)
    found = compute(wanted.term, matter.at)
    return found.legal_due_at, wanted.term.source


def _period(request: PlatformRequest) -> letters.Period | None:
    if request.period_from_at is None or request.period_to_at is None:
        return None
    return letters.Period(from_at=request.period_from_at, to_at=request.period_to_at)


def request_fields(matter: Matter) -> LetterFields:
    """Return what the request's own letter says; a draft's may have gaps."""
    request, case = matter.request, matter.case
    answer_by, source = _answer_by(matter)
    language = request.language
    fields = LetterFields(
        kind=LetterKind(request.kind),
        service=matter.protocol.name,
        sender=letters.sender_of(matter.authority, matter.unit_code),
        addressee=_addressee(matter),
        signatory=_person(matter.signatory),
        officer=_person(matter.author),
        protocol_version=request.protocol_version,
        is_demonstration=matter.authority.is_demonstration,
        is_faxed=_is_faxed(matter),
        items=_items(matter),
        data=_data(matter),
        period=_period(request),
        hold=_hold(matter),
        answer_by_at=answer_by,
        expected=source,
        confidentiality=_confidentiality(matter),
        footing=_footing(matter),
        authorisation=_authorisation(request),
        offence=letters.Offence(
            name={language: case.offence},
            provision={language: case.offence_article},
            penalty={language: case.offence_penalty},
        ),
        facts=in_words(matter, request.narrative, request.narrative_local),
        nexus=in_words(matter, request.nexus),
        necessity=in_words(matter, request.necessity or UNSAID),
        urgency=in_words(matter, request.urgency_reason),
        report_number=request.report_number,
        emergency=_emergency(matter),
        earlier=matter.earlier,
        reason=in_words(matter, request.necessity or UNSAID),
    )
    if matter.form is None:
        return letters.trimmed(fields)
    return forms.trimmed(matter.form, _on_form(matter, matter.form, fields))


def _on_form(matter: Matter, form: AnyForm, fields: LetterFields) -> LetterFields:
    """Return the fields on a prescribed form, addressed as the form is."""
    instrument = matter.authority.instrument(matter.request.instrument)
    fields = msgspec.structs.replace(
        fields,
        form=instrument.form if instrument else "",
        answers=instrument.answers if instrument else {},
        necessity=in_words(matter, matter.request.necessity),
    )
    if not forms.passes_by_state(form):
        return fields
    there = matter.entity.country if matter.entity else None
    is_ours = isinstance(form, forms.ToCentral)
    point = matter.authority.point(matter.authority.country if is_ours else there or "")
    addressee = letters.addressee_of(point) if point else letters.Addressee(name="")
    return msgspec.structs.replace(
        fields, custodian=fields.addressee, addressee=addressee
    )


def following_fields(
    matter: Matter, kind: LetterKind, *, reason: str = "", question: str = ""
) -> LetterFields:
    """
    Return what a letter says that follows the request's own.

    `reason` is the answer of a supplement; `question` what the platform asked.
    """
    fields = LetterFields(
        kind=kind,
        service=matter.protocol.name,
        sender=letters.sender_of(matter.authority, matter.unit_code),
        addressee=_addressee(matter),
        signatory=_person(matter.signatory),
        officer=_person(matter.author),
        protocol_version=matter.request.protocol_version,
        is_demonstration=matter.authority.is_demonstration,
        is_faxed=_is_faxed(matter),
        items=_items(matter),
        earlier=matter.own,
        reason=in_words(matter, reason),
        question=in_words(matter, question),
        answer=in_words(matter, reason),
    )
    return letters.trimmed(fields)


def reminder_fields(
    matter: Matter, level: int, rows: tuple[letters.OpenRequest, ...]
) -> LetterFields:
    """Return what a reminder says: every open line, firmer with each level."""
    kind = LetterKind(f"reminder_{level}")
    fields = following_fields(matter, kind)
    return msgspec.structs.replace(fields, open=rows, officer=None, items=())


def correction_fields(
    matter: Matter, corrections: tuple[letters.Correction, ...], reason: str
) -> LetterFields:
    """Return what a correction says."""
    fields = following_fields(matter, LetterKind.CORRECTION, reason=reason)
    return msgspec.structs.replace(fields, corrections=corrections)


def receipt_fields(
    matter: Matter, pieces: tuple[letters.Piece, ...], remark: str
) -> LetterFields:
    """Return what an acknowledgement of receipt says."""
    fields = following_fields(matter, LetterKind.ACKNOWLEDGEMENT, reason=remark)
    return msgspec.structs.replace(fields, pieces=pieces)


def handover_fields(
    matter: Matter, pieces: tuple[letters.Piece, ...], given: HandOverIn
) -> LetterFields:
    """Return what a hand-over receipt says, to whoever takes the evidence."""
    fields = following_fields(matter, LetterKind.HANDOVER, reason=given.purpose)
    office = in_words(matter, given.authority)
    taker = given.to.strip()
    return msgspec.structs.replace(
        fields,
        pieces=pieces,
        addressee=letters.Addressee(name=taker, lines=tuple(office.values())),
        recipient=letters.Person(name=taker, office=office),
    )


def escalation_fields(
    matter: Matter, row: letters.OpenRequest, reason: str, point: Point | None
) -> LetterFields:
    """Return what an escalation says: to the entity, or to a foreign point."""
    fields = following_fields(matter, LetterKind.ESCALATION, reason=reason)
    fields = msgspec.structs.replace(
        fields, open=(row,), officer=_person(matter.author)
    )
    if point is not None:
        return msgspec.structs.replace(
            fields, custodian=_addressee(matter), addressee=letters.addressee_of(point)
        )
    return msgspec.structs.replace(fields, addressee=_contact(matter))


def _contact(matter: Matter) -> letters.Addressee:
    """Return the entity by the person whom it named to us for this, if it did."""
    addressee = _addressee(matter)
    agreement = matter.facts.agreement
    named = [
        one
        for one in (agreement.contacts if agreement else ())
        if "escalat" in one.purpose.casefold()
    ]
    lines = tuple(f"{one.name}, {one.purpose}" for one in named[:1])
    return msgspec.structs.replace(addressee, lines=(*lines, *addressee.lines))


ASKED: dict[Kind, str] = {
    Kind.PRESERVATION: "Preservation",
    Kind.PRESERVATION_EXTENSION: "Extension of a preservation",
    Kind.DISCLOSURE: "Disclosure",
    Kind.EMERGENCY_DISCLOSURE: "Emergency disclosure",
}
AWAITED: dict[Kind, str] = {
    Kind.PRESERVATION: "your confirmation",
    Kind.PRESERVATION_EXTENSION: "your confirmation",
    Kind.DISCLOSURE: "your answer",
    Kind.EMERGENCY_DISCLOSURE: "your answer, at once",
}


def asked_in_words(request: PlatformRequest) -> str:
    """Return what was asked, as a reminder says it."""
    return ASKED[Kind(request.kind)]


def awaited_in_words(request: PlatformRequest) -> str:
    """Return what is awaited, as a reminder says it."""
    return AWAITED[Kind(request.kind)]
