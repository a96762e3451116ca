"""What is added to letters after sealing: proof, signatures; and what ends a seal."""

import hashlib
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.audit import actions as audit
from platformlink.errors import Conflict, Invalid, Missing
from platformlink.identity import queries as identity
from platformlink.letters import queries
from platformlink.letters.rules import AlreadyEnded, Origin
from platformlink.letters.tables import Letter, LetterSeal, LetterVersion, RevokedSeal
from platformlink.notices import actions as notices
from platformlink.permissions import Actor, Role
from platformlink.ports import Change, Completed, Level, Runtime
from platformlink.values import Phrase

PATIENCE = timedelta(minutes=10)  # with services that were away
RENEWAL_PAUSE = timedelta(days=30)
NEVER = timedelta(days=36500)
WARN_DAYS = (7, 30, 60)


class NotCountersigned(Invalid):
    """The PDF is not this letter with further signatures that hold, and only those."""

    code = "not-countersigned"
    title = "This is not the letter with a further signature"
    mend = "Download the letter here, sign that very file, and hand it in unchanged."


class AlreadyRevoked(Conflict):
    """A seal's certificate is revoked once."""

    code = "seal-already-revoked"
    title = "This certificate is noted as revoked already"


class SealUnknown(Missing):
    """No letter was sealed with this certificate."""

    code = "seal-unknown"
    title = "No letter of ours bears the seal of this certificate"


class Due(NamedTuple):
    """A letter whose seal wants more proof: its last bytes."""

    letter: Letter
    content: bytes


def note_seal(
    session: AsyncSession, letter: Letter, level: Level, *, now: datetime
) -> None:
    """Keep how far the proof of a new letter's seal reaches."""
    session.add(LetterSeal(letter_id=letter.id, level=level, due_at=now))


async def claim_due(
    session: AsyncSession, *, reach: Level, now: datetime
) -> Due | None:
    """
    Return a letter whose seal wants more proof than it has, or proof that is fresh.

    It is due again a little later, whatever becomes of the attempt.
    """
    wanting = [level for level in Level if level is not reach or reach is Level.B_LTA]
    if reach is Level.B_B:
        return None
    waiting = (
        select(LetterSeal.letter_id)
        .where(col(LetterSeal.level).in_(wanting), col(LetterSeal.due_at) <= now)
        .order_by(col(LetterSeal.due_at))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    claim = (
        update(LetterSeal)
        .where(col(LetterSeal.letter_id).in_(waiting.scalar_subquery()))
        .values(due_at=now + PATIENCE)
        .returning(col(LetterSeal.letter_id))
    )
    found = (await session.exec(claim)).one_or_none()
    if found is None:
        return None
    letter = await session.get_one(Letter, found[0])
    return Due(letter, await queries.last_bytes(session, letter))


async def keep_completed(
    session: AsyncSession,
    due: Due,
    completed: Completed,
    *,
    reach: Level,
    now: datetime,
) -> None:
    """
    Keep the proof that services gave; what is still wanting is sought again.

    If somebody signed while they were asked, that version wants proof of its own.
    """
    seal = await _locked_seal(session, due.letter)
    if await queries.last_bytes(session, due.letter) != due.content:
        return
    is_more = completed.level is Level.B_LTA or completed.level != seal.level
    if is_more and completed.pdf != due.content:
        await _keep(session, due.letter, completed.pdf, Origin.COMPLETED, now=now)
    seal.level = completed.level
    if completed.level is reach:
        # A service may go on for a while with the certificate that is about to end.
        seal.due_at = max(completed.renew_at or now + NEVER, now + RENEWAL_PAUSE)


async def _locked_seal(session: AsyncSession, letter: Letter) -> LetterSeal:
    """Return a letter's seal; who has it locked adds the letter's next version."""
    return await session.get_one(
        LetterSeal, letter.id, with_for_update=True, populate_existing=True
    )


async def _keep(
    session: AsyncSession,
    letter: Letter,
    content: bytes,
    origin: Origin,
    *,
    now: datetime,
    actor: Actor | None = None,
) -> LetterVersion:
    """Keep a version, which begins with the letter as it was issued."""
    version = LetterVersion(
        letter_id=letter.id,
        origin=origin,
        addition=content[len(letter.pdf) :],
        sha256=hashlib.sha256(content).hexdigest(),
        made_at=now,
        made_by_id=actor.id if actor else None,
    )
    session.add(version)
    audit.record(
        session,
        actor_id=actor.id if actor else None,
        verb=f"letters.{origin}",
        subject=f"letter/{letter.reference}",
        now=now,
        detail={"sha256": version.sha256},
    )
    await session.flush()
    return version


async def countersign(
    session: AsyncSession,
    runtime: Runtime,
    letter: Letter,
    content: bytes,
    *,
    actor: Actor,
    now: datetime,
) -> LetterVersion:
    """
    File a letter that others signed after us; that version is the one to send.

    It must be this letter as it was signed last, byte for byte, with signatures after
    it that hold. Whose they are we keep, and do not judge: that is for who knows their
    certificates.

    Raises: AlreadyEnded, NotCountersigned.
    """
    if not letter.is_in_force:
        raise AlreadyEnded
    found = await runtime.ports.sealer.check(content)
    seal = await _locked_seal(session, letter)
    is_ours = found.is_intact and content.startswith(
        await queries.signed_bytes(session, letter)
    )
    if not (is_ours and found.change is Change.PERMITTED and found.signers):
        raise NotCountersigned
    if await queries.by_bytes(session, content) is not None:
        raise NotCountersigned
    seal.due_at = now  # the new signatures want proof too
    return await _keep(
        session, letter, content, Origin.COUNTERSIGNED, now=now, actor=actor
    )


async def _tell_administrators(
    session: AsyncSession, phrase: Phrase, *, key: str, now: datetime
) -> int:
    people = await identity.people(session, role=Role.ADMINISTRATOR)
    told = [person.id for person in people]
    return await notices.tell(session, told, phrase, key=key, path="/verify", now=now)


def ends_soon(ends_at: datetime, now: datetime) -> bool:
    """Say whether a certificate ends so soon that people are warned."""
    return ends_at - now <= timedelta(days=max(WARN_DAYS))


async def warn_of_end(
    session: AsyncSession, fingerprint: str, *, ends_at: datetime, now: datetime
) -> int:
    """Tell each administrator once, 60, 30 and 7 days before a certificate ends."""
    left = [days for days in WARN_DAYS if ends_at - now <= timedelta(days=days)]
    if not left:
        return 0
    phrase = Phrase(
        "The certificate of our seal ends at %(ends_at)s: nothing can be sealed after "
        "that. Get a new one in time.",
        {"ends_at": ends_at},
    )
    key = f"seal-ends/{fingerprint}/{left[0]}"
    return await _tell_administrators(session, phrase, key=key, now=now)


async def tell_revoked(
    session: AsyncSession, fingerprint: str, *, now: datetime
) -> int:
    """Tell each administrator once what the issuer of our seal's certificate says."""
    phrase = Phrase(
        "The issuer of our seal's certificate says that it is revoked: seal nothing "
        "more with it, and note it here with `platformlink seal revoke`."
    )
    key = f"seal-revoked-by-issuer/{fingerprint}"
    return await _tell_administrators(session, phrase, key=key, now=now)


async def revoke(
    session: AsyncSession, fingerprint: str, reason: str, *, now: datetime
) -> list[Letter]:
    """
    Note that a certificate is revoked; return every letter that it sealed.

    Raises: AlreadyRevoked, SealUnknown.
    """
    if await queries.revocation(session, fingerprint) is not None:
        raise AlreadyRevoked
    letters = await queries.sealed_by(session, fingerprint)
    if not letters:
        raise SealUnknown
    session.add(RevokedSeal(fingerprint=fingerprint, reason=reason, revoked_at=now))
    audit.record(
        session,
        actor_id=None,
        verb="letters.revoke_seal",
        subject=f"seal/{fingerprint}",
        now=now,
        detail={"reason": reason, "letters": len(letters)},
    )
    phrase = Phrase(
        "A certificate of our seal is revoked; it sealed %(count)s letters. "
        "`platformlink seal letters` names them.",
        {"count": len(letters)},
    )
    await _tell_administrators(
        session, phrase, key=f"seal-revoked/{fingerprint}", now=now
    )
    await session.flush()
    return letters
