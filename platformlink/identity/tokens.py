"""Tokens: a JWT that names a sign-in, and passwords as argon2 hashes."""

import hashlib
import secrets
from datetime import datetime
from functools import cache

import argon2
import jwt
import msgspec

from platformlink.identity.rules import TOKEN_LIFE, NotSignedIn

ALGORITHM = "HS256"
_hasher = argon2.PasswordHasher()


class Claims(msgspec.Struct, frozen=True):
    """Which sign-in of which person, until when (UTC)."""

    sign_in: str
    user_id: int
    expires_at: datetime


def issue(secret: str, sign_in: str, user_id: int, now: datetime) -> tuple[str, Claims]:
    """Return a token that lives for fifteen minutes, and what it says."""
    claims = Claims(sign_in, user_id, now + TOKEN_LIFE)
    payload = {
        "sid": sign_in,
        "sub": str(user_id),
        "iat": int(now.timestamp()),
        "exp": int(claims.expires_at.timestamp()),
    }
    return jwt.encode(payload, secret, algorithm=ALGORITHM), claims


def read(secret: str, token: str, now: datetime) -> Claims:
    """
    Return what a token says.

    Raises: NotSignedIn, if it is forged, broken or past its life at `now`.
    """
    try:
        payload = jwt.decode(
            token,
            secret,
            algorithms=[ALGORITHM],
            options={
                "require": ["sid", "sub", "exp"],
                "verify_exp": False,
                "verify_iat": False,
            },
        )
        until = datetime.fromtimestamp(payload["exp"], tz=now.tzinfo)
        claims = Claims(payload["sid"], int(payload["sub"]), until)
    except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError):
        raise NotSignedIn from None
    if now >= claims.expires_at:
        raise NotSignedIn
    return claims


def new_sign_in() -> str:
    """Return an id that nobody guesses."""
    return secrets.token_urlsafe(24)


def fingerprint(token: str) -> str:
    """Return what is kept of a token that is long and random: its SHA-256 in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_calendar_token() -> str:
    """Return a token of 256 random bits, fit for an address."""
    return secrets.token_urlsafe(32)


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password."""
    return _hasher.hash(password)


@cache
def decoy() -> str:
    """Return the hash of a password that nobody has."""
    return hash_password(secrets.token_urlsafe(16))


def is_password(password_hash: str, password: str) -> bool:
    """Say whether a password belongs to a hash, in the same time either way."""
    try:
        return _hasher.verify(password_hash, password)
    except (argon2.exceptions.VerifyMismatchError, argon2.exceptions.InvalidHashError):
        return False
