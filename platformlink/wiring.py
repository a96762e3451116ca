"""Settings to Runtime: the only file that names real adapters."""

import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec
import structlog

from platformlink import authority as authorities
from platformlink.adapters import db, mail, pdf, queue, seal
from platformlink.adapters.workers import Workers
from platformlink.audit import actions as audit
from platformlink.errors import FieldError
from platformlink.migrations.metadata import METADATA
from platformlink.ports import Mailer, Ports, Runtime
from platformlink.protocols.shelf import Library
from platformlink.settings import Settings, SettingsWrong

HERE = Path(__file__).parent
ROOT = HERE.parent
RENDERERS = 2


def now() -> datetime:
    """Return the present instant, in UTC."""
    return datetime.now(UTC)


def shipped(name: str) -> Path:
    """Return a folder that comes with the program, from the checkout or the wheel."""
    packed = HERE / "_shipped" / name
    return packed if packed.is_dir() else ROOT / name


def templates_of(settings: Settings) -> Path:
    """Return where the letters' templates stand."""
    return settings.letter_templates or shipped("letter_templates")


def protocols_of(settings: Settings) -> Path:
    """Return where the protocol files stand."""
    return settings.protocols or shipped("protocols")


def library_of(settings: Settings) -> Library:
    """
    Return the protocol library.

    Raises: DocumentWrong.
    """
    folder = protocols_of(settings)
    overlay = settings.data_dir / "agreements"
    return Library.load(folder, overlay if overlay.is_dir() else None)


def secret_of(settings: Settings) -> str:
    """
    Return the secret that signs tokens; an embedded desk makes and keeps its own.

    Raises: SettingsWrong where a production desk has none.
    """
    if settings.secret:
        return settings.secret
    if settings.database_url:
        message = "Give a secret of at least 32 characters."
        raise SettingsWrong(
            message, FieldError("/PLATFORMLINK_SECRET", "required", message)
        )
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    file = settings.data_dir / "secret"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(32), encoding="ascii")
    return file.read_text(encoding="ascii").strip()


def authority_of(settings: Settings) -> authorities.Authority:
    """
    Return who asks.

    Raises: SettingsWrong, DocumentWrong.
    """
    if settings.authority is None and settings.is_demonstration:
        return authorities.load(HERE / "demo" / "authority.yaml")
    if settings.authority is None:
        message = "Name the authority's file."
        raise SettingsWrong(
            message, FieldError("/PLATFORMLINK_AUTHORITY", "required", message)
        )
    return authorities.load(settings.authority)


def _mailer(settings: Settings, authority: authorities.Authority) -> Mailer:
    if settings.smtp_url:
        return mail.SmtpMailer(settings.smtp_url, authority.sender)
    if settings.is_demonstration:
        return mail.FolderMailer(settings.data_dir / "outbox", authority.sender)
    return mail.NoMailer()


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Runtime]:
    """
    Yield the runtime, and let go of everything afterwards.

    Raises: SettingsWrong, DocumentWrong.
    """
    if not METADATA.tables:
        message = "no table was found"
        raise RuntimeError(message)
    settings = msgspec.structs.replace(settings, secret=secret_of(settings))
    authority = authority_of(settings)
    engine = db.connect(settings.database_url)
    templates = templates_of(settings)
    workers = Workers(count=RENDERERS, warm_up=partial(pdf.warm_up, templates))
    bell = queue.QueueBell(settings.redis_url)
    mailer = _mailer(settings, authority)
    runtime = Runtime(
        settings=settings,
        authority=authority,
        sessions=db.sessions(
            engine, before_commit=audit.chain, after_rollback=audit.forget
        ),
        ports=Ports(
            renderer=pdf.WeasyRenderer(templates, workers),
            sealer=seal.from_settings(settings, workers),
            mailer=mailer,
            bell=bell,
        ),
        clock=now,
        templates=templates,
        protocols=protocols_of(settings),
    )
    try:
        yield runtime
    finally:
        await bell.close()
        workers.close()
        await engine.dispose()


def set_up_logs(log_format: str) -> None:
    """Write one JSON object a line (json), lines for a person (text), or warnings."""
    logging.getLogger("arq").setLevel(logging.WARNING)
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.WARNING if log_format == "warning" else logging.INFO
        ),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=True,
    )
