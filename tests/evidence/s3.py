"""An S3 server process on loopback, which can be made to stall."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import obstore
from obstore.store import S3Store

BUCKET = "desk"


@dataclass(frozen=True)
class Server:
    url: str
    process: subprocess.Popen[bytes]

    def store(self, prefix: str) -> S3Store:
        """A part of the bucket, for somebody with little patience."""
        return S3Store(
            BUCKET,
            prefix=prefix,
            endpoint=self.url,
            region="eu-central-1",
            access_key_id="test",
            secret_access_key="test",
            client_options={"allow_http": True, "read_timeout": timedelta(seconds=1)},
            retry_config={"max_retries": 0},
        )

    @contextmanager
    def stalled(self) -> Iterator[None]:
        """Connections are still taken; nothing is answered."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def environment(self) -> dict[str, str]:
        """What an operator sets beside the address of the store."""
        return os.environ | {
            "AWS_ENDPOINT": self.url,
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }


def names(store: S3Store) -> set[str]:
    return {one["path"] for batch in obstore.list(store) for one in batch}


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def running() -> Iterator[Server]:
    port = free_port()
    tool = Path(sys.executable).parent / "moto_server"
    process = subprocess.Popen(  # noqa: S603 - our own tool
        [tool, "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    server = Server(f"http://127.0.0.1:{port}", process)
    try:
        _make_bucket(server)
        yield server
    finally:
        process.kill()
        process.wait()


def _make_bucket(server: Server) -> None:
    for _ in range(200):
        try:
            httpx.put(f"{server.url}/{BUCKET}", timeout=5).raise_for_status()
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(server.url)
