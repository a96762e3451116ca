"""The demonstration, started twice, stopped and killed: what it confirmed is there."""

import hashlib
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
import msgspec
import pytest

from platformlink.demo.run import Note
from platformlink.evidence.rules import PART_BYTES
from tests.faults.conftest import (
    Desk,
    Program,
    free_port,
    own_folder,
    running_in,
    wait_until,
)


class Stage:
    """One data directory, and the demonstration that runs on it at the moment."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.folder = folder
        self.port = free_port()
        self.desk = self.start()

    def start(self) -> Desk:
        words = ("demo", "--empty", "--data-dir", str(self.data))
        log = self.folder / f"log-{time.monotonic()}"
        desk = Desk(log, self.port, *words)
        desk.wait()
        note = msgspec.json.decode((self.data / "demo.json").read_bytes(), type=Note)
        desk.password = note.users[0].password
        return desk

    def running(self) -> Desk:
        """The demonstration, started again if it was stopped."""
        if self.desk.process.poll() is not None:
            self.desk = self.start()
        return self.desk

    def sent(self) -> list[str]:
        """The letters that went out, by their reference."""
        texts = [one.read_text() for one in (self.data / "outbox").glob("*.eml")]
        found = [re.search(r"^Subject: (PL-\S+)$", one, re.MULTILINE) for one in texts]
        return sorted(one[1] for one in found if one)

    def audit(self) -> str:
        """What `platformlink audit verify` says, beside the running desk."""
        log = self.folder / "audit.log"
        place = {"PLATFORMLINK_DATA_DIR": str(self.data)}
        program = Program(log, "audit", "verify", **place)
        assert program.process.wait(timeout=60) == 0, program.said()
        return program.said()

    def second(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "platformlink", "demo", "--empty", *words]
        return subprocess.run(  # noqa: S603 - our own command
            command, capture_output=True, text=True, check=False, timeout=60
        )

    def pid_of(self, program: str) -> int:
        return next(
            int(one.pid)
            for one in running_in(self.data)
            if program in one.name() and one.ppid() == 1
        )


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    with own_folder() as folder:
        made = Stage(folder)
        yield made
        if made.desk.process.poll() is None:
            made.desk.terminate()


def keep_filing(desk: Desk, prefix: str, confirmed: list[str]) -> None:
    """File until the desk is gone; keep what it confirmed."""
    with suppress(httpx.HTTPError, AssertionError):
        confirmed.extend(desk.filed(f"{prefix}-{number}") for number in range(1000))


def test_a_second_one_says_so_and_does_no_harm(stage: Stage) -> None:
    desk = stage.running()
    again = stage.second("--data-dir", str(stage.data), "--fresh")
    beside = stage.second(
        "--data-dir", str(stage.data.parent / "other"), "--port", str(stage.port)
    )

    assert (again.returncode, beside.returncode) == (1, 1)
    assert f"runs already at {desk.url}" in again.stderr
    assert f"Port {stage.port} of 127.0.0.1 is taken" in beside.stderr
    assert "Traceback" not in again.stderr + beside.stderr
    assert desk.read("ana", "/me")["name"] == "Ana Hoxha"


def test_what_was_confirmed_is_there_after_kill_9_of_everything(stage: Stage) -> None:
    desk, mark = stage.running(), "K-killed"
    delivered = desk.dispatched(f"{mark}-sent")
    wait_until(lambda: desk.status(delivered) == ["delivered"])
    any_moment = desk.dispatched(f"{mark}-any")
    confirmed: list[str] = []
    filing = threading.Thread(target=keep_filing, args=(desk, mark, confirmed))
    filing.start()
    wait_until(lambda: bool(confirmed))
    time.sleep(random.uniform(0, 0.7))  # noqa: S311 - any moment will do

    for victim in ("postgres", "valkey"):
        os.kill(stage.pid_of(victim), signal.SIGKILL)
        time.sleep(random.uniform(0, 0.4))  # noqa: S311 - any moment will do
    desk.kill()
    filing.join(timeout=60)
    desk = stage.running()

    assert confirmed
    for draft in confirmed:
        assert desk.read("ana", f"/requests/{draft}")["state"] == "draft"
    assert desk.read("luan", f"/requests/{delivered}")["state"] == "sent"
    # What was on its way at that moment goes to a person, and is not sent again.
    wait_until(lambda: desk.status(any_moment) != ["queued"])
    assert desk.status(any_moment)[0] in ("delivered", "sending", "uncertain")
    assert len(stage.sent()) == len(set(stage.sent()))
    assert "entries hold" in stage.audit()


def test_an_upload_goes_on_where_a_kill_broke_it_off(stage: Stage) -> None:
    desk, parts = stage.running(), [b"a" * PART_BYTES, b"b" * PART_BYTES, b"the end"]
    reference = desk.dispatched("K-upload")
    wait_until(lambda: desk.status(reference) == ["delivered"])
    given = {"name": "takeout.zip", "size_bytes": sum(map(len, parts))}
    item = desk.done("luan", f"/requests/{reference}/evidence", given)
    path = f"/requests/{reference}/evidence/{item['id']}"
    assert desk.sent_part("luan", path, 1, parts[0]).is_success
    half_sent = threading.Event()

    def until_killed() -> Iterator[bytes]:
        yield parts[1][: PART_BYTES // 2]
        half_sent.set()
        desk.process.wait(timeout=30)

    with ThreadPoolExecutor() as beside:
        broken = beside.submit(desk.sent_part, "luan", path, 2, until_killed())
        half_sent.wait(timeout=30)
        desk.kill()
        assert isinstance(broken.exception(timeout=60), httpx.HTTPError)
    desk = stage.running()

    assert desk.read("luan", path)["item"]["missing"] == [2, 3]
    for number in (2, 3):
        assert desk.sent_part("luan", path, number, parts[number - 1]).is_success
    wait_until(lambda: desk.read("luan", path)["item"]["state"] == "kept")
    whole = hashlib.sha256(b"".join(parts)).hexdigest()
    assert desk.read("luan", path)["item"]["sha256"] == whole


def test_stopped_by_a_terminal_it_leaves_nothing_running(stage: Stage) -> None:
    code = stage.running().interrupt()

    assert (code, running_in(stage.data)) == (0, [])
    assert "Traceback" not in stage.desk.said()


def test_stopped_by_a_service_manager_it_leaves_nothing_running(stage: Stage) -> None:
    code = stage.running().terminate()

    assert (code, running_in(stage.data)) == (0, [])
    assert "Traceback" not in stage.desk.said()
