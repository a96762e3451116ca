"""What identifies a letter to people: its reference, its code, its certificate."""

import re

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from platformlink.errors import Invalid, Missing

CODE_BITS = 80
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U


class CodeUnknown(Missing):
    """No letter bears this verification code."""

    code = "code-unknown"
    title = "No letter bears this code"


class FingerprintWrong(Invalid):
    """This is no SHA-256 fingerprint."""

    code = "fingerprint-wrong"
    title = "A SHA-256 fingerprint has 64 digits from 0 to 9 and A to F"


def reference_of(prefix: str, year: int, number: int) -> str:
    """Return ``PL-2026-000123``."""
    return f"{prefix}-{year:04d}-{number:06d}"


def code_of(number: int) -> str:
    """Return a verification code for 80 random bits: 16 Crockford characters."""
    shifts = range(CODE_BITS - 5, -1, -5)
    return "".join(ALPHABET[number >> shift & 31] for shift in shifts)


def grouped(code: str) -> str:
    """Return a code in four groups of four."""
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))


def short_fingerprint(fingerprint: str) -> str:
    """Return the first and last groups of a fingerprint: ``4F1A 90C7 … EF40 9B2D``."""
    text = fingerprint.upper()
    return f"{text[:4]} {text[4:8]} … {text[-8:-4]} {text[-4:]}"


def fingerprint_of(certificate: bytes) -> str:
    """
    Return the SHA-256 fingerprint of a certificate, PEM or DER.

    Raises: ValueError.
    """
    is_pem = b"-----BEGIN" in certificate
    load = x509.load_pem_x509_certificate if is_pem else x509.load_der_x509_certificate
    return load(certificate).fingerprint(hashes.SHA256()).hex()


def read_fingerprint(text: str) -> str:
    """
    Return a fingerprint as it is kept, from one that is grouped in any way.

    Raises: FingerprintWrong.
    """
    plain = re.sub(r"[\s:.-]", "", text).lower()
    if not re.fullmatch("[0-9a-f]{64}", plain):
        raise FingerprintWrong
    return plain


def read_code(text: str) -> str:
    """
    Return the code that a person typed: any case, any grouping, O for 0, I or L for 1.

    Raises: CodeUnknown.
    """
    plain = re.sub(r"[\s\-–—.]", "", text).upper()
    plain = plain.translate(str.maketrans("OIL", "011"))
    if len(plain) != CODE_BITS // 5 or any(one not in ALPHABET for one in plain):
        raise CodeUnknown
    return plain
