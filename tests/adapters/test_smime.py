"""Signed mail, as OpenSSL sees what a real server on loopback received."""

import asyncio
import hashlib
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from structlog.testing import capture_logs

from platformlink import authority as authorities
from platformlink import doctor, settings, wiring
from platformlink.adapters import smime
from platformlink.values import SealedPdf
from tests.adapters.test_mail import LETTER, SENDER, Taking, serving

pytestmark = pytest.mark.anyio

NOW = datetime.now(UTC)
AUTHORITY = msgspec.structs.replace(
    authorities.load(wiring.HERE / "demo" / "authority.yaml"), sender=SENDER
)
DAY = timedelta(days=1)
PASSPHRASE = "open it"
OPENSSL = str(shutil.which("openssl"))
# Whatever a server on the way might be tempted to change.
TEXT = (
    "Përshëndetje: kërkesa është bashkëngjitur.\n"
    "From here on, blanks at the end:   \n"
    ".\n"
    "..two points\n"
    "\ttab\n"
    f"{'long ' * 60}\n"
    "\n\n"
)
PDF = SealedPdf(b"%PDF-1.7\r\n" + bytes(range(256)) * 500 + b"\n.\r\n%%EOF")
TRICKY = msgspec.structs.replace(
    LETTER, subject="Kërkesë për ruajtje", text=TEXT, attachment=PDF
)


class Desk(msgspec.Struct, frozen=True):
    """A key for mail, and who vouches for it."""

    key: smime.Key
    roots: Path


Maker = Callable[..., Desk]


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@pytest.fixture
def make(tmp_path: Path) -> Maker:
    """What makes a certificate for mail, under a root of its own."""

    def made(
        address: str = SENDER,
        *,
        days: tuple[int, int] = (-1, 365),
        usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.EMAIL_PROTECTION,
        is_rsa: bool = False,
    ) -> Desk:
        top = ec.generate_private_key(ec.SECP256R1())
        own = rsa.generate_private_key(65537, 2048) if is_rsa else None
        key = own or ec.generate_private_key(ec.SECP256R1())
        long = NOW - 900 * DAY, NOW + 900 * DAY
        spans = long, (NOW + days[0] * DAY, NOW + days[1] * DAY)
        builders = [
            x509.CertificateBuilder()
            .issuer_name(_name("Root"))
            .subject_name(_name(subject))
            .serial_number(x509.random_serial_number())
            .not_valid_before(span[0])
            .not_valid_after(span[1])
            .public_key(public)
            .add_extension(x509.BasicConstraints(is_top, None), critical=True)
            for subject, span, public, is_top in [
                ("Root", spans[0], top.public_key(), True),
                ("Desk", spans[1], key.public_key(), False),
            ]
        ]
        root = builders[0].sign(top, hashes.SHA256())
        leaf = (
            builders[1]
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(
                x509.SubjectAlternativeName([x509.RFC822Name(address)]), critical=False
            )
            .sign(top, hashes.SHA256())
        )
        file, roots = tmp_path / "mail.p12", tmp_path / "roots.pem"
        lock = BestAvailableEncryption(PASSPHRASE.encode())
        file.write_bytes(
            pkcs12.serialize_key_and_certificates(b"mail", key, leaf, [root], lock)
        )
        roots.write_bytes(root.public_bytes(Encoding.PEM))
        return Desk(smime.Key(str(file), PASSPHRASE), roots)

    return made


def settings_of(key: smime.Key) -> settings.Settings:
    return settings.load(
        {
            "PLATFORMLINK_SMIME": key.place,
            "PLATFORMLINK_SMIME_PASSPHRASE": key.passphrase,
        }
    )


async def sent(key: smime.Key) -> bytes:
    """What the server received, byte for byte."""
    server = Taking()
    async with serving(server) as port:
        found = msgspec.structs.replace(
            settings_of(key), smtp_url=f"smtp://127.0.0.1:{port}"
        )
        await wiring.mailer_of(found, AUTHORITY).send(TRICKY)
    content = server.taken[0].content
    assert isinstance(content, bytes)
    return content


async def verified(content: bytes, desk: Desk, folder: Path) -> bytes | None:
    """The signed part, as OpenSSL gives it out; None where it refuses."""
    (folder / "mail.eml").write_bytes(content)
    ran = await asyncio.create_subprocess_exec(
        *(OPENSSL, "smime", "-verify", "-in", folder / "mail.eml"),
        *("-CAfile", desk.roots, "-out", folder / "part.eml"),
        stderr=asyncio.subprocess.DEVNULL,
    )
    return None if await ran.wait() else (folder / "part.eml").read_bytes()


@pytest.mark.parametrize("is_rsa", [True, False])
async def test_an_independent_tool_verifies_what_the_server_got(
    make: Maker, tmp_path: Path, *, is_rsa: bool
) -> None:
    desk = make(is_rsa=is_rsa)

    content = await sent(desk.key)

    part = await verified(content, desk, tmp_path)
    assert part is not None
    message = message_from_bytes(part, EmailMessage, policy=policy.default)
    (letter,) = message.iter_attachments()
    body = message.get_body()
    assert body is not None
    assert body.get_content().splitlines() == TEXT.splitlines()
    assert hashlib.sha256(letter.get_content()).digest() == hashlib.sha256(PDF).digest()


async def test_one_changed_byte_does_not_verify(make: Maker, tmp_path: Path) -> None:
    desk = make()
    content = await sent(desk.key)
    boundary = content.split(b'boundary="')[1].split(b'"')[0]
    begin = content.index(b"--" + boundary) + len(boundary) + 4
    end = content.index(b"\r\n--" + boundary, begin)

    for at in range(begin, end, (end - begin) // 12):
        changed = bytes([content[at] ^ 1])
        spoilt = content[:at] + changed + content[at + 1 :]
        if content[at] in b"\r\n":  # which OpenSSL mends, as it reads text
            continue
        assert await verified(spoilt, desk, tmp_path) is None
    assert await verified(content, desk, tmp_path) is not None


async def test_a_stranger_who_vouches_for_nothing_is_not_believed(
    make: Maker, tmp_path: Path
) -> None:
    content = await sent(make().key)

    assert await verified(content, make(), tmp_path) is None


async def test_the_message_is_seven_bit_and_its_head_is_as_ever(make: Maker) -> None:
    content = await sent(make().key)

    message = message_from_bytes(content, EmailMessage, policy=policy.default)
    assert max(content) < 128
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert message.get_content_type() == "multipart/signed"
    assert message.get_param("micalg") == "sha-256"
    assert (message["From"], message["To"]) == (SENDER, TRICKY.to)
    assert message["Subject"] == TRICKY.subject
    assert message["Message-ID"] == TRICKY.message_id
    assert message.get_all("MIME-Version") == ["1.0"]


async def test_the_certificates_above_travel_with_it(make: Maker) -> None:
    desk = make()

    signer = smime.opened(desk.key, SENDER, NOW)

    assert [one.subject for one in signer.above] == [_name("Root")]


REASONS: dict[str, tuple[dict[str, Any], str]] = {
    "ended": ({"days": (-30, -1)}, "ended on"),
    "not begun": ({"days": (1, 30)}, "not valid yet"),
    "another's": ({"address": "someone@else.example"}, f"does not carry {SENDER}"),
    "for servers": ({"usage": ExtendedKeyUsageOID.SERVER_AUTH}, "not for mail"),
}


@pytest.mark.parametrize("name", REASONS)
async def test_what_cannot_sign_holds_no_letter_up(make: Maker, name: str) -> None:
    fields, reason = REASONS[name]
    key = make(**fields).key

    with capture_logs() as told:
        content = await sent(key)

    message = message_from_bytes(content, EmailMessage, policy=policy.default)
    (letter,) = message.iter_attachments()
    (line,) = [one for one in told if one["event"] == "mail.unsigned"]
    assert message.get_content_type() == "multipart/mixed"
    assert letter.get_content() == PDF
    assert (line["log_level"], reason in line["reason"]) == ("warning", True)


async def test_a_file_that_cannot_be_opened_holds_no_letter_up(make: Maker) -> None:
    wrong = msgspec.structs.replace(make().key, passphrase="wrong")

    content = await sent(wrong)

    assert b"multipart/signed" not in content
    with pytest.raises(smime.CannotSign, match="cannot be read"):
        smime.opened(wrong, SENDER, NOW)


async def test_a_new_file_counts_without_a_new_start(
    make: Maker, tmp_path: Path
) -> None:
    key = make(days=(-30, -1)).key
    unsigned = await sent(key)
    renewed = make()

    signed = await sent(key)

    assert await verified(unsigned, renewed, tmp_path) is None
    assert await verified(signed, renewed, tmp_path) is not None


@pytest.mark.parametrize("sender", [SENDER, "DESK@dcu.example", f"Desk <{SENDER}>"])
async def test_an_address_counts_however_it_is_written(
    make: Maker, sender: str
) -> None:
    desk = make()

    signer = smime.opened(desk.key, sender, NOW)

    assert signer.certificate.subject == _name("Desk")


@pytest.mark.parametrize(
    ("days", "verdict"),
    [((-1, 365), "fine"), ((-1, 20), "advised"), ((-30, -1), "missing")],
)
async def test_the_doctor_tells_whether_mail_is_signed(
    make: Maker, days: tuple[int, int], verdict: str
) -> None:
    found = doctor.mail_key(make(days=days).key, SENDER)

    assert found.verdict == verdict


@pytest.mark.parametrize(("days", "count"), [((-1, 365), 0), ((-30, -1), 1)])
async def test_the_start_warns_where_mail_cannot_be_signed(
    make: Maker, days: tuple[int, int], count: int
) -> None:
    found = settings_of(make(days=days).key)

    with capture_logs() as told:
        await wiring.look_at_mail_key(found, SENDER, NOW)

    assert [one["event"] for one in told] == ["mail.unsigned"] * count


async def test_a_desk_without_a_key_signs_no_mail_and_warns_of_nothing() -> None:
    with capture_logs() as told:
        await wiring.look_at_mail_key(settings.Settings(), SENDER, NOW)

    assert smime.key_of(settings.Settings()) is None
    assert told == []
