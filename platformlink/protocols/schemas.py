"""What goes in and out of the protocol library."""

from datetime import date, datetime
from typing import Annotated

import msgspec

from platformlink.protocols.protocol import Agreement, CooperationProtocol, Support
from platformlink.protocols.recognition import Certainty

LONGEST_TEXT = 2_000_000  # characters


class PlatformItem(msgspec.Struct, frozen=True, kw_only=True):
    """One platform in the list."""

    slug: str
    name: str
    also_known_as: tuple[str, ...]
    status: str
    version: str
    reliability: str
    next_review_on: date
    is_stale: bool
    takes: dict[str, Support]  # by kind of request


class PlatformList(msgspec.Struct, frozen=True):
    """All platforms, by name."""

    items: list[PlatformItem]
    next_cursor: str | None = None


class PlatformOut(msgspec.Struct, frozen=True, kw_only=True):
    """One platform's present protocol, and what this authority agreed with it."""

    slug: str
    version: str
    protocol: CooperationProtocol
    agreement: Agreement | None


class VersionItem(msgspec.Struct, frozen=True, kw_only=True):
    """One version; ``first_seen_at`` is None where no request was filed under it."""

    version: str
    first_seen_at: datetime | None
    is_current: bool


class VersionList(msgspec.Struct, frozen=True):
    """The versions of one protocol, newest first."""

    items: list[VersionItem]
    next_cursor: str | None = None


class VersionOut(msgspec.Struct, frozen=True, kw_only=True):
    """One version, as decoded and as its file stood."""

    slug: str
    version: str
    protocol: CooperationProtocol
    content: str


class RecogniseIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Any text: a chat, a list of links, the transcript of a picture."""

    text: Annotated[str, msgspec.Meta(max_length=LONGEST_TEXT)]


class RecognisedOut(msgspec.Struct, frozen=True, kw_only=True):
    """One account in the text, between two places (characters); why in words."""

    platform: str
    kind: str
    value: str
    normalised: str
    certainty: Certainty
    start: int
    end: int
    why: str


class RecognisedList(msgspec.Struct, frozen=True):
    """All accounts in a text, in its order."""

    items: list[RecognisedOut]


class ProposalIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A change to one place of a file: what should stand there, as YAML, and why."""

    pointer: str
    value: Annotated[str, msgspec.Meta(max_length=100_000)]
    source: str
    why: str
