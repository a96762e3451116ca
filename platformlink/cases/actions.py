"""Opening and changing cases."""

from datetime import datetime

import msgspec
from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.audit import actions as audit
from platformlink.cases import queries
from platformlink.cases.rules import (
    CaseExists,
    CaseFields,
    CaseInvalid,
    Urgency,
    check_fields,
)
from platformlink.cases.tables import Case, CaseMember
from platformlink.errors import FieldError
from platformlink.identity import queries as identity
from platformlink.permissions import Actor, Right, may, require


async def open_case(
    session: AsyncSession, fields: CaseFields, *, actor: Actor, now: datetime
) -> Case:
    """
    Return the new case; who opens it leads it and is a member.

    Raises: MayNot, CaseInvalid, CaseExists.
    """
    require(actor, _right_to_open(actor, fields))
    check_fields(fields)
    reference = fields.reference.strip()
    await _require_free(session, reference, actor)
    values = msgspec.structs.asdict(fields) | {"reference": reference}
    case = Case(**values, unit_id=actor.unit_id, lead_id=actor.id, opened_at=now)
    session.add(case)
    await session.flush()
    session.add(CaseMember(case_id=case.id, user_id=actor.id))
    _record(session, case, "case.opened", actor, now)
    return case


async def _require_free(session: AsyncSession, reference: str, actor: Actor) -> None:
    """Refuse a taken reference, but only to whom the taker is no secret."""
    taken = select(Case.id).where(
        Case.reference == reference,
        or_(col(Case.is_restricted).is_(False), queries.seen_by(actor)),
    )
    if (await session.exec(taken)).first() is not None:
        raise CaseExists


def _right_to_open(actor: Actor, fields: CaseFields) -> Right:
    """Return the right that is needed: a duty officer may open an emergency's case."""
    is_emergency = fields.urgency == Urgency.EMERGENCY
    if is_emergency and not may(actor, Right.WRITE):
        return Right.EMERGENCY
    return Right.WRITE


async def change_case(
    session: AsyncSession,
    case: Case,
    fields: CaseFields,
    *,
    actor: Actor,
    now: datetime,
) -> Case:
    """
    Return the changed case; its reference stays.

    Raises: MayNot, CaseInvalid.
    """
    require(actor, Right.WRITE, await queries.subject(session, case))
    check_fields(fields)
    for name in msgspec.structs.asdict(fields).keys() - {"reference"}:
        setattr(case, name, getattr(fields, name))
    case.version += 1
    _record(session, case, "case.changed", actor, now)
    return case


async def add_member(
    session: AsyncSession, case: Case, email: str, *, actor: Actor, now: datetime
) -> None:
    """
    Let one more person see a restricted case.

    Raises: MayNot, CaseInvalid for an address that nobody has.
    """
    require(actor, Right.WRITE, await queries.subject(session, case))
    user = await identity.by_email(session, email)
    if user is None or not user.is_active:
        message = "Nobody here has this address."
        raise CaseInvalid("", FieldError("/email", "unknown", message))
    if await session.get(CaseMember, (case.id, user.id)) is None:
        session.add(CaseMember(case_id=case.id, user_id=user.id))
    _record(session, case, "case.member_added", actor, now)


def _record(
    session: AsyncSession, case: Case, verb: str, actor: Actor, now: datetime
) -> None:
    audit.record(
        session, actor_id=actor.id, verb=verb, subject=f"case/{case.id}", now=now
    )
