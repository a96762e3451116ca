"""Lists in parts: a cursor is the key of the last line seen, never an offset."""

from platformlink.errors import FieldError, Invalid

MOST_DIGITS = 18  # what fits a bigint


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
