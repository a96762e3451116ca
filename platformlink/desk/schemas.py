"""What goes out of the desk's doors."""

from datetime import date, datetime

import msgspec

from platformlink.desk.resting import TemplateTouched
from platformlink.protocols.guidelines import Line, Touched
from platformlink.protocols.schemas import TextItem


class ClockLine(msgspec.Struct, frozen=True, kw_only=True):
    """One clock of the board: what ends when, of which request, whose move it is."""

    id: int
    kind: str
    urgency: str
    words: str
    duty: str
    source: str
    legal_due_at: datetime
    safe_due_at: datetime
    request: str
    request_kind: str
    case: str
    platform: str
    unit: str
    accounts: list[str]
    sentences: list[str]


class Board(msgspec.Struct, frozen=True):
    """A part of the board, the most urgent first, and where the next part begins."""

    items: list[ClockLine]
    next_cursor: str | None


class TextOut(msgspec.Struct, frozen=True, kw_only=True):
    """
    A published text, its difference to the one before, and what rests on that.

    ``touched`` are facts of the protocol, ``templates`` the letters that print them,
    ``drafts`` those that the caller may see. Without an earlier text all are empty.
    """

    text: TextItem
    before: TextItem | None
    content: str
    changed: list[Line]
    touched: list[Touched]
    templates: list[TemplateTouched]
    drafts: list[str]


class ChangeIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    One day that a calendar counts otherwise: a rest day (with a name) or a working day.

    ``calendar`` is a country code, or one of a part of a country (`US-CA`).
    """

    calendar: str
    day_on: date
    is_rest: bool
    name: str = ""


class SeenChangeIn(ChangeIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A change, with ``seen`` of the preview that was read."""

    seen: str


class MovedClock(msgspec.Struct, frozen=True, kw_only=True):
    """
    One clock that a change moves: the last day before and after, and the exact ends.

    The days are those to work to; where these stay, those by law.
    """

    request: str
    kind: str
    was_on: date
    due_on: date
    legal_was_at: datetime
    legal_due_at: datetime
    safe_was_at: datetime
    safe_due_at: datetime


class Moves(msgspec.Struct, frozen=True, kw_only=True):
    """
    All that a change moves, of which ``hidden`` belong to cases closed to the reader.

    ``seen`` stands for exactly these dates; ``items`` are the most urgent 500.
    """

    count: int
    hidden: int
    seen: str
    items: list[MovedClock]
