"""One process: embedded servers, the invented half year, web and jobs."""

import asyncio
import contextlib
import secrets
import shutil
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path

import msgspec
import uvicorn

from platformlink import app, embedded, wiring, worker
from platformlink.adapters import files, listening, postgres, valkey
from platformlink.adapters.seal import demonstration_path, make_demonstration_seal
from platformlink.demo import people, play
from platformlink.errors import Conflict
from platformlink.ports import Runtime
from platformlink.settings import Settings

Beside = Callable[[Runtime], AbstractAsyncContextManager[Runtime]]

NOTE = "demo.json"
FILLING = "filling"  # stands there while the invented half year is being made
SEALED_SINCE_DAYS = 300


SEAL = "demonstration-seal.p12"
HOST = "127.0.0.1"
# What a demonstration leaves in its directory; nothing else there is ever deleted.
LEFT = (
    *("postgres", "postgres.new", "valkey", "outbox", "secret", SEAL, FILLING, NOTE),
    *("vault", "vault-identity.txt"),
)


class RunsAlready(Conflict):
    """A demonstration runs on this data directory."""

    code = "runs-already"
    title = "A demonstration runs already on this data directory"
    mend = "Use that one, stop it, or give another directory with --data-dir."


class NoDemonstration(Conflict):
    """The data directory is that of a desk whose requests are real."""

    code = "no-demonstration"
    title = "This data directory holds a desk that is no demonstration"
    mend = "Give another directory with --data-dir."


class Login(msgspec.Struct, frozen=True):
    """One sign-in of the demonstration."""

    email: str
    password: str
    roles: list[str]


class Note(msgspec.Struct, frozen=True):
    """What `demo.json` says: where the desk is, and who may sign in."""

    url: str
    users: list[Login]


def _read(data_dir: Path) -> Note | None:
    file = data_dir / NOTE
    if not file.exists():
        return None
    return msgspec.json.decode(file.read_bytes(), type=Note)


def _write(data_dir: Path, url: str) -> Note:
    """Keep where the desk is and who may sign in; the password outlives restarts."""
    kept = _read(data_dir)
    if kept is None and (data_dir / "postgres").exists():
        raise NoDemonstration
    password = kept.users[0].password if kept else f"demo-{secrets.token_hex(6)}"
    logins = [
        Login(people.email_of(name), password, [str(role) for role in roles])
        for name, _, roles, _, _ in people.PEOPLE
    ]
    note = Note(url, logins)
    data_dir.mkdir(parents=True, exist_ok=True)
    encoded = msgspec.json.format(msgspec.json.encode(note), indent=2)
    files.write_private(data_dir / NOTE, encoded)
    return note


def _clear(data_dir: Path, *, keep_note: bool = False) -> None:
    """Throw an earlier demonstration away."""
    postgres.stop(data_dir)
    valkey.stop(data_dir)
    for name in LEFT:
        if name == NOTE and keep_note:
            continue
        path = data_dir / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


async def prepare(runtime: Runtime, note: Note, *, is_empty: bool) -> None:
    """Make the people and, unless `is_empty`, their half year."""
    library = wiring.library_of(runtime.settings, requester=runtime.authority.country)
    data_dir, now = runtime.settings.data_dir, runtime.clock()
    async with runtime.sessions.begin() as session:
        password = note.users[0].password
        cast = await people.settle(session, runtime, password, now)
        has_nothing = await play.is_empty(session)
    stage = play.Stage(runtime, library, cast, now)
    if has_nothing:
        await play.confirm_channels(stage)
    if has_nothing and not is_empty:
        filling = data_dir / FILLING
        filling.touch()
        await play.play(stage)
        filling.unlink()


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


@contextlib.asynccontextmanager
async def alone(runtime: Runtime) -> AsyncIterator[Runtime]:
    """Yield the demonstration as it is: its mail lands in a folder."""
    yield runtime


async def run(
    settings: Settings,
    note: Note,
    door: socket.socket,
    beside: Beside,
    *,
    is_empty: bool,
) -> None:
    """Serve the demonstration until it is told to stop."""
    _have_seal(settings)
    async with wiring.opened(settings, is_eager=True) as opened:
        await prepare(opened, note, is_empty=is_empty)
        async with beside(opened) as runtime:
            await _serve(runtime, note, door)


async def _serve(runtime: Runtime, note: Note, door: socket.socket) -> None:
    settings = runtime.settings
    library = wiring.library_of(settings, requester=runtime.authority.country)
    built = app.build(runtime, library)
    config = uvicorn.Config(
        built,
        log_level="warning",
        timeout_graceful_shutdown=5,
    )
    server = listening.Server(config, built.state.watch.end)
    jobs = asyncio.create_task(worker.keep_going(runtime, settings.redis_url))
    announced = asyncio.create_task(_announce_when_up(server, note))
    try:
        await server.serve(sockets=[door])
    finally:
        for task in (jobs, announced):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def _announce_when_up(server: uvicorn.Server, note: Note) -> None:
    while not server.started:  # noqa: ASYNC110 - the server has no event for it
        await asyncio.sleep(0.05)
    announce(note)


def _show(
    settings: Settings,
    door: socket.socket,
    beside: Beside,
    *,
    is_empty: bool,
    is_fresh: bool,
) -> None:
    data_dir = settings.data_dir
    if is_fresh:
        _clear(data_dir)
    elif (data_dir / FILLING).exists():  # it was killed before anybody could sign in
        _clear(data_dir, keep_note=True)
    note = _write(data_dir, settings.base_url)
    with embedded.servers(settings) as settled:
        asyncio.run(run(settled, note, door, beside, is_empty=is_empty))


def main(
    settings: Settings,
    *,
    port: int,
    is_empty: bool,
    is_fresh: bool,
    beside: Beside = alone,
) -> None:
    """
    Run the demonstration; whoever leaves its servers last stops them.

    `beside` may put others to its ports: simulated platforms.

    Raises: RunsAlready, PortTaken, NoDemonstration, NotStarted.
    """
    data_dir = settings.data_dir
    with files.only(data_dir / "demo.lock") as is_alone:
        if not is_alone:
            kept = _read(data_dir)
            where = f" at {kept.url}" if kept else ""
            raise RunsAlready(
                "A demonstration runs already%(where)s, on %(folder)s.",
                params={"where": where, "folder": str(data_dir)},
            )
        settings = msgspec.structs.replace(
            settings, is_demonstration=True, base_url=f"http://{HOST}:{port}"
        )
        with listening.take(HOST, port) as door:
            _show(settings, door, beside, is_empty=is_empty, is_fresh=is_fresh)
