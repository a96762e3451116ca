"""Who asks: the issuing authority, from one YAML file. No country is in the code."""

from datetime import time
from functools import cache
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from platformlink import documents

# The Member States that issue certificates: all but Denmark.
# Source: Regulation (EU) 2023/1543, recital 101 and Article 2.
BOUND = frozenset(
    {
        *("AT", "BE", "BG", "CY", "CZ", "DE", "EE", "ES", "FI", "FR"),
        *("GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL"),
        *("PL", "PT", "RO", "SE", "SI", "SK"),
    }
)
LOOPBACK = ("127.0.0.1", "::1", "localhost")
CERTIFICATES = ("epoc", "epoc-notification", "epoc-pr")


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A struct that a person writes: unknown fields are mistakes."""


class Contact(Strict, frozen=True):
    """The 24/7 point: where a platform calls back to check that we are we."""

    name: dict[str, str]
    phone: str
    email: str


class UnitEntry(Strict, frozen=True):
    """One unit: a code that never changes, and its name by language."""

    code: str
    name: dict[str, str]


class Point(Strict, frozen=True):
    """The 24/7 point of contact, or another authority, of a foreign State."""

    country: str  # ISO 3166-1 alpha-2
    name: str
    lines: tuple[str, ...] = ()  # office, street, city, country
    email: str = ""
    phone: str = ""


class Target(Strict, frozen=True):
    """Our own target for an answer, where nothing is agreed or stated."""

    acknowledgement: str = "P3D"
    response: str = "P20D"


class Leads(Strict, frozen=True):
    """How long before an end we warn, and how much time our own duties have."""

    assumed_hold_days: int = 60  # where a platform names none
    hold_warn_days: tuple[int, ...] = (21, 14, 7, 3, 1)
    soon_days: int = 3
    renewal_days: int = 14
    legal_process_days: int = 30
    ratification_hours: int = 8
    supplement_days: int = 5


class Rung(Strict, frozen=True):
    """One step of an escalation: so long after the answer was due, this is done."""

    after_hours: Annotated[int, msgspec.Meta(ge=1)]
    do: Literal["remind", "phone", "contact", "point", "management"]


DEFAULT_LADDERS: dict[str, tuple[Rung, ...]] = {
    "default": (
        Rung(after_hours=24, do="remind"),
        Rung(after_hours=24 * 7, do="remind"),
        Rung(after_hours=24 * 14, do="remind"),
        Rung(after_hours=24 * 21, do="phone"),
        Rung(after_hours=24 * 28, do="contact"),
        Rung(after_hours=24 * 42, do="point"),
        Rung(after_hours=24 * 49, do="management"),
    ),
    "emergency_disclosure": (
        Rung(after_hours=1, do="phone"),
        Rung(after_hours=2, do="remind"),
        Rung(after_hours=4, do="point"),
        Rung(after_hours=8, do="management"),
    ),
}


class Webhook(Strict, frozen=True):
    """
    A program that is told of events by signed POSTs; without `events`, of all.

    By its name its secrets are found, which stand in no file of the authority.
    """

    name: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    url: str
    events: tuple[str, ...] = ()  # such as request.send

    def __post_init__(self) -> None:
        """Let pass a line that nobody on the way can read, and names of events."""
        parts = urlsplit(self.url)
        is_here = parts.scheme == "http" and parts.hostname in LOOPBACK
        if not parts.hostname or not (parts.scheme == "https" or is_here):
            message = "a webhook's url begins with https://; http only on this machine"
            raise ValueError(message)
        if not all(one.startswith("request.") for one in self.events):
            message = "an event is called request.send, request.answer and so on"
            raise ValueError(message)


class Retention(Strict, frozen=True):
    """
    How many days records rest before something is done.

    After `draft_days` without saving, a draft is announced and then emptied; of a case
    that is over for `closed_days` a person says why it is kept.
    """

    closed_days: Annotated[int, msgspec.Meta(ge=1)] = 1095
    draft_days: Annotated[int, msgspec.Meta(ge=1)] = 90


class VaultEntry(Strict, frozen=True):
    """To whom evidence is encrypted: age recipients, whose keys are kept elsewhere."""

    recipients: tuple[str, ...] = ()


class Instrument(Strict, frozen=True):
    """
    A legal footing this authority may use, with its words for the letter.

    ``form`` is the code of the form that it prescribes, ``answers`` what stands in
    this form's own fields in every letter, by field id.
    """

    code: str
    name: dict[str, str]
    citation: dict[str, str]
    force: str  # compulsory, voluntary, state_to_state
    kinds: tuple[str, ...]
    authorisation: dict[str, str] = {}  # data category -> approval, prosecutor, court
    form: str = ""
    answers: dict[str, dict[str, str]] = {}


class Authority(Strict, frozen=True):
    """The issuing authority. Texts are dictionaries by language code."""

    name: dict[str, str]
    address: dict[str, str]
    country: str  # ISO 3166-1 alpha-2
    zone: str  # IANA
    calendar: str  # a country code of the holidays library
    languages: tuple[str, ...]  # the first is authoritative
    prefix: str
    mail_domain: str
    sender: str
    contact: Contact
    units: tuple[UnitEntry, ...]
    instruments: tuple[Instrument, ...]
    targets: dict[str, Target]
    points: tuple[Point, ...] = ()
    leads: Leads = Leads()
    ladders: dict[str, tuple[Rung, ...]] = msgspec.field(
        default_factory=DEFAULT_LADDERS.copy
    )  # by platform/kind, platform, kind, or default
    retention: Retention = Retention()
    vault: VaultEntry = VaultEntry()
    webhooks: tuple[Webhook, ...] = ()
    brief_to: tuple[str, ...] = ()  # who is mailed the sealed brief each month
    office_opens: time = time(8)
    office_closes: time = time(16)
    crest: str | None = None  # an SVG file beside this one
    signers: tuple[str, ...] = ()  # empty signature fields that others fill after us
    is_demonstration: bool = False

    def __post_init__(self) -> None:
        """Let pass receivers that are told apart by their names and places."""
        names = {one.name for one in self.webhooks}
        places = {one.url for one in self.webhooks}
        if min(len(names), len(places)) < len(self.webhooks):
            message = "webhooks: each has a name and a url of its own"
            raise ValueError(message)

    @property
    def tz(self) -> ZoneInfo:
        """Return the authority's time zone."""
        return ZoneInfo(self.zone)

    def point(self, country: str) -> Point | None:
        """Return the point of contact of a State, or None."""
        return next((one for one in self.points if one.country == country), None)

    def instrument(self, code: str) -> Instrument | None:
        """Return the instrument of a code, or None."""
        return next((one for one in self.instruments if one.code == code), None)


def said(texts: dict[str, str], language: str) -> str:
    """Return a text in a language, else in English, else in whatever there is."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


@cache
def _zones() -> set[str]:
    return available_timezones()


def load(path: Path) -> Authority:
    """
    Return the authority that a file describes.

    Raises: DocumentWrong, with line and column.
    """
    text = path.read_text(encoding="utf-8")
    authority = documents.decode(text, Authority, file=path.name)
    if authority.zone not in _zones():
        line, column = documents.line_of(text, "/zone")
        message = f"zone: {authority.zone!r} is no IANA zone, such as Europe/Tirane"
        raise documents.DocumentWrong(
            documents.Problem(path.name, line, column, "/zone", message)
        )
    return _offered(authority)


def _offered(authority: Authority) -> Authority:
    """Return an authority without the instruments that its State may not use."""
    if authority.country in BOUND:
        return authority
    offered = [one for one in authority.instruments if one.form not in CERTIFICATES]
    return msgspec.structs.replace(authority, instruments=tuple(offered))
