"""Lists in parts: a cursor is the key of the last line seen, never an offset."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, tuple_
from sqlalchemy.orm import Mapped

from platformlink.errors import FieldError, Invalid

MOST_DIGITS = 18  # what fits a bigint


class Sort(StrEnum):
    """The orders of a list; a minus is the newest first."""

    NEWEST = "-created"
    OLDEST = "created"
    CHANGED_LAST = "-changed"
    CHANGED_FIRST = "changed"


class BadSort(Invalid):
    """The list has no such order."""

    code = "bad-sort"
    title = "The list has no such order"
    mend = "Choose one of those that are named."


class BadCursor(Invalid):
    """The cursor is none that a list gave."""

    code = "bad-cursor"
    title = "This is no cursor of a list"
    mend = "Send the next_cursor of the part before, or none for the first part."


def cursor_of(text: str) -> int | None:
    """
    Return the key of the last line seen, or None for the first part.

    Raises: BadCursor.
    """
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        message = "Use the next_cursor of the list before."
        raise BadCursor(message, FieldError("/cursor", "unknown", message))
    return int(text)


def sort_of(text: str, *among: Sort) -> Sort:
    """
    Return the order that a query string asks for; the newest first by default.

    ``among``: those that the list has; none named: all.

    Raises: BadSort.
    """
    if not text:
        return Sort.NEWEST
    if text not in (among or set(Sort)):
        message, params = (
            "Choose one of: %(sorts)s.",
            {"sorts": ", ".join(among or Sort)},
        )
        raise BadSort("", FieldError("/sort", "unknown", message, params))
    return Sort(text)


class Place:
    """Where a part of a list begins: after a line, in an order."""

    def __init__(self, sort: Sort, cursor: str) -> None:
        """
        Read a cursor that the same order gave, or none.

        Raises: BadCursor.
        """
        self._is_timed = sort in (Sort.CHANGED_LAST, Sort.CHANGED_FIRST)
        self._is_down = sort.startswith("-")
        self._after: tuple[Any, ...] = ()
        at, tilde, number = cursor.rpartition("~")
        if cursor and bool(tilde) is not self._is_timed:
            cursor_of("this is another order's")
        if key := cursor_of(number):
            self._after = (_instant(at), key) if self._is_timed else (key,)

    def _keys(self, key: Mapped[int], at: Mapped[datetime]) -> tuple[Any, ...]:
        return (at, key) if self._is_timed else (key,)

    def order(self, key: Mapped[int], at: Mapped[datetime]) -> list[Any]:
        """Return by what to order: a table's key, and when its rows changed."""
        keys = self._keys(key, at)
        return [one.desc() if self._is_down else one.asc() for one in keys]

    def rest(self, key: Mapped[int], at: Mapped[datetime]) -> list[ColumnElement[bool]]:
        """Return the condition of what comes after; none for the first part."""
        if not self._after:
            return []
        keys = tuple_(*self._keys(key, at))
        return [keys < self._after if self._is_down else keys > self._after]

    def cursor(self, key: int, at: datetime) -> str:
        """Return where the next part begins, when this is the last line."""
        return f"{at.isoformat()}~{key}" if self._is_timed else str(key)


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        message = "Use the next_cursor of the list before."
        raise BadCursor(message, FieldError("/cursor", "unknown", message))
    return found
