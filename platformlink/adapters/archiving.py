"""
What the completing process does with pyHanko: proof that outlives a certificate.

    B-B --stamp--> B-T --revocation data--> B-LT --archive time-stamp--> B-LTA --+
                                                      ^------ before it ages ----+

Everything is appended: what was issued stays, byte for byte, the beginning of the file.
"""

import asyncio
import io
import logging
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from asn1crypto import pem, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers import PdfTimeStamper
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko.sign.validation.dss import async_add_validation_info
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import RevokedError
from pyhanko_certvalidator.fetchers.aiohttp_fetchers import AIOHttpFetcherBackend
from pyhanko_certvalidator.fetchers.api import OwnedFetcherBackend

from platformlink.adapters.reading import Reader
from platformlink.adapters.seal import Key
from platformlink.adapters.signing import UrlTimeStamper
from platformlink.ports import Completed, Level, SealRevoked, ServiceAway

FETCH_SECONDS = 5
# A time-stamp is renewed while its own certificate still has this long to live.
RENEWAL_MARGIN = timedelta(days=90)

T = TypeVar("T")


def read_roots(key: Key) -> list[x509.Certificate]:
    """
    Return the trust anchors of the seal and of its time-stamps, from a PEM file.

    Raises: OSError, ValueError.
    """
    if key.roots is None:
        return []
    found = pem.unarmor(key.roots.read_bytes(), multiple=True)
    return [x509.Certificate.load(der) for _, _, der in found]


def _context(roots: list[x509.Certificate]) -> ValidationContext:
    """Return a context that asks for revocation data, and believes nothing without."""
    return ValidationContext(
        trust_roots=roots,
        allow_fetching=True,
        revocation_mode="require",
        fetcher_backend=OwnedFetcherBackend(
            AIOHttpFetcherBackend(per_request_timeout=FETCH_SECONDS)
        ),
    )


async def _asked(answer: Awaitable[T], context: ValidationContext | None) -> T:
    """
    Return what services answered, and close the way to them.

    Raises: SealRevoked, ServiceAway.
    """
    try:
        return await answer
    except RevokedError:
        raise SealRevoked from None
    except Exception as error:
        # Whatever a service answers, or does not: it is asked again later.
        raise ServiceAway(type(error).__name__) from error
    finally:
        if context:
            await context.aclose()  # type: ignore[no-untyped-call]


def _seal_of(content: bytes) -> EmbeddedPdfSignature:
    found: EmbeddedPdfSignature = Reader(content).embedded_regular_signatures[0]
    return found


def _is_stamped(content: bytes) -> bool:
    """Say whether a time-stamp proves when the seal was there at the latest."""
    seal = _seal_of(content)
    attached = [*extract_tst_data_iter(seal.signer_info, signed=False)]
    return bool(attached or seal.reader.embedded_timestamp_signatures)


async def _with_revocation(content: bytes, roots: list[x509.Certificate]) -> bytes:
    """Return the PDF with what proves that the seal's certificates were not revoked."""
    context = _context(roots)
    adding = async_add_validation_info(_seal_of(content), context)
    return bytes((await _asked(adding, context)).getvalue())


async def _with_stamp(content: bytes, key: Key, roots: list[x509.Certificate]) -> bytes:
    """Return the PDF under one more time-stamp, the last one proved as well."""
    stamper = PdfTimeStamper(UrlTimeStamper(key.tsa_url, key.tsa_seconds))
    if not roots:
        writer = IncrementalPdfFileWriter(io.BytesIO(content))
        stamping = stamper.async_timestamp_pdf(writer, "sha256")
        return bytes((await _asked(stamping, None)).getvalue())
    context = _context(roots)
    stamping = stamper.async_update_archival_timestamp_chain(
        Reader(content), context, in_place=False
    )
    return bytes((await _asked(stamping, context)).getvalue())


def _renew_at(content: bytes) -> datetime:
    """Return when the last time-stamp must be renewed, before its certificate ends."""
    stamp = Reader(content).embedded_timestamp_signatures[-1]
    validity = stamp.signer_cert["tbs_certificate"]["validity"]
    begins, ends = validity["not_before"].native, validity["not_after"].native
    renew_at: datetime = ends - min(RENEWAL_MARGIN, (ends - begins) / 4)
    return renew_at.astimezone(UTC)


async def _complete(key: Key, content: bytes) -> Completed:
    roots = read_roots(key)
    if not roots:
        return Completed(await _with_stamp(content, key, roots), Level.B_T)
    kept = await _with_revocation(content, roots)
    try:
        archived = await _with_stamp(kept, key, roots)
    except ServiceAway:
        level = Level.B_LT if _is_stamped(kept) else Level.B_B
        return Completed(kept, level)
    return Completed(archived, Level.B_LTA, _renew_at(archived))


def complete(key: Key, content: bytes) -> Completed:
    """
    Return a sealed letter at the highest level that the services reach now.

    Raises: SealRevoked, ServiceAway.
    """
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    return asyncio.run(_complete(key, content))
