"""Names for plain things that pass between slices: bytes in stages, sentences."""

from datetime import UTC, datetime
from typing import NewType

import msgspec

Html = NewType("Html", str)
Pdf = NewType("Pdf", bytes)
SealedPdf = NewType("SealedPdf", bytes)
Sha256 = NewType("Sha256", str)


class Phrase(msgspec.Struct, frozen=True):
    """
    A sentence that is not yet in a language.

    ``text`` is an English gettext msgid with ``%(name)s`` places. A ``datetime``
    among ``params`` is aware and is shown as date and time in the authority's zone,
    a midnight named ``due_at`` as the end of the day before; a ``str`` of the form
    ``YYYY-MM-DD`` under a name that ends in ``_on`` is shown as a date with its month
    spelled out. Web pages and letters translate it.
    """

    text: str
    params: dict[str, str | int | datetime] = {}


def in_utc(moment: datetime) -> datetime:
    """
    Return the same instant in UTC.

    Raises: ValueError if ``moment`` is naive.
    """
    if moment.tzinfo is None:
        message = "an instant needs a zone"
        raise ValueError(message)
    return moment.astimezone(UTC)
