"""
Fills the port Sealer with pyHanko, in processes of its own.

This process never loads that library: `read_info`, `seal` and `check` run in the
others. What is made here are demonstration seals.
"""

from datetime import UTC, datetime, timedelta
from functools import partial
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
from platformlink.ports import Completed, Level, SealCheck, Sealed, SealInfo
from platformlink.settings import Settings
from platformlink.values import Pdf

CHECK_SECONDS = 10
TSA_SECONDS = 5
COMPLETE_SECONDS = 40
DEMONSTRATION = "DEMONSTRATION - NO LEGAL EFFECT"
DEMONSTRATION_DAYS = 730


class SealUnusable(Upstream):
    """The key cannot be read, or its certificate is not valid now."""

    code = "seal-unusable"
    title = "The seal cannot be used: see the administrator"


class Key(msgspec.Struct, frozen=True):
    """
    Where the seal is, and which services stand by it.

    ``place`` is a PKCS#12 file or a PKCS#11 URI, ``roots`` a PEM file with the trust
    anchors of the seal and of its time-stamps. A time-stamp is waited for no longer
    than ``tsa_seconds``.
    """

    place: str
    passphrase: str
    tsa_url: str = ""
    roots: Path | None = None
    tsa_seconds: float = TSA_SECONDS

    @property
    def reach(self) -> Level:
        """Say to which level the services can bring a seal."""
        if not self.tsa_url:
            return Level.B_B
        return Level.B_LTA if self.roots else Level.B_T


def read_info(key: Key) -> SealInfo:
    """
    Return which certificate seals, in this process.

    Raises: SealUnusable.
    """
    from platformlink.adapters import signing  # noqa: PLC0415 - large, see above

    return signing.read_info(key)


def seal(
    key: Key, pdf: Pdf, name: str, now: datetime, signers: tuple[str, ...] = ()
) -> Sealed:
    """
    Return the PDF under the authority's seal, in this process.

    Raises: NotSealable, SealUnusable.
    """
    from platformlink.adapters import signing  # noqa: PLC0415 - large, see above

    return signing.seal(key, pdf, name, now, signers)


def can_read_roots(key: Key) -> bool:
    """Say whether the file of trust anchors can be read, in this process."""
    from platformlink.adapters import archiving  # noqa: PLC0415 - large, see above

    try:
        return bool(archiving.read_roots(key))
    except (OSError, ValueError):
        return False


def complete(key: Key, content: bytes) -> Completed:
    """
    Return a letter at the highest level that the services reach now, in this process.

    Raises: SealRevoked, ServiceAway.
    """
    from platformlink.adapters import archiving  # noqa: PLC0415 - large, see above

    return archiving.complete(key, content)


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
    return PadesSealer(key_of(settings), workers)


def key_of(settings: Settings) -> Key:
    """Return the key of a desk; a demonstration seal is made where none is named."""
    if settings.seal or (settings.database_url and not settings.is_demonstration):
        return _key(settings, settings.seal, settings.seal_passphrase)
    path = demonstration_path(settings)
    if not path.exists():
        made_at = datetime.now(UTC)
        make_demonstration_seal(path, settings.secret, name="PlatformLink", now=made_at)
    return _key(settings, str(path), settings.secret)


def _key(settings: Settings, place: str, passphrase: str) -> Key:
    return Key(place, passphrase, settings.tsa_url, settings.seal_roots)


def _apart(seconds: int) -> Workers:
    """Return a process of its own, whose imports do not count as its work."""
    return Workers(count=1, warm_up=partial(check, b""), longest_seconds=seconds)


class PadesSealer:
    """
    Seals in the worker processes of letters.

    What may take long or be hostile has a process of its own: checks of uploads, and
    the completion of seals, which waits for services of others.
    """

    def __init__(self, key: Key, workers: Workers) -> None:
        self._key = key
        self._workers = workers
        self._checkers = _apart(CHECK_SECONDS)
        self._completers = _apart(COMPLETE_SECONDS)
        self._known: tuple[int, SealInfo] | None = None

    @property
    def reach(self) -> Level:
        """Say to which level the services can bring a seal."""
        return self._key.reach

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
        """Return what changes when the key's file does; a token has none."""
        path = Path(self._key.place)
        return path.stat().st_mtime_ns if path.is_file() else 0

    async def seal(
        self, pdf: Pdf, *, name: str, now: datetime, signers: tuple[str, ...] = ()
    ) -> Sealed:
        """
        Return the sealed PDF, and how far its proof reaches.

        Raises: NotSealable, SealUnusable, WorkerLost.
        """
        return await self._workers.run(seal, self._key, pdf, name, now, signers)

    async def complete(self, content: bytes) -> Completed:
        """
        Return a sealed letter at the highest level that the services reach now.

        Raises: SealRevoked, ServiceAway, WorkerLost.
        """
        return await self._completers.run(complete, self._key, content)

    def close(self) -> None:
        """End the processes of its own."""
        self._checkers.close()
        self._completers.close()

    async def check(self, content: bytes) -> SealCheck:
        """Return what can be said of any bytes; never raises for hostile ones."""
        return await _checked(self._checkers, content)


async def _checked(checkers: Workers, content: bytes) -> SealCheck:
    try:
        return await checkers.run(check, content)
    except WorkerLost:
        return SealCheck(reason="The PDF could not be read in reasonable time.")


async def check_apart(content: bytes) -> SealCheck:
    """Return what can be said of any bytes, in a process that ends with the answer."""
    checkers = _apart(CHECK_SECONDS)
    try:
        return await _checked(checkers, content)
    finally:
        checkers.close()


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
