"""What leaves the house goes through one of these; adapters/ fills them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec
from sqlalchemy.ext.asyncio import async_sessionmaker
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.authority import Authority
from platformlink.settings import Settings
from platformlink.values import Html, Pdf, SealedPdf


class Attachment(msgspec.Struct, frozen=True):
    """A file embedded in a letter as an associated file (PDF/A-3)."""

    name: str
    media_type: str
    content: bytes
    description: str
    relationship: str = "Data"


class Renderer(Protocol):
    """Turns a page into a PDF, in a process of its own."""

    async def render(
        self, html: Html, *, attachments: tuple[Attachment, ...] = ()
    ) -> Pdf:
        """
        Return the archival, tagged PDF; only bundled resources are fetched.

        Raises: Upstream.
        """
        ...


class SealInfo(msgspec.Struct, frozen=True):
    """Which certificate seals: subject, SHA-256 fingerprint, and when it ends."""

    subject: str
    fingerprint: str
    expires_at: datetime


class SealCheck(msgspec.Struct, frozen=True):
    """What a check of an uploaded PDF found; ``reason`` is a gettext msgid."""

    is_sealed: bool
    is_ours: bool
    is_intact: bool
    covers_all: bool
    sealed_at: datetime | None
    reason: str


class Sealer(Protocol):
    """Puts the authority's PAdES seal on a PDF, and checks one."""

    async def info(self) -> SealInfo:
        """Return the certificate in use."""
        ...

    async def seal(self, pdf: Pdf, *, name: str, now: datetime) -> SealedPdf:
        """
        Return the sealed PDF.

        Raises: Upstream.
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


@dataclass(frozen=True)
class Ports:
    """One field per collaborator outside."""

    renderer: Renderer
    sealer: Sealer
    mailer: Mailer


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
