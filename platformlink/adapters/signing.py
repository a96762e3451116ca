"""
What the sealing processes do with pyHanko: a PAdES seal, put on and checked.

It is large, so only those processes import it, through seal.py.
"""

import asyncio
import io
import logging
import re
import ssl
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import httpx
from asn1crypto import core, tsp, x509
from pkcs11 import PKCS11Error
from pyhanko.pdf_utils.content import RawContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DSSCompareRule,
    MetadataUpdateRule,
    ModificationLevel,
    ObjectStreamRule,
    ReferenceUpdate,
    StandardDiffPolicy,
    SuspiciousModification,
    XrefStreamRule,
)
from pyhanko.sign.fields import (
    MDPPerm,
    SigFieldSpec,
    SigSeedSubFilter,
    append_signature_field,
    enumerate_sig_fields,
)
from pyhanko.sign.signers import (
    PdfSignatureMetadata,
    PdfSigner,
)
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError, set_tsp_headers
from pyhanko.sign.validation import (
    EmbeddedPdfSignature,
    SignatureCoverageLevel,
    async_validate_pdf_signature,
)
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext

from platformlink.adapters import keys
from platformlink.adapters.reading import Reader
from platformlink.adapters.seal import Key, SealUnusable
from platformlink.ports import (
    SEAL_FIELD,
    Change,
    Level,
    NotSealable,
    SealCheck,
    Sealed,
    SealInfo,
)
from platformlink.values import Pdf, SealedPdf

LARGEST_BYTES = 20 * 1024 * 1024
MOST_SIGNATURES = 20
HEADER_BYTES = 1024  # readers accept a header that begins within these
REST_SECONDS = 60
RESTING: dict[str, float] = {}  # time-stamp service -> when it is asked again

BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*0\s+\d{1,10}\s+(\d{1,10})\s+(\d{1,10})")
TAIL = re.compile(rb"startxref\s+\d+\s+%%EOF\s*$")
TAIL_BYTES = 64

METADATA_DATE = re.compile(rb'xmp:M(?:odify|etadata)Date="[0-9T:.Z+-]{10,40}"')


def _undated_metadata(revision: HistoricalResolver) -> bytes:
    if "/Metadata" not in revision.root:
        return b""
    stream: Any = revision.root.get_value_as_reference("/Metadata").get_object()
    return METADATA_DATE.sub(b"", stream.data)


class MetadataDatesRule(MetadataUpdateRule):
    """Permits metadata that differ in nothing but when they were written."""

    def apply(
        self, old: HistoricalResolver, new: HistoricalResolver
    ) -> Iterable[ReferenceUpdate]:
        """Yield the metadata if that is so; what no rule yields is suspicious."""
        before, after = (_undated_metadata(one) for one in (old, new))
        return super().apply(old, new) if before == after else ()


PROOF_ONLY = StandardDiffPolicy(
    global_rules=[
        CatalogModificationRule(),
        MetadataDatesRule().as_qualified(  # type: ignore[no-untyped-call]
            ModificationLevel.LTA_UPDATES
        ),
        XrefStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        ObjectStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        DSSCompareRule().as_qualified(ModificationLevel.LTA_UPDATES),
    ],
    form_rule=None,
)

# The letter's page prints what a reader sees, so the field itself stays empty.
UNSEEN = StaticStampStyle(background=RawContent(b""), border_width=0)


class UrlTimeStamper(TimeStamper):
    """Asks a time-stamp service (RFC 3161) over HTTP, and waits so long in all."""

    def __init__(self, url: str, seconds: float) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.url = url
        self.seconds = seconds

    async def _ask(self, body: bytes) -> bytes:
        """
        Return the bytes of the answer; a service that drips them is cut off too.

        Raises: TimestampRequestError.
        """
        answer = bytearray()
        try:
            async with (
                asyncio.timeout(self.seconds),
                httpx.AsyncClient(verify=ssl.create_default_context()) as client,
                client.stream(
                    "POST", self.url, content=body, headers=set_tsp_headers({})
                ) as stream,
            ):
                stream.raise_for_status()
                async for part in stream.aiter_bytes():
                    answer += part
                    if len(answer) > LARGEST_BYTES:
                        break
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL) as error:
            raise TimestampRequestError(str(error)) from None
        return bytes(answer)

    async def async_request_tsa_response(
        self, req: tsp.TimeStampReq
    ) -> tsp.TimeStampResp:
        """
        Return the service's answer.

        Raises: TimestampRequestError.
        """
        answer = await self._ask(req.dump())
        response: tsp.TimeStampResp = tsp.TimeStampResp.load(answer)
        return response


@lru_cache(maxsize=1)
def _stamper(url: str, seconds: float) -> UrlTimeStamper:
    """Return the service's client, which asks only once how large its answers are."""
    return UrlTimeStamper(url, seconds)


def read_info(key: Key) -> SealInfo:
    """
    Return which certificate seals, in this process.

    Raises: SealUnusable.
    """
    certificate = keys.loaded(key).certificate
    return SealInfo(
        subject=certificate.subject.human_friendly,
        fingerprint=certificate.sha256.hex(),
        expires_at=certificate.not_valid_after.astimezone(UTC),
    )


def _check_usable(pdf: Pdf, certificate: x509.Certificate, now: datetime) -> None:
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


def _signer(key: Key, name: str, stamper: TimeStamper | None) -> PdfSigner:
    """Return who seals: it certifies, so that only signatures may still be added."""
    wanted = PdfSignatureMetadata(
        field_name=SEAL_FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.FILL_FORMS,
        name=name,
    )
    signer = keys.loaded(key).signer
    return PdfSigner(wanted, signer, timestamper=stamper, stamp_style=UNSEEN)


def _with_fields(pdf: Pdf, signers: tuple[str, ...]) -> Pdf:
    """Return the PDF with an empty signature field for each further signer."""
    if not signers:
        return pdf
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    for name in signers:
        append_signature_field(writer, SigFieldSpec(name))
    output = io.BytesIO()
    writer.write(output)
    return Pdf(output.getvalue())


def _sealed_at(key: Key, pdf: Pdf, name: str, now: datetime) -> Sealed:
    """Return the PDF sealed, time-stamped if the service answers at once."""
    if key.tsa_url and RESTING.get(key.tsa_url, 0) <= time.monotonic():
        try:
            signer = _signer(key, name, _stamper(key.tsa_url, key.tsa_seconds))
            return Sealed(asyncio.run(_put(signer, pdf, now)), Level.B_T)
        except PKCS11Error:
            raise
        except Exception:  # noqa: BLE001 - whatever a service answers
            RESTING[key.tsa_url] = time.monotonic() + REST_SECONDS
    return Sealed(asyncio.run(_put(_signer(key, name, None), pdf, now)), Level.B_B)


def seal(
    key: Key, pdf: Pdf, name: str, now: datetime, signers: tuple[str, ...] = ()
) -> Sealed:
    """
    Return the PDF under the authority's seal, in this process.

    With a time-stamp service it is B-T; one that does not answer never holds up a
    letter: the seal is then B-B, and for a while the service is not asked again.

    Raises: NotSealable, SealUnusable.
    """
    _check_usable(pdf, keys.loaded(key).certificate, now)
    try:
        return _sealed_at(key, _with_fields(pdf, signers), name, now)
    except PKCS11Error:
        keys.forget()
        raise SealUnusable from None


class Later(NamedTuple):
    """What was put on a PDF after its first seal."""

    signers: tuple[str, ...]
    do_hold: bool
    is_followed: bool  # by something that nobody signed


def _is_followed(reader: PdfFileReader) -> bool:
    """Say whether anything but proof stands after the last signature or stamp."""
    last = reader.embedded_signatures[-1]
    if last.signed_revision == reader.xrefs.total_revisions - 1:
        coverage = last.evaluate_signature_coverage()
        return bool(coverage != SignatureCoverageLevel.ENTIRE_FILE)
    found = PROOF_ONLY.review_file(reader, last.signed_revision)
    reader.stream.seek(-TAIL_BYTES, io.SEEK_END)
    is_ended = TAIL.search(reader.stream.read()) is not None
    return isinstance(found, SuspiciousModification) or not is_ended


async def _later(
    reader: PdfFileReader, signatures: list[EmbeddedPdfSignature]
) -> Later:
    """Return who signed after the seal, and whether their arithmetic is right."""
    do_hold = True
    for one in signatures:
        status = await async_validate_pdf_signature(one, _trusting(one), skip_diff=True)
        do_hold = do_hold and bool(status.intact and status.valid)
    names = tuple(str(one.signer_cert.subject.human_friendly) for one in signatures)
    return Later(names, do_hold, _is_followed(reader))


def _trusting(signature: EmbeddedPdfSignature) -> ValidationContext:
    """Return a context in which only the arithmetic is asked, not whom we trust."""
    return ValidationContext(trust_roots=[signature.signer_cert], allow_fetching=False)


def _is_written_beside(signature: EmbeddedPdfSignature) -> bool:
    """Say whether the room kept for the seal holds more than the seal and zeros."""
    room = bytes(signature.pkcs7_content)
    return any(room[len(core.Any.load(room).dump()) :])


def _change(status: PdfSignatureStatus, later: Later) -> tuple[Change, str]:
    """Return what happened after the seal, and the same in words if it was wrong."""
    if not (status.intact and status.valid):
        return Change.ALTERED, "Bytes that the seal covers were changed."
    if not later.do_hold:
        return Change.ALTERED, "A signature that was added after sealing does not hold."
    if status.coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return Change.NONE, ""
    if not status.docmdp_ok or later.is_followed:
        reason = "After sealing something was added that is no signature."
        return Change.ALTERED, reason
    return Change.PERMITTED, ""


async def _validate(signatures: list[EmbeddedPdfSignature]) -> SealCheck:
    """Return what a seal's arithmetic says; trust in its certificate is not asked."""
    first = signatures[0]
    status = await async_validate_pdf_signature(first, _trusting(first))
    later = await _later(first.reader, signatures[1:])
    change, reason = _change(status, later)
    if change is not Change.ALTERED and _is_written_beside(first):
        change, reason = Change.ALTERED, "Something was written beside the seal."
    return SealCheck(
        is_sealed=True,
        is_intact=bool(status.intact and status.valid),
        change=change,
        fingerprint=first.signer_cert.sha256.hex(),
        sealed_at=first.self_reported_timestamp,
        covered_bytes=int(first.byte_range[2]) + int(first.byte_range[3]),
        signers=later.signers,
        reason=reason,
    )


def _signatures(content: bytes) -> list[EmbeddedPdfSignature] | str:
    """Return the signatures of a PDF, or why there is none to look at."""
    reader = Reader(content)
    if reader.encrypted:
        return "The PDF is encrypted; our letters never are."
    signatures: list[EmbeddedPdfSignature] = reader.embedded_regular_signatures
    if len(signatures) > MOST_SIGNATURES:
        return "The PDF bears too many signatures."
    return signatures or "The PDF bears no seal."


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
        found = _signatures(content)
        if isinstance(found, str):
            return SealCheck(reason=found)
        return asyncio.run(_validate(found))
    except Exception:  # noqa: BLE001 - whatever hostile bytes provoke in a parser
        covered = _covered_by_text(content)
        return SealCheck(reason="The PDF is damaged.", covered_bytes=covered)
