"""What is done with letters: preview, seal, supersede, withdraw, verify."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

import msgspec
from sqlalchemy import func
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.audit import actions as audit
from platformlink.authority import said
from platformlink.errors import FieldError
from platformlink.identity import queries as identity
from platformlink.letters import archive, codes, forms, paper, queries, rules
from platformlink.letters.rules import (
    AlreadyEnded,
    Finding,
    Issue,
    LetterFields,
    LetterKind,
    LetterWrong,
    Means,
    expires_at,
)
from platformlink.letters.tables import Letter, LetterCheck
from platformlink.notices import actions as notices
from platformlink.permissions import Role
from platformlink.ports import (
    Attachment,
    Change,
    PagesExceeded,
    Runtime,
    SealCheck,
    Sealed,
)
from platformlink.values import Pdf, Phrase

VERIFY_PATH = "/verify"
ALERT_SPAN = timedelta(hours=1)
ALERT_AFTER = 5
MOST_PAGES = {LetterKind.EMERGENCY_DISCLOSURE: 1}


class Verdict(msgspec.Struct, frozen=True):
    """
    What a check found; the letter where it is one of ours; why.

    ``versions`` are the SHA-256 of the letter with what was added to it.
    """

    finding: Finding
    letter: Letter | None = None
    reason: Phrase | str = ""
    versions: tuple[str, ...] = ()


def _printed(runtime: Runtime, fields: LetterFields) -> LetterFields:
    """Return the fields of this kind, marked where the desk is a demonstration."""
    is_demonstration = fields.is_demonstration or runtime.authority.is_demonstration
    form = forms.named(runtime.templates, fields.form)
    kept = forms.trimmed(form, fields) if form else rules.trimmed(fields)
    return msgspec.structs.replace(kept, issue=None, is_demonstration=is_demonstration)


def _check(runtime: Runtime, fields: LetterFields) -> None:
    """
    Let pass what its kind, or its form, can be printed from.

    Raises: LetterWrong.
    """
    form = forms.named(runtime.templates, fields.form)
    if form is None:
        rules.check(fields)
    else:
        forms.check(form, fields, runtime.templates)


def _draft(runtime: Runtime, fields: LetterFields, now: datetime) -> LetterFields:
    """
    Return the fields of an unfinished letter, its gaps marked.

    Raises: LetterWrong, where something is too long for any letter.
    """
    today = now.astimezone(runtime.authority.tz).date()
    kept = _printed(runtime, fields)
    if not kept.form:  # a form marks its own gaps
        kept = rules.with_gaps(kept, today)
    rules.check_length(kept)
    return kept


async def preview(runtime: Runtime, fields: LetterFields, *, now: datetime) -> Pdf:
    """
    Return the letter as it would look, watermarked; nothing can seal it.

    What is still missing shows as an ellipsis; ``now`` stands for the day of sealing.

    Raises: LetterWrong, Upstream.
    """
    draft = _draft(runtime, fields, now)
    page = paper.compose(runtime.templates, draft, now=now)
    return await runtime.ports.renderer.preview(page)


async def specimen(runtime: Runtime, fields: LetterFields, *, now: datetime) -> Pdf:
    """
    Return invented fields as a sealed letter would show them, with no seal.

    Raises: LetterWrong, Upstream.
    """
    issue = Issue(
        reference=codes.reference_of(runtime.authority.prefix, now.year, 123),
        code="0" * (codes.CODE_BITS // 5),
        dated_on=now.astimezone(runtime.authority.tz).date(),
        verify_url=runtime.settings.base_url.rstrip("/") + VERIFY_PATH,
        sealed_at=now,
        certificate="0" * 64,
    )
    printed = msgspec.structs.replace(
        _printed(runtime, fields), issue=issue, is_demonstration=True
    )
    page = paper.compose(runtime.templates, printed, now=now)
    return await runtime.ports.renderer.preview(page)


async def preview_first_page(
    runtime: Runtime, fields: LetterFields, *, now: datetime
) -> Pdf:
    """
    Return the first page alone, in half the time, for beside a form.

    Raises: LetterWrong, Upstream.
    """
    draft = _draft(runtime, fields, now)
    page = paper.compose_first_page(runtime.templates, draft, now=now)
    return await runtime.ports.renderer.preview(page)


async def _issue(
    session: AsyncSession, runtime: Runtime, now: datetime
) -> tuple[int, Issue]:
    """Return the next number, and all that only sealing knows."""
    today = now.astimezone(runtime.authority.tz).date()
    taken = select(func.take_letter_number(today.year))
    number: int = (await session.exec(taken)).one()
    certificate = await runtime.ports.sealer.info()
    return number, Issue(
        reference=codes.reference_of(runtime.authority.prefix, today.year, number),
        code=codes.code_of(secrets.randbits(codes.CODE_BITS)),
        dated_on=today,
        verify_url=runtime.settings.base_url.rstrip("/") + VERIFY_PATH,
        sealed_at=now,
        certificate=certificate.fingerprint,
    )


def _attachments(fields: LetterFields, now: datetime) -> tuple[Attachment, ...]:
    """Return what the letter carries as data: itself, and a long list as CSV."""
    request = Attachment(
        name="request.json",
        content=rules.encode(fields),
        description="This letter as data",
        made_at=now.astimezone(UTC),
    )
    if len(fields.items) <= rules.ITEMS_ON_PAGE:
        return (request,)
    targets = Attachment(
        name="targets.csv",
        content=paper.targets_csv(fields),
        description="Annex A as data",
        made_at=now.astimezone(UTC),
    )
    return (request, targets)


async def _make(runtime: Runtime, fields: LetterFields, now: datetime) -> Sealed:
    """
    Return the sealed bytes, and how far their proof reaches.

    Raises: LetterWrong (it overflows its pages; the longest field is named), Upstream.
    """
    page = paper.compose(runtime.templates, fields, now=now)
    try:
        pdf = await runtime.ports.renderer.render(
            page,
            attachments=_attachments(fields, now),
            most_pages=None if fields.form else MOST_PAGES.get(fields.kind),
        )
    except PagesExceeded:
        pointer = rules.longest_text(fields)
        message = "This is too long: the letter has one page."
        raise LetterWrong("", FieldError(pointer, "too-long", message)) from None
    name = said(fields.sender.name, fields.sender.languages[0])
    signers = runtime.authority.signers
    return await runtime.ports.sealer.seal(pdf, name=name, now=now, signers=signers)


async def seal(
    session: AsyncSession,
    runtime: Runtime,
    fields: LetterFields,
    *,
    request_id: int,
    actor_id: int,
    now: datetime,
    supersedes_id: int | None = None,
) -> Letter:
    """
    Give the letter its reference and code, render and seal it, and keep it for ever.

    All of it belongs to the caller's transaction: if that fails, the number is free
    again and nothing was sealed.

    Raises: LetterWrong, Upstream.
    """
    fields = _printed(runtime, fields)
    _check(runtime, fields)
    number, issue = await _issue(session, runtime, now)
    fields = msgspec.structs.replace(fields, issue=issue)
    sealed = await _make(runtime, fields, now)
    letter = Letter(
        request_id=request_id,
        kind=fields.kind,
        language="-".join(fields.sender.languages[:2]),
        reference=issue.reference,
        year=issue.dated_on.year,
        number=number,
        code=issue.code,
        code_sha256=hashlib.sha256(issue.code.encode()).digest(),
        template=paper.template_of(fields),
        template_sha256=paper.fingerprint(runtime.templates),
        protocol_version=fields.protocol_version,
        content=msgspec.to_builtins(fields),
        pdf=sealed.pdf,
        sha256=hashlib.sha256(sealed.pdf).hexdigest(),
        sealed_at=now,
        sealed_by_id=actor_id,
        certificate_fingerprint=issue.certificate,
        is_demonstration=fields.is_demonstration,
        supersedes_id=supersedes_id,
    )
    session.add(letter)
    await session.flush()
    archive.note_seal(session, letter, sealed.level, now=now)
    if supersedes_id is not None:
        await supersede(session, supersedes_id, now=now)
    _record(session, letter, "letters.seal", actor_id=actor_id, now=now)
    return letter


def _record(
    session: AsyncSession,
    letter: Letter,
    verb: str,
    *,
    actor_id: int | None,
    now: datetime,
) -> None:
    audit.record(
        session,
        actor_id=actor_id,
        verb=verb,
        subject=f"letter/{letter.reference}",
        now=now,
        detail={"sha256": letter.sha256, "kind": letter.kind},
    )


async def supersede(session: AsyncSession, letter_id: int, *, now: datetime) -> None:
    """Note that a later letter stands in a letter's place; one that ended stays so."""
    earlier = await session.get_one(Letter, letter_id)
    if earlier.is_in_force:
        earlier.superseded_at = now
        _record(session, earlier, "letters.supersede", actor_id=None, now=now)
        await session.flush()


async def withdraw(session: AsyncSession, letter: Letter, *, now: datetime) -> None:
    """
    Note that a letter is no longer in force; its bytes stay.

    Raises: AlreadyEnded.
    """
    if not letter.is_in_force:
        raise AlreadyEnded
    letter.withdrawn_at = now
    _record(session, letter, "letters.withdraw", actor_id=None, now=now)
    await session.flush()


def _standing(letter: Letter, now: datetime) -> Finding:
    """Return whether a genuine letter is in force."""
    if letter.withdrawn_at is not None:
        return Finding.WITHDRAWN
    if letter.superseded_at is not None:
        return Finding.SUPERSEDED
    ends_at = expires_at(letter.fields)
    return Finding.GENUINE if ends_at is None or now < ends_at else Finding.EXPIRED


async def _with_standing(session: AsyncSession, verdict: Verdict) -> Verdict:
    """Say of a genuine letter in which versions it is, and if its seal is revoked."""
    letter = verdict.letter
    if letter is None or verdict.finding is Finding.ALTERED:
        return verdict
    known = await queries.versions_of(session, letter.id)
    verdict = msgspec.structs.replace(verdict, versions=tuple(x.sha256 for x in known))
    revoked = await queries.revocation(session, letter.certificate_fingerprint)
    if revoked is None:
        return verdict
    phrase = Phrase(
        "The certificate of its seal was revoked on %(revoked_at)s. Our register holds "
        "this letter all the same: compare its SHA-256, or call us.",
        {"revoked_at": revoked.revoked_at},
    )
    return msgspec.structs.replace(verdict, reason=phrase)


async def _note(
    session: AsyncSession, verdict: Verdict, means: Means, now: datetime
) -> Verdict:
    """Keep that somebody asked, and what was found; not who."""
    verdict = await _with_standing(session, verdict)
    letter_id = verdict.letter.id if verdict.letter else None
    session.add(
        LetterCheck(at=now, means=means, found=verdict.finding, letter_id=letter_id)
    )
    return verdict


async def _alert(
    session: AsyncSession, phrase: Phrase, key: str, now: datetime
) -> None:
    """Tell those in charge, once an hour, what a check has brought to light."""
    told = [
        person.id
        for role in (Role.ADMINISTRATOR, Role.LIAISON)
        for person in await identity.people(session, role=role)
    ]
    key = f"{key}/{now.astimezone(UTC):%Y-%m-%dT%H}"
    await notices.tell(session, told, phrase, key=key, path=VERIFY_PATH, now=now)


async def _alert_to_guesses(session: AsyncSession, now: datetime) -> None:
    """Tell of codes that no letter bears, where many were checked."""
    asked = await queries.unknown_codes_since(session, now - ALERT_SPAN)
    if asked < ALERT_AFTER:
        return
    phrase = Phrase(
        "%(count)s codes that no letter bears were checked within an hour: "
        "somebody may be forging our letters",
        {"count": asked},
    )
    await _alert(session, phrase, "unknown-codes", now)


async def verify_code(session: AsyncSession, code: str, *, now: datetime) -> Verdict:
    """Return what is known of a code; the question is kept."""
    try:
        letter = await queries.by_code(session, code)
    except codes.CodeUnknown:
        verdict = Verdict(Finding.UNKNOWN, reason="No letter bears this code.")
        await _alert_to_guesses(session, now)
    else:
        verdict = Verdict(_standing(letter, now), letter)
    return await _note(session, verdict, Means.CODE, now)


def _not_as_issued(found: SealCheck, letter: Letter | None) -> Verdict:
    """Return what is wrong with bytes under a seal of ours."""
    if found.is_intact and found.change is not Change.ALTERED:
        reason = "Its seal is ours and intact, but our register does not hold it."
        return Verdict(Finding.UNREGISTERED, reason=reason)
    return Verdict(Finding.ALTERED, letter, found.reason)


async def _judge(
    session: AsyncSession, content: bytes, found: SealCheck, now: datetime
) -> Verdict:
    """Return what bytes mean that are not, one for one, those of a letter of ours."""
    letter = await queries.by_bytes(session, content[: found.covered_bytes])
    is_ours = letter or await queries.sealed_with(session, found.fingerprint)
    if not is_ours and not found.is_sealed:
        return Verdict(Finding.UNKNOWN, reason=found.reason)
    if not is_ours:
        return Verdict(Finding.FOREIGN, reason="The seal is not one of ours.")
    if letter is None or not found.is_intact or found.change is Change.ALTERED:
        return _not_as_issued(found, letter)
    standing = _standing(letter, now)
    is_standing = standing is Finding.GENUINE
    return Verdict(Finding.ADDED_TO if is_standing else standing, letter)


def judge_alone(found: SealCheck, fingerprint: str) -> Verdict:
    """Return what a seal tells to whoever knows its certificate, but no register."""
    if not found.is_sealed:
        return Verdict(Finding.UNKNOWN, reason=found.reason)
    if found.fingerprint != fingerprint:
        reason = "The seal is not one of this certificate."
        return Verdict(Finding.FOREIGN, reason=reason)
    if found.change is Change.ALTERED:
        return Verdict(Finding.ALTERED, reason=found.reason)
    is_untouched = found.change is Change.NONE
    reason = "Only the register knows whether it is still in force."
    finding = Finding.GENUINE if is_untouched else Finding.ADDED_TO
    return Verdict(finding, reason=reason)


async def verify_pdf(
    session: AsyncSession,
    runtime: Runtime,
    content: bytes,
    *,
    means: Means,
    now: datetime,
) -> Verdict:
    """Return what any bytes are: one of our letters, or not; the question is kept."""
    letter = await queries.by_bytes(session, content)
    if letter is not None:
        verdict = Verdict(_standing(letter, now), letter)
    else:
        found = await runtime.ports.sealer.check(content)
        verdict = await _judge(session, content, found, now)
    if verdict.finding is Finding.UNREGISTERED:
        phrase = Phrase(
            "A PDF under our seal was checked that our register does not hold: "
            "the key of the seal may be in other hands"
        )
        await _alert(session, phrase, "stray-seal", now)
    return await _note(session, verdict, means, now)
