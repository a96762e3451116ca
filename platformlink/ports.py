"""What leaves the house goes through one of these; adapters/ fills them."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import msgspec
from sqlalchemy.ext.asyncio import async_sessionmaker
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.authority import Authority
from platformlink.errors import Invalid, NotTaken, Upstream
from platformlink.settings import Settings
from platformlink.values import Html, Pdf, SealedPdf

SEAL_FIELD = "Seal"  # the signature field where an element with id "seal" stands


class Attachment(msgspec.Struct, frozen=True):
    """
    A file embedded in a letter as an associated file (PDF/A-3).

    The name's ending says its media type.
    """

    name: str
    content: bytes
    description: str
    made_at: datetime
    relationship: str = "Data"


class Renderer(Protocol):
    """Turns a page into a PDF, in a process of its own."""

    async def render(
        self,
        html: Html,
        *,
        style: str = "letter.css",
        attachments: tuple[Attachment, ...] = (),
        most_pages: int | None = None,
    ) -> Pdf:
        """
        Return the archival, tagged PDF; only bundled resources are fetched.

        The same page and attachments always give the same bytes. Where the page has
        an element with id "seal", the PDF has an empty signature field.

        Raises: PagesExceeded, Upstream.
        """
        ...

    async def preview(self, html: Html, *, style: str = "letter.css") -> Pdf:
        """
        Return a PDF to look at: neither archival nor tagged, and never sealable.

        Raises: Upstream.
        """
        ...

    async def strip(self, pdf: Pdf) -> bytes:
        """
        Return all pages side by side as a PNG, to look at.

        Raises: Upstream.
        """
        ...

    async def picture(self, pdf: Pdf) -> bytes:
        """
        Return the first page as a PNG, for beside a form.

        Raises: Upstream.
        """
        ...


class PagesExceeded(Invalid):
    """The text is longer than the pages that this letter may have."""

    code = "pages-exceeded"
    title = "The text is too long for the pages of this letter"


class SealInfo(msgspec.Struct, frozen=True):
    """Which certificate seals: subject, SHA-256 fingerprint, and when it ends."""

    subject: str
    fingerprint: str
    expires_at: datetime


class NotSealable(Invalid):
    """The PDF has no empty signature field: a preview, or sealed already."""

    code = "not-sealable"
    title = "This document cannot be sealed"


class Level(StrEnum):
    """
    How far the proof of a seal reaches, the lowest first.

    Source: ETSI EN 319 142-1 V1.2.1, clause 6.
    """

    B_B = "B-B"  # the seal alone
    B_T = "B-T"  # and a time-stamp of others: it was there at that time
    B_LT = "B-LT"  # and proof that the certificates were not revoked then
    B_LTA = "B-LTA"  # and all of that under a time-stamp, renewed before it ages


class Sealed(msgspec.Struct, frozen=True):
    """A sealed PDF, and how far its proof reaches."""

    pdf: SealedPdf
    level: Level


class Completed(msgspec.Struct, frozen=True):
    """A sealed PDF with more proof at its end; when its last time-stamp ages."""

    pdf: bytes
    level: Level
    renew_at: datetime | None = None


class ServiceAway(NotTaken):
    """A time-stamp or revocation service does not answer, or not as it should."""

    code = "seal-service-away"
    title = "A service that completes seals does not answer"


class SealRevoked(Upstream):
    """The issuer says that the seal's certificate is revoked."""

    code = "seal-revoked"
    title = "The certificate of the seal is revoked"


class Change(StrEnum):
    """What happened to a PDF after a seal was put on it."""

    NONE = "none"  # the seal covers every byte
    PERMITTED = "permitted"  # further signatures or archival time-stamps only
    ALTERED = "altered"


class SealCheck(msgspec.Struct, frozen=True):
    """
    What a check of any bytes found; ``reason`` is a gettext msgid.

    ``fingerprint`` is the SHA-256 of the sealing certificate, ``sealed_at`` the time
    that the seal claims, and ``covered_bytes`` how far it reaches from the start.
    Whether that certificate is ours the caller knows. ``signers`` are the subjects of
    those who signed afterwards.
    """

    is_pdf: bool = True
    is_sealed: bool = False
    is_intact: bool = False
    change: Change = Change.ALTERED
    fingerprint: str = ""
    sealed_at: datetime | None = None
    covered_bytes: int = 0
    signers: tuple[str, ...] = ()
    reason: str = ""


class Sealer(Protocol):
    """Puts the authority's PAdES seal on a PDF, and checks one."""

    @property
    def reach(self) -> Level:
        """Say to which level the configured services can bring a seal."""
        ...

    async def info(self) -> SealInfo:
        """
        Return the certificate in use.

        Raises: Upstream.
        """
        ...

    async def seal(
        self, pdf: Pdf, *, name: str, now: datetime, signers: tuple[str, ...] = ()
    ) -> Sealed:
        """
        Return the sealed PDF: certified, so that only signatures may still be added.

        ``name`` is whose seal it is, ``now`` the time that it claims, and ``signers``
        are the empty fields in which others sign afterwards.

        Raises: NotSealable (it has no empty field for a seal), Upstream.
        """
        ...

    async def complete(self, content: bytes) -> Completed:
        """
        Return a sealed letter at the highest level that the services reach now.

        What was given is the beginning of what is returned, byte for byte.

        Raises: SealRevoked, ServiceAway, Upstream.
        """
        ...

    async def check(self, content: bytes) -> SealCheck:
        """Return what can be said of any bytes; never raises for hostile ones."""
        ...


class Mail(msgspec.Struct, frozen=True):
    """One message to one address, with the letter if there is one."""

    to: str
    subject: str
    text: str
    message_id: str
    attachment: SealedPdf | None = None
    attachment_name: str = "letter.pdf"


class Mailer(Protocol):
    """Hands a message to the mail server."""

    async def send(self, mail: Mail) -> str:
        """
        Return the server's answer, when it has accepted the message.

        Raises: NotTaken (surely nothing went out), Upstream (nobody knows).
        """
        ...


class KeptWhole(msgspec.Struct, frozen=True):
    """What an item turned out to be: SHA-256 of what came, and of what is kept."""

    sha256: str
    kept_sha256: str


class Vault(Protocol):
    """Keeps files encrypted to the authority's recipients, which it cannot read."""

    @property
    def is_open(self) -> bool:
        """Say whether there is anybody to encrypt to."""
        ...

    def new_key(self) -> str:
        """Return a key for the parts of one upload."""
        ...

    async def put_part(self, item: int, number: int, content: bytes, key: str) -> None:
        """
        Keep a part, encrypted to the upload's own key.

        Raises: Upstream.
        """
        ...

    async def assemble(self, item: int, count: int, key: str) -> KeptWhole:
        """
        Hash the parts in order and keep them as one file, in little memory.

        Raises: Upstream.
        """
        ...

    async def forget_parts(self, item: int, count: int) -> None:
        """Remove the parts of an item that is kept; those gone already are no error."""
        ...

    async def fingerprint(self, item: int) -> str:
        """
        Return the SHA-256 of what is kept, or nothing where nothing is.

        Raises: Upstream, where the store does not answer.
        """
        ...

    def read(self, item: int) -> AsyncIterator[bytes]:
        """
        Yield the encrypted file, a piece at a time.

        Raises: Upstream.
        """
        ...


class Fetched(msgspec.Struct, frozen=True):
    """One message as it lies on the mail server: uid, arrival, and its bytes."""

    uid: int
    received_at: datetime
    raw: bytes


class MailBatch(msgspec.Struct, frozen=True):
    """Messages in the order of their uids, and by which numbering. RFC 9051, 2.3.1."""

    validity: int
    messages: tuple[Fetched, ...]


class Mailbox(Protocol):
    """Where platforms answer; it is only read."""

    is_open: bool

    async def newer(self, validity: int, uid: int) -> MailBatch:
        """
        Return messages after a uid; from the beginning where the numbering is new.

        Raises: Upstream.
        """
        ...


class OutlookMessage(msgspec.Struct, frozen=True):
    """A .msg as mail: headers and plain text in `raw`, and what is attached by name."""

    raw: bytes
    files: tuple[str, ...]


class FileReader(Protocol):
    """Reads the words of files that came from outside, apart and within bounds."""

    async def pdf_text(self, content: bytes) -> str:
        """Return the words of a PDF's first pages; nothing where it says nothing."""
        ...

    async def outlook(self, content: bytes) -> OutlookMessage | None:
        """Return an Outlook message as mail, or None where it cannot be read."""
        ...


class Poster(Protocol):
    """Hands a few bytes to another program by HTTP."""

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """
        Return once it was taken; no redirect is followed.

        Raises: Upstream.
        """
        ...


class Bell(Protocol):
    """Wakes a worker for a job that would also come by itself, a little later."""

    async def ring(self, job: str) -> None:
        """Ring; a queue that is away is no error."""
        ...


@dataclass(frozen=True)
class Ports:
    """One field per collaborator outside."""

    renderer: Renderer
    sealer: Sealer
    mailer: Mailer
    vault: Vault
    mailbox: Mailbox
    bell: Bell
    poster: Poster
    reader: FileReader


@dataclass(frozen=True)
class Runtime:
    """What a door needs: settings, who asks, the way to the database, the ports."""

    settings: Settings
    authority: Authority
    sessions: async_sessionmaker[AsyncSession]
    ports: Ports
    clock: Callable[[], datetime]
    templates: Path
    protocols: Path
