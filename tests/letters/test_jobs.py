"""Seals are completed by a job: late, in parts, twice, and never at a letter's cost."""

import dataclasses
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlmodel import select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.adapters import seal
from platformlink.adapters.seal import PadesSealer
from platformlink.adapters.workers import Workers
from platformlink.letters import actions, archive, jobs, queries
from platformlink.letters.rules import Finding, Means
from platformlink.letters.tables import Letter, LetterSeal, LetterVersion
from platformlink.notices.tables import Notice
from platformlink.permissions import Actor, Role
from platformlink.ports import Level, Runtime
from platformlink.protocols.shelf import Library
from platformlink.requests import actions as requests
from platformlink.requests import sealing
from tests import factories
from tests.pki import PASSPHRASE, Pki

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def sealers(shared_pki: Pki, workers: Workers) -> Iterator[dict[str, PadesSealer]]:
    """A sealer for each certificate, its processes kept for all tests here."""
    made = {
        name: PadesSealer(
            seal.Key(
                str(shared_pki.pkcs12(name)),
                PASSPHRASE,
                shared_pki.tsa_url,
                shared_pki.roots,
            ),
            workers,
        )
        for name in ("seal", "revoked")
    }
    yield made
    for one in made.values():
        one.close()


@pytest.fixture
def impatient(shared_pki: Pki) -> Iterator[PadesSealer]:
    """The same seal, which waits two seconds for a time-stamp."""
    key = seal.Key(
        str(shared_pki.pkcs12("seal")),
        PASSPHRASE,
        shared_pki.tsa_url,
        shared_pki.roots,
        tsa_seconds=2,
    )
    own = Workers(count=1)
    made = PadesSealer(key, own)
    yield made
    made.close()
    own.close()


@pytest.fixture
def trusted(
    runtime: Runtime, services: Pki, sealers: dict[str, PadesSealer]
) -> Runtime:
    """A desk whose seal stands on the PKI."""
    return with_sealer(runtime, sealers["seal"])


def with_sealer(runtime: Runtime, sealer: PadesSealer) -> Runtime:
    ports = dataclasses.replace(runtime.ports, sealer=sealer)
    return dataclasses.replace(runtime, ports=ports)


async def kept_letter(runtime: Runtime, library: Library) -> Letter:
    async with runtime.sessions.begin() as session:
        waiting = update(LetterSeal).values(due_at=factories.NOW + archive.NEVER)
        await session.exec(waiting)
        request, _, _ = await factories.ready(session, runtime, library)
        (letter,) = await queries.of_request(session, request.id)
    return letter


async def emergency_letter(runtime: Runtime, library: Library) -> Letter:
    """What the duty officer sealed alone."""
    async with runtime.sessions.begin() as session:
        both = (Role.INVESTIGATOR, Role.LIAISON)
        lea = await factories.person(session, "lea", roles=both)
        case = await factories.case_of(session, lea)
        fields = factories.request_fields(
            case.reference,
            kind="emergency_disclosure",
            instrument="emergency",
            urgency="emergency",
            urgency_reason="A child is in danger.",
            danger="A girl of 15 has said that she will kill herself tonight.",
            averts="Her address lets a patrol reach her.",
        )
        request = await requests.file(
            session, library, fields, actor=lea, now=factories.NOW
        )
        await sealing.seal_alone(
            session, runtime, request, case, actor=lea, now=factories.NOW
        )
        (letter,) = await queries.of_request(session, request.id)
    return letter


async def level_of(runtime: Runtime, letter: Letter) -> str:
    async with runtime.sessions() as session:
        return (await session.get_one(LetterSeal, letter.id)).level


async def versions(runtime: Runtime, letter: Letter) -> list[LetterVersion]:
    async with runtime.sessions() as session:
        return await queries.versions_of(session, letter.id)


async def test_a_letter_is_archived_by_the_next_run_and_stays_as_issued(
    trusted: Runtime, library: Library, now: datetime
) -> None:
    letter = await kept_letter(trusted, library)
    at_first = await level_of(trusted, letter)

    done = await jobs.complete_seals(trusted, now)

    async with trusted.sessions() as session:
        kept = await session.get_one(Letter, letter.id)
        last = await queries.last_bytes(session, kept)
    assert (at_first, done) == (Level.B_T, 1)
    assert await level_of(trusted, letter) == Level.B_LTA
    assert (kept.pdf, kept.sha256) == (letter.pdf, letter.sha256)
    assert last.startswith(letter.pdf)


async def test_a_second_run_does_nothing(
    trusted: Runtime, library: Library, now: datetime
) -> None:
    await kept_letter(trusted, library)
    await jobs.complete_seals(trusted, now)

    assert await jobs.complete_seals(trusted, now + timedelta(days=365)) == 0


async def test_an_archive_is_renewed_before_it_ages(
    trusted: Runtime, library: Library, now: datetime
) -> None:
    letter = await kept_letter(trusted, library)
    await jobs.complete_seals(trusted, now)
    await jobs.complete_seals(trusted, datetime.fromisoformat("2059-10-04T00:00Z"))

    first, second = await versions(trusted, letter)

    assert second.addition.startswith(first.addition)


async def test_an_emergency_is_sealed_while_a_time_stamp_service_stays_silent(
    trusted: Runtime,
    library: Library,
    now: datetime,
    services: Pki,
    impatient: PadesSealer,
) -> None:
    await kept_letter(trusted, library)
    services.silent.add("tsa")
    services.asked.clear()
    letter = await emergency_letter(with_sealer(trusted, impatient), library)
    at_first = await level_of(trusted, letter)
    services.mend()

    await jobs.complete_seals(trusted, now)

    assert (services.asked[0], at_first) == ("tsa", Level.B_B)
    assert await level_of(trusted, letter) == Level.B_LTA


async def test_services_that_are_away_are_asked_again_later(
    trusted: Runtime, library: Library, now: datetime, services: Pki
) -> None:
    letter = await kept_letter(trusted, library)
    services.off |= {"tsa", "crls", "ocsp"}
    away = await jobs.complete_seals(trusted, now)
    services.off.clear()

    at_once = await jobs.complete_seals(trusted, now)
    later = await jobs.complete_seals(trusted, now + archive.PATIENCE)

    assert (away, at_once, later) == (0, 0, 1)
    assert await level_of(trusted, letter) == Level.B_LTA


async def test_what_can_be_had_is_kept_and_the_rest_comes_later(
    trusted: Runtime, library: Library, now: datetime, services: Pki
) -> None:
    letter = await kept_letter(trusted, library)
    services.off.add("tsa")
    await jobs.complete_seals(trusted, now)
    in_part = await level_of(trusted, letter)
    services.off.clear()

    await jobs.complete_seals(trusted, now + archive.PATIENCE)

    assert (in_part, await level_of(trusted, letter)) == (Level.B_LT, Level.B_LTA)
    assert len(await versions(trusted, letter)) == 2


async def test_a_desk_without_services_asks_for_nothing(
    runtime: Runtime, library: Library, now: datetime
) -> None:
    letter = await kept_letter(runtime, library)

    assert await jobs.complete_seals(runtime, now) == 0
    assert await level_of(runtime, letter) == Level.B_B


async def test_every_version_is_genuine(
    trusted: Runtime, library: Library, now: datetime
) -> None:
    letter = await kept_letter(trusted, library)
    await jobs.complete_seals(trusted, now)

    async with trusted.sessions.begin() as session:
        last = await queries.last_bytes(session, letter)
        verdict = await actions.verify_pdf(
            session, trusted, last, means=Means.UPLOAD, now=now
        )

    assert (verdict.finding, verdict.letter) == (Finding.GENUINE, letter)


async def test_an_issuer_who_revoked_the_seal_is_told_of_once(
    runtime: Runtime,
    library: Library,
    now: datetime,
    services: Pki,
    sealers: dict[str, PadesSealer],
) -> None:
    revoked = with_sealer(runtime, sealers["revoked"])
    letter = await kept_letter(revoked, library)
    async with revoked.sessions.begin() as session:
        admin = await factories.person(session, "max", roles=(Role.ADMINISTRATOR,))

    await jobs.complete_seals(revoked, now)
    await jobs.complete_seals(revoked, now + archive.PATIENCE)

    assert len(await told(revoked, admin)) == 1
    assert await versions(revoked, letter) == []


async def told(runtime: Runtime, person: Actor) -> list[str]:
    async with runtime.sessions() as session:
        rows = select(Notice.key).where(Notice.user_id == person.id)
        return sorted((await session.exec(rows)).all())


@pytest.mark.parametrize(
    ("days", "warnings"),
    [(61, []), (60, ["60"]), (29, ["30"]), (6, ["7"]), (-1, ["7"])],
)
async def test_an_end_is_warned_of_60_30_and_7_days_before(
    runtime: Runtime,
    session: AsyncSession,
    now: datetime,
    days: int,
    warnings: list[str],
) -> None:
    admin = await factories.person(session, "max", roles=(Role.ADMINISTRATOR,))
    ends_at = now + timedelta(days=days)

    for _ in range(2):
        await archive.warn_of_end(session, "ab" * 32, ends_at=ends_at, now=now)

    rows = select(Notice.key).where(Notice.user_id == admin.id)
    keys = (await session.exec(rows)).all()
    assert [key.rsplit("/", 1)[1] for key in keys] == warnings


async def test_the_seal_in_use_is_looked_at(runtime: Runtime, now: datetime) -> None:
    async with runtime.sessions.begin() as session:
        admin = await factories.person(session, "max", roles=(Role.ADMINISTRATOR,))
    ends_at = (await runtime.ports.sealer.info()).expires_at

    before = await jobs.warn_of_end(runtime, now)
    await jobs.warn_of_end(runtime, ends_at - timedelta(days=20))

    assert before == 0
    assert len(await told(runtime, admin)) == 1
