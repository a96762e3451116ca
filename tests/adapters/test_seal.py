"""The seal: valid for others' tools, and every tampering is found."""

import io
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from platformlink.adapters import seal
from platformlink.ports import Change, NotSealable
from platformlink.values import Pdf

NOW = datetime(2026, 11, 24, 9, 42, 17, tzinfo=UTC)
PDFSIG = shutil.which("pdfsig")


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> seal.Key:
    return made_key(tmp_path_factory.mktemp("ours"), NOW)


def made_key(folder: Path, now: datetime) -> seal.Key:
    path = folder / "seal.p12"
    seal.make_demonstration_seal(path, "passphrase", name="Unit", now=now)
    return seal.Key(str(path), "passphrase")


@pytest.fixture(scope="module")
def sealed(key: seal.Key, unsealed: Pdf) -> bytes:
    return seal.seal(key, unsealed, "The Unit", NOW).pdf


def test_the_seal_is_ours_intact_and_covers_every_byte(
    key: seal.Key, sealed: bytes
) -> None:
    found = seal.check(sealed)

    assert (found.is_sealed, found.is_intact, found.change) == (True, True, Change.NONE)
    assert found.fingerprint == seal.read_info(key).fingerprint
    assert found.sealed_at == NOW
    assert found.covered_bytes == len(sealed)


def test_it_certifies_that_only_signatures_may_follow(sealed: bytes) -> None:
    document = pikepdf.open(io.BytesIO(sealed))
    signature = document.Root.AcroForm.Fields[0].V

    assert signature.SubFilter == "/ETSI.CAdES.detached"
    assert str(signature.Name) == "The Unit"
    assert signature.Reference[0].TransformParams.P == 2


@pytest.mark.skipif(PDFSIG is None, reason="poppler-utils is not installed")
def test_pdfsig_calls_the_seal_valid(sealed: bytes, tmp_path: Path) -> None:
    file = tmp_path / "letter.pdf"
    file.write_bytes(sealed)

    told = subprocess.run(  # noqa: S603 - a tool of the system
        [str(PDFSIG), str(file)], capture_output=True, text=True, check=False
    ).stdout

    assert "Signature is Valid." in told
    assert "Total document signed" in told
    assert "ETSI.CAdES.detached" in told


def test_the_demonstration_says_that_it_has_no_legal_effect(key: seal.Key) -> None:
    info = seal.read_info(key)

    assert "DEMONSTRATION - NO LEGAL EFFECT" in info.subject
    assert info.expires_at > NOW


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.999])
def test_one_changed_byte_is_found(sealed: bytes, share: float) -> None:
    changed = bytearray(sealed)
    changed[int(len(changed) * share)] ^= 1

    assert not seal.check(bytes(changed)).is_intact


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99, 0.9999])
def test_a_truncated_letter_is_not_intact(sealed: bytes, share: float) -> None:
    assert not seal.check(sealed[: int(len(sealed) * share)]).is_intact


def test_a_foreign_seal_bears_a_foreign_fingerprint(
    key: seal.Key, unsealed: Pdf, tmp_path: Path
) -> None:
    foreign = made_key(tmp_path, NOW)

    found = seal.check(seal.seal(foreign, unsealed, "The Unit", NOW).pdf)

    assert found.is_intact
    assert found.fingerprint != seal.read_info(key).fingerprint


def test_an_expired_certificate_seals_nothing(unsealed: Pdf, tmp_path: Path) -> None:
    old = made_key(tmp_path, NOW - timedelta(days=800))

    with pytest.raises(seal.SealUnusable):
        seal.seal(old, unsealed, "The Unit", NOW)


def test_a_letter_stays_intact_after_its_certificate_has_ended(
    unsealed: Pdf, tmp_path: Path
) -> None:
    then = NOW - timedelta(days=800)
    old = made_key(tmp_path, then)

    assert seal.check(seal.seal(old, unsealed, "The Unit", then).pdf).is_intact


def test_a_wrong_passphrase_is_told(key: seal.Key, unsealed: Pdf) -> None:
    with pytest.raises(seal.SealUnusable):
        seal.seal(seal.Key(key.place, "wrong"), unsealed, "The Unit", NOW)


def test_nothing_is_sealed_twice(key: seal.Key, sealed: bytes) -> None:
    with pytest.raises(NotSealable):
        seal.seal(key, Pdf(sealed), "The Unit", NOW)


def test_a_time_stamp_service_that_is_away_holds_nothing_up(
    key: seal.Key, unsealed: Pdf
) -> None:
    away = seal.Key(key.place, key.passphrase, "http://127.0.0.1:9/tsa")

    assert seal.check(seal.seal(away, unsealed, "The Unit", NOW).pdf).is_intact


def test_a_later_signature_is_permitted(key: seal.Key, sealed: bytes) -> None:
    assert seal.check(countersigned(key, sealed, "Second")).change is Change.PERMITTED


def countersigned(key: seal.Key, content: bytes, name: str) -> bytes:
    signer = signers.SimpleSigner.load_pkcs12(
        key.place, passphrase=key.passphrase.encode()
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    fields.append_signature_field(writer, fields.SigFieldSpec(name))
    meta = signers.PdfSignatureMetadata(field_name=name)
    return bytes(signers.PdfSigner(meta, signer).sign_pdf(writer).getvalue())


def test_a_stranger_who_signs_first_is_not_taken_for_us(
    key: seal.Key, unsealed: Pdf, tmp_path: Path
) -> None:
    stranger = made_key(tmp_path, NOW)
    signed = countersigned(stranger, unsealed, "First")

    assert seal.check(signed).fingerprint != seal.read_info(key).fingerprint


def encrypted(content: bytes) -> bytes:
    out = io.BytesIO()
    pikepdf.open(io.BytesIO(content)).save(
        out, encryption=pikepdf.Encryption(owner="o", user="u")
    )
    return out.getvalue()


def deep(levels: int) -> bytes:
    return b"%PDF-1.7\n1 0 obj\n" + b"[" * levels + b"]" * levels + b"\nendobj\n%%EOF"


def looping() -> bytes:
    return (
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 1 0 R /AcroForm 1 0 R "
        b"/Fields [1 0 R] /Kids [1 0 R] /Parent 1 0 R /FT /Sig /V 1 0 R >>\nendobj\n"
        b"xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \n"
        b"trailer\n<< /Root 1 0 R /Size 2 /Prev 0 >>\nstartxref\n130\n%%EOF"
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-",
        b"%PDF-1.7" + b"\x00" * 100_000,
        deep(50_000),
        looping(),
        b"%PDF-1.7\nstartxref\n99999999999999\n%%EOF",
        b"\xff" * 1000,
        b"%PDF-1.7" + b"/ByteRange [0 1 2 3]" * 10_000,
    ],
    ids=["empty", "head", "zeros", "deep", "looping", "far", "noise", "ranges"],
)
def test_hostile_bytes_are_answered(content: bytes) -> None:
    assert not seal.check(content).is_sealed


def test_an_encrypted_pdf_is_answered(unsealed: Pdf) -> None:
    found = seal.check(encrypted(unsealed))

    assert found.reason == "The PDF is encrypted; our letters never are."


def test_a_huge_file_is_not_parsed() -> None:
    assert not seal.check(b"%PDF-1.7" + b" " * (21 * 1024 * 1024)).is_pdf
