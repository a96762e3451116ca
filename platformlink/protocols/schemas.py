"""What goes in and out of the protocol library."""

from datetime import date, datetime
from typing import Annotated

import msgspec

from platformlink.protocols.agreement import Agreement
from platformlink.protocols.protocol import CooperationProtocol, Support
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


class ConfirmIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    A word that a file still holds, or the fact at a JSON pointer into it.

    Without a source it rests on the fact's own; a whole file needs one.
    """

    pointer: str = ""
    source: str = ""


class ReviewOut(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's word that a fact of a version still holds; no pointer: the file."""

    version: str
    pointer: str
    source: str
    reviewed_at: datetime
    by: str


class ReviewList(msgspec.Struct, frozen=True):
    """What was confirmed of a platform's present version, newest first."""

    items: list[ReviewOut]
    next_cursor: str | None = None


class ProposalOut(msgspec.Struct, frozen=True, kw_only=True):
    """
    A proposed change of one place, and what a second person decided.

    ``is_accepted`` is None while it waits; ``patch`` is empty where the file has
    changed at this place since.
    """

    id: int
    platform: str
    version: str
    pointer: str
    before: str
    after: str
    source: str
    why: str
    proposed_at: datetime
    proposed_by: str
    is_accepted: bool | None
    decision: str
    decided_at: datetime | None
    decided_by: str
    is_in_file: bool
    patch: str


class ProposalList(msgspec.Struct, frozen=True):
    """Proposed changes: those that wait first, then the newest."""

    items: list[ProposalOut]
    next_cursor: str | None = None


class DecisionIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why; needed to decline."""

    decision: str = ""


class ChannelIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How somebody made sure that a channel's address is the platform's own."""

    how: str


class TextIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    A platform's published text as it stood on a day.

    ``source`` is the id of a source of its protocol; none: its first own text.
    """

    content: Annotated[str, msgspec.Meta(max_length=LONGEST_TEXT)]
    dated_on: date
    source: str = ""


class TextItem(msgspec.Struct, frozen=True, kw_only=True):
    """One imported text, without its words."""

    id: int
    source: str
    dated_on: date
    sha256: str
    imported_at: datetime


class TextList(msgspec.Struct, frozen=True):
    """The imported texts of a platform, newest first."""

    items: list[TextItem]
    next_cursor: str | None = None
