"""Settings to Runtime: the only file that names real adapters."""

import asyncio
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
from sqlalchemy.exc import OperationalError

from platformlink import authority as authorities
from platformlink.adapters import (
    db,
    files,
    imap,
    mail,
    opening,
    pdf,
    posting,
    queue,
    seal,
    smime,
    vault,
)
from platformlink.adapters.workers import Workers
from platformlink.audit import actions as audit
from platformlink.audit.queries import latest
from platformlink.errors import FieldError, NotTaken
from platformlink.migrations.metadata import METADATA
from platformlink.ports import Mailbox, Mailer, Ports, Runtime
from platformlink.protocols.shelf import Library
from platformlink.settings import Settings, SettingsWrong

HERE = Path(__file__).parent
ROOT = HERE.parent
RENDERERS = 2
MOST_SKEW_SECONDS = 60
TOLERATED_SKEW_SECONDS = 2
log = structlog.get_logger()


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


def library_of(settings: Settings, *, requester: str) -> Library:
    """
    Return the protocol library, as a country that asks reads it; "" is any.

    Raises: DocumentWrong.
    """
    folder = protocols_of(settings)
    overlay = settings.data_dir / "agreements"
    agreements = overlay if overlay.is_dir() else None
    return Library.load(folder, agreements, requester=requester)


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


def require_webhook_secrets(
    settings: Settings, authority: authorities.Authority
) -> None:
    """
    See that what is told to each other program can be signed with its own secret.

    Raises: SettingsWrong.
    """
    known = settings.secrets_by_receiver
    lacking = [one.name for one in authority.webhooks if one.name not in known]
    if lacking:
        message = f"Give the secrets of these receivers: {', '.join(lacking)}."
        pointer = "/PLATFORMLINK_WEBHOOK_SECRETS"
        raise SettingsWrong(message, FieldError(pointer, "required", message))


def mailer_of(settings: Settings, authority: authorities.Authority) -> Mailer:
    """Return what sends mail, and signs it where a key for that is named."""
    if settings.smtp_url:
        key = smime.key_of(settings)
        return mail.SmtpMailer(settings.smtp_url, authority.sender, key=key)
    if settings.is_demonstration:
        return mail.FolderMailer(settings.data_dir / "outbox", authority.sender)
    return mail.NoMailer()


def _mailbox(settings: Settings) -> Mailbox:
    if settings.imap_url:
        return imap.ImapMailbox(settings.imap_url)
    return imap.NoMailbox()


@asynccontextmanager
async def opened(
    settings: Settings, *, is_eager: bool = False
) -> AsyncIterator[Runtime]:
    """
    Yield the runtime, and let go of everything afterwards.

    If `is_eager`, the renderer wakes meanwhile, so that the first letter does not wait.

    Raises: SettingsWrong, DocumentWrong.
    """
    if not METADATA.tables:
        message = "no table was found"
        raise RuntimeError(message)
    settings = msgspec.structs.replace(settings, secret=secret_of(settings))
    authority = authority_of(settings)
    require_webhook_secrets(settings, authority)
    engine = db.connect(settings.database_url)
    laid = tempfile.TemporaryDirectory(prefix="platformlink-templates-")
    templates = lay_templates(Path(laid.name), settings, authority)
    workers = Workers(count=RENDERERS, warm_up=partial(pdf.warm_up, templates))
    waking = asyncio.create_task(asyncio.to_thread(workers.wake)) if is_eager else None
    sealer = seal.from_settings(settings, workers)
    bell = queue.QueueBell(settings.redis_url)
    mailer = mailer_of(settings, authority)
    reader = opening.BoundedReader()
    runtime = Runtime(
        settings=settings,
        authority=authority,
        sessions=db.sessions(
            engine, before_commit=audit.chain, after_rollback=audit.forget
        ),
        ports=Ports(
            renderer=pdf.WeasyRenderer(templates, workers),
            sealer=sealer,
            mailer=mailer,
            vault=vault.from_settings(settings, authority.vault.recipients),
            mailbox=_mailbox(settings),
            bell=bell,
            poster=posting.HttpPoster(),
            reader=reader,
        ),
        clock=now,
        templates=templates,
        protocols=protocols_of(settings),
    )
    try:
        yield runtime
    finally:
        if waking:
            await waking
        await bell.close()
        workers.close()
        sealer.close()
        reader.close()
        await engine.dispose()
        laid.cleanup()


class ClockWrong(NotTaken):
    """The clock of this machine is wrong: every date here would be wrong with it."""

    code = "clock-wrong"
    title = "The clock of this machine is wrong"
    mend = "Set the clock, best by NTP; then it goes on by itself."


async def skew_seconds(runtime: Runtime) -> float:
    """Return how far our clock is from the database's; below zero it is late."""
    async with runtime.sessions() as session:
        theirs = await db.clock(session)
    return (runtime.clock() - theirs).total_seconds()


async def seconds_back(runtime: Runtime) -> float:
    """
    Return how long before the newest entry of the audit log our clock stands, or 0.

    Where it shares a machine with the database both are right or wrong together; then
    only this tells. It refuses nothing: that entry may be what was dated wrongly.
    """
    async with runtime.sessions() as session:
        newest = await latest(session, limit=1)
    ours = runtime.clock()
    return max([0.0, *((one.at - ours).total_seconds() for one in newest)])


async def require_right_clock(runtime: Runtime) -> None:
    """
    See that our clock may be used for dates and seals.

    Raises: ClockWrong.
    """
    skew = await skew_seconds(runtime)
    if abs(skew) > MOST_SKEW_SECONDS:
        raise ClockWrong(
            "The clock of this machine is %(seconds)s s off. Set it, best by NTP.",
            params={"seconds": f"{skew:+.0f}"},
        )


async def look_at_clock(runtime: Runtime) -> None:
    """
    Look at the clock before anything begins; warn where it is a little off.

    Raises: ClockWrong, if it is too far off to begin.
    """
    try:
        await require_right_clock(runtime)
        off = max(abs(await skew_seconds(runtime)), await seconds_back(runtime))
    except OperationalError:
        return  # the database is away: it is asked again by every job and /readyz
    if off > TOLERATED_SKEW_SECONDS:
        log.warning("clock.off", seconds=round(off, 1))


async def look_at_mail_key(settings: Settings, sender: str, at: datetime) -> None:
    """Warn before anything begins where mail should be signed and cannot be."""
    key = smime.key_of(settings)
    if key is None:
        return
    try:
        await asyncio.to_thread(smime.opened, key, sender, at)
    except smime.CannotSign as refusal:
        log.warning("mail.unsigned", reason=str(refusal))
