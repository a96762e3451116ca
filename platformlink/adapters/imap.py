"""Fills the port Mailbox with IMAP: reads, and changes nothing there."""

import asyncio
import imaplib
import re
import ssl
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from platformlink.errors import Upstream
from platformlink.ports import Fetched, MailBatch

SECONDS = 20
AT_ONCE = 50
MOST_BYTES = 60_000_000  # of one message; what is longer is kept as far as this
INTERNAL_DATE = re.compile(rb'INTERNALDATE "([^"]+)"')
VALIDITY = re.compile(rb"UIDVALIDITY (\d+)")


class MailboxAway(Upstream):
    """The mail server cannot be reached, or lets us not in."""

    code = "mailbox-away"
    title = "The mailbox cannot be read"


class NoMailbox:
    """A desk without a mailbox: answers are recorded by hand."""

    is_open = False

    async def newer(self, validity: int, uid: int) -> MailBatch:
        """Return nothing."""
        return MailBatch(validity, ())


class ImapMailbox:
    """A folder on a server: imaps://, imap+starttls:// or imap://user:password@host."""

    is_open = True

    def __init__(self, url: str, *, seconds: float = SECONDS) -> None:
        parts = urlsplit(url)
        self.scheme = parts.scheme
        self.host = parts.hostname or "127.0.0.1"
        self.port = parts.port or (993 if parts.scheme == "imaps" else 143)
        self.user = unquote(parts.username or "")
        self.password = unquote(parts.password or "")
        self.folder = unquote(parts.path.strip("/")) or "INBOX"
        self.seconds = seconds

    async def newer(self, validity: int, uid: int) -> MailBatch:
        """
        Return the oldest messages after a uid; all, where the numbering is new.

        Raises: MailboxAway.
        """
        try:
            return await asyncio.to_thread(self._newer, validity, uid)
        except (OSError, imaplib.IMAP4.error) as error:
            raise MailboxAway(f"The mailbox cannot be read: {error}") from error

    def _opened(self) -> imaplib.IMAP4:
        trusted = ssl.create_default_context()
        if self.scheme == "imaps":
            return imaplib.IMAP4_SSL(
                self.host, self.port, ssl_context=trusted, timeout=self.seconds
            )
        client = imaplib.IMAP4(self.host, self.port, timeout=self.seconds)
        if self.scheme == "imap+starttls":
            client.starttls(trusted)
        return client

    def _newer(self, validity: int, uid: int) -> MailBatch:
        with self._opened() as client:
            client.login(self.user, self.password)
            quoted = f'"{self.folder}"'
            _done(client.select(quoted, readonly=True))
            present = int(
                _found(VALIDITY, _done(client.status(quoted, "(UIDVALIDITY)")))
            )
            after = uid if present == validity else 0
            listed = _done(client.uid("SEARCH", f"UID {after + 1}:*"))
            # "n:*" always names the newest, even where it is not above n.
            uids = sorted(int(one) for one in (listed[0] or b"").split())
            newer = [one for one in uids if one > after][:AT_ONCE]
            return MailBatch(present, tuple(_fetched(client, one) for one in newer))


def _done(answer: tuple[str, list[Any]]) -> list[Any]:
    """Return what the server gave. Raises: imaplib.IMAP4.error where it said no."""
    status, given = answer
    if status != "OK":
        raise imaplib.IMAP4.error(repr(given))
    return given


def _found(pattern: re.Pattern[bytes], given: list[Any]) -> bytes:
    found = pattern.search(b" ".join(given))
    if found is None:
        raise imaplib.IMAP4.error(repr(given))
    return found[1]


def _fetched(client: imaplib.IMAP4, uid: int) -> Fetched:
    """Return one message as it lies there, unmarked."""
    wanted = f"(INTERNALDATE BODY.PEEK[]<0.{MOST_BYTES}>)"
    answer = _done(client.uid("FETCH", str(uid), wanted))
    heads = [one[0] if isinstance(one, tuple) else one for one in answer if one]
    bodies = [one[1] for one in answer if isinstance(one, tuple)]
    at = datetime.strptime(
        _found(INTERNAL_DATE, heads).decode("ascii").strip(), "%d-%b-%Y %H:%M:%S %z"
    )
    return Fetched(uid, at.astimezone(UTC), bodies[0] if bodies else b"")
