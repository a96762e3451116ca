"""The seal's key may lie on a token, which gives it to nobody."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pkcs11
import pytest
from asn1crypto import x509
from hypothesis import given
from hypothesis import strategies as st
from pkcs11 import Attribute, CertificateType, ObjectClass

from platformlink.adapters import keys, seal
from platformlink.adapters.keys import Token
from platformlink.ports import Change, Level
from platformlink.values import Pdf
from tests.pki import Pki

NOW = datetime(2026, 11, 24, 9, 42, 17, tzinfo=UTC)
MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
TOOL = shutil.which("softhsm2-util")
PIN = "5678"
URI = f"pkcs11:token=desk;object=seal?module-path={MODULE}"

on_a_token = pytest.mark.skipif(TOOL is None, reason="softhsm2 is not installed")


def run(*words: str) -> None:
    subprocess.run(  # noqa: S603 - a tool of the system
        [str(TOOL), *words, "--pin", PIN], check=True, capture_output=True
    )


def give_certificates(services: Pki) -> None:
    token = pkcs11.lib(str(MODULE)).get_token(token_label="desk")
    with token.open(user_pin=PIN, rw=True) as session:
        for name in ("seal", "issuing"):
            content = services.certificate(name)
            subject = x509.Certificate.load(content).subject.dump()
            session.create_object(
                {
                    Attribute.CLASS: ObjectClass.CERTIFICATE,
                    Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
                    Attribute.TOKEN: True,
                    Attribute.LABEL: name,
                    Attribute.SUBJECT: subject,
                    Attribute.VALUE: content,
                }
            )


@pytest.fixture(scope="module")
def token(
    shared_pki: Pki, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[seal.Key]:
    """A token of the seal's key and its certificates, for this module alone."""
    folder = tmp_path_factory.mktemp("tokens")
    conf = folder / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {folder}\nobjectstore.backend = file\n")
    os.environ["SOFTHSM2_CONF"] = str(conf)
    run("--init-token", "--free", "--label", "desk", "--so-pin", "1234")
    key_file = str(shared_pki.folder / "seal.pem")
    run("--import", key_file, "--token", "desk", "--label", "seal", "--id", "01")
    give_certificates(shared_pki)
    yield seal.Key(URI, PIN, shared_pki.tsa_url, shared_pki.roots)
    keys.forget()
    del os.environ["SOFTHSM2_CONF"]


@on_a_token
def test_a_token_seals_as_a_file_does(
    token: seal.Key, services: Pki, unsealed: Pdf
) -> None:
    made = seal.seal(token, unsealed, "The Unit", NOW)

    found = seal.check(made.pdf)
    own = x509.Certificate.load(services.certificate("seal")).sha256.hex()
    assert (made.level, found.change) == (Level.B_T, Change.NONE)
    assert found.fingerprint == seal.read_info(token).fingerprint == own


@on_a_token
def test_its_certificates_are_enough_for_an_archive(
    token: seal.Key, services: Pki, unsealed: Pdf
) -> None:
    issued = seal.seal(token, unsealed, "The Unit", NOW).pdf

    assert seal.complete(token, issued).level is Level.B_LTA


@on_a_token
@pytest.mark.parametrize(
    ("place", "pin"),
    [
        (URI, "0000"),
        (URI.replace("token=desk", "token=other"), PIN),
        (URI.replace("object=seal", "object=other"), PIN),
        (URI.replace("softhsm2.so", "nothing.so"), PIN),
        ("pkcs11:token=desk", PIN),
    ],
    ids=["pin", "token", "object", "module", "incomplete"],
)
def test_a_token_that_cannot_be_used_is_named(
    token: seal.Key, place: str, pin: str
) -> None:
    with pytest.raises(seal.SealUnusable):
        seal.read_info(seal.Key(place, pin))


@on_a_token
def test_a_session_that_ended_is_opened_anew_for_the_next_letter(
    token: seal.Key, services: Pki, unsealed: Pdf
) -> None:
    seal.seal(token, unsealed, "The Unit", NOW)
    for session in keys.SESSIONS:
        session.close()

    with pytest.raises(seal.SealUnusable):
        seal.seal(token, unsealed, "The Unit", NOW)

    made = seal.seal(token, unsealed, "The Unit", NOW)
    assert seal.check(made.pdf).is_intact


names = st.text(st.characters(categories=["L", "N", "Zs"]), min_size=1)


@given(names, names)
def test_a_uri_is_read_as_it_was_written(label: str, key: str) -> None:
    uri = f"pkcs11:object={quoted(key)};token={quoted(label)}?module-path=/m.so"

    assert keys.read_uri(uri) == Token("/m.so", label, key)


def quoted(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())
