"""The memory of `make demo`: all its processes together, after start and after work."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

import httpx
import msgspec
import psutil

from platformlink.demo.run import Note
from tests.faults.conftest import free_port, running_in

MOST_MB = 700
LETTERS = 12
PAGES = ("/", "/board", "/requests", "/reports", "/radar", "/platforms", "/audit")


def megabytes(folder: Path) -> dict[str, float]:
    """
    Return the proportional share of memory by sort of process, in MB.

    A page that several share is counted once, in parts (PSS); that is what the
    machine would have back if all of them ended.
    """
    found: dict[str, float] = {}
    for process in _family(folder):
        with suppress(psutil.Error):
            name = _sort(process)
            share = process.memory_full_info().pss / 1e6
            found[name] = found.get(name, 0) + share
    return found


def _family(folder: Path) -> set[psutil.Process]:
    first = running_in(folder)
    return {one for root in first for one in (root, *_below(root))}


def _below(process: psutil.Process) -> list[psutil.Process]:
    with suppress(psutil.Error):
        return list(process.children(recursive=True))
    return []


def _sort(process: psutil.Process) -> str:
    words = " ".join(process.cmdline())
    for mark in ("valkey", "postgres", "forkserver", "resource_tracker"):
        if mark in words:
            return mark
    return "web and worker"


def seal_some(note: Note) -> None:
    """Seal letters, and look at pages, as people do."""
    password = note.users[0].password
    with httpx.Client(base_url=note.url, timeout=120) as client:
        given = {"email": "luan@dcu.example", "password": password}
        token = client.post("/api/v1/session", json=given).json()["token"]
        client.headers["Authorization"] = f"Bearer {token}"
        items = client.get("/api/v1/requests?limit=200").json()["items"]
        for item in items[:LETTERS]:
            path = f"/api/v1/requests/{item['id']}/preview.pdf"
            client.get(path)
        for page in PAGES * 3:
            client.get(page, headers={"Accept": "text/html"})


def measure(folder: Path) -> None:
    """Print the figures."""
    port = free_port()
    data = folder / "data"
    words = ["demo", "--port", str(port), "--data-dir", str(data)]
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "platformlink", *words],
        stdout=subprocess.DEVNULL,
        env=os.environ | {"NO_COLOR": "1"},
    )
    try:
        started = time.monotonic()
        while True:
            assert process.poll() is None, "the demonstration did not start"
            with suppress(httpx.HTTPError):
                if httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:
                    break
            time.sleep(0.2)
        print(f"demo: ready after {time.monotonic() - started:.1f} s (at most 20)")
        note = msgspec.json.decode((data / "demo.json").read_bytes(), type=Note)
        tell("after start", megabytes(folder))
        seal_some(note)
        tell(f"after {LETTERS} letters and some pages", megabytes(folder))
    finally:
        process.terminate()
        process.wait(timeout=30)


def tell(when: str, found: dict[str, float]) -> None:
    """Print one measurement."""
    parts = ", ".join(f"{name} {share:.0f}" for name, share in sorted(found.items()))
    total = sum(found.values())
    print(f"memory of the demo {when}: {total:.0f} MB (at most {MOST_MB}); {parts}")


def main() -> None:
    """Run the bench."""
    folder = Path(tempfile.mkdtemp(prefix="platformlink-memory-"))
    folder.chmod(0o755)
    try:
        measure(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
