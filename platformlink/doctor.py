"""What a run needs, looked at one by one, and how to mend each."""

import asyncio
import ctypes.util
import shutil
import subprocess
import time
from collections.abc import Awaitable, Callable

import msgspec
import psycopg
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from platformlink import embedded, wiring
from platformlink.adapters import schema, seal, smime
from platformlink.errors import NotStarted, Refusal
from platformlink.ports import Level
from platformlink.reports import jobs as reports
from platformlink.settings import Settings
from platformlink.web import assets

PACKAGES = (
    "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
    " fonts-inter fonts-jetbrains-mono fonts-noto-core fonts-symbola"
)
SOON_DAYS = 60
REACH_MENDS = {
    Level.B_B: "PLATFORMLINK_TSA_URL would prove when letters were sealed",
    Level.B_T: "PLATFORMLINK_SEAL_ROOTS would prove seals beyond their certificate",
}
FONTS = ("Inter", "JetBrains Mono", "Noto Sans")


class Check(msgspec.Struct, frozen=True):
    """One thing: fine, advised (works, but worse without) or missing; how to mend."""

    name: str
    verdict: str
    found: str
    mend: str = ""


def _library(name: str, title: str, verdict: str) -> Check:
    found = ctypes.util.find_library(name)
    if found:
        return Check(title, "fine", found)
    return Check(title, verdict, "not found", PACKAGES)


def _fonts() -> Check:
    listing = shutil.which("fc-list")
    if listing is None:
        return Check("fonts", "missing", "fontconfig is missing", PACKAGES)
    said = subprocess.run(  # noqa: S603 - found on the path, no input
        [listing, ":", "family"], capture_output=True, text=True, check=False
    ).stdout
    absent = [name for name in FONTS if name not in said]
    if absent:
        return Check("fonts", "missing", f"not found: {', '.join(absent)}", PACKAGES)
    return Check("fonts", "fine", ", ".join(FONTS))


def _assets() -> Check:
    if assets.is_present():
        return Check("browser assets", "fine", "built")
    return Check("browser assets", "missing", "not built", "make setup")


async def _database(settings: Settings) -> Check:
    try:
        with psycopg.connect(settings.database_url, connect_timeout=5) as connection:
            row = connection.execute("select version()").fetchone()
        is_current = schema.is_current(settings.database_url)
    except psycopg.Error as error:
        return Check("database", "missing", str(error).strip(), "see DATABASE_URL")
    if row is None or not is_current:
        return Check("database", "missing", "another schema", "platformlink migrate")
    return Check("database", "fine", str(row[0]).split(" on ")[0])


async def _clock(settings: Settings) -> Check:
    try:
        async with wiring.opened(settings) as runtime:
            skew = abs(await wiring.skew_seconds(runtime))
            back = await wiring.seconds_back(runtime)
    except (SQLAlchemyError, Refusal) as error:
        said = str(error).split("\n", 1)[0]
        return Check("clock", "missing", f"could not be compared: {said}", "see above")
    text = f"{skew:.1f} s from the database’s"
    if skew > wiring.MOST_SKEW_SECONDS:
        return Check("clock", "missing", text, "set the clock, best by NTP")
    if max(skew, back) > wiring.TOLERATED_SKEW_SECONDS:
        text += f", {back:.0f} s before what was done last" if back else ""
        return Check("clock", "advised", text, "set the clock, best by NTP")
    return Check("clock", "fine", text)


async def _queue(settings: Settings) -> Check:
    started = time.perf_counter()
    try:
        client = Redis.from_url(settings.redis_url, socket_connect_timeout=2)
        await client.ping()
        await client.aclose()
    except (RedisError, OSError) as error:
        return Check("queue", "advised", str(error), "see REDIS_URL")
    milliseconds = (time.perf_counter() - started) * 1000
    return Check("queue", "fine", f"answers in {milliseconds:.0f} ms")


async def _seal(settings: Settings) -> Check:
    if settings.seal:
        return await asyncio.to_thread(own_seal, seal.key_of(settings))
    return Check(
        "seal",
        "advised",
        f"a demonstration seal at {seal.demonstration_path(settings)}",
        "for real letters give PLATFORMLINK_SEAL and PLATFORMLINK_SEAL_PASSPHRASE",
    )


def own_seal(key: seal.Key) -> Check:
    """Open the key, as sealing would, and say how far its proof will reach."""
    try:
        found = seal.read_info(key)
    except Refusal:
        mend = "see PLATFORMLINK_SEAL and PLATFORMLINK_SEAL_PASSPHRASE"
        return Check("seal", "missing", f"{key.place} cannot be used", mend)
    if key.roots and not seal.can_read_roots(key):
        mend = "see PLATFORMLINK_SEAL_ROOTS"
        return Check("seal", "missing", f"{key.roots} holds no certificate", mend)
    days = (found.expires_at - wiring.now()).days
    text = f"{found.subject}; {days} days left; reaches {key.reach}"
    if days < 0:
        return Check("seal", "missing", text, "get a new certificate")
    if days <= SOON_DAYS:
        return Check("seal", "advised", text, "get a new certificate in time")
    return Check("seal", "fine", text, REACH_MENDS.get(key.reach, ""))


async def _mail(settings: Settings) -> Check:
    if settings.smtp_url:
        return Check("mail", "fine", "PLATFORMLINK_SMTP_URL is set")
    mend = "give PLATFORMLINK_SMTP_URL, such as smtp+starttls://user:word@host:587"
    return Check("mail", "advised", "no mail server is set", mend)


async def _mail_key(settings: Settings) -> Check:
    key = smime.key_of(settings)
    if key is None:
        mend = "PLATFORMLINK_SMIME would prove from whom it comes"
        return Check("mail signature", "advised", "mail goes out unsigned", mend)
    try:
        sender = wiring.authority_of(settings).sender
    except Refusal as refusal:
        mend = "see PLATFORMLINK_AUTHORITY"
        return Check("mail signature", "missing", str(refusal), mend)
    return await asyncio.to_thread(mail_key, key, sender)


def mail_key(key: smime.Key, sender: str) -> Check:
    """Open the key, as sending would; mail goes out unsigned where that fails."""
    now = wiring.now()
    try:
        ends_at = smime.opened(key, sender, now).certificate.not_valid_after_utc
    except smime.CannotSign as refusal:
        text = f"{refusal}; mail goes out unsigned"
        mend = "see PLATFORMLINK_SMIME and PLATFORMLINK_SMIME_PASSPHRASE"
        return Check("mail signature", "missing", text, mend)
    days = (ends_at - now).days
    text = f"signs for {sender}; {days} days left"
    if days <= SOON_DAYS:
        mend = "get a new certificate in time"
        return Check("mail signature", "advised", text, mend)
    return Check("mail signature", "fine", text)


async def _protocols(settings: Settings) -> Check:
    try:
        count = len(wiring.library_of(settings, requester="").all())
    except Refusal as refusal:
        return Check(
            "protocols", "missing", str(refusal), "platformlink protocols check"
        )
    return Check("protocols", "fine", f"{count} platforms")


async def _retention(settings: Settings) -> Check:
    try:
        terms = wiring.authority_of(settings).retention
    except Refusal as refusal:
        mend = "see PLATFORMLINK_AUTHORITY"
        return Check("retention", "missing", str(refusal), mend)
    text = (
        f"drafts are announced after {terms.draft_days} days and then emptied;"
        f" cases wait for a decision after {terms.closed_days} days"
    )
    return Check("retention", "fine", text)


async def _brief(settings: Settings) -> Check:
    try:
        async with wiring.opened(settings) as runtime, runtime.sessions() as session:
            listed = runtime.authority.brief_to
            count = len(await reports.allowed(session, runtime.authority))
    except (SQLAlchemyError, Refusal) as error:
        said = str(error).split("\n", 1)[0]
        return Check("brief", "missing", f"its list was not read: {said}", "see above")
    return brief(listed=len(listed), mailed=count)


def brief(*, listed: int, mailed: int) -> Check:
    """Say how many of the list are mailed the brief."""
    if mailed < listed:
        text = f"{listed - mailed} of {listed} in brief_to are not mailed"
        mend = (
            "name addresses of mail_domain without an account here, or people who may"
            " count all units"
        )
        return Check("brief", "advised", text, mend)
    return Check("brief", "fine", f"mailed to {mailed} each month")


async def _storage(settings: Settings) -> Check:
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        probe = settings.data_dir / ".probe"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        return Check("storage", "missing", str(error), "see PLATFORMLINK_DATA_DIR")
    free = shutil.disk_usage(settings.data_dir).free
    return Check("storage", "fine", f"{free // 10**9} GB free in {settings.data_dir}")


async def examine(settings: Settings) -> list[Check]:
    """Return every check, in the order in which a run needs them."""
    found = [
        _library("pango-1.0", "Pango", "missing"),
        _library("harfbuzz-subset", "HarfBuzz subset", "advised"),
        _fonts(),
        _assets(),
    ]
    storage = await _storage(settings)
    later: tuple[Callable[[Settings], Awaitable[Check]], ...] = (
        *(_database, _clock, _queue, _seal, _mail, _mail_key, _protocols),
        *(_retention, _brief),
    )
    try:
        with embedded.servers(settings) as settled:
            return [*found, storage, *[await check(settled) for check in later]]
    except NotStarted as refusal:
        failed = Check("embedded servers", "missing", str(refusal), refusal.mend)
        return [*found, storage, failed]
