"""Column types that every table shares."""

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """An aware instant: any zone in, UTC out. A naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        """
        Return the instant in UTC.

        Raises: ValueError if it is naive.
        """
        if value is not None and value.tzinfo is None:
            message = "an instant needs a zone"
            raise ValueError(message)
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        """Return what the database keeps, in UTC."""
        return value.astimezone(UTC) if value is not None else None
