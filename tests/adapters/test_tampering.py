"""Whatever is done to a sealed letter is named by us, and seen by a tool of others."""

import asyncio
import io
import shutil
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields

from platformlink.adapters import seal
from platformlink.ports import Change
from platformlink.values import Pdf
from tests.pki import PASSPHRASE, Pki

NOW = datetime(2026, 11, 24, 9, 42, 17, tzinfo=UTC)
PDFSIG = shutil.which("pdfsig")

WITHIN = "Bytes that the seal covers were changed."
AFTER = "After sealing something was added that is no signature."
DAMAGED = "The PDF is damaged."
GONE = "The PDF bears no seal."

pytestmark = pytest.mark.usefixtures("services")


@pytest.fixture
def sealed(services: Pki, unsealed: Pdf) -> bytes:
    key = seal.Key(str(services.pkcs12("seal")), PASSPHRASE)
    return seal.seal(key, unsealed, "The Unit", NOW).pdf


def updated(
    content: bytes, change: Callable[[IncrementalPdfFileWriter], None]
) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    change(writer)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def another_title(content: bytes) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        title = generic.pdf_string("Another")
        info = writer.trailer["/Info"]
        info["/Title"] = title
        writer.mark_update(writer.trailer.raw_get("/Info"))

    return updated(content, change)


def a_script(content: bytes) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        name, text = generic.pdf_name, generic.pdf_string
        writer.root["/OpenAction"] = generic.DictionaryObject(
            {name("/S"): name("/JavaScript"), name("/JS"): text("app.alert(1)")}
        )
        writer.update_root()

    return updated(content, change)


def another_page(content: bytes) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        pages = writer.root["/Pages"]
        pages["/Kids"].append(pages["/Kids"].raw_get(0))
        pages["/Count"] = generic.NumberObject(2)
        writer.mark_update(writer.root.raw_get("/Pages"))

    return updated(content, change)


def other_words(content: bytes) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        page = writer.root["/Pages"]["/Kids"][0]
        words = generic.StreamObject(stream_data=b"BT ET")
        page["/Contents"] = writer.add_object(words)
        writer.mark_update(writer.root["/Pages"]["/Kids"].raw_get(0))

    return updated(content, change)


def a_field_to_fill(content: bytes) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        name, text = generic.pdf_name, generic.pdf_string
        field = writer.add_object(
            generic.DictionaryObject(
                {name("/FT"): name("/Tx"), name("/T"): text("x"), name("/V"): text("y")}
            )
        )
        form = writer.root["/AcroForm"]
        form["/Fields"].append(field)
        writer.update_container(form["/Fields"])

    return updated(content, change)


def rewritten(content: bytes) -> bytes:
    output = io.BytesIO()
    pikepdf.open(io.BytesIO(content)).save(output)
    return output.getvalue()


def without_seal(content: bytes) -> bytes:
    output = io.BytesIO()
    document = pikepdf.open(io.BytesIO(content))
    del document.Root.AcroForm
    del document.pages[0].Annots
    document.save(output)
    return output.getvalue()


def flipped(share: float) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        changed = bytearray(content)
        changed[int(len(content) * share)] ^= 1
        return bytes(changed)

    return change


TAMPERINGS: dict[str, tuple[Callable[[bytes], bytes], set[str]]] = {
    "a byte of the text": (flipped(0.1), {WITHIN}),
    "a byte in the middle": (flipped(0.3), {WITHIN}),
    "a byte of the seal": (flipped(0.55), {WITHIN, DAMAGED}),
    "a byte near the end": (flipped(0.97), {WITHIN, DAMAGED}),
    "another title": (another_title, {AFTER}),
    "a script": (a_script, {AFTER}),
    "another page": (another_page, {AFTER}),
    "other words": (other_words, {AFTER}),
    "a field to fill": (a_field_to_fill, {AFTER}),
    "bytes at the end": (lambda content: content + b"\nmore", {AFTER}),
    "cut off": (lambda content: content[:-2000], {DAMAGED, WITHIN, GONE}),
    "rewritten": (rewritten, {WITHIN}),
    "without its seal": (without_seal, {GONE}),
}
each = pytest.mark.parametrize("name", TAMPERINGS)


@each
def test_our_check_says_what_was_done(sealed: bytes, name: str) -> None:
    tamper, reasons = TAMPERINGS[name]

    found = seal.check(tamper(sealed))

    assert found.change is Change.ALTERED
    assert found.reason in reasons


def other_metadata(content: bytes) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        writer.document_meta.creator = "Another"  # it stands in the XMP alone
        writer.update_root()

    return updated(content, change)


@pytest.fixture
def archived(services: Pki, sealed: bytes) -> bytes:
    key = seal.Key(
        str(services.pkcs12("seal")), PASSPHRASE, services.tsa_url, services.roots
    )
    return seal.complete(key, sealed).pdf


def test_an_archive_of_which_the_proof_is_a_second_younger_is_not_called_altered(
    archived: bytes,
) -> None:
    time.sleep(1.1)  # its metadata say when they were written

    found = seal.check(updated(archived, lambda writer: writer.update_root()))

    assert found.change is Change.PERMITTED


def test_other_metadata_after_the_archive_are_named(archived: bytes) -> None:
    found = seal.check(other_metadata(archived))

    assert (found.change, found.reason) == (Change.ALTERED, AFTER)


def test_what_is_written_beside_the_seal_is_named(sealed: bytes) -> None:
    found = seal.check(sealed.replace(b"00000000>", b"00000001>", 1))

    assert (found.is_intact, found.change) == (True, Change.ALTERED)
    assert found.reason == "Something was written beside the seal."


def pdfsig(content: bytes, folder: Path) -> str:
    """What the tool says of the first signature."""
    file = folder / "letter.pdf"
    file.write_bytes(content)
    told = subprocess.run(  # noqa: S603 - a tool of the system
        [str(PDFSIG), str(file)], capture_output=True, text=True, check=False
    ).stdout
    return told.split("Signature #2")[0]


def is_clean(told: str) -> bool:
    return "Signature is Valid." in told and "  - Total document signed" in told


@pytest.mark.skipif(PDFSIG is None, reason="poppler-utils is not installed")
@each
def test_a_tool_of_others_finds_it_too(
    sealed: bytes, name: str, tmp_path: Path
) -> None:
    tamper, _ = TAMPERINGS[name]

    assert is_clean(pdfsig(sealed, tmp_path))
    assert not is_clean(pdfsig(tamper(sealed), tmp_path))


@pytest.mark.skipif(PDFSIG is None, reason="poppler-utils is not installed")
def test_a_tool_of_others_calls_every_signature_valid(
    services: Pki, unsealed: Pdf, tmp_path: Path
) -> None:
    key = seal.Key(
        str(services.pkcs12("seal")), PASSPHRASE, services.tsa_url, services.roots
    )
    issued = seal.seal(key, unsealed, "The Unit", NOW).pdf
    signed = asyncio.run(services.sign(issued, "Officer", "seal"))
    signed = asyncio.run(services.sign(signed, "Prosecutor"))
    file = tmp_path / "letter.pdf"
    file.write_bytes(seal.complete(key, signed).pdf)

    told = subprocess.run(  # noqa: S603 - a tool of the system
        [str(PDFSIG), str(file)], capture_output=True, text=True, check=False
    ).stdout

    # It does not look into the time-stamp of the document, and says so.
    assert told.count("Signature is Valid.") == 3
    assert told.count("Signature has not yet been verified.") == 1


def test_others_sign_one_after_the_other_in_fields_that_stand_ready(
    services: Pki, unsealed: Pdf
) -> None:
    key = seal.Key(str(services.pkcs12("seal")), PASSPHRASE)
    issued = seal.seal(key, unsealed, "The Unit", NOW, ("Officer", "Prosecutor")).pdf

    first = asyncio.run(services.sign(issued, "Officer", "seal"))
    second = asyncio.run(services.sign(first, "Prosecutor"))

    found = [seal.check(one) for one in (issued, first, second)]
    assert [one.change for one in found] == [
        Change.NONE,
        Change.PERMITTED,
        Change.PERMITTED,
    ]
    assert [len(one.signers) for one in found] == [0, 1, 2]


def test_a_signature_of_others_that_does_not_hold_is_named(
    services: Pki, sealed: bytes
) -> None:
    signed = asyncio.run(services.sign(sealed, "Prosecutor"))
    place = signed.index(b"Prosecutor", len(sealed))
    broken = signed[:place] + bytes([signed[place] ^ 1]) + signed[place + 1 :]

    found = seal.check(broken)

    assert found.change is Change.ALTERED
    assert found.reason == "A signature that was added after sealing does not hold."


def test_a_hundred_signatures_are_not_read(sealed: bytes) -> None:
    document = pikepdf.open(io.BytesIO(sealed))
    form = document.Root.AcroForm
    for number in range(100):
        field = pikepdf.Dictionary(
            FT=pikepdf.Name.Sig, T=f"S{number}", V=form.Fields[0].V
        )
        form.Fields.append(document.make_indirect(field))
    output = io.BytesIO()
    document.save(output)

    assert seal.check(output.getvalue()).reason == "The PDF bears too many signatures."


def test_an_empty_field_of_others_is_no_signature(sealed: bytes) -> None:
    def change(writer: IncrementalPdfFileWriter) -> None:
        fields.append_signature_field(writer, fields.SigFieldSpec("Empty"))

    assert seal.check(updated(sealed, change)).signers == ()
