"""What a check tells to anybody who asks: no personal data."""

from datetime import datetime

import msgspec

from platformlink.authority import Authority
from platformlink.letters.rules import Finding
from platformlink.ports import SealInfo

IN_FORCE = {Finding.GENUINE, Finding.ADDED_TO}
OURS = {*IN_FORCE, Finding.WITHDRAWN, Finding.SUPERSEDED, Finding.EXPIRED}


class LetterOut(msgspec.Struct, frozen=True, kw_only=True):
    """
    A letter as the public may know it; ``versions`` are hashes like ``sha256``.

    ``ended_at`` is when it ceased, or will cease, to ask for anything.
    """

    reference: str
    kind: str
    sealed_at: datetime
    sha256: str
    versions: tuple[str, ...]
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


def authority_out(authority: Authority, seal: SealInfo) -> AuthorityOut:
    """Return who seals."""
    return AuthorityOut(
        name=authority.name,
        mail_domain=authority.mail_domain,
        phone=authority.contact.phone,
        certificate_sha256=seal.fingerprint,
        certificate_subject=seal.subject,
    )
