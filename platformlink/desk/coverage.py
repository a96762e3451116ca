"""Who was asked what about each account of a case, and what nobody has secured."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import msgspec
from sqlalchemy import func
from sqlalchemy import select as columns
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.cases.tables import Case
from platformlink.permissions import Actor
from platformlink.requests.queries import seen_by
from platformlink.requests.rules import KIND_NAMES, HoldState, Kind, State
from platformlink.requests.tables import Hold, PlatformRequest, Target

MOST = 2000  # accounts in requests of one case
NOT_OUT = frozenset({State.DRAFT, State.IN_REVIEW, State.READY})
GIVEN_UP = frozenset({State.CANCELLED, State.WITHDRAWN})
TOLD = frozenset({State.ANSWERED, State.CLOSED})
ENDED_HOLDS = frozenset({HoldState.LAPSED, HoldState.RELEASED})


class Column(StrEnum):
    """What is asked about an account."""

    PRESERVED = "preserved"
    DISCLOSED = "disclosed"
    EMERGENCY = "emergency"


COLUMN_NAMES: Mapping[Column, str] = MappingProxyType(
    {
        Column.PRESERVED: KIND_NAMES[Kind.PRESERVATION],
        Column.DISCLOSED: KIND_NAMES[Kind.DISCLOSURE],
        Column.EMERGENCY: KIND_NAMES[Kind.EMERGENCY_DISCLOSURE],
    }
)
COLUMNS = {
    Kind.PRESERVATION: Column.PRESERVED,
    Kind.PRESERVATION_EXTENSION: Column.PRESERVED,
    Kind.DISCLOSURE: Column.DISCLOSED,
    Kind.EMERGENCY_DISCLOSURE: Column.EMERGENCY,
}


class Asked(msgspec.Struct, frozen=True):
    """One account in one request; the hold is that of a preservation that went out."""

    platform: str
    identifier: str
    account: str
    kind: Kind
    state: State
    name: str
    hold_state: HoldState | None = None
    until_at: datetime | None = None

    @property
    def is_kept(self) -> bool:
        """Say whether its data is kept, or asked to be kept, by what went out."""
        is_out = self.state not in NOT_OUT | GIVEN_UP
        return is_out and self.hold_state not in ENDED_HOLDS


class Account(msgspec.Struct, frozen=True):
    """One account with what was asked about it, in the order of asking."""

    platform: str
    identifier: str
    account: str
    asked: dict[Column, list[Asked]]

    @property
    def is_unkept(self) -> bool:
        """Say whether its data may be lost: nothing keeps it, nobody has given it."""
        kept = any(one.is_kept for one in self.asked[Column.PRESERVED])
        told = any(
            one.state in TOLD
            for column in (Column.DISCLOSED, Column.EMERGENCY)
            for one in self.asked[column]
        )
        return not (kept or told)

    @property
    def is_forgotten(self) -> bool:
        """Say whether nobody has even drafted to have it kept."""
        drafted = any(one.state in NOT_OUT for one in self.asked[Column.PRESERVED])
        return self.is_unkept and not drafted


def covered(asked: Iterable[Asked]) -> list[Account]:
    """Return each account once, by platform; what may be lost stands first there."""
    found: dict[tuple[str, str, str], Account] = {}
    for one in asked:
        key = (one.platform, one.identifier, one.account)
        empty: dict[Column, list[Asked]] = {column: [] for column in Column}
        account = found.setdefault(key, Account(*key, empty))
        account.asked[COLUMNS[one.kind]].append(one)
    return sorted(
        found.values(), key=lambda one: (one.platform, not one.is_unkept, one.account)
    )


async def of_case(
    session: AsyncSession, case_id: int, *, actor: Actor
) -> list[Account]:
    """Return the accounts of a case, as far as the reader may see its requests."""
    query: Any = (
        columns(
            *(col(PlatformRequest.platform), col(PlatformRequest.kind)),
            *(col(Target.kind).label("identifier"), col(Target.normalised)),
            func.coalesce(PlatformRequest.reference, PlatformRequest.draft_id).label(
                "name"
            ),
            *(col(PlatformRequest.state), col(Hold.until_at)),
            col(Hold.state).label("hold_state"),
        )
        .join(Target, col(Target.request_id) == col(PlatformRequest.id))
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .join(Hold, col(Hold.target_id) == col(Target.id), isouter=True)
        .where(col(PlatformRequest.case_id) == case_id, seen_by(actor))
        .order_by(col(PlatformRequest.id), col(Target.position))
        .limit(MOST)
    )
    rows = (await session.exec(query)).all()
    return covered(
        Asked(
            platform=row.platform,
            identifier=row.identifier,
            account=row.normalised,
            kind=Kind(row.kind),
            state=State(row.state),
            name=row.name,
            hold_state=HoldState(row.hold_state) if row.hold_state else None,
            until_at=row.until_at,
        )
        for row in rows
    )
