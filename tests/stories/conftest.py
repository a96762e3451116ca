"""A desk of its own, started as a newcomer would, and a real browser in front of it."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import (
    Browser,
    Page,
    Playwright,
    StorageState,
    sync_playwright,
)

from platformlink.adapters import postgres
from platformlink.demo.run import Note

CHROMIUM = next(
    (
        found
        for name in ("chromium", "chromium-browser")
        if (found := shutil.which(name))
    ),
    "",
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-software-rasterizer",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=1):  # noqa: S310
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(log.read_text(errors="replace")[-4000:])


@pytest.fixture(scope="session")
def desk() -> Iterator[Note]:
    """The demonstration without its half year, in a process of its own."""
    folder = Path(tempfile.mkdtemp(prefix="platformlink-story-"))
    folder.chmod(0o755)
    port = free_port()
    command = [sys.executable, "-m", "platformlink", "demo", "--empty"]
    command += ["--port", str(port), "--data-dir", str(folder / "data")]
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own command
            command, stdout=output, stderr=output, env=os.environ | {"NO_COLOR": "1"}
        )
    _wait(f"http://127.0.0.1:{port}", process, log)
    yield msgspec.json.decode((folder / "data" / "demo.json").read_bytes(), type=Note)
    process.terminate()
    process.wait(timeout=30)
    postgres.stop(folder / "data")
    shutil.rmtree(folder, ignore_errors=True)


# Its event loop runs as long as it is open: other tests of this process need theirs.
@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield opened
    opened.close()


SignIn = Callable[[str], Page]


@pytest.fixture(scope="session")
def seen_before() -> dict[str, StorageState]:
    """What the browser keeps of those who have signed in."""
    return {}


@pytest.fixture
def sign_in(
    desk: Note, browser: Browser, seen_before: dict[str, StorageState]
) -> Iterator[SignIn]:
    """Open a window of somebody by first name, who signs in when first seen."""
    opened = []

    def by_name(name: str) -> Page:
        context = browser.new_context(
            viewport={"width": 1280, "height": 900},
            base_url=desk.url,
            locale="en-GB",
            storage_state=seen_before.get(name),
        )
        opened.append(context)
        page = context.new_page()
        if name in seen_before:
            page.goto("/")
        else:
            login = next(x for x in desk.users if x.email.startswith(f"{name}@"))
            page.goto("/sign-in")
            page.fill("input[name=email]", login.email)
            page.fill("input[name=password]", login.password)
            page.click("button.primary")
            page.wait_for_url(lambda url: "/sign-in" not in url)
            seen_before[name] = context.storage_state()
        return page

    yield by_name
    for context in opened:
        context.close()
