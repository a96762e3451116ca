"""What is added to letters leaves them alone; what ends a seal names its letters."""

import hashlib
from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import delete
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.letters import actions, archive, queries
from platformlink.letters.rules import AlreadyEnded, Finding, LetterKind, Means, Origin
from platformlink.letters.tables import Letter, LetterVersion
from platformlink.permissions import Actor
from platformlink.ports import Completed, Level, Runtime
from tests.letters.conftest import sample
from tests.pki import Pki

pytestmark = pytest.mark.anyio


@pytest.fixture
async def letter(
    session: AsyncSession, runtime: Runtime, ann: Actor, now: datetime
) -> Letter:
    return await actions.seal(
        session,
        runtime,
        sample(LetterKind.REMINDER_1),
        request_id=1,
        actor_id=ann.id,
        now=now,
    )


def version(
    letter: Letter, addition: bytes, sha256: str, now: datetime
) -> LetterVersion:
    return LetterVersion(
        letter_id=letter.id,
        origin=Origin.COMPLETED,
        addition=addition,
        sha256=sha256,
        made_at=now,
    )


async def test_the_database_refuses_a_version_of_other_bytes(
    session: AsyncSession, letter: Letter, now: datetime
) -> None:
    session.add(version(letter, b"more", hashlib.sha256(b"other").hexdigest(), now))

    with pytest.raises(DBAPIError, match="begins with the letter"):
        await session.flush()


async def test_the_database_refuses_to_remove_a_version(
    session: AsyncSession, letter: Letter, now: datetime
) -> None:
    digest = hashlib.sha256(letter.pdf + b"more").hexdigest()
    kept = version(letter, b"more", digest, now)
    session.add(kept)
    await session.flush()

    with pytest.raises(DBAPIError, match="permission denied"):
        await session.exec(delete(LetterVersion))


async def test_a_prosecutor_signs_after_us_and_that_version_goes_out(
    session: AsyncSession,
    runtime: Runtime,
    ann: Actor,
    letter: Letter,
    services: Pki,
    now: datetime,
) -> None:
    content = await services.sign(letter.pdf, "Prosecutor")

    await archive.countersign(session, runtime, letter, content, actor=ann, now=now)

    assert await queries.last_bytes(session, letter) == content
    verdict = await actions.verify_pdf(
        session, runtime, content, means=Means.UPLOAD, now=now
    )
    assert (verdict.finding, verdict.letter) == (Finding.GENUINE, letter)
    assert verdict.versions == (hashlib.sha256(content).hexdigest(),)


async def test_an_officer_and_a_prosecutor_sign_one_after_the_other(
    session: AsyncSession,
    runtime: Runtime,
    ann: Actor,
    letter: Letter,
    services: Pki,
    now: datetime,
) -> None:
    first = await services.sign(letter.pdf, "Officer", "seal")
    await archive.countersign(session, runtime, letter, first, actor=ann, now=now)
    second = await services.sign(first, "Prosecutor")
    await archive.countersign(session, runtime, letter, second, actor=ann, now=now)

    found = await runtime.ports.sealer.check(await queries.last_bytes(session, letter))

    assert [name.split(",")[0] for name in found.signers] == [
        "Common Name: Seal",
        "Common Name: Prosecutor",
    ]


async def refused(
    session: AsyncSession,
    runtime: Runtime,
    letter: Letter,
    content: bytes,
    actor: Actor,
    now: datetime,
) -> None:
    with pytest.raises(archive.NotCountersigned):
        await archive.countersign(
            session, runtime, letter, content, actor=actor, now=now
        )


async def test_what_bears_no_further_signature_is_not_filed(
    session: AsyncSession, runtime: Runtime, ann: Actor, letter: Letter, now: datetime
) -> None:
    await refused(session, runtime, letter, letter.pdf, ann, now)


async def test_what_was_changed_beside_the_signature_is_not_filed(
    session: AsyncSession,
    runtime: Runtime,
    ann: Actor,
    letter: Letter,
    services: Pki,
    now: datetime,
) -> None:
    content = bytearray(await services.sign(letter.pdf, "Prosecutor"))
    content[len(letter.pdf) // 2] ^= 1

    await refused(session, runtime, letter, bytes(content), ann, now)


async def test_a_signature_that_does_not_hold_is_not_filed(
    session: AsyncSession,
    runtime: Runtime,
    ann: Actor,
    letter: Letter,
    services: Pki,
    now: datetime,
) -> None:
    content = bytearray(await services.sign(letter.pdf, "Prosecutor"))
    content[len(letter.pdf) + 200] ^= 1

    await refused(session, runtime, letter, bytes(content), ann, now)


async def test_what_stands_unsigned_after_the_last_signature_is_not_filed(
    session: AsyncSession,
    runtime: Runtime,
    ann: Actor,
    letter: Letter,
    services: Pki,
    now: datetime,
) -> None:
    content = await services.sign(letter.pdf, "Prosecutor")

    await refused(session, runtime, letter, content + b"\n% a note", ann, now)


async def test_a_letter_that_ended_is_not_signed_any_more(
    session: AsyncSession,
    runtime: Runtime,
    ann: Actor,
    letter: Letter,
    services: Pki,
    now: datetime,
) -> None:
    content = await services.sign(letter.pdf, "Prosecutor")
    await actions.withdraw(session, letter, now=now)

    with pytest.raises(AlreadyEnded):
        await archive.countersign(session, runtime, letter, content, actor=ann, now=now)


async def test_revoking_a_seal_names_every_letter_that_it_sealed(
    session: AsyncSession, runtime: Runtime, letter: Letter, now: datetime
) -> None:
    fingerprint = letter.certificate_fingerprint

    named = await archive.revoke(session, fingerprint, "key lost", now=now)

    assert letter.reference in {one.reference for one in named}
    assert {one.certificate_fingerprint for one in named} == {fingerprint}


async def test_a_seal_is_revoked_once(
    session: AsyncSession, letter: Letter, now: datetime
) -> None:
    fingerprint = letter.certificate_fingerprint
    await archive.revoke(session, fingerprint, "key lost", now=now)

    with pytest.raises(archive.AlreadyRevoked):
        await archive.revoke(session, fingerprint, "again", now=now)


async def test_the_check_says_that_the_seal_is_revoked(
    session: AsyncSession, runtime: Runtime, letter: Letter, now: datetime
) -> None:
    await archive.revoke(session, letter.certificate_fingerprint, "key lost", now=now)

    by_code = await actions.verify_code(session, letter.code, now=now)
    by_pdf = await actions.verify_pdf(
        session, runtime, letter.pdf, means=Means.UPLOAD, now=now + timedelta(days=1)
    )

    assert by_code.finding is by_pdf.finding is Finding.GENUINE
    assert "revoked" in str(by_code.reason)
    assert by_pdf.reason == by_code.reason


async def test_a_signature_filed_while_services_were_asked_stays_the_last(
    session: AsyncSession,
    runtime: Runtime,
    ann: Actor,
    letter: Letter,
    services: Pki,
    now: datetime,
) -> None:
    due = archive.Due(letter, letter.pdf)
    signed = await services.sign(letter.pdf, "Prosecutor")
    await archive.countersign(session, runtime, letter, signed, actor=ann, now=now)

    proof = Completed(letter.pdf + b"\n% proof", Level.B_T)
    await archive.keep_completed(session, due, proof, reach=Level.B_T, now=now)

    assert await queries.last_bytes(session, letter) == signed
    assert await queries.level_of(session, letter.id) == Level.B_B


async def test_a_second_signature_stands_on_the_first_and_never_beside_it(
    session: AsyncSession,
    runtime: Runtime,
    ann: Actor,
    letter: Letter,
    services: Pki,
    now: datetime,
) -> None:
    first = await services.sign(letter.pdf, "Officer", "seal")
    await archive.countersign(session, runtime, letter, first, actor=ann, now=now)

    beside = await services.sign(letter.pdf, "Prosecutor")
    await refused(session, runtime, letter, beside, ann, now)

    assert await queries.last_bytes(session, letter) == first
