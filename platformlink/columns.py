"""Column types and constraint names that every table shares."""

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, Index
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

# Named constraints, so that a migration can speak of each.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


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


def words_index(name: str, *columns: str) -> Index:
    """Return the index that finds words in columns, also misspelt (pg_trgm)."""
    kinds = dict.fromkeys(columns, "gin_trgm_ops")
    return Index(
        name,
        *columns,
        postgresql_using="gin",
        postgresql_ops=kinds,
        postgresql_with={"fastupdate": False},
    )
