"""One process: embedded servers, the invented half year, web and jobs."""

import asyncio
import contextlib
import secrets
import shutil
import signal
from datetime import timedelta
from pathlib import Path

import msgspec
import uvicorn

from platformlink import app, embedded, wiring, worker
from platformlink.adapters import postgres
from platformlink.adapters.seal import demonstration_path, make_demonstration_seal
from platformlink.demo import people, play
from platformlink.permissions import Actor
from platformlink.ports import Runtime
from platformlink.settings import Settings

NOTE = "demo.json"
SEALED_SINCE_DAYS = 300


class Login(msgspec.Struct, frozen=True):
    """One sign-in of the demonstration."""

    email: str
    password: str
    roles: list[str]


class Note(msgspec.Struct, frozen=True):
    """What `demo.json` says: where the desk is, and who may sign in."""

    url: str
    users: list[Login]


def fresh(data_dir: Path) -> None:
    """Throw an earlier demonstration away."""
    if (data_dir / "postgres").exists():
        postgres.stop(data_dir)
    shutil.rmtree(data_dir, ignore_errors=True)


def _password(data_dir: Path) -> str:
    """Return the one password of the demonstration, kept over restarts."""
    file = data_dir / NOTE
    if file.exists():
        kept = msgspec.json.decode(file.read_bytes(), type=Note)
        return kept.users[0].password
    return f"demo-{secrets.token_hex(6)}"


def _write(data_dir: Path, url: str, password: str, cast: dict[str, Actor]) -> Note:
    logins = [
        Login(people.email_of(actor.name), password, sorted(actor.roles))
        for actor in cast.values()
    ]
    note = Note(url, logins)
    file = data_dir / NOTE
    file.touch(mode=0o600)
    file.write_bytes(msgspec.json.format(msgspec.json.encode(note), indent=2))
    return note


async def prepare(runtime: Runtime, *, is_empty: bool) -> Note:
    """Return the sign-ins; people and, unless `is_empty`, their half year are made."""
    library = wiring.library_of(runtime.settings)
    data_dir, now = runtime.settings.data_dir, runtime.clock()
    password = _password(data_dir)
    async with runtime.sessions.begin() as session:
        cast = await people.settle(session, runtime, password, now)
        has_nothing = await play.is_empty(session)
    if has_nothing and not is_empty:
        stage = play.Stage(runtime, library, cast, now)
        await play.play(stage)
    return _write(data_dir, runtime.settings.base_url, password, cast)


def _have_seal(settings: Settings) -> None:
    """Make the seal, valid since before the invented half year began."""
    path = demonstration_path(settings)
    if not path.exists():
        since = wiring.now() - timedelta(days=SEALED_SINCE_DAYS)
        make_demonstration_seal(path, settings.secret, name="PlatformLink", now=since)


def announce(note: Note) -> None:
    """Print where the desk is, and who may sign in."""
    lines = [f"\nPlatformLink is ready at {note.url}\n", "Sign in as:"]
    lines += [
        f"  {one.email:<22} {one.password:<20} {', '.join(one.roles)}"
        for one in note.users
    ]
    lines.append("\nAll of it is invented. Stop with Ctrl-C; start again to go on.\n")
    print("\n".join(lines), flush=True)  # noqa: T201 - what the command is for


async def run(settings: Settings, *, port: int, is_empty: bool) -> None:
    """Serve the demonstration until it is told to stop."""
    settings = msgspec.structs.replace(
        settings, is_demonstration=True, base_url=f"http://127.0.0.1:{port}"
    )
    settings = embedded.with_queue(embedded.with_database(settings))
    _have_seal(settings)
    async with wiring.opened(settings) as runtime:
        note = await prepare(runtime, is_empty=is_empty)
        library = wiring.library_of(settings)
        config = uvicorn.Config(
            app.build(runtime, library),
            host="127.0.0.1",
            port=port,
            log_level="warning",
            timeout_graceful_shutdown=5,
        )
        server = uvicorn.Server(config)
        jobs = asyncio.create_task(worker.keep_going(runtime, settings.redis_url))
        announced = asyncio.create_task(_announce_when_up(server, note))
        try:
            await server.serve()
        finally:
            for task in (jobs, announced):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task


async def _announce_when_up(server: uvicorn.Server, note: Note) -> None:
    while not server.started:
        await asyncio.sleep(0.05)
    announce(note)


def main(settings: Settings, *, port: int, is_empty: bool) -> None:
    """Run the demonstration, and stop its database afterwards."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        asyncio.run(run(settings, port=port, is_empty=is_empty))
    except KeyboardInterrupt:
        pass
    finally:
        postgres.stop(settings.data_dir)
