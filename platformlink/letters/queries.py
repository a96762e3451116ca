"""Letters, found by request, reference, code or bytes."""

import hashlib
from datetime import datetime

from sqlalchemy.orm import defer
from sqlmodel import col, exists, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.letters import codes
from platformlink.letters.rules import Finding, Means, Origin, expires_at
from platformlink.letters.schemas import LetterOut
from platformlink.letters.tables import (
    Letter,
    LetterCheck,
    LetterSeal,
    LetterVersion,
    RevokedSeal,
)
from platformlink.values import SealedPdf


async def of_request(session: AsyncSession, request_id: int) -> list[Letter]:
    """Return a request's letters, the first sealed first."""
    statement = (
        select(Letter).where(Letter.request_id == request_id).order_by(col(Letter.id))
    )
    return list(await session.exec(statement))


async def by_reference(session: AsyncSession, reference: str) -> Letter | None:
    """Return the letter of a reference, in any case, or None."""
    statement = select(Letter).where(Letter.reference == reference.strip().upper())
    return (await session.exec(statement)).one_or_none()


async def by_code(session: AsyncSession, code: str) -> Letter:
    """
    Return the letter of a verification code, however it was typed.

    Raises: CodeUnknown.
    """
    digest = hashlib.sha256(codes.read_code(code).encode()).digest()
    statement = select(Letter).where(Letter.code_sha256 == digest)
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise codes.CodeUnknown
    return found


async def by_bytes(session: AsyncSession, content: bytes) -> Letter | None:
    """Return the letter that is these bytes, as issued or in a later version."""
    digest = hashlib.sha256(content).hexdigest()
    versions = select(LetterVersion.letter_id).where(LetterVersion.sha256 == digest)
    statement = select(Letter).where(
        or_(Letter.sha256 == digest, col(Letter.id).in_(versions))
    )
    return (await session.exec(statement)).one_or_none()


async def last_bytes(session: AsyncSession, letter: Letter) -> SealedPdf:
    """Return the version to send: the letter, with what was added to it last."""
    return await _last(session, letter, tuple(Origin))


async def signed_bytes(session: AsyncSession, letter: Letter) -> SealedPdf:
    """Return the letter as it was signed last, by us or by somebody after us."""
    return await _last(session, letter, (Origin.COUNTERSIGNED,))


async def _last(
    session: AsyncSession, letter: Letter, origins: tuple[Origin, ...]
) -> SealedPdf:
    statement = (
        select(LetterVersion.addition)
        .where(
            LetterVersion.letter_id == letter.id, col(LetterVersion.origin).in_(origins)
        )
        .order_by(col(LetterVersion.id).desc())
        .limit(1)
    )
    added = (await session.exec(statement)).one_or_none()
    return SealedPdf(letter.pdf + (added or b""))


async def level_of(session: AsyncSession, letter_id: int) -> str:
    """Return how far the proof of a letter's seal reaches."""
    return (await session.get_one(LetterSeal, letter_id)).level


async def versions_of(session: AsyncSession, letter_id: int) -> list[LetterVersion]:
    """Return what was added to a letter, the oldest first."""
    statement = (
        select(LetterVersion)
        .where(LetterVersion.letter_id == letter_id)
        .order_by(col(LetterVersion.id))
    )
    return list(await session.exec(statement))


async def revocation(session: AsyncSession, fingerprint: str) -> RevokedSeal | None:
    """Return when and why a certificate of our seal was revoked, or None."""
    return await session.get(RevokedSeal, fingerprint)


async def sealed_by(session: AsyncSession, fingerprint: str) -> list[Letter]:
    """Return every letter that a certificate sealed, the first one first."""
    statement = (
        select(Letter)
        .options(defer(Letter.pdf), defer(Letter.content))  # type: ignore[arg-type]
        .where(Letter.certificate_fingerprint == fingerprint)
        .order_by(col(Letter.id))
    )
    return list(await session.exec(statement))


async def sealed_with(session: AsyncSession, fingerprint: str) -> bool:
    """Say whether any of our letters was sealed with a certificate."""
    wanted = exists().where(col(Letter.certificate_fingerprint) == fingerprint)
    return bool((await session.exec(select(wanted))).one())


async def unknown_codes_since(session: AsyncSession, since: datetime) -> int:
    """Return how many codes were checked since an instant that no letter bears."""
    statement = select(func.count()).where(
        col(LetterCheck.at) > since,
        LetterCheck.found == Finding.UNKNOWN,
        LetterCheck.means == Means.CODE,
    )
    return (await session.exec(statement)).one()


def public(letter: Letter, versions: tuple[str, ...] = ()) -> LetterOut:
    """Return a letter as the public may know it."""
    return LetterOut(
        reference=letter.reference,
        kind=letter.kind,
        sealed_at=letter.sealed_at,
        sha256=letter.sha256,
        versions=versions,
        certificate_sha256=letter.certificate_fingerprint,
        is_demonstration=letter.is_demonstration,
        ended_at=letter.ended_at or expires_at(letter.fields),
    )
