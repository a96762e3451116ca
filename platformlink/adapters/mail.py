"""E-mail by SMTP: what the server said, and how far a broken sending got."""

import asyncio
import re
import ssl
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

import aiosmtplib
import structlog

from platformlink.adapters import smime
from platformlink.errors import NotTaken, TurnedAway, Upstream
from platformlink.ports import Mail

SECONDS = 20  # for each answer of the server
MOST_ANSWERS = 2  # as long as these may all take together that come before the message
SEVEN_BIT = policy.SMTP.clone(cte_type="7bit")
log = structlog.get_logger()


class SmtpMailer:
    """
    Fills the port `Mailer` from a URL: smtp://, smtp+starttls:// or smtps://.

    Until the message text is handed over, a failure surely took nothing. From then on
    nobody knows, unless the server answers.

    With a key the mail is signed (S/MIME). Where the key cannot sign, its certificate
    ended or another address in it, the mail goes out unsigned and a warning is logged:
    a letter is sealed by itself, and must never wait for a certificate of the mail.
    """

    def __init__(
        self,
        url: str,
        sender: str,
        *,
        seconds: float = SECONDS,
        key: smime.Key | None = None,
    ) -> None:
        parts = urlsplit(url)
        self.host = parts.hostname or "127.0.0.1"
        self.port = parts.port or {"smtps": 465, "smtp": 25}.get(parts.scheme, 587)
        self.is_tls = parts.scheme == "smtps"
        self.is_starttls = parts.scheme == "smtp+starttls"
        self.user = unquote(parts.username or "")
        self.password = unquote(parts.password or "")
        self.sender = sender
        self.seconds = seconds
        self.key = key

    async def send(self, mail: Mail) -> str:
        """
        Return the server's answer, when it has accepted the message.

        Raises: TurnedAway, NotTaken, Upstream.
        """
        content = await asyncio.to_thread(self._content, mail, datetime.now(UTC))
        client = self._client()
        try:
            await self._begin(client, mail)
            return await self._text(client, content)
        finally:
            client.close()

    def _content(self, mail: Mail, now: datetime) -> bytes:
        """Return the message as it goes over the wire, signed if that is possible."""
        if self.key is None:
            return _message(mail, self.sender).as_bytes()
        try:
            signer = smime.opened(self.key, self.sender, now)
        except smime.CannotSign as refusal:
            log.warning("mail.unsigned", reason=str(refusal))
            return _message(mail, self.sender).as_bytes()
        return _signed(mail, self.sender, signer)

    def _client(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            use_tls=self.is_tls,
            start_tls=self.is_starttls,
            tls_context=ssl.create_default_context(),
            timeout=self.seconds,
        )

    async def _begin(self, client: aiosmtplib.SMTP, mail: Mail) -> None:
        """
        Come as far as the message.

        All of it takes no longer than a few answers may: a sending that lasts is taken
        for one that a dead worker left, and might be sent again beside it.
        """
        try:
            async with asyncio.timeout(self.seconds * MOST_ANSWERS):
                await self._open(client)
                await self._envelope(client, mail)
        except TimeoutError as error:
            raise NotTaken("The mail server answers too slowly") from error

    async def _open(self, client: aiosmtplib.SMTP) -> None:
        try:
            await client.connect()
            if self.user:
                await client.login(self.user, self.password)
        except (aiosmtplib.SMTPException, OSError) as error:
            raise NotTaken(f"The mail server cannot be reached: {error}") from error

    async def _envelope(self, client: aiosmtplib.SMTP, mail: Mail) -> None:
        try:
            await client.mail(self.sender)
            await client.rcpt(mail.to)
        except aiosmtplib.SMTPResponseException as error:
            raise _refusal(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise NotTaken(f"The mail server went away: {error}") from error

    async def _text(self, client: aiosmtplib.SMTP, content: bytes) -> str:
        try:
            answer = await client.data(content)
        except aiosmtplib.SMTPResponseException as error:
            raise _refusal(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Upstream(
                f"The mail server went away while it took the message: {error}"
            ) from error
        return f"{answer.code} {answer.message}"


def _refusal(error: aiosmtplib.SMTPResponseException) -> NotTaken:
    text = f"{error.code} {error.message}"
    is_final = error.code >= 500  # noqa: PLR2004 - RFC 5321, section 4.2.1
    return TurnedAway(text) if is_final else NotTaken(text)


def _message(mail: Mail, sender: str) -> EmailMessage:
    message = EmailMessage()
    _address(message, mail, sender)
    message.set_content(mail.text)
    _attach(message, mail)
    return message


def _signed(mail: Mail, sender: str, signer: smime.Signer) -> bytes:
    """Return the message with the letter in a signed part, ready for the wire."""
    part = EmailMessage(SEVEN_BIT)
    # Ends of lines with a blank are lost on the way unless they are encoded.
    part.set_content(mail.text, cte="quoted-printable")
    _attach(part, mail)
    del part["MIME-Version"]  # the whole has it
    head = EmailMessage(SEVEN_BIT)
    _address(head, mail, sender)
    lines = head.as_bytes().removesuffix(b"\r\n")  # the blank one: more headers follow
    return lines + signer.sign(part.as_bytes())


def _address(message: EmailMessage, mail: Mail, sender: str) -> None:
    message["From"] = sender
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Message-ID"] = mail.message_id
    message["Date"] = datetime.now(UTC)


def _attach(message: EmailMessage, mail: Mail) -> None:
    if mail.attachment is not None:
        message.add_attachment(
            mail.attachment,
            maintype="application",
            subtype="pdf",
            filename=mail.attachment_name,
        )


class FolderMailer:
    """Puts messages into a folder: a demonstration desk sends nothing to anybody."""

    def __init__(self, folder: Path, sender: str) -> None:
        self.folder = folder
        self.sender = sender

    async def send(self, mail: Mail) -> str:
        """Return where the message lies."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = re.sub(r"[^A-Za-z0-9.-]", "_", mail.message_id.strip("<>"))
        content = _message(mail, self.sender).as_bytes()
        await asyncio.to_thread((self.folder / f"{name}.eml").write_bytes, content)
        return f"kept in the demonstration's outbox as {name}.eml"


class NoMailer:
    """Stands where no mail server is set: it says so, and takes nothing."""

    async def send(self, mail: Mail) -> str:
        """
        Refuse.

        Raises: NotTaken.
        """
        raise NotTaken("No mail server is set: give PLATFORMLINK_SMTP_URL.")
