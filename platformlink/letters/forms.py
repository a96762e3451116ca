"""
Forms that legal instruments prescribe: their fields, in their order, by their names.

A form is data (`letter_templates/forms/<code>.yaml`, words in English, translated by
the catalogues). Three kinds of form differ by who reads them, and so by what they can
say at all: a certificate goes to a provider that must not learn why it is asked, so
its fields have no value that would tell the facts or the grounds, and the letter's own
data are stripped of them before a page or a request.json is made.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from platformlink import documents
from platformlink.documents import Strict
from platformlink.errors import FieldError
from platformlink.letters import rules, telling
from platformlink.letters.rules import (
    ALWAYS,
    LetterFields,
    LetterKind,
    LetterWrong,
)
from platformlink.letters.telling import Speaker
from platformlink.letters.wording import Voice

FOLDER = "forms"

# What any reader may learn.
Plain = Literal[
    "date",
    "reference",
    "authority",
    "country",
    "officer",
    "signatory",
    "supervisor",
    "contact",
    "languages",
    "verify",
    "addressee",
    "custodian",
    "measure",
    "authorisation",
    "offence",
    "provision",
    "penalty",
    "items",
    "data",
    "subscriber",
    "user_identification",
    "traffic",
    "content",
    "categories",
    "period",
    "hold",
    "process",
    "answer_by",
    "deadline",
    "status",
    "return",
    "secrecy",
    "secrecy_reason",
    "earlier",
    "report_number",
    "annexes",
    "says",
    "answer",
]
# Why it is asked: what the provider must not learn from a certificate.
Argued = Literal["facts", "nexus", "necessity", "urgency", "danger", "averts"]


class Field(Strict, frozen=True):
    """
    One field: its id in the instrument, its label, and where its value comes from.

    ``says`` is a fixed sentence; ``choices`` are boxes by code; the value of an
    ``answer`` stands in the authority's file, under the instrument.
    """

    id: str
    label: str
    value: Plain | Argued
    required: bool = False
    says: str = ""
    choices: dict[str, str] = msgspec.field(default_factory=dict)


class CertificateField(Field, frozen=True):
    """A field of a certificate: it has no way to tell facts or grounds."""

    value: Plain


class Part(Strict, frozen=True):
    """A part of a form, with its letter or number if it has one."""

    title: str
    fields: tuple[Field, ...]
    id: str = ""


class CertificatePart(Part, frozen=True):
    """A part of a certificate."""

    fields: tuple[CertificateField, ...]


class Form(Strict, frozen=True, tag_field="to"):
    """
    One prescribed form: the instrument, which kinds of request it serves, its fields.

    ``lead`` is what page 1 asks in a sentence, ``ask`` the verb of its key line and
    ``short`` the instrument there, in a few signs.
    """

    title: str
    source: str
    short: str
    kinds: tuple[LetterKind, ...]
    lead: str
    ask: str
    parts: tuple[Part, ...]
    data: tuple[str, ...] = ()  # categories that it may ask for; none named: all

    @property
    def fields(self) -> Iterator[Field]:
        """Yield all fields, in order."""
        return (one for part in self.parts for one in part.fields)


class ToProvider(Form, frozen=True, tag="provider"):
    """A form that goes to the provider, with the reasons."""


class ToState(Form, frozen=True, tag="state"):
    """A form that goes to an authority of the State in which the provider is."""


class ToCentral(Form, frozen=True, tag="central"):
    """A form that goes to our own central authority, which asks the other State."""


class Certificate(Form, frozen=True, tag="certificate"):
    """A form that goes to the provider, without the reasons."""

    parts: tuple[CertificatePart, ...]


AnyForm = ToProvider | ToState | ToCentral | Certificate


def passes_by_state(form: Form) -> bool:
    """Say whether a form goes to an authority, which has the provider act."""
    return isinstance(form, ToState | ToCentral)


@cache
def _read(file: Path, version: int) -> AnyForm:
    whole: Any = AnyForm  # a union is no type of Python's own
    found: AnyForm = documents.decode(file.read_bytes(), whole, file=file.name)
    return found


def named(folder: Path, code: str) -> AnyForm | None:
    """
    Return the form of a code, or None where there is none.

    Raises: DocumentWrong.
    """
    file = folder / FOLDER / f"{Path(code).name}.yaml"
    if not code or not file.is_file():
        return None
    return _read(file, file.stat().st_mtime_ns)


def codes(folder: Path) -> list[str]:
    """Return the codes of a folder's forms."""
    return sorted(file.stem for file in (folder / FOLDER).glob("*.yaml"))


PAGE_ONE = ("items", "data", "period", "answer_by_at")
ADDRESSED = ("form", "answers", "custodian", "expected")


def _status(fields: LetterFields) -> set[str]:
    is_extension = fields.kind is LetterKind.PRESERVATION_EXTENSION
    follows = "follow_up" if fields.earlier else "new"
    return {"extension" if is_extension else follows}


def _ticked(field: Field, fields: LetterFields) -> set[str]:
    """Return the codes of the boxes that are ticked."""
    if field.value == "categories":
        return {one.category for one in fields.data}
    if field.value == "status":
        return _status(fields)
    if field.value == "deadline":
        is_emergency = fields.kind is LetterKind.EMERGENCY_DISCLOSURE
        return {"emergency" if is_emergency else "ordinary"}
    return set(fields.answers.get(field.id, {}).values())


class Tick(msgspec.Struct, frozen=True):
    """One box."""

    label: str
    is_ticked: bool


class Row(msgspec.Struct, frozen=True):
    """One field as it is printed in a language."""

    id: str
    label: str
    lines: tuple[str, ...]
    ticks: tuple[Tick, ...]
    is_missing: bool


class SheetPart(msgspec.Struct, frozen=True):
    """A part as it is printed in a language."""

    id: str
    title: str
    rows: tuple[Row, ...]


class Sheet(msgspec.Struct, frozen=True):
    """A whole form in one language: all that a template gets of it."""

    language: str
    title: str
    parts: tuple[SheetPart, ...]


def _lines(field: Field, fields: LetterFields, speaker: Speaker) -> tuple[str, ...]:
    if field.says:
        return (speaker.say(field.says),)
    if field.value == "answer" and not field.choices:
        return tuple(speaker.text(fields.answers.get(field.id, {})))
    return tuple(telling.SOURCES[field.value].lines(fields, speaker))


def _row(field: Field, fields: LetterFields, speaker: Speaker) -> Row:
    ticked = _ticked(field, fields) if field.choices else set()
    return Row(
        id=field.id,
        label=speaker.say(field.label),
        lines=_lines(field, fields, speaker),
        ticks=tuple(
            Tick(speaker.say(label), code in ticked)
            for code, label in field.choices.items()
        ),
        is_missing=field.required and not _is_filled(field, fields, speaker),
    )


def sheet(form: Form, fields: LetterFields, speaker: Speaker) -> Sheet:
    """Return a form as it is printed in one language."""
    return Sheet(
        language=speaker.language,
        title=speaker.say(form.title),
        parts=tuple(
            SheetPart(
                id=part.id,
                title=speaker.say(part.title),
                rows=tuple(_row(one, fields, speaker) for one in part.fields),
            )
            for part in form.parts
        ),
    )


def trimmed(form: Form, fields: LetterFields) -> LetterFields:
    """Return the fields that a form prints, the others left empty."""
    values: set[str] = {one.value for one in form.fields}
    carried = {*ALWAYS, *PAGE_ONE, *ADDRESSED}
    carried |= {name for value in values for name in telling.SOURCES[value].carries}
    kept = {name: getattr(fields, name) for name in carried}
    asked = {one.id for one in form.fields if one.value == "answer"}
    kept["answers"] = {at: one for at, one in fields.answers.items() if at in asked}
    return _pruned(LetterFields(**kept), values)


def _pruned(fields: LetterFields, values: set[str]) -> LetterFields:
    """Return the fields without those of their parts that no value prints."""
    for name, parts in telling.PARTS.items():
        whole = getattr(fields, name)
        blank = {one: empty for one, (by, empty) in parts.items() if by not in values}
        if whole is not None and blank:
            pruned = msgspec.structs.replace(whole, **blank)
            fields = msgspec.structs.replace(fields, **{name: pruned})
    return fields


def missing(form: Form, fields: LetterFields, folder: Path) -> list[Field]:
    """Return the mandatory fields that have no value, in the form's order."""
    language = fields.sender.languages[0]
    voice = Voice(folder, (language,))
    speaker = Speaker(voice, language, ZoneInfo(fields.sender.zone))
    return [
        one
        for one in form.fields
        if one.required and not _is_filled(one, fields, speaker)
    ]


def _is_filled(field: Field, fields: LetterFields, speaker: Speaker) -> bool:
    if field.choices:
        return bool(_ticked(field, fields) & set(field.choices))
    return any(one.strip() for one in _lines(field, fields, speaker))


def gaps(form: Form, fields: LetterFields, folder: Path) -> list[FieldError]:
    """Return what keeps a form from being sealed: each mandatory field by its name."""
    text = "%(form)s, field %(id)s: “%(label)s” is missing."
    errors = [
        FieldError(
            telling.SOURCES[one.value].pointer,
            "required",
            text,
            {"form": form.title, "id": one.id, "label": one.label},
        )
        for one in missing(form, fields, folder)
    ]
    others = {one.category for one in fields.data} - set(form.data or rules.CATEGORIES)
    if others:
        text = "%(form)s is for: %(categories)s. Take the other data out."
        known = {"form": form.title, "categories": ", ".join(form.data)}
        errors.append(FieldError("/data", "not-in-form", text, known))
    return errors


def check(form: Form, fields: LetterFields, folder: Path) -> None:
    """
    Let pass what fills the form, and is nowhere overlong.

    Raises: LetterWrong, which names each field of the form.
    """
    if errors := [*gaps(form, fields, folder), *rules.oversized(fields)]:
        raise LetterWrong("", *errors)
