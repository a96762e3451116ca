"""Reading what no slice below reads like this: no letter's bytes before its turn."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import defer
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.audit.tables import AuditEntry
from platformlink.cases.tables import Case
from platformlink.exports.rules import MADE
from platformlink.letters.tables import Letter, LetterVersion
from platformlink.permissions import Actor
from platformlink.requests.queries import seen_by
from platformlink.requests.tables import PlatformRequest
from platformlink.values import SealedPdf


async def made_at(session: AsyncSession, subject: str) -> list[datetime]:
    """Return when packages of this name in the audit log were made, the first first."""
    query = (
        select(AuditEntry.at)
        .where(AuditEntry.subject == subject, AuditEntry.verb == MADE)
        .order_by(col(AuditEntry.seq))
    )
    return list((await session.exec(query)).all())


async def requests_of(
    session: AsyncSession, case: Case, *, actor: Actor
) -> list[PlatformRequest]:
    """Return all requests of a case that a person may see, the first one first."""
    query = (
        select(PlatformRequest)
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(PlatformRequest.case_id == case.id, seen_by(actor))
        .order_by(col(PlatformRequest.id))
    )
    return list((await session.exec(query)).all())


async def letters_of(session: AsyncSession, request_id: int) -> list[Letter]:
    """Return the letters of a request without their bytes, the first sealed first."""
    query = (
        select(Letter)
        .options(defer(Letter.pdf), defer(Letter.content))  # type: ignore[arg-type]
        .where(Letter.request_id == request_id)
        .order_by(col(Letter.id))
    )
    return list((await session.exec(query)).all())


async def last_versions(
    session: AsyncSession, letter_ids: Sequence[int]
) -> dict[int, tuple[int, str]]:
    """Return the newest version of letters that have one: its id and hash."""
    newest = (
        select(func.max(LetterVersion.id))
        .where(col(LetterVersion.letter_id).in_(letter_ids))
        .group_by(col(LetterVersion.letter_id))
    )
    query = select(
        LetterVersion.letter_id, LetterVersion.id, LetterVersion.sha256
    ).where(col(LetterVersion.id).in_(newest))
    found = (await session.exec(query)).all()
    return {letter: (number, sha256) for letter, number, sha256 in found}


async def letter_bytes(
    session: AsyncSession, letter_id: int, version_id: int | None
) -> SealedPdf:
    """Return a letter as it was issued, or with what a version added to it."""
    pdf = (await session.exec(select(Letter.pdf).where(Letter.id == letter_id))).one()
    if version_id is None:
        return SealedPdf(pdf)
    query = select(LetterVersion.addition).where(LetterVersion.id == version_id)
    return SealedPdf(pdf + (await session.exec(query)).one())
