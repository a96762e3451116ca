"""
What the sealing processes do with pyHanko: a PAdES seal, put on and checked.

It is large, so only those processes import it, through seal.py.
"""

import asyncio
import io
import logging
import re
import urllib.request
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from asn1crypto import tsp
from asn1crypto import x509 as asn1x509
from pyhanko.pdf_utils.content import RawContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.signers import (
    PdfSignatureMetadata,
    PdfSigner,
    SimpleSigner,
)
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError, set_tsp_headers
from pyhanko.sign.validation import (
    EmbeddedPdfSignature,
    SignatureCoverageLevel,
    async_validate_pdf_signature,
)
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext

from platformlink.adapters.seal import Key, SealUnusable
from platformlink.ports import SEAL_FIELD, Change, NotSealable, SealCheck, SealInfo
from platformlink.values import Pdf, SealedPdf

LARGEST_BYTES = 20 * 1024 * 1024
MOST_SIGNATURES = 20
HEADER_BYTES = 1024  # readers accept a header that begins within these
TSA_SECONDS = 5

BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*0\s+\d{1,10}\s+(\d{1,10})\s+(\d{1,10})")

# The letter's page prints what a reader sees, so the field itself stays empty.
UNSEEN = StaticStampStyle(background=RawContent(b""), border_width=0)


class UrlTimeStamper(TimeStamper):
    """Asks a time-stamp service (RFC 3161) over HTTP."""

    def __init__(self, url: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.url = url

    def _ask(self, body: bytes) -> bytes:
        if not self.url.startswith(("https://", "http://")):
            raise TimestampRequestError("not a web address")
        question = urllib.request.Request(  # noqa: S310 - checked above
            self.url, data=body, headers=set_tsp_headers({})
        )
        try:
            with urllib.request.urlopen(question, timeout=TSA_SECONDS) as answer:  # noqa: S310
                return bytes(answer.read(LARGEST_BYTES))
        except OSError as error:
            raise TimestampRequestError(str(error)) from error

    async def async_request_tsa_response(
        self, req: tsp.TimeStampReq
    ) -> tsp.TimeStampResp:
        """
        Return the service's answer.

        Raises: TimestampRequestError.
        """
        answer = await asyncio.to_thread(self._ask, req.dump())
        response: tsp.TimeStampResp = tsp.TimeStampResp.load(answer)
        return response


class Loaded(NamedTuple):
    """A signer and its certificate."""

    signer: SimpleSigner
    certificate: asn1x509.Certificate


@lru_cache(maxsize=4)
def _load(path: Path, passphrase: str, version: int) -> Loaded:
    signer = SimpleSigner.load_pkcs12(str(path), passphrase=passphrase.encode())
    if not signer or not signer.signing_cert:
        raise SealUnusable
    return Loaded(signer, signer.signing_cert)


def _loaded(key: Key) -> Loaded:
    """
    Return the signer, read again only when its file has changed.

    Raises: SealUnusable.
    """
    try:
        return _load(key.path, key.passphrase, key.path.stat().st_mtime_ns)
    except OSError:
        raise SealUnusable from None


def read_info(key: Key) -> SealInfo:
    """
    Return which certificate seals, in this process.

    Raises: SealUnusable.
    """
    certificate = _loaded(key).certificate
    return SealInfo(
        subject=certificate.subject.human_friendly,
        fingerprint=certificate.sha256.hex(),
        expires_at=certificate.not_valid_after.astimezone(UTC),
    )


def _check_usable(pdf: Pdf, certificate: asn1x509.Certificate, now: datetime) -> None:
    """
    Let pass an unsealed PDF with our field, and a certificate that is valid now.

    Raises: NotSealable, SealUnusable.
    """
    if not certificate.not_valid_before <= now <= certificate.not_valid_after:
        raise SealUnusable
    reader = PdfFileReader(io.BytesIO(pdf))
    empty = {name for name, value, _ in enumerate_sig_fields(reader) if value is None}
    if SEAL_FIELD not in empty:
        raise NotSealable


async def _put(signer: PdfSigner, pdf: Pdf, now: datetime) -> SealedPdf:
    """Return the sealed bytes; the time claimed is ``now``, not the machine's."""
    session = signer.init_signing_session(
        IncrementalPdfFileWriter(io.BytesIO(pdf)), existing_fields_only=True
    )
    session.system_time = now
    estimated = await session.estimate_signature_container_size(None)
    document = session.prepare_tbs_document(None, estimated)
    output = io.BytesIO()
    digest, _ = document.digest_tbs_document(output=output)
    sealed = await document.perform_signature(
        document_digest=digest.document_digest,
        pdf_cms_signed_attrs=PdfCMSSignedAttributes(signing_time=now),
    )
    await sealed.post_signature_processing(output)
    return SealedPdf(output.getvalue())


def seal(key: Key, pdf: Pdf, name: str, now: datetime) -> SealedPdf:
    """
    Return the PDF under the authority's seal, in this process.

    With a time-stamp service it is B-T; one that does not answer never holds up a
    letter: the seal is then B-B.

    Raises: NotSealable, SealUnusable.
    """
    signer, certificate = _loaded(key)
    _check_usable(pdf, certificate, now)
    wanted = PdfSignatureMetadata(
        field_name=SEAL_FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.FILL_FORMS,
        name=name,
    )
    stamper = UrlTimeStamper(key.tsa_url) if key.tsa_url else None
    try:
        made = PdfSigner(wanted, signer, timestamper=stamper, stamp_style=UNSEEN)
        return asyncio.run(_put(made, pdf, now))
    except TimestampRequestError:
        made = PdfSigner(wanted, signer, stamp_style=UNSEEN)
        return asyncio.run(_put(made, pdf, now))


def _change(signature: EmbeddedPdfSignature, *, is_permitted: bool) -> Change:
    """Return what happened after a seal."""
    if signature.coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return Change.NONE
    return Change.PERMITTED if is_permitted else Change.ALTERED


async def _validate(signature: EmbeddedPdfSignature) -> SealCheck:
    """Return what a seal's arithmetic says; trust in its certificate is not asked."""
    context = ValidationContext(
        trust_roots=[signature.signer_cert], allow_fetching=False
    )
    status = await async_validate_pdf_signature(signature, context)
    is_intact = bool(status.intact and status.valid)
    is_permitted = is_intact and bool(status.docmdp_ok)
    change = _change(signature, is_permitted=is_permitted)
    return SealCheck(
        is_sealed=True,
        is_intact=is_intact,
        change=change if is_intact else Change.ALTERED,
        fingerprint=signature.signer_cert.sha256.hex(),
        sealed_at=signature.self_reported_timestamp,
        covered_bytes=int(signature.byte_range[2]) + int(signature.byte_range[3]),
    )


def _first_seal(content: bytes) -> EmbeddedPdfSignature | str:
    """Return the first seal of a PDF, or why there is none to look at."""
    reader = PdfFileReader(io.BytesIO(content), strict=False)
    if reader.encrypted:
        return "The PDF is encrypted; our letters never are."
    signatures: list[EmbeddedPdfSignature] = reader.embedded_regular_signatures
    if len(signatures) > MOST_SIGNATURES:
        return "The PDF bears too many signatures."
    return signatures[0] if signatures else "The PDF bears no seal."


def _covered_by_text(content: bytes) -> int:
    """Return how far the first seal reaches, read without parsing the document."""
    found = BYTE_RANGE.search(content)
    return sum(int(number) for number in found.groups()) if found else 0


def check(content: bytes) -> SealCheck:
    """Return what can be said of any bytes, in this process; hostile ones included."""
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    if len(content) > LARGEST_BYTES:
        return SealCheck(is_pdf=False, reason="The file is larger than 20 MB.")
    if b"%PDF-" not in content[:HEADER_BYTES]:
        return SealCheck(is_pdf=False, reason="This is not a PDF.")
    try:
        found = _first_seal(content)
        if isinstance(found, str):
            return SealCheck(reason=found)
        return asyncio.run(_validate(found))
    except Exception:  # noqa: BLE001 - whatever hostile bytes provoke in a parser
        covered = _covered_by_text(content)
        return SealCheck(reason="The PDF is damaged.", covered_bytes=covered)
