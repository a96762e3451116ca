"""What goes out of the desk's doors."""

from datetime import date, datetime
from typing import Literal

import msgspec

from platformlink.desk.resting import TemplateTouched
from platformlink.protocols.guidelines import Line, Touched
from platformlink.protocols.schemas import TextItem
from platformlink.web.problems import Problem


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


class TogetherIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    One act for several requests, by their references or the ids of drafts.

    ``reason`` is what each letter of withdrawal says; no other act asks for one.
    """

    act: Literal["submit", "send", "withdraw"]
    requests: list[str]
    reason: str = ""


class TogetherLine(msgspec.Struct, frozen=True, kw_only=True):
    """
    What became, or would become, of one request: in words, or why nothing does.

    ``state`` is the one that the act found; ``letter`` what a person has yet to send.
    """

    request: str
    state: str
    told: str
    letter: str
    problem: Problem | None


class TogetherOut(msgspec.Struct, frozen=True):
    """What became, or would become, of each request, in the order given."""

    act: str
    items: list[TogetherLine]


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
