"""
Signed mail (S/MIME 4.0): a detached PKCS#7 signature over exactly what is sent.

The part that is signed has CRLF ends and is 7bit throughout, so that no server on the
way has a reason to encode it anew; nothing touches it between the signature and the
wire. Source: RFC 8551, sections 3.1 and 3.5.3.
"""

from datetime import datetime
from email.utils import parseaddr
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from platformlink.errors import Upstream
from platformlink.settings import Settings

MAY_SIGN_MAIL = {
    ExtendedKeyUsageOID.EMAIL_PROTECTION,
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
}


class CannotSign(Upstream):
    """The key cannot be read, or a recipient would not accept its signature."""

    code = "mail-not-signable"
    title = "Mail cannot be signed"


class Key(msgspec.Struct, frozen=True):
    """Where the key is: a PKCS#12 file with its certificate and those above it."""

    place: str
    passphrase: str


class Signer(msgspec.Struct, frozen=True):
    """An opened key, with its certificate and those above it."""

    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    above: tuple[x509.Certificate, ...] = ()

    def sign(self, part: bytes) -> bytes:
        """
        Return a multipart/signed entity, from its MIME-Version on, with CRLF ends.

        ``part`` is a MIME entity with its own headers, 7bit, with CRLF ends.
        """
        builder = pkcs7.PKCS7SignatureBuilder().set_data(part)
        builder = builder.add_signer(self.certificate, self.key, SHA256())
        for one in self.above:
            builder = builder.add_certificate(one)
        options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
        return builder.sign(Encoding.SMIME, options)


def key_of(settings: Settings) -> Key | None:
    """Return the key of a desk, or None where its mail goes out unsigned."""
    if not settings.smime:
        return None
    return Key(settings.smime, settings.smime_passphrase)


def opened(key: Key, sender: str, now: datetime) -> Signer:
    """
    Return what signs the mail of a sender, read anew: a new file counts at once.

    Raises: CannotSign, also where the certificate is not valid now, is not for mail, or
    does not carry the sender's address: a signature that warns is worse than none.
    """
    signer = _read(key)
    certificate = signer.certificate
    if now >= certificate.not_valid_after_utc:
        ended = f"{certificate.not_valid_after_utc:%Y-%m-%d}"
        raise CannotSign(f"The certificate for mail ended on {ended}")
    if now < certificate.not_valid_before_utc:
        raise CannotSign("The certificate for mail is not valid yet")
    if not _is_for_mail(certificate):
        raise CannotSign("The certificate is not for mail (emailProtection)")
    address = parseaddr(sender)[1]
    if address.casefold() not in _addresses(certificate):
        raise CannotSign(f"The certificate for mail does not carry {address}")
    return signer


def _read(key: Key) -> Signer:
    try:
        content = Path(key.place).read_bytes()
        found = pkcs12.load_pkcs12(content, key.passphrase.encode() or None)
    except (OSError, ValueError) as error:
        raise CannotSign(f"{key.place} cannot be read") from error
    kinds = (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)
    if found.cert is None or not isinstance(found.key, kinds):
        raise CannotSign(f"{key.place} holds no certificate with an RSA or EC key")
    above = tuple(one.certificate for one in found.additional_certs)
    return Signer(found.key, found.cert.certificate, above)


def _is_for_mail(certificate: x509.Certificate) -> bool:
    """Say whether it may sign mail; one that names no use may."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        return True
    return not MAY_SIGN_MAIL.isdisjoint(usage.value)


def _addresses(certificate: x509.Certificate) -> set[str]:
    """Return the addresses that it carries, in small letters."""
    names = certificate.subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS)
    found = {str(one.value).casefold() for one in names}
    try:
        other = certificate.extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        ).value
    except x509.ExtensionNotFound:
        return found
    listed = other.get_values_for_type(x509.RFC822Name)
    return found | {one.casefold() for one in listed}
