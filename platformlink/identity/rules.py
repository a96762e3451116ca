"""When a sign-in holds, when an account rests, and what a password must be."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from platformlink.errors import Conflict, Denied, FieldError, Invalid, Missing

TOKEN_LIFE = timedelta(minutes=15)
IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
BREAK = timedelta(hours=6)  # a longer one parts two days of work
ATTEMPTS = 5
REST = timedelta(minutes=10)
SHORTEST_PASSWORD = 12


class NotSignedIn(Denied):
    """Nobody is signed in, or the sign-in is over."""

    code = "not-signed-in"
    title = "Sign in first"


class WrongPassword(Denied):
    """E-mail address and password do not belong together."""

    code = "wrong-password"
    title = "This e-mail address and password do not belong together"


class AccountRests(Denied):
    """Too many wrong passwords: the account rests for ten minutes."""

    code = "account-rests"
    title = "Too many wrong passwords: try again in ten minutes"


class PasswordWeak(Invalid):
    """The password is too short."""

    code = "password-weak"
    title = "Choose a longer password"


class NoSuchUser(Missing):
    """No account has this address."""

    code = "no-such-user"
    title = "No account has this address"


class EmailTaken(Conflict):
    """An account with this address exists."""

    code = "email-taken"
    title = "An account with this address exists"


class KeyUsed(Invalid):
    """The same Idempotency-Key came with another body."""

    code = "key-used"
    title = "This Idempotency-Key was used for something else"


class Pace(StrEnum):
    """How mails about the work come to a person; an emergency always comes at once."""

    AT_ONCE = "at_once"
    DAILY = "daily"


class SignInFacts(msgspec.Struct, frozen=True):
    """What decides whether a sign-in holds."""

    started_at: datetime
    last_seen_at: datetime
    ended_at: datetime | None
    is_user_active: bool


def holds(facts: SignInFacts, now: datetime) -> bool:
    """Say whether a sign-in still holds at a moment."""
    return (
        facts.is_user_active
        and facts.ended_at is None
        and now - facts.last_seen_at < IDLE
        and now - facts.started_at < LONGEST
    )


def last_worked(
    seen: Iterable[tuple[datetime, datetime]], now: datetime
) -> datetime | None:
    """
    Return when somebody who is here now was seen last before they came; None: never.

    ``seen`` are the first and last moments of their sign-ins, the latest last moment
    first. What a short break parts is one day of work.
    """
    began_at = now
    for started_at, last_seen_at in seen:
        if began_at - last_seen_at >= BREAK:
            return last_seen_at
        began_at = min(began_at, started_at)
    return None


def rest_until(failed_attempts: int, now: datetime) -> datetime | None:
    """Return until when an account rests after so many wrong passwords in a row."""
    return now + REST if failed_attempts >= ATTEMPTS else None


def check_password(password: str) -> None:
    """
    Let pass a password that is long enough.

    Raises: PasswordWeak.
    Source: NIST SP 800-63B, section 5.1.1.2 (length rather than composition).
    """
    if len(password) < SHORTEST_PASSWORD:
        message = "Use at least 12 characters; a few words in a row are good."
        raise PasswordWeak(message, FieldError("/password", "too-short", message))
