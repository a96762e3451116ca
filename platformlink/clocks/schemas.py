"""What goes in and out of the calculator, and a clock as programs see it."""

from datetime import datetime
from typing import Annotated

import msgspec

from platformlink.clocks.terms import Duty, Length, Term, Unit


class Calculate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    A start with an offset, a length, and how to count it.

    `zone` is an IANA zone; `calendar` a country code, without which nothing shifts.
    """

    start: Annotated[datetime, msgspec.Meta(tz=True)]
    amount: int
    unit: Unit
    zone: str
    calendar: str | None = None
    duty: Duty

    @property
    def term(self) -> Term:
        """Return what is to be counted."""
        return Term(
            length=Length(self.amount, self.unit),
            zone=self.zone,
            calendar=self.calendar or None,
            duty=self.duty,
        )


class Calculated(msgspec.Struct, frozen=True):
    """
    The end by law, the one to work to, and why, in the reader's language.

    Ends are exclusive and bear the offset of the zone that was asked for.
    """

    legal_due: datetime
    safe_due: datetime
    sentences: list[str]
