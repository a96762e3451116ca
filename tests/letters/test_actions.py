"""Letters are sealed once, numbered without gaps, and never change."""

import hashlib
import io
from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pikepdf
import pytest
from pyhanko.pdf_utils.generic import TextStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from sqlalchemy import func
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.letters import actions, codes, queries, rules
from platformlink.letters.rules import Finding, LetterKind, LetterWrong, Means
from platformlink.letters.tables import Letter, LetterCheck
from platformlink.notices.tables import Notice
from platformlink.permissions import Actor, Role
from platformlink.ports import NotSealable, Runtime
from platformlink.values import Html
from tests import factories
from tests.letters.conftest import sample

pytestmark = pytest.mark.anyio


async def sealed(
    session: AsyncSession,
    runtime: Runtime,
    actor: Actor,
    now: datetime,
    kind: LetterKind = LetterKind.REMINDER_1,
    **more: int,
) -> Letter:
    return await actions.seal(
        session,
        runtime,
        sample(kind),
        request_id=1,
        actor_id=actor.id,
        now=now,
        **more,
    )


async def test_a_sealed_letter_is_its_bytes_its_fields_and_its_hash(
    session: AsyncSession, runtime: Runtime, ann: Actor, now: datetime
) -> None:
    letter = await sealed(session, runtime, ann, now, LetterKind.PRESERVATION)

    assert letter.reference == codes.reference_of("PL", 2026, letter.number)
    assert letter.sha256 == hashlib.sha256(letter.pdf).hexdigest()
    with pikepdf.open(io.BytesIO(letter.pdf)) as pdf:
        carried = pdf.attachments["request.json"].get_file().read_bytes()
    assert rules.decode(carried) == letter.fields
    assert letter.fields.issue is not None
    assert letter.fields.issue.reference == letter.reference


async def test_numbers_follow_each_other(
    session: AsyncSession, runtime: Runtime, ann: Actor, now: datetime
) -> None:
    first = await sealed(session, runtime, ann, now)
    second = await sealed(session, runtime, ann, now)

    assert second.number == first.number + 1
    assert first.code != second.code


async def test_the_year_is_that_of_the_authoritys_zone(
    session: AsyncSession, runtime: Runtime, ann: Actor
) -> None:
    eve = datetime.fromisoformat("2026-12-31T23:30:00+00:00")

    letter = await sealed(session, runtime, ann, eve)

    assert letter.reference.startswith("PL-2027-")


async def test_a_letter_that_lacks_something_takes_no_number(
    session: AsyncSession, runtime: Runtime, ann: Actor, now: datetime
) -> None:
    fields = sample(LetterKind.WITHDRAWAL, reason={})

    with pytest.raises(LetterWrong):
        await actions.seal(
            session, runtime, fields, request_id=987_654, actor_id=ann.id, now=now
        )

    assert await queries.of_request(session, 987_654) == []


async def test_an_emergency_that_overflows_its_page_names_the_longest_text(
    session: AsyncSession, runtime: Runtime, ann: Actor, now: datetime
) -> None:
    fields = sample(LetterKind.EMERGENCY_DISCLOSURE)
    assert fields.emergency is not None
    danger = {"en": "They are in danger. " * 120}
    emergency = msgspec.structs.replace(fields.emergency, danger=danger)
    fields = msgspec.structs.replace(fields, emergency=emergency)

    with pytest.raises(LetterWrong) as refusal:
        await actions.seal(
            session, runtime, fields, request_id=1, actor_id=ann.id, now=now
        )

    assert [error.pointer for error in refusal.value.errors] == ["/emergency/danger/en"]


@pytest.mark.parametrize("column", ["pdf", "sha256", "reference", "content", "code"])
async def test_the_database_refuses_to_change_what_was_sealed(
    session: AsyncSession, runtime: Runtime, ann: Actor, now: datetime, column: str
) -> None:
    letter = await sealed(session, runtime, ann, now)
    value = {"pdf": b"x", "content": {}}.get(column, "x")

    with pytest.raises(DBAPIError, match=r"never changes|ck_letter"):
        await session.exec(
            update(Letter).where(col(Letter.id) == letter.id).values({column: value})
        )


async def test_the_database_refuses_to_remove_a_letter(
    session: AsyncSession, runtime: Runtime, ann: Actor, now: datetime
) -> None:
    await sealed(session, runtime, ann, now)

    with pytest.raises(DBAPIError, match="only grows"):
        await session.exec(delete(Letter))


async def test_a_withdrawn_letter_stays_withdrawn(
    session: AsyncSession, runtime: Runtime, ann: Actor, now: datetime
) -> None:
    letter = await sealed(session, runtime, ann, now)
    await actions.withdraw(session, letter, now=now)

    with pytest.raises(rules.AlreadyEnded):
        await actions.withdraw(session, letter, now=now)
    with pytest.raises(DBAPIError, match="never changes"):
        await session.exec(update(Letter).values(withdrawn_at=now + timedelta(1)))


async def test_a_code_finds_its_letter_however_it_is_typed(
    session: AsyncSession, runtime: Runtime, ann: Actor, now: datetime
) -> None:
    letter = await sealed(session, runtime, ann, now)

    typed = codes.grouped(letter.code).lower().replace("0", "o")
    verdict = await actions.verify_code(session, typed, now=now)

    assert (verdict.finding, verdict.letter) == (Finding.GENUINE, letter)


async def test_each_state_of_a_letter_is_told_apart(
    session: AsyncSession, runtime: Runtime, ann: Actor, now: datetime
) -> None:
    first = await sealed(session, runtime, ann, now)
    second = await sealed(session, runtime, ann, now, supersedes_id=first.id)
    third = await sealed(session, runtime, ann, now)
    await actions.withdraw(session, third, now=now)

    found = [
        (await actions.verify_code(session, letter.code, now=now)).finding
        for letter in (first, second, third)
    ]

    assert found == [Finding.SUPERSEDED, Finding.GENUINE, Finding.WITHDRAWN]


async def test_a_letter_asks_no_more_after_the_last_day_of_the_hold_that_it_is_for(
    session: AsyncSession, runtime: Runtime, ann: Actor, now: datetime
) -> None:
    letter = await sealed(session, runtime, ann, now, LetterKind.PRESERVATION)
    assert letter.fields.hold is not None
    last = letter.fields.hold.until_on
    end = datetime.combine(last, time(23, 59), tzinfo=ZoneInfo("Europe/Tirane"))

    found = [
        (await actions.verify_code(session, letter.code, now=at)).finding
        for at in (end, end + timedelta(minutes=1))
    ]

    assert found == [Finding.GENUINE, Finding.EXPIRED]


async def test_an_uploaded_letter_is_genuine_and_one_changed_byte_is_not(
    session: AsyncSession, runtime: Runtime, ann: Actor, now: datetime
) -> None:
    letter = await sealed(session, runtime, ann, now)
    changed = bytearray(letter.pdf)
    changed[len(changed) // 2] ^= 1

    found = [
        await actions.verify_pdf(session, runtime, one, means=Means.UPLOAD, now=now)
        for one in (letter.pdf, bytes(changed), b"no pdf at all")
    ]

    assert [one.finding for one in found] == [
        Finding.GENUINE,
        Finding.ALTERED,
        Finding.UNKNOWN,
    ]


def with_another_title(pdf: bytes) -> bytes:
    """A well-formed incremental update."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer.root["/Lang"] = TextStringObject("xx")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def with_rubbish(pdf: bytes) -> bytes:
    return pdf + b"\n1 0 obj\n<< /Hidden true >>\nendobj\n%%EOF\n"


@pytest.mark.parametrize("change", [with_another_title, with_rubbish])
async def test_an_update_put_on_a_letter_is_found_and_names_the_letter(
    session: AsyncSession,
    runtime: Runtime,
    ann: Actor,
    now: datetime,
    change: Callable[[bytes], bytes],
) -> None:
    letter = await sealed(session, runtime, ann, now)
    more = change(letter.pdf)

    verdict = await actions.verify_pdf(
        session, runtime, more, means=Means.UPLOAD, now=now
    )

    assert (verdict.finding, verdict.letter) == (Finding.ALTERED, letter)


async def test_our_seal_on_what_we_never_issued_is_told_from_an_altered_letter(
    session: AsyncSession, runtime: Runtime, ann: Actor, now: datetime
) -> None:
    ada = await factories.person(session, "ada", roles=(Role.ADMINISTRATOR,))
    await sealed(session, runtime, ann, now)
    html = Html("<p id='seal'>Give us everything.</p>")
    unsealed = await runtime.ports.renderer.render(html)
    stray = await runtime.ports.sealer.seal(unsealed, name="Somebody", now=now)

    verdict = await actions.verify_pdf(
        session, runtime, stray.pdf, means=Means.UPLOAD, now=now
    )

    told = await session.exec(select(Notice).where(Notice.user_id == ada.id))
    assert (verdict.finding, verdict.letter) == (Finding.UNREGISTERED, None)
    assert [one.key.split("/")[0] for one in told] == ["stray-seal"]


async def test_every_question_is_kept_without_its_asker(
    session: AsyncSession, runtime: Runtime, ann: Actor, now: datetime
) -> None:
    await actions.verify_code(session, "0000-0000-0000-0000", now=now)

    newest = select(LetterCheck).order_by(col(LetterCheck.id).desc()).limit(1)
    kept = (await session.exec(newest)).one()

    assert (kept.means, kept.found, kept.letter_id) == ("code", "unknown", None)


async def test_a_preview_cannot_be_sealed(runtime: Runtime, now: datetime) -> None:
    pdf = await actions.preview(runtime, sample(), now=now)

    with pytest.raises(NotSealable):
        await runtime.ports.sealer.seal(pdf, name="x", now=now)


async def test_two_letters_are_numbered_at_once_and_a_failed_one_leaves_no_gap(
    runtime: Runtime,
) -> None:
    taking = select(func.take_letter_number(2031))

    async with runtime.sessions() as one, runtime.sessions() as other:
        first = (await one.exec(taking)).one()
        second = (await other.exec(taking)).one()
        await one.rollback()
        async with runtime.sessions() as later:
            third = (await later.exec(taking)).one()

    assert (first, second, third) == (1, 2, 1)


async def test_many_unknown_codes_alert_the_administrator_once(
    session: AsyncSession,
) -> None:
    ada = await factories.person(session, "ada")
    later = datetime.fromisoformat("2030-05-05T12:30:00+00:00")

    for number in range(12):
        await actions.verify_code(session, codes.code_of(number), now=later)

    told = await session.exec(select(Notice).where(Notice.user_id == ada.id))
    assert [notice.key for notice in told] == ["unknown-codes/2030-05-05T12"]
