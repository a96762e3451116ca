"""Whole processes, started as people start them, so that they can be killed."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psutil

from platformlink.adapters import postgres, valkey

LONGEST_SECONDS = 90
# One for all: each would read the machine's certificates anew, which takes longer than
# most questions. It keeps no connection, since whoever stands at the other end dies.
ASKING = httpx.Client(limits=httpx.Limits(max_keepalive_connections=0))
BORN_DEAF = ("/usr/bin/env", "--ignore-signal=INT")
FIELDS: dict[str, Any] = {
    "platform": "snapchat",
    "kind": "preservation",
    "targets": [{"kind": "username", "value": "some.name", "seen_on": "2026-11-20"}],
    "period": {"from": "2026-10-01T00:00:00Z", "to": "2026-11-01T00:00:00Z"},
    "data": ["subscriber"],
    "instrument": "national-preservation",
    "confidentiality": {
        "non_disclosure": True,
        "until": "2027-10-24",
        "reason": "The suspect could destroy evidence.",
    },
    "narrative": "A girl of 15 was asked for money by an unknown person.",
    "nexus": "The suspect wrote to her on Snapchat.",
    "necessity": "To identify the person behind the account.",
}


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_until(happened: Callable[[], object], *, seconds: float = 30) -> None:
    ends = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < ends, "this took too long"
        time.sleep(0.1)


class Program:
    """
    `platformlink …` in a process group of its own.

    It is born deaf to Ctrl-C, as whatever a script starts in the background.
    """

    def __init__(self, log: Path, *words: str, **environment: str) -> None:
        self.log = log
        kept = {k: v for k, v in os.environ.items() if not k.startswith("PLATFORMLINK")}
        with log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                [*BORN_DEAF, sys.executable, "-m", "platformlink", *words],
                stdout=output,
                stderr=output,
                env=kept | environment | {"NO_COLOR": "1"},
                start_new_session=True,
            )

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def kill(self) -> None:
        """What `kill -9` does: nobody is asked."""
        self.process.kill()
        self.process.wait(timeout=10)

    def interrupt(self) -> int:
        """What Ctrl-C does: every process of the group hears it."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(timeout=30)

    def terminate(self) -> int:
        self.process.terminate()
        return self.process.wait(timeout=30)


class Desk(Program):
    """A program that serves, and people who speak to it."""

    def __init__(self, log: Path, port: int, *words: str, **environment: str) -> None:
        super().__init__(log, *words, "--port", str(port), **environment)
        self.url = f"http://127.0.0.1:{port}"
        self.password = ""
        self.tokens: dict[str, str] = {}

    def ready(self) -> bool:
        assert self.process.poll() is None, self.said()[-3000:]
        try:
            return ASKING.get(f"{self.url}/readyz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def wait(self) -> None:
        wait_until(self.ready, seconds=LONGEST_SECONDS)

    def _token(self, name: str) -> str:
        given = {"email": f"{name}@dcu.example", "password": self.password}
        answer = ASKING.post(f"{self.url}/api/v1/session", json=given, timeout=20)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["token"])

    def call(
        self, name: str, method: str, path: str, body: object = None, *, key: str = ""
    ) -> httpx.Response:
        """Ask as somebody; a write with the same key is done once."""
        if name not in self.tokens:
            self.tokens[name] = self._token(name)
        return ASKING.request(
            method,
            f"{self.url}/api/v1{path}",
            json=body,
            headers={
                "Authorization": f"Bearer {self.tokens[name]}",
                "Idempotency-Key": key,
            },
            timeout=30,
        )

    def done(self, name: str, path: str, body: object = None) -> Any:  # noqa: ANN401
        """What a write answered: it is confirmed from now on."""
        answer = self.call(name, "POST", path, body)
        assert answer.is_success, answer.text
        return answer.json()

    def read(self, name: str, path: str) -> Any:  # noqa: ANN401 - any JSON
        answer = self.call(name, "GET", path)
        assert answer.is_success, answer.text
        return answer.json()

    def sent_part(
        self, name: str, path: str, number: int, content: bytes | Iterator[bytes]
    ) -> httpx.Response:
        """One part of an upload."""
        self.read(name, "/me")
        return ASKING.put(
            f"{self.url}/api/v1{path}/parts/{number}",
            content=content,
            headers={
                "Authorization": f"Bearer {self.tokens[name]}",
                "Content-Type": "application/octet-stream",
            },
            timeout=60,
        )

    def confirm_channel(self) -> None:
        """Besa's word that the address is the platform's own: nothing goes before."""
        self.read("besa", "/me")
        answer = ASKING.post(
            f"{self.url}/platforms/snapchat/channels/email/confirm",
            data={"how": "Called back on the number of the guide."},
            headers={"Authorization": f"Bearer {self.tokens['besa']}"},
            timeout=30,
        )
        assert answer.status_code < 400, answer.text

    def filed(self, case: str) -> str:
        """The id of a draft in a case of its own."""
        opened = {"reference": case, "title": "extortion", "offence": "Extortion"}
        opened["offence_article"] = "Criminal Code, article 151"
        self.done("ana", "/cases", opened)
        return str(self.done("ana", "/requests", FIELDS | {"case": case})["id"])

    def sealed(self, case: str) -> str:
        """The reference of a letter that waits to be sent."""
        draft = self.filed(case)
        self.done("ana", f"/requests/{draft}/submit")
        return str(self.done("besa", f"/requests/{draft}/approve")["reference"])

    def dispatched(self, case: str) -> str:
        """The reference of a letter that the mail server shall have."""
        reference = self.sealed(case)
        self.done("luan", f"/requests/{reference}/dispatches", {"channel": "email"})
        return reference

    def status(self, reference: str) -> list[str]:
        """Where the sendings of a request stand."""
        found = self.read("luan", f"/requests/{reference}/dispatches")
        return [one["status"] for one in found]


def running_in(folder: Path) -> list[psutil.Process]:
    """Every process that was started for a folder."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            words = process.cmdline()
            is_its = any(str(folder) in word for word in words)
            if is_its or str(folder) in (process.cwd() if words else ""):
                found.append(process)
    return found


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder that the database's own user can reach; nothing runs there after."""
    made = Path(tempfile.mkdtemp(prefix="platformlink-faults-"))
    made.chmod(0o755)
    yield made
    for process in running_in(made):
        with suppress(psutil.Error):
            process.kill()
    postgres.stop(made / "data")
    valkey.stop(made / "data")
    shutil.rmtree(made, ignore_errors=True)
