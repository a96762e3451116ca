"""Settings to Runtime: the only file that names real adapters."""

import logging
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec
import structlog

from platformlink import authority as authorities
from platformlink.adapters import db, files, mail, pdf, queue, seal
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


def crest_of(settings: Settings, authority: authorities.Authority) -> Path | None:
    """
    Return the authority's crest, which stands beside its file, or None for ours.

    Raises: SettingsWrong where the file names one that is not there.
    """
    if authority.crest is None or settings.authority is None:
        return None
    crest = settings.authority.parent / authority.crest
    if not crest.is_file():
        message = "The crest must be an SVG file beside the authority's own."
        raise SettingsWrong(message, FieldError("/crest", "missing", message))
    return crest


def lay_templates(
    folder: Path, settings: Settings, authority: authorities.Authority
) -> Path:
    """
    Return the letters' templates: ours, over them the authority's own, and its crest.

    They are laid into `folder`, so that a template of its own replaces one of ours and
    the others stay.
    """
    own, crest = settings.letter_templates, crest_of(settings, authority)
    if own is None and crest is None:
        return shipped("letter_templates")
    shutil.copytree(shipped("letter_templates"), folder, dirs_exist_ok=True)
    if own is not None:
        shutil.copytree(own, folder, dirs_exist_ok=True)
    if crest is not None:
        shutil.copyfile(crest, folder / "crest.svg")
    return folder


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
        files.write_private(file, secrets.token_hex(32).encode("ascii"))
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
    laid = tempfile.TemporaryDirectory(prefix="platformlink-templates-")
    templates = lay_templates(Path(laid.name), settings, authority)
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
        laid.cleanup()


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
