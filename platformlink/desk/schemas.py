"""What goes out of the desk's doors."""

from datetime import datetime

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
