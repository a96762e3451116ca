"""Fills the port Mailbox with IMAP: reads, and changes nothing there."""

import asyncio
import imaplib
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from platformlink.errors import Upstream
from platformlink.ports import Fetched, MailBatch

SECONDS = 20  # for each piece
LONGEST_SECONDS = 200  # for all that one run reads
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

    def __init__(
        self,
        url: str,
        *,
        seconds: float = SECONDS,
        longest_seconds: float = LONGEST_SECONDS,
    ) -> None:
        parts = urlsplit(url)
        self.scheme = parts.scheme
        self.host = parts.hostname or "127.0.0.1"
        self.port = parts.port or (993 if parts.scheme == "imaps" else 143)
        self.user = unquote(parts.username or "")
        self.password = unquote(parts.password or "")
        self.folder = unquote(parts.path.strip("/")) or "INBOX"
        self.seconds = seconds
        self.longest_seconds = longest_seconds

    async def newer(self, validity: int, uid: int) -> MailBatch:
        """
        Return the oldest messages after a uid; all, where the numbering is new.

        Raises: MailboxAway.
        """
        try:
            return await asyncio.to_thread(self._newer, validity, uid)
        except (OSError, imaplib.IMAP4.error) as error:
            raise MailboxAway(f"The mailbox cannot be read: {error}") from error

    def _newer(self, validity: int, uid: int) -> MailBatch:
        """Return what could be read in time; the next run goes on behind it."""
        found: list[Fetched] = []
        present = validity
        try:
            with self._opened() as client:
                present, newer = self._listed(client, validity, uid)
                found.extend(_fetched(client, one) for one in newer)
        except (OSError, imaplib.IMAP4.error):
            if not found:
                raise
        return MailBatch(present, tuple(found))

    @contextmanager
    def _opened(self) -> Iterator[imaplib.IMAP4]:
        """Yield a connection, which is cut when all of it takes too long."""
        trusted = ssl.create_default_context()
        with ExitStack() as ending:
            context = trusted if self.scheme == "imaps" else None
            client = Watched(self, context, ending)
            ending.callback(_leave, client)
            if self.scheme == "imap+starttls":
                client.starttls(trusted)
            client.login(self.user, self.password)
            yield client

    def _listed(
        self, client: imaplib.IMAP4, validity: int, uid: int
    ) -> tuple[int, list[int]]:
        """Return the numbering of the folder, and which messages are read now."""
        quoted = f'"{self.folder}"'
        _done(client.select(quoted, readonly=True))
        present = int(_found(VALIDITY, _done(client.status(quoted, "(UIDVALIDITY)"))))
        after = uid if present == validity else 0
        listed = _done(client.uid("SEARCH", f"UID {after + 1}:*"))
        # "n:*" always names the newest, even where it is not above n.
        uids = sorted(int(one) for one in (listed[0] or b"").split())
        return present, [one for one in uids if one > after][:AT_ONCE]


class Watched(imaplib.IMAP4):
    """
    A connection that is cut after so many seconds in all.

    The library's own timeout is for each piece, and a server that drips never meets
    it. It is cut from another thread, by a twin of the socket, so that TLS, which
    takes the socket over, is cut as well, also in its handshake.
    """

    def __init__(
        self, mailbox: ImapMailbox, trusted: ssl.SSLContext | None, ending: ExitStack
    ) -> None:
        self._longest_seconds = mailbox.longest_seconds
        self._trusted = trusted
        self._ending = ending
        super().__init__(mailbox.host, mailbox.port, timeout=mailbox.seconds)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        plain: socket.socket = super()._create_socket(timeout)  # type: ignore[misc]
        twin = self._ending.enter_context(plain.dup())
        cut = threading.Timer(self._longest_seconds, _cut, (twin,))
        cut.daemon = True
        self._ending.callback(cut.cancel)
        cut.start()
        if self._trusted is None:
            return plain
        return self._trusted.wrap_socket(plain, server_hostname=self.host)


def _leave(client: imaplib.IMAP4) -> None:
    """Take leave; what was read stays read, even where the server is gone."""
    with suppress(OSError, imaplib.IMAP4.error):
        client.logout()
    with suppress(OSError):
        client.shutdown()


def _cut(twin: socket.socket) -> None:
    with suppress(OSError):  # it has ended by itself
        twin.shutdown(socket.SHUT_RDWR)


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
