"""What a letter says, what each kind needs and prints. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from platformlink.authority import Authority, Instrument, Point
from platformlink.errors import Conflict, FieldError, Invalid

Texts = dict[str, str]  # by language code; a missing language prints the other one

VERSION = 1
GAP = "…"
LONGEST_TEXT = 30_000
LONGEST_LINE = 500
LONGEST_IDENTIFIER = 2_000
MOST_ITEMS = 500
ITEMS_ON_PAGE = 6  # more than these go to annex A


class LetterKind(StrEnum):
    """What a letter does. The three reminders grow firmer."""

    PRESERVATION = "preservation"
    PRESERVATION_EXTENSION = "preservation_extension"
    DISCLOSURE = "disclosure"
    EMERGENCY_DISCLOSURE = "emergency_disclosure"
    REMINDER_1 = "reminder_1"
    REMINDER_2 = "reminder_2"
    REMINDER_3 = "reminder_3"
    WITHDRAWAL = "withdrawal"
    SUPPLEMENT = "supplement"
    CORRECTION = "correction"
    ESCALATION = "escalation"
    ACKNOWLEDGEMENT = "acknowledgement"  # of what came
    HANDOVER = "handover"  # of what came, to whoever works with it


HOLDS = (LetterKind.PRESERVATION, LetterKind.PRESERVATION_EXTENSION)
ALARMS = (LetterKind.EMERGENCY_DISCLOSURE,)
CATEGORIES = ("subscriber", "user_identification", "traffic", "content")


class Finding(StrEnum):
    """What a check of a code or of a PDF finds."""

    GENUINE = "genuine"
    WITHDRAWN = "withdrawn"  # genuine, but no longer in force
    SUPERSEDED = "superseded"  # genuine, but a later letter replaced it
    EXPIRED = "expired"  # genuine, but the hold that it asked for is over
    ADDED_TO = "added_to"  # genuine, with further signatures put on it afterwards
    UNREGISTERED = "unregistered"  # our seal, intact, but on no letter that we issued
    ALTERED = "altered"  # our seal, other bytes
    FOREIGN = "foreign"  # sealed by somebody else
    UNKNOWN = "unknown"  # not ours


class Origin(StrEnum):
    """Whence a later version of a letter came."""

    COMPLETED = "completed"  # more proof for the seal
    COUNTERSIGNED = "countersigned"  # signed outside, by a prosecutor for example


class Means(StrEnum):
    """By what somebody checked."""

    CODE = "code"
    UPLOAD = "upload"
    SHELL = "shell"


class LetterWrong(Invalid):
    """The fields do not make a letter of this kind; each is named."""

    code = "letter-wrong"
    title = "The letter cannot be made yet"


class AlreadyEnded(Conflict):
    """A letter stops being in force once."""

    code = "letter-ended"
    title = "This letter is no longer in force"


class Printed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something a letter prints."""


class Sender(Printed, frozen=True):
    """The issuing authority and unit. The first language is the authentic one."""

    name: Texts
    unit: Texts
    address: Texts
    country: str  # ISO 3166-1 alpha-2
    zone: str  # IANA
    languages: tuple[str, ...]
    contact_name: Texts
    contact_phone: str
    contact_email: str
    mail_domain: str


class Person(Printed, frozen=True):
    """An officer: name, office held, service number, direct contact."""

    name: str
    office: Texts = {}
    number: str = ""
    email: str = ""
    phone: str = ""


class Addressee(Printed, frozen=True):
    """The responding entity, exactly as it must be addressed."""

    name: str
    lines: tuple[str, ...] = ()  # department, street, city, country
    channel: Texts = {}


class Item(Printed, frozen=True):
    """One account or item: the identifier as read; ``other`` is a second one."""

    kind: Texts
    identifier: str
    other_kind: Texts = {}
    other: str = ""
    seen_at: datetime | None = None
    seen_on: date | None = None  # where only the day is known
    image: str = ""  # where in the annex its screenshot is


class DataItem(Printed, frozen=True):
    """Data of one category; ``items`` are numbers from 1, none means all."""

    category: str  # subscriber, user_identification, traffic, content
    name: Texts
    detail: Texts = {}
    items: tuple[int, ...] = ()


class Period(Printed, frozen=True):
    """From an instant (included) to another (not included)."""

    from_at: datetime
    to_at: datetime


class Hold(Printed, frozen=True):
    """How long the data are to be kept, and by when legal process follows."""

    days: int
    until_on: date  # its last day, in the sender's zone
    process_on: date | None = None
    process: Texts = {}  # what follows: mutual legal assistance, an order


class Confidentiality(Printed, frozen=True):
    """The user is not told: until when, on what basis, why."""

    until_on: date | None
    basis: Texts
    reason: Texts


class Footing(Printed, frozen=True):
    """The instrument, and its force said honestly."""

    instrument: str
    name: Texts
    citation: Texts
    force: str  # compulsory, voluntary, state_to_state


class Authorisation(Printed, frozen=True):
    """Who ordered it, where that happened outside this desk."""

    authority: Texts
    number: str
    on: date


class Offence(Printed, frozen=True):
    """The offence with its provision, and the penalty."""

    name: Texts
    provision: Texts
    penalty: Texts = {}


class Earlier(Printed, frozen=True):
    """The letter that this one follows, and the platform's own reference."""

    reference: str
    dated_on: date
    platform_reference: str = ""


class Emergency(Printed, frozen=True):
    """Who is in danger and when, how the data avert it, who was told."""

    danger: Texts
    averts: Texts
    process_on: date | None = None
    supervisor_told_at: datetime | None = None


class OpenRequest(Printed, frozen=True):
    """A line of a reminder: what was asked, when, what is awaited."""

    reference: str
    asked: Texts
    sent_on: date
    awaited: Texts
    platform_reference: str = ""
    expected_on: date | None = None
    held_until_on: date | None = None


class Annex(Printed, frozen=True):
    """An enclosure that travels with the letter."""

    letter: str
    title: Texts
    pages: int = 0


class Correction(Printed, frozen=True):
    """One thing that an earlier letter said wrongly, and how it reads rightly."""

    what: Texts
    said: Texts
    correct: Texts


class Piece(Printed, frozen=True):
    """
    One thing received: what it is, when it came, how it is known again.

    ``sha256`` is in hexadecimal digits; ``size_bytes`` 0 is not known.
    """

    name: str
    received_at: datetime
    kind: Texts = {}
    reference: str = ""  # the giver's own
    size_bytes: int = 0
    sha256: str = ""


class Issue(Printed, frozen=True):
    """
    What only sealing knows: reference, code, where to verify, when, with what.

    ``certificate`` is the SHA-256 fingerprint of the seal, in hexadecimal digits.
    """

    reference: str
    code: str
    dated_on: date
    verify_url: str
    sealed_at: datetime
    certificate: str


class LetterFields(Printed, frozen=True):
    """
    Everything that a letter prints, and nothing else: the embedded request.json.

    ``open`` is for reminders and escalations, ``earlier`` for what follows a letter,
    ``question`` and ``answer`` for supplements, ``reason`` for withdrawals,
    ``corrections`` for corrections, ``pieces`` for receipts, ``recipient`` for whoever
    takes them over. ``expected`` says whose time the answer is measured by (agreed,
    stated, own); ``custodian`` holds the data where a State is addressed.
    """

    kind: LetterKind
    service: str
    sender: Sender
    addressee: Addressee
    signatory: Person
    version: int = VERSION
    protocol_version: str = ""
    is_demonstration: bool = False
    is_faxed: bool = False  # larger type, which a fax machine does not eat
    issue: Issue | None = None
    officer: Person | None = None
    supervisor: Person | None = None
    items: tuple[Item, ...] = ()
    data: tuple[DataItem, ...] = ()
    period: Period | None = None
    hold: Hold | None = None
    answer_by_at: datetime | None = None
    expected: str = ""
    confidentiality: Confidentiality | None = None
    footing: Footing | None = None
    authorisation: Authorisation | None = None
    offence: Offence | None = None
    facts: Texts = {}
    nexus: Texts = {}
    necessity: Texts = {}
    urgency: Texts = {}
    report_number: str = ""  # of the NCMEC report, if there is one
    emergency: Emergency | None = None
    earlier: Earlier | None = None
    open: tuple[OpenRequest, ...] = ()
    question: Texts = {}
    answer: Texts = {}
    reason: Texts = {}
    annexes: tuple[Annex, ...] = ()
    custodian: Addressee | None = None
    corrections: tuple[Correction, ...] = ()
    pieces: tuple[Piece, ...] = ()
    recipient: Person | None = None
    form: str = ""  # the prescribed form, where the instrument has one
    answers: dict[str, Texts] = {}  # by field of the form


HOLDING = (LetterKind.PRESERVATION, LetterKind.PRESERVATION_EXTENSION)
# What a letter of each kind cannot be without.
# Source: Budapest Convention art. 29(2); Second Additional Protocol art. 7(3), 9(3).
ASKED = ("items", "data", "footing", "offence", "facts", "officer")
REQUIRED: dict[LetterKind, tuple[str, ...]] = {
    LetterKind.PRESERVATION: (*ASKED, "hold", "necessity"),
    LetterKind.PRESERVATION_EXTENSION: (
        *("items", "footing", "officer", "hold", "earlier", "reason"),
    ),
    LetterKind.DISCLOSURE: (*ASKED, "necessity", "answer_by_at"),
    LetterKind.EMERGENCY_DISCLOSURE: (
        *("items", "data", "footing", "officer", "emergency", "answer_by_at"),
    ),
    LetterKind.REMINDER_1: ("open",),
    LetterKind.REMINDER_2: ("open",),
    LetterKind.REMINDER_3: ("open",),
    LetterKind.WITHDRAWAL: ("earlier", "reason"),
    LetterKind.SUPPLEMENT: ("earlier", "question", "answer"),
    LetterKind.CORRECTION: ("earlier", "corrections"),
    LetterKind.ESCALATION: ("open", "reason"),
    LetterKind.ACKNOWLEDGEMENT: ("earlier", "pieces"),
    LetterKind.HANDOVER: ("pieces", "recipient"),
}

# What else it prints where it is given.
AROUND = ("authorisation", "confidentiality", "supervisor", "annexes", "period")
ARGUED = ("nexus", "urgency", "report_number")
OPTIONAL: dict[LetterKind, tuple[str, ...]] = {
    LetterKind.PRESERVATION: (*AROUND, *ARGUED, "answer_by_at"),
    LetterKind.PRESERVATION_EXTENSION: (*AROUND, "data", "answer_by_at", "offence"),
    LetterKind.DISCLOSURE: (*AROUND, *ARGUED, "earlier"),
    LetterKind.EMERGENCY_DISCLOSURE: (
        "period",
        "offence",
        "confidentiality",
        "supervisor",
    ),
    LetterKind.REMINDER_1: ("expected",),
    LetterKind.REMINDER_2: ("expected",),
    LetterKind.REMINDER_3: ("expected",),
    LetterKind.WITHDRAWAL: ("items",),
    LetterKind.SUPPLEMENT: ("items", "annexes"),
    LetterKind.CORRECTION: ("reason",),
    LetterKind.ESCALATION: ("expected", "custodian", "officer"),
    LetterKind.ACKNOWLEDGEMENT: ("reason",),
    LetterKind.HANDOVER: ("earlier", "reason"),
}
ALWAYS = (
    *("kind", "service", "sender", "addressee", "signatory", "version"),
    *("protocol_version", "is_demonstration", "is_faxed", "issue"),
)


def sender_of(authority: Authority, unit_code: str) -> Sender:
    """Return who asks, as a letter shows them."""
    units = {unit.code: unit.name for unit in authority.units}
    return Sender(
        name=authority.name,
        unit=units.get(unit_code, {}),
        address=authority.address,
        country=authority.country,
        zone=authority.zone,
        languages=authority.languages,
        contact_name=authority.contact.name,
        contact_phone=authority.contact.phone,
        contact_email=authority.contact.email,
        mail_domain=authority.mail_domain,
    )


def addressee_of(point: Point) -> Addressee:
    """Return a State's point of contact, as a letter addresses it."""
    reached = " · ".join(filter(None, (point.email, point.phone)))
    lines = (*point.lines, reached) if reached else point.lines
    return Addressee(name=point.name, lines=lines)


def footing_of(instrument: Instrument) -> Footing:
    """Return an instrument, as a letter shows it."""
    return Footing(
        instrument=instrument.code,
        name=instrument.name,
        citation=instrument.citation,
        force=instrument.force,
    )


def encode(fields: LetterFields) -> bytes:
    """Return request.json: the same fields always give the same bytes."""
    return msgspec.json.format(
        msgspec.json.encode(fields, order="deterministic"), indent=2
    )


def decode(content: bytes) -> LetterFields:
    """
    Return the fields of a request.json.

    Raises: msgspec.ValidationError.
    """
    return msgspec.json.decode(content, type=LetterFields)


def expires_at(fields: LetterFields) -> datetime | None:
    """Return when a letter asks no more: after the last day of the hold it is for."""
    if fields.kind not in HOLDING or fields.hold is None:
        return None
    after = fields.hold.until_on + timedelta(days=1)
    zone = ZoneInfo(fields.sender.zone)
    return datetime.combine(after, time(), tzinfo=zone).astimezone(UTC)


def trimmed(fields: LetterFields) -> LetterFields:
    """Return the fields that a letter of this kind prints, the others left empty."""
    printed = {*ALWAYS, *REQUIRED[fields.kind], *OPTIONAL[fields.kind]}
    kept = {name: getattr(fields, name) for name in printed}
    return LetterFields(**kept)


def with_gaps(fields: LetterFields, today: date) -> LetterFields:
    """Return the fields with an ellipsis wherever the kind still lacks something."""
    gap = {"en": GAP}
    midnight = datetime.combine(today, time(), tzinfo=UTC)
    gaps: dict[str, object] = {
        "items": (Item(kind=gap, identifier=GAP),),
        "data": (DataItem(category="", name=gap),),
        "footing": Footing(instrument="", name=gap, citation={}, force="voluntary"),
        "offence": Offence(name=gap, provision=gap),
        "officer": Person(name=GAP),
        "hold": Hold(days=0, until_on=today),
        "answer_by_at": midnight,
        "emergency": Emergency(danger=gap, averts=gap),
        "earlier": Earlier(reference=GAP, dated_on=today),
        "open": (OpenRequest(reference=GAP, asked=gap, sent_on=today, awaited=gap),),
        "corrections": (Correction(what=gap, said=gap, correct=gap),),
        "pieces": (Piece(name=GAP, received_at=midnight),),
        "recipient": Person(name=GAP),
    }
    missing = [one for one in REQUIRED[fields.kind] if _is_blank(getattr(fields, one))]
    filled = {name: gaps.get(name, gap) for name in missing}
    return msgspec.structs.replace(fields, **filled)


def _longest(pointer: str) -> int:
    """Return how many characters may stand at a pointer."""
    if pointer.endswith(("/identifier", "/other")):
        return LONGEST_IDENTIFIER
    long = ("facts", "nexus", "necessity", "urgency", "question", "answer", "reason")
    is_long = any(f"/{name}/" in pointer for name in (*long, "danger", "averts"))
    return LONGEST_TEXT if is_long else LONGEST_LINE


def _too_long(value: object, pointer: str = "") -> list[FieldError]:
    """Return every text below a pointer that is longer than a letter can bear."""
    if isinstance(value, dict):
        pairs = [(str(key), one) for key, one in value.items()]
    elif isinstance(value, list):
        pairs = [(str(place), one) for place, one in enumerate(value)]
    elif isinstance(value, str) and len(value) > _longest(pointer):
        message = "At most %(most)s characters fit in a letter."
        most = {"most": str(_longest(pointer))}
        return [FieldError(pointer, "too-long", message, most)]
    else:
        return []
    return [error for key, one in pairs for error in _too_long(one, f"{pointer}/{key}")]


def _is_blank(value: object) -> bool:
    """Say whether nothing would be printed of a value."""
    if isinstance(value, dict):
        return not any(text.strip() for text in value.values())
    return not value


def check_length(fields: LetterFields) -> None:
    """
    Let pass what a letter can bear.

    Raises: LetterWrong, which names each field that is too long.
    """
    if errors := oversized(fields):
        raise LetterWrong("", *errors)


def oversized(fields: LetterFields) -> list[FieldError]:
    """Return what no letter can bear: texts too long, items too many."""
    errors = _too_long(msgspec.to_builtins(fields))
    if len(fields.items) > MOST_ITEMS:
        most = {"most": str(MOST_ITEMS)}
        message = "At most %(most)s items fit in a letter."
        errors.append(FieldError("/items", "too-many", message, most))
    return errors


def check(fields: LetterFields) -> None:
    """
    Let pass what can be printed: all that the kind needs, nothing overlong.

    Raises: LetterWrong, which names each field.
    """
    errors = [
        FieldError(f"/{name}", "required", "A letter of this kind needs this.")
        for name in REQUIRED[fields.kind]
        if _is_blank(getattr(fields, name))
    ]
    errors += oversized(fields)
    if errors:
        raise LetterWrong("", *errors)


def longest_text(fields: LetterFields) -> str:
    """Return the pointer of the longest text, which is what overflows a page."""

    def texts(value: object, pointer: str) -> list[tuple[int, str]]:
        if isinstance(value, dict):
            return [
                one
                for key, inner in value.items()
                for one in texts(inner, f"{pointer}/{key}")
            ]
        return [(len(value), pointer)] if isinstance(value, str) else []

    return max(texts(msgspec.to_builtins(fields), ""))[1]


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a request.json."""
    return msgspec.json.schema(LetterFields)
