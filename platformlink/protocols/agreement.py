"""The types of an agreement: what one authority and a platform settled, as a file."""

from datetime import date
from typing import Literal

from platformlink.documents import Strict
from platformlink.protocols.protocol import Channel, Kind, Slug, Span, Text


class AgreedContact(Strict, frozen=True, kw_only=True):
    """A person or desk that the platform named to this authority."""

    name: Text
    purpose: Text
    email: Text | None = None
    phone: Text | None = None


class AgreedTime(Strict, frozen=True, kw_only=True):
    """How soon the platform promised this authority an answer."""

    what: Literal["acknowledgement", "response"]
    within: Span
    kinds: tuple[Kind, ...] = ()  # none named: all


class Agreement(Strict, frozen=True, kw_only=True):
    """What this authority and the platform settled; kept apart from the public file."""

    slug: Slug
    agreed_on: date
    review_on: date
    reference: Text | None = None
    contacts: tuple[AgreedContact, ...] = ()
    times: tuple[AgreedTime, ...] = ()
    channels: tuple[Channel, ...] = ()
    note: Text | None = None
