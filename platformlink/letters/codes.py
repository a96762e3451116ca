"""What identifies a letter to people: its reference, its code, its certificate."""

import re

from platformlink.errors import Missing

CODE_BITS = 80
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U


class CodeUnknown(Missing):
    """No letter bears this verification code."""

    code = "code-unknown"
    title = "No letter bears this code"


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
