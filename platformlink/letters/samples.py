"""Letters of invented fields, in our own name: every template, in every look."""

from pathlib import Path

import jinja2
import msgspec

from platformlink.errors import Refusal
from platformlink.letters import forms, paper
from platformlink.letters.rules import (
    Addressee,
    DataItem,
    Item,
    LetterFields,
    LetterKind,
    addressee_of,
    sender_of,
)
from platformlink.ports import Runtime
from platformlink.protocols.protocol import CooperationProtocol
from platformlink.protocols.regions import address_of, addressees
from platformlink.protocols.shelf import Library

FORM = "form-"


def of_kind(runtime: Runtime, kind: LetterKind, slug: str) -> LetterFields:
    """
    Return invented fields in our own name.

    If a platform is named, addressee, accounts and data are of its file.
    """
    fields = paper.sample(runtime.templates, kind)
    unit = runtime.authority.units[0].code
    fields = msgspec.structs.replace(fields, sender=sender_of(runtime.authority, unit))
    if not slug:
        return fields
    protocol = Library.load(runtime.protocols).get(slug)
    return msgspec.structs.replace(
        fields,
        service=protocol.name,
        addressee=_office(runtime, protocol),
        items=_items(protocol)[: len(fields.items)],
        data=_data(protocol) if fields.data else (),
    )


def _office(runtime: Runtime, protocol: CooperationProtocol) -> Addressee:
    """Return whom our authority addresses for a holder at home: the first, if any."""
    country, on = runtime.authority.country, runtime.clock().date()
    found = addressees(protocol, country, "", on, requester=country)
    if not found:
        return Addressee(name="")
    return Addressee(name=found[0].name, lines=address_of(found[0], on))


def _items(protocol: CooperationProtocol) -> tuple[Item, ...]:
    """Return the examples of the identifiers that a platform takes."""
    return tuple(
        Item(kind={"en": one.name}, identifier=one.example)
        for one in protocol.identifiers
        if one.example and one.accepted in ("preferred", "accepted")
    )


def _data(protocol: CooperationProtocol) -> tuple[DataItem, ...]:
    return tuple(
        DataItem(one.category, {"en": one.name}, {"en": one.holds})
        for one in protocol.data
        if one.is_available
    )


def names(folder: Path) -> list[str]:
    """Return the names of all templates: the kinds, then the prescribed forms."""
    return [*map(str, LetterKind), *(FORM + x for x in forms.codes(folder))]


def invented(runtime: Runtime, name: str) -> LetterFields:
    """
    Return invented fields of a template, in our own name.

    Raises: DocumentWrong.
    """
    code = name.removeprefix(FORM)
    if code == name:
        fields = of_kind(runtime, LetterKind(name), "")
    else:
        fields = paper.sample_form(runtime.templates, code)
    unit, points = runtime.authority.units[0].code, runtime.authority.points
    fields = msgspec.structs.replace(fields, sender=sender_of(runtime.authority, unit))
    if fields.custodian is None or not points:
        return fields
    return msgspec.structs.replace(fields, addressee=addressee_of(points[-1]))


def looks(fields: LetterFields) -> dict[str, LetterFields]:
    """Return a letter in its bound languages, in each of them alone, and by fax."""
    languages = fields.sender.languages
    every = [languages, *((one,) for one in languages if len(languages) > 1)]
    senders = [msgspec.structs.replace(fields.sender, languages=one) for one in every]
    found = {
        "-".join(one.languages): msgspec.structs.replace(fields, sender=one)
        for one in senders
    }
    return found | {"fax": msgspec.structs.replace(fields, is_faxed=True)}


def fault(runtime: Runtime, name: str) -> str:
    """Return why a template cannot be put together, in the words of its writer."""
    try:
        fields = invented(runtime, name)
        paper.compose(runtime.templates, fields, now=runtime.clock())
    except (jinja2.TemplateError, Refusal) as error:
        return str(error)
    return ""
