"""
Fills the port Sealer with pyHanko, in processes of its own.

This process never loads that library: `read_info`, `seal` and `check` run in the
others. What is made here are demonstration seals.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from platformlink.adapters import files
from platformlink.adapters.workers import WorkerLost, Workers
from platformlink.errors import Upstream
from platformlink.ports import SealCheck, SealInfo
from platformlink.settings import Settings
from platformlink.values import Pdf, SealedPdf

CHECK_SECONDS = 10
DEMONSTRATION = "DEMONSTRATION - NO LEGAL EFFECT"
DEMONSTRATION_DAYS = 730


class SealUnusable(Upstream):
    """The key cannot be read, or its certificate is not valid now."""

    code = "seal-unusable"
    title = "The seal cannot be used: see the administrator"


class Key(msgspec.Struct, frozen=True):
    """Where the seal is: a PKCS#12 file, its passphrase, and a time-stamp service."""

    path: Path
    passphrase: str
    tsa_url: str = ""


def read_info(key: Key) -> SealInfo:
    """
    Return which certificate seals, in this process.

    Raises: SealUnusable.
    """
    from platformlink.adapters import signing  # noqa: PLC0415 - large, see above

    return signing.read_info(key)


def seal(key: Key, pdf: Pdf, name: str, now: datetime) -> SealedPdf:
    """
    Return the PDF under the authority's seal, in this process.

    Raises: NotSealable, SealUnusable.
    """
    from platformlink.adapters import signing  # noqa: PLC0415 - large, see above

    return signing.seal(key, pdf, name, now)


def check(content: bytes) -> SealCheck:
    """Return what can be said of any bytes, in this process; hostile ones included."""
    from platformlink.adapters import signing  # noqa: PLC0415 - large, see above

    return signing.check(content)


def demonstration_path(settings: Settings) -> Path:
    """Return where an embedded desk keeps its demonstration seal."""
    return settings.data_dir / "demonstration-seal.p12"


def from_settings(settings: Settings, workers: Workers) -> "PadesSealer":
    """
    Return the sealer of a desk.

    A desk with its own database needs a seal of its own; an embedded one is given a
    demonstration seal, which says that it has no legal effect.
    """
    if settings.seal or (settings.database_url and not settings.is_demonstration):
        key = Key(Path(settings.seal), settings.seal_passphrase, settings.tsa_url)
    else:
        key = Key(demonstration_path(settings), settings.secret, settings.tsa_url)
        if not key.path.exists():
            made_at = datetime.now(UTC)
            make_demonstration_seal(
                key.path, settings.secret, name="PlatformLink", now=made_at
            )
    return PadesSealer(key, workers, Workers(count=1, longest_seconds=CHECK_SECONDS))


class PadesSealer:
    """Seals in the worker processes of letters; checks uploads in one of its own."""

    def __init__(self, key: Key, workers: Workers, checkers: Workers) -> None:
        self._key = key
        self._workers = workers
        self._checkers = checkers
        self._known: tuple[int, SealInfo] | None = None

    async def info(self) -> SealInfo:
        """
        Return the certificate in use.

        Raises: SealUnusable.
        """
        version = self._version()
        if self._known is None or self._known[0] != version:
            self._known = version, await self._workers.run(read_info, self._key)
        return self._known[1]

    def _version(self) -> int:
        """Return what changes when the key's file does."""
        return self._key.path.stat().st_mtime_ns if self._key.path.is_file() else 0

    async def seal(self, pdf: Pdf, *, name: str, now: datetime) -> SealedPdf:
        """
        Return the sealed PDF.

        Raises: NotSealable, SealUnusable, WorkerLost.
        """
        return await self._workers.run(seal, self._key, pdf, name, now)

    async def check(self, content: bytes) -> SealCheck:
        """Return what can be said of any bytes; never raises for hostile ones."""
        try:
            return await self._checkers.run(check, content)
        except WorkerLost:
            return SealCheck(reason="The PDF could not be read in reasonable time.")


def _name(common: str, organisation: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, common),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, DEMONSTRATION),
        ]
    )


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=not is_authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )


def _certify(
    subject: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    *,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    now: datetime,
) -> x509.Certificate:
    is_authority = subject == issuer
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=DEMONSTRATION_DAYS))
        .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        .add_extension(_usage(is_authority=is_authority), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )


def make_demonstration_seal(
    path: Path, passphrase: str, *, name: str, now: datetime
) -> None:
    """Write a PKCS#12 file with a seal that says that it has no legal effect."""
    authority_key = ec.generate_private_key(ec.SECP256R1())
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = _name("PlatformLink demonstration authority", name[:64])
    authority = _certify(
        issuer,
        authority_key.public_key(),
        issuer=issuer,
        issuer_key=authority_key,
        now=now,
    )
    certificate = _certify(
        _name(f"{name[:44]} (DEMONSTRATION)", name[:64]),
        key.public_key(),
        issuer=issuer,
        issuer_key=authority_key,
        now=now,
    )
    content = pkcs12.serialize_key_and_certificates(
        b"seal",
        key,
        certificate,
        [authority],
        BestAvailableEncryption(passphrase.encode()),
    )
    files.write_private(path, content)
