"""Items, the parts of those that still arrive, and the chain of custody."""

from datetime import datetime

from sqlalchemy import (
    CHAR,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    text,
)
from sqlmodel import Field, SQLModel

from platformlink.columns import Instant
from platformlink.evidence.rules import State, Verb, Way


def _listed(codes: type[State] | type[Verb] | type[Way]) -> str:
    return ", ".join(f"'{code}'" for code in codes)


class EvidenceItem(SQLModel, table=True):
    """
    One file or package that a platform gave us.

    `sha256` is of what came, `kept_sha256` of the encrypted file in the vault. While it
    arrives `upload_key` can read its parts; then it is empty, and nobody here can.
    """

    __tablename__ = "evidence_item"
    __table_args__ = (
        CheckConstraint(f"way in ({_listed(Way)})", name="way"),
        CheckConstraint(f"state in ({_listed(State)})", name="state"),
        CheckConstraint("size_bytes >= 0", name="size"),
        CheckConstraint(
            "state in ('arriving', 'arrived') or (sha256 <> '' and upload_key = '')",
            name="kept",
        ),
        Index("ix_evidence_item_request_id", "request_id"),
        Index("ix_evidence_item_recorded_at", "recorded_at", postgresql_using="brin"),
        Index(
            "ix_evidence_item_arrived",
            "id",
            postgresql_where=text("state = 'arrived'"),
        ),
        Index(
            "ix_evidence_item_checked_at",
            "checked_at",
            postgresql_where=text("way = 'vaulted' and state = 'kept'"),
        ),
    )

    id: int = Field(
        default=None, sa_column=Column(BigInteger, Identity(), primary_key=True)
    )
    request_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("platform_request.id"), nullable=False)
    )
    way: str
    state: str
    name: str
    size_bytes: int = Field(sa_column=Column(BigInteger, nullable=False))
    sha256: str = ""
    kept_sha256: str = ""
    upload_key: str = ""
    place: str = ""
    custodian: str = ""
    note: str = ""
    received_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    recorded_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    recorded_by_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("app_user.id"), nullable=False)
    )
    checked_at: datetime | None = Field(default=None, sa_column=Column(Instant))


class EvidencePart(SQLModel, table=True):
    """A part that has come, of an item that is still arriving."""

    __tablename__ = "evidence_part"

    item_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("evidence_item.id"), primary_key=True)
    )
    number: int = Field(primary_key=True)
    sha256: str = Field(sa_column=Column(CHAR(64), nullable=False))


class CustodyEvent(SQLModel, table=True):
    """One line of an item's chain of custody; it only grows."""

    __tablename__ = "custody_event"
    __table_args__ = (
        CheckConstraint(f"verb in ({_listed(Verb)})", name="verb"),
        Index("ix_custody_event_item_id", "item_id", "id"),
    )

    id: int = Field(
        default=None, sa_column=Column(BigInteger, Identity(), primary_key=True)
    )
    item_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("evidence_item.id"), nullable=False)
    )
    verb: str
    at: datetime = Field(sa_column=Column(Instant, nullable=False))
    actor_id: int | None = Field(
        default=None, sa_column=Column(BigInteger, ForeignKey("app_user.id"))
    )
    purpose: str = ""
    to_whom: str = ""
    authority: str = ""


class EvidenceGrant(SQLModel, table=True):
    """Who may open the evidence of a request beside its officer, and by whose leave."""

    __tablename__ = "evidence_grant"

    request_id: int = Field(
        sa_column=Column(
            BigInteger, ForeignKey("platform_request.id"), primary_key=True
        )
    )
    user_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("app_user.id"), primary_key=True)
    )
    granted_by_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("app_user.id"), nullable=False)
    )
    granted_at: datetime = Field(sa_column=Column(Instant, nullable=False))
