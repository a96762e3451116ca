"""The mailer against a real server on loopback that behaves well, badly, or dies."""

import asyncio
import datetime as dt
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from platformlink.adapters.mail import (
    MOST_ANSWERS,
    SECONDS,
    FolderMailer,
    NoMailer,
    SmtpMailer,
)
from platformlink.dispatch.rules import STUCK
from platformlink.errors import NotTaken, TurnedAway, Upstream
from platformlink.ports import Mail
from platformlink.values import SealedPdf

pytestmark = pytest.mark.anyio

SENDER = "desk@dcu.example"
LETTER = Mail(
    to="records@platform.example",
    subject="PL-2026-000123",
    text="+355 4 000 0000\nhttps://dcu.example/verify/X\n",
    message_id="<dispatch-7-7kq4m2xd@dcu.example>",
    attachment=SealedPdf(b"%PDF-1.7 sealed"),
    attachment_name="PL-2026-000123.pdf",
)


class Taking:
    """Takes every message, and keeps it."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.taken.append(envelope)
        return "250 2.0.0 queued as 42"


class Refusing(Taking):
    """Says no to the recipient, for good or for now."""

    def __init__(self, answer: str) -> None:
        super().__init__()
        self.answer = answer

    async def handle_RCPT(  # noqa: N802
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        return self.answer


class Judging(Taking):
    """Reads the message, then says no."""

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        return "554 5.7.1 looks like a scam"


class Stalling(Taking):
    """Takes the message and does not say so."""

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.taken.append(envelope)
        await asyncio.sleep(60)
        return "250 at last"


class Dying(Taking):
    """Takes the message and is gone."""

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.taken.append(envelope)
        hang_up(server)
        return "250 never heard"


def hang_up(talk: SMTP) -> None:
    """End a connection without a word."""
    if isinstance(talk.transport, asyncio.WriteTransport):
        talk.transport.abort()


@asynccontextmanager
async def serving(
    handler: object,
    *,
    tls: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
) -> AsyncIterator[int]:
    """The port of a server that runs in this test's own loop."""
    talks: list[SMTP] = []

    def talk() -> SMTP:
        talks.append(SMTP(handler, hostname="mail.test", tls_context=starttls))
        return talks[-1]

    loop = asyncio.get_running_loop()
    server = await loop.create_server(talk, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for one in talks:
            hang_up(one)
        await asyncio.sleep(0.05)


def mailer(port: int, scheme: str = "smtp", *, seconds: float = 5) -> SmtpMailer:
    return SmtpMailer(f"{scheme}://127.0.0.1:{port}", SENDER, seconds=seconds)


async def test_what_the_server_took_is_proved_by_its_answer() -> None:
    server = Taking()
    async with serving(server) as port:
        answer = await mailer(port).send(LETTER)

    assert answer == "250 2.0.0 queued as 42"
    (envelope,) = server.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, [LETTER.to])


async def test_the_message_bears_the_letter_and_our_id() -> None:
    server = Taking()
    async with serving(server) as port:
        await mailer(port).send(LETTER)

    content = server.taken[0].content
    assert isinstance(content, bytes)
    message = message_from_bytes(content, policy=policy.default)
    assert message["Message-ID"] == LETTER.message_id
    assert message["Subject"] == LETTER.subject
    assert message["Date"]
    (part,) = message.iter_attachments()
    assert (part.get_filename(), part.get_content_type()) == (
        "PL-2026-000123.pdf",
        "application/pdf",
    )
    assert part.get_content() == LETTER.attachment


async def test_a_mailbox_that_is_not_there_turns_us_away() -> None:
    async with serving(Refusing("550 5.1.1 no such mailbox")) as port:
        with pytest.raises(TurnedAway, match="no such mailbox"):
            await mailer(port).send(LETTER)


async def test_a_mailbox_that_rests_takes_nothing_yet() -> None:
    async with serving(Refusing("451 4.7.1 greylisted")) as port:
        with pytest.raises(NotTaken) as refused:
            await mailer(port).send(LETTER)

    assert type(refused.value) is NotTaken


async def test_a_message_that_was_read_and_refused_turns_us_away() -> None:
    async with serving(Judging()) as port:
        with pytest.raises(TurnedAway, match="looks like a scam"):
            await mailer(port).send(LETTER)


async def test_where_nobody_listens_nothing_was_taken() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(NotTaken):
            await mailer(closed.getsockname()[1]).send(LETTER)


@pytest.mark.parametrize("handler", [Stalling, Dying])
async def test_who_stalls_or_dies_with_the_message_leaves_us_in_doubt(
    handler: type[Taking],
) -> None:
    server = handler()
    async with serving(server) as port:
        with pytest.raises(Upstream) as doubt:
            await mailer(port, seconds=2).send(LETTER)

    assert not isinstance(doubt.value, NotTaken)
    assert len(server.taken) == 1


# Three answers take longer than two may, and each is far from its own bound.
SLOW_SECONDS, PATIENCE_SECONDS = 2.25, 3


class Slow(Taking):
    """Answers each command before it is given up."""

    async def handle_EHLO(  # noqa: N802
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        await asyncio.sleep(SLOW_SECONDS)
        return responses

    async def handle_MAIL(  # noqa: N802
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        await asyncio.sleep(SLOW_SECONDS)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        await asyncio.sleep(SLOW_SECONDS)
        envelope.rcpt_tos.append(address)
        return "250 OK"


async def test_who_is_slow_at_every_step_is_given_up_before_the_message() -> None:
    server = Slow()
    async with serving(server) as port:
        with pytest.raises(NotTaken, match="too slowly"):
            await mailer(port, seconds=PATIENCE_SECONDS).send(LETTER)

    assert server.taken == []


def test_a_sending_ends_before_it_is_taken_for_a_dead_one() -> None:
    # As far as the message; its start, and its end.
    longest_seconds = SECONDS * MOST_ANSWERS + 2 * SECONDS

    assert longest_seconds < STUCK.total_seconds()


async def test_a_server_that_never_greets_takes_nothing() -> None:
    gone = asyncio.Event()

    async def silent(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()
        gone.set()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(NotTaken):
            await mailer(port, seconds=0.3).send(LETTER)
        await gone.wait()


@pytest.fixture
def contexts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS for 127.0.0.1, and the file of the authority that vouches."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    now = dt.datetime.now(dt.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context, trusted


async def test_a_letter_goes_over_tls_to_whom_we_trust(
    contexts: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    context, trusted = contexts
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    server = Taking()

    async with serving(server, tls=context) as port:
        await mailer(port, "smtps").send(LETTER)
    async with serving(server, starttls=context) as port:
        await mailer(port, "smtp+starttls").send(LETTER)

    assert len(server.taken) == 2


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
async def test_a_letter_never_goes_to_a_stranger(
    contexts: tuple[ssl.SSLContext, Path], scheme: str
) -> None:
    context, _ = contexts
    server = Taking()
    given = {"tls": context} if scheme == "smtps" else {"starttls": context}

    async with serving(server, **given) as port:
        with pytest.raises(NotTaken):
            await mailer(port, scheme).send(LETTER)

    assert server.taken == []


async def test_without_the_tls_that_was_asked_for_nothing_is_sent() -> None:
    server = Taking()
    async with serving(server) as port:
        with pytest.raises(NotTaken):
            await mailer(port, "smtp+starttls").send(LETTER)

    assert server.taken == []


async def test_a_demonstration_keeps_its_mail_in_a_folder(tmp_path: Path) -> None:
    told = await FolderMailer(tmp_path, SENDER).send(LETTER)

    name = "dispatch-7-7kq4m2xd_dcu.example.eml"
    assert name in told
    assert b"PL-2026-000123.pdf" in (tmp_path / name).read_bytes()


async def test_without_a_mail_server_nothing_is_taken() -> None:
    with pytest.raises(NotTaken, match="PLATFORMLINK_SMTP_URL"):
        await NoMailer().send(LETTER)
