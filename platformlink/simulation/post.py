"""The platforms' post: it takes letters, plans answers, and fills the port Mailbox."""

import asyncio
import hashlib
import io
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import msgspec
import pikepdf
from aiosmtpd.smtp import SMTP, Envelope, Session

from platformlink.letters import rules as letters
from platformlink.letters.rules import LetterFields
from platformlink.ports import Fetched, MailBatch
from platformlink.protocols.protocol import CooperationProtocol
from platformlink.protocols.shelf import Library
from platformlink.requests.rules import Kind
from platformlink.simulation import rules
from platformlink.simulation.messages import Letter, made
from platformlink.simulation.rules import Answer, Manner

AT_ONCE = 50
HOST = "127.0.0.1"


def fields_in(pdf: bytes) -> LetterFields | None:
    """Return the request.json that a letter carries, or None where it has none."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            embedded = document.attachments["request.json"].get_file().read_bytes()
        return letters.decode(embedded)
    except (pikepdf.PdfError, KeyError, msgspec.ValidationError):
        return None


class Due(msgspec.Struct, frozen=True):
    """A message that will be sent at an instant."""

    at: datetime
    letter: Letter
    answer: Answer
    language: str


class Sent(msgspec.Struct, frozen=True):
    """One message that a platform sent: its bytes' hash, what it is, about what."""

    sha256: str
    answer: Answer
    reference: str


class Post:
    """
    What all simulated platforms have received and will send.

    `speed` is how much faster than the calendar they are: 86400 is a day a second.
    """

    is_open = True

    def __init__(
        self,
        library: Library,
        desk: str,
        clock: Callable[[], datetime],
        *,
        seed: int,
        speed: float,
    ) -> None:
        self._library, self._desk, self._clock = library, desk, clock
        self._seed, self._speed = seed, speed
        self._validity = secrets.randbits(31)  # no other mailbox is numbered like it
        self._waiting: list[Due] = []
        self._arrived: list[Fetched] = []
        self.taken: dict[str, str] = {}  # reference -> mail, or portal
        self.manners: dict[str, Manner] = {}
        self.sent: list[Sent] = []

    def receive(
        self, pdf: bytes, *, at: datetime, to: str = "", message_id: str = ""
    ) -> bool:
        """Take a letter; return whether a platform knows what to do with it."""
        fields = fields_in(pdf)
        protocol = self._protocol(fields) if fields else None
        if fields is None or protocol is None:
            return False
        letter = Letter(
            fields=fields,
            protocol=protocol,
            desk=self._desk,
            to=to,
            message_id=message_id,
        )
        if letter.reference in self.taken:
            return False
        self.taken[letter.reference] = "mail" if message_id else "portal"
        plan = rules.plan(self._seed, protocol, fields, is_mail=bool(message_id))
        self.manners[letter.reference] = plan.manner
        for one in plan.answers:
            due_at = at + one.after / self._speed
            self._waiting.append(Due(due_at, letter, one.answer, plan.language))
        self._waiting.sort(key=lambda one: one.at)
        return True

    def _protocol(self, fields: LetterFields) -> CooperationProtocol | None:
        """Return whose letter it is, if it asks for something."""
        known = {one.name: one for one in self._library.all()}
        is_question = fields.kind.value in set(Kind)
        return known.get(fields.service) if is_question else None

    def send_due(self) -> int:
        """Put what is due into the mailbox; return how many messages came."""
        now = self._clock()
        due = [one for one in self._waiting if one.at <= now]
        self._waiting = self._waiting[len(due) :]
        for one in due:
            raw = made(one.letter, one.answer, one.language, now)
            sha256 = hashlib.sha256(raw).hexdigest()
            self.sent.append(Sent(sha256, one.answer, one.letter.reference))
            self._arrived.append(Fetched(len(self._arrived) + 1, now, raw))
        return len(due)

    async def newer(self, validity: int, uid: int) -> MailBatch:
        """Return what came after a uid, as the port Mailbox has it."""
        after = uid if validity == self._validity else 0
        return MailBatch(self._validity, tuple(self._arrived[after : after + AT_ONCE]))

    async def handle_DATA(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take a message by SMTP, and the letter in it."""
        raw = envelope.content or b""
        content = raw if isinstance(raw, bytes) else raw.encode()
        message = message_from_bytes(
            content, _class=EmailMessage, policy=policy.default
        )
        for part in message.iter_attachments():
            pdf = part.get_content()
            if part.get_content_type() == "application/pdf" and isinstance(pdf, bytes):
                self.receive(
                    pdf,
                    at=self._clock(),
                    to=envelope.rcpt_tos[0],
                    message_id=str(message["Message-ID"] or ""),
                )
        return "250 2.0.0 taken by a simulated platform"


@asynccontextmanager
async def listening(post: Post) -> AsyncIterator[str]:
    """Yield the URL of a mail server on loopback that hands all mail to the post."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(post, hostname=HOST, loop=loop), HOST, 0
    )
    try:
        yield f"smtp://{HOST}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
