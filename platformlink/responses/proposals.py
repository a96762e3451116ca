"""What to do after a refusal or a redirect, as protocol and instruments know. Pure."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import msgspec

from platformlink.authority import Instrument
from platformlink.errors import Conflict
from platformlink.protocols.protocol import Category, CooperationProtocol
from platformlink.requests.rules import Kind as RequestKind
from platformlink.requests.rules import State
from platformlink.responses.codes import REASONS, Kind
from platformlink.values import Phrase

LETTERS_ROUTES = ("mutual_legal_assistance", "letters_rogatory")
STATES = "state_to_state"


class Way(StrEnum):
    """What may be done next; the order is that of the page."""

    OTHER_ENTITY = "other_entity"
    IDENTIFIER = "identifier"
    NARROWER = "narrower"
    PERIOD = "period"
    WITHOUT_CONTENT = "without_content"
    LANGUAGE = "language"
    MEND = "mend"
    ORDINARY = "ordinary"
    OTHER_ORDER = "other_order"
    ASSISTANCE = "assistance"
    ESCALATE = "escalate"


NEXT: Mapping[str, tuple[Way, ...]] = MappingProxyType(
    {
        "wrong_entity": (Way.OTHER_ENTITY,),
        "held_by_another_entity": (Way.OTHER_ENTITY,),
        "outside_jurisdiction": (Way.OTHER_ENTITY, Way.ASSISTANCE),
        "account_not_found": (Way.IDENTIFIER,),
        "identifier_not_valid": (Way.IDENTIFIER,),
        "identifier_missing": (Way.IDENTIFIER,),
        "identifiers_missing": (Way.IDENTIFIER,),
        "too_broad": (Way.NARROWER,),
        "not_proportionate": (Way.NARROWER,),
        "outside_date_range": (Way.PERIOD,),
        "window_truncated": (Way.PERIOD,),
        "warrant_required": (Way.WITHOUT_CONTENT, Way.ASSISTANCE),
        "content_withheld": (Way.ASSISTANCE,),
        "wrong_language": (Way.LANGUAGE,),
        "letterhead_missing": (Way.MEND,),
        "address_not_official": (Way.MEND,),
        "wrong_form_or_channel": (Way.MEND,),
        "wrong_file_type": (Way.MEND,),
        "officer_details_missing": (Way.MEND,),
        "requester_not_verified": (Way.MEND,),
        "legal_basis_missing": (Way.MEND,),
        "offence_not_described": (Way.MEND,),
        "order_expired": (Way.MEND,),
        "dual_criminality": (Way.MEND,),
        "no_emergency": (Way.ORDINARY,),
        "wrong_kind_of_order": (Way.OTHER_ORDER, Way.ASSISTANCE),
        "legal_assistance_required": (Way.ASSISTANCE,),
        "conflict_of_law": (Way.ASSISTANCE,),
        "free_expression": (Way.ESCALATE,),
        "policy": (Way.ESCALATE, Way.ASSISTANCE),
        "cost": (Way.ESCALATE,),
        "no_reason": (Way.ESCALATE,),
        "data_types_missing": (Way.ESCALATE,),
    }
)
LESS: Mapping[Category, Phrase] = MappingProxyType(
    {
        Category.USER_IDENTIFICATION: Phrase("Ask for subscriber data only"),
        Category.TRAFFIC: Phrase("Ask for less: without traffic data"),
        Category.CONTENT: Phrase("Ask for less: without the content"),
    }
)
# Where a platform names no reason, its answer's kind stands for one.
UNSAID: Mapping[Kind, tuple[Way, ...]] = MappingProxyType(
    {
        Kind.REFUSAL: (Way.ESCALATE,),
        Kind.PRESERVATION_REFUSED: (Way.ESCALATE,),
        Kind.REDIRECT: (Way.OTHER_ENTITY, Way.ASSISTANCE),
        Kind.NO_DATA: (Way.IDENTIFIER,),
    }
)


# While they wait for us our supplement is the way, and nothing is asked anew.
PROPOSED_IN = (State.PARTLY_ANSWERED, State.ANSWERED, State.CLOSED)
# What leaves something to be done; a delivery may, where it gives a part.
REFUSING = frozenset({*UNSAID, Kind.DELIVERY})


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked, of whom, on what footing; and what came back, by its codes."""

    kind: str
    entity: str
    instrument: str
    language: str
    data: tuple[str, ...]
    identifiers: frozenset[str]  # kinds of the accounts
    answers: tuple[Kind, ...]
    reasons: tuple[str, ...]


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """
    One next step: what it is, why, and what of the request it changes.

    `key` names it; `changes` are columns of a draft that is otherwise as the request
    was. An escalation is no draft: it is a letter of the same request.
    """

    way: Way
    key: str
    what: Phrase
    why: tuple[str, ...]  # names of reasons
    mend: Phrase | None = None
    changes: dict[str, Any] = {}

    @property
    def is_draft(self) -> bool:
        """Say whether it makes a draft."""
        return self.way is not Way.ESCALATE


class NotProposed(Conflict):
    """This step is no longer proposed: their answers, or the protocol, changed."""

    code = "not-proposed"
    title = "This step is not proposed here, or no longer"


class Known(msgspec.Struct, frozen=True):
    """What a proposal may draw on."""

    asked: Asked
    protocol: CooperationProtocol
    instruments: tuple[Instrument, ...]
    language: str  # of the reader, for the names of instruments
    on: date


class Step(msgspec.Struct, frozen=True):
    """One thing that a way comes to: its key, words, and changes."""

    key: str
    what: Phrase
    changes: dict[str, Any] = {}
    mend: Phrase | None = None


def propose(known: Known) -> list[Proposal]:
    """Return what may be done next, the nearest first; nothing where nothing helps."""
    whys: dict[Way, list[str]] = {}
    for code in known.asked.reasons:
        for way in NEXT.get(code, ()):
            whys.setdefault(way, []).append(REASONS[code].name)
    if not known.asked.reasons:
        for kind in known.asked.answers:
            for way in UNSAID.get(kind, ()):
                whys.setdefault(way, [])
    return [
        Proposal(
            way=way,
            key=f"{way}:{step.key}".removesuffix(":"),
            what=step.what,
            why=tuple(whys[way]),
            mend=step.mend,
            changes=step.changes,
        )
        for way in Way
        if way in whys
        for step in STEPS[way](known)
    ]


def _other_entities(known: Known) -> Iterator[Step]:
    for one in known.protocol.entities:
        is_in_force = (one.valid_from is None or one.valid_from <= known.on) and (
            one.valid_until is None or known.on <= one.valid_until
        )
        if one.code == known.asked.entity or one.role == "contract" or not is_in_force:
            continue
        what = Phrase("Ask %(entity)s", {"entity": f"{one.name}, {one.country}"})
        mend = Phrase("%(text)s", {"text": one.route}) if one.route else None
        yield Step(one.code, what, {"entity": one.code}, mend)


def _identifiers(known: Known) -> Iterator[Step]:
    better = [
        one
        for one in known.protocol.identifiers
        if one.accepted == "preferred" and one.kind not in known.asked.identifiers
    ]
    names = ", ".join(one.name for one in better)
    text = "Name the account by: %(kinds)s" if names else "Name the account anew"
    finds = [one.find for one in better if one.find]
    mend = Phrase("%(text)s", {"text": " ".join(finds)}) if finds else None
    yield Step("", Phrase(text, {"kinds": names} if names else {}), mend=mend)


def _categories(known: Known) -> dict[str, Category]:
    """Return the category of each thing that was asked for, as far as it is known."""
    held = {one.code: one.category for one in known.protocol.data}
    return {code: held[code] for code in known.asked.data if code in held}


def _without(known: Known, category: Category) -> dict[str, Any]:
    found = _categories(known)
    return {"data": [x for x in known.asked.data if found.get(x) is not category]}


def _narrower(known: Known) -> Iterator[Step]:
    asked = set(_categories(known).values())
    most = next((one for one in reversed(Category) if one in asked), None)
    if most is None or len(asked) == 1:
        yield from _periods(known)
        return
    mend = Phrase("A shorter period helps as well.")
    yield Step("", LESS[most], _without(known, most), mend)


def _periods(known: Known) -> Iterator[Step]:
    empty = {"period_from_at": None, "period_to_at": None}
    yield Step("", Phrase("Ask for another, shorter period"), empty)


def _without_content(known: Known) -> Iterator[Step]:
    found = set(_categories(known).values())
    if Category.CONTENT in found and len(found) > 1:
        what = Phrase("Ask for all but the content")
        yield Step("", what, _without(known, Category.CONTENT))


def _languages(known: Known) -> Iterator[Step]:
    accepted = known.protocol.form.languages.accepted
    if not accepted or known.asked.language in accepted:
        yield from _mended(known)
        return
    what = Phrase("Write it in: %(languages)s", {"languages": ", ".join(accepted)})
    yield Step("", what, {"language": accepted[0]})


def _mended(known: Known) -> Iterator[Step]:
    yield Step("", Phrase("Mend it and send it again"))


def _instruments(known: Known, *, kind: str, between_states: bool) -> list[Instrument]:
    return [
        one
        for one in known.instruments
        if kind in one.kinds
        and one.code != known.asked.instrument
        and (one.force == STATES) is between_states
    ]


def _named(one: Instrument, known: Known) -> str:
    return one.name.get(known.language) or one.name["en"]


def _ordinary(known: Known) -> Iterator[Step]:
    kind = RequestKind.DISCLOSURE
    found = _instruments(known, kind=kind, between_states=False)
    changes = {"kind": kind, "instrument": found[0].code if found else ""}
    yield Step("", Phrase("Ask for the same as an ordinary disclosure"), changes)


def _other_orders(known: Known) -> Iterator[Step]:
    for one in _instruments(known, kind=known.asked.kind, between_states=False):
        what = Phrase("Ask on another footing: %(name)s", {"name": _named(one, known)})
        yield Step(one.code, what, {"instrument": one.code})


def _assistance(known: Known) -> Iterator[Step]:
    """Yield each way between States that this authority has for such a request."""
    said = next(
        (
            Phrase("%(text)s", {"text": one.text})
            for one in known.protocol.legal
            if set(one.process) & set(LETTERS_ROUTES)
        ),
        None,
    )
    kind = known.asked.kind
    if kind == RequestKind.EMERGENCY_DISCLOSURE:
        kind = RequestKind.DISCLOSURE
    for one in _instruments(known, kind=kind, between_states=True):
        what = Phrase("Ask from State to State: %(name)s", {"name": _named(one, known)})
        changes = {"instrument": one.code, "kind": kind}
        yield Step(one.code, what, changes, said)


def _escalation(known: Known) -> Iterator[Step]:
    yield Step("", Phrase("Escalate it, and say why it cannot wait"))


STEPS: Mapping[Way, Callable[[Known], Iterator[Step]]] = MappingProxyType(
    {
        Way.OTHER_ENTITY: _other_entities,
        Way.IDENTIFIER: _identifiers,
        Way.NARROWER: _narrower,
        Way.PERIOD: _periods,
        Way.WITHOUT_CONTENT: _without_content,
        Way.LANGUAGE: _languages,
        Way.MEND: _mended,
        Way.ORDINARY: _ordinary,
        Way.OTHER_ORDER: _other_orders,
        Way.ASSISTANCE: _assistance,
        Way.ESCALATE: _escalation,
    }
)


def chosen(found: Collection[Proposal], key: str) -> Proposal:
    """
    Return the proposal of a key that makes a draft.

    Raises: NotProposed.
    """
    for one in found:
        if one.key == key and one.is_draft:
            return one
    raise NotProposed
