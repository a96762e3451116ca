"""What one shift leaves to the next."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from platformlink.columns import Instant
from platformlink.desk.rules import FIELDS, board_path


def _person(*, is_known: bool) -> Column[int]:
    return Column(BigInteger, ForeignKey("app_user.id"), nullable=not is_known)


class ShiftNote(SQLModel, table=True):
    """A word to whoever comes next; it stays on the page until somebody settles it."""

    __tablename__ = "shift_note"
    __table_args__ = (
        CheckConstraint("text <> ''", name="text"),
        Index(
            "ix_shift_note_open",
            "written_at",
            postgresql_where=text("settled_at is null"),
        ),
    )

    id: int = Field(
        default=None, sa_column=Column(BigInteger, Identity(), primary_key=True)
    )
    text: str
    written_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    written_by_id: int = Field(sa_column=_person(is_known=True))
    settled_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    settled_by_id: int | None = Field(default=None, sa_column=_person(is_known=False))


class Handover(SQLModel, table=True):
    """One shift's end: who handed over when, and who took over."""

    __tablename__ = "handover"
    __table_args__ = (
        CheckConstraint("(taken_at is null) = (taken_by_id is null)", name="taken"),
        CheckConstraint("taken_by_id <> handed_by_id", name="two_people"),
        # One at a time waits to be taken.
        Index(
            "uq_handover_waiting",
            text("(taken_at is null)"),
            unique=True,
            postgresql_where=text("taken_at is null"),
        ),
    )

    id: int = Field(
        default=None, sa_column=Column(BigInteger, Identity(), primary_key=True)
    )
    handed_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    handed_by_id: int = Field(sa_column=_person(is_known=True))
    taken_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    taken_by_id: int | None = Field(default=None, sa_column=_person(is_known=False))


class ShiftSeen(SQLModel, table=True):
    """When a person last looked at the hand-over: what came later is new to them."""

    __tablename__ = "shift_seen"

    user_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("app_user.id"), primary_key=True)
    )
    seen_at: datetime = Field(sa_column=Column(Instant, nullable=False))


class DeskView(SQLModel, table=True):
    """A board narrowed by its reader, under a name of their own; it only filters."""

    __tablename__ = "desk_view"
    __table_args__ = (
        UniqueConstraint("user_id", "name"),
        CheckConstraint("char_length(name) between 1 and 60", name="name"),
        # The board of a person opens with one at most.
        Index(
            "uq_desk_view_default",
            "user_id",
            unique=True,
            postgresql_where=text("is_default"),
        ),
    )

    id: int = Field(
        default=None, sa_column=Column(BigInteger, Identity(), primary_key=True)
    )
    user_id: int = Field(sa_column=_person(is_known=True))
    name: str
    platform: str = ""
    unit: str = ""
    kind: str = ""
    age: str = ""
    state: str = ""
    is_default: bool = False

    @property
    def narrowed(self) -> dict[str, str]:
        """Return to what it narrows the board, by the names of FIELDS."""
        given = {name: getattr(self, name) for name in FIELDS}
        return {name: code for name, code in given.items() if code}

    @property
    def path(self) -> str:
        """Return the address of the board as this view shows it."""
        return board_path(self.narrowed)
