"""What a check tells to anybody who asks: no personal data."""

from datetime import datetime

import msgspec

from platformlink.authority import Authority
from platformlink.letters.rules import Finding
from platformlink.letters.tables import Letter
from platformlink.ports import SealInfo

IN_FORCE = {Finding.GENUINE, Finding.ADDED_TO}
OURS = {*IN_FORCE, Finding.WITHDRAWN, Finding.SUPERSEDED}


class LetterOut(msgspec.Struct, frozen=True, kw_only=True):
    """A letter as the public may know it."""

    reference: str
    kind: str
    sealed_at: datetime
    sha256: str
    certificate_sha256: str
    is_demonstration: bool
    ended_at: datetime | None


class AuthorityOut(msgspec.Struct, frozen=True, kw_only=True):
    """Who seals, with which certificate, and where to call back."""

    name: dict[str, str]
    mail_domain: str
    phone: str
    certificate_sha256: str
    certificate_subject: str


class VerdictOut(msgspec.Struct, frozen=True, kw_only=True):
    """What a check found."""

    finding: Finding
    is_genuine: bool
    is_in_force: bool
    reason: str
    letter: LetterOut | None
    authority: AuthorityOut


def letter_out(letter: Letter) -> LetterOut:
    """Return a letter as the public may know it."""
    return LetterOut(
        reference=letter.reference,
        kind=letter.kind,
        sealed_at=letter.sealed_at,
        sha256=letter.sha256,
        certificate_sha256=letter.certificate_fingerprint,
        is_demonstration=letter.is_demonstration,
        ended_at=letter.withdrawn_at or letter.superseded_at,
    )


def authority_out(authority: Authority, seal: SealInfo) -> AuthorityOut:
    """Return who seals."""
    return AuthorityOut(
        name=authority.name,
        mail_domain=authority.mail_domain,
        phone=authority.contact.phone,
        certificate_sha256=seal.fingerprint,
        certificate_subject=seal.subject,
    )


def verdict_out(
    finding: Finding,
    letter: Letter | None,
    reason: str,
    *,
    authority: AuthorityOut,
) -> VerdictOut:
    """Return what a check found, in the words of the reader for ``reason``."""
    return VerdictOut(
        finding=finding,
        is_genuine=finding in OURS,
        is_in_force=finding in IN_FORCE,
        reason=reason,
        letter=letter_out(letter) if letter else None,
        authority=authority,
    )
