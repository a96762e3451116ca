"""A desk of its own, started as a newcomer would, and a real browser in front of it."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
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
from platformlink.web.words import LANGUAGES, translations

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


SHOWN = 1500  # letters of each page of a story that failed


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


@contextmanager
def demonstration(*options: str) -> Iterator[Note]:
    """A demonstration in a process of its own, from its first page to its last."""
    folder = Path(tempfile.mkdtemp(prefix="platformlink-story-"))
    folder.chmod(0o755)
    port = free_port()
    command = [sys.executable, "-m", "platformlink", "demo", *options]
    command += ["--port", str(port), "--data-dir", str(folder / "data")]
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own command
            command, stdout=output, stderr=output, env=os.environ | {"NO_COLOR": "1"}
        )
    try:
        _wait(f"http://127.0.0.1:{port}", process, log)
        note = (folder / "data" / "demo.json").read_bytes()
        yield msgspec.json.decode(note, type=Note)
    finally:
        process.terminate()
        process.wait(timeout=30)
        postgres.stop(folder / "data")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def desk() -> Iterator[Note]:
    """The demonstration without its half year."""
    with demonstration("--empty") as note:
        yield note


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


SignIn = Callable[..., Page]
Say = Callable[[str], str]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say what the pages showed when a story fails."""
    report = yield
    opened = item.funcargs.get("browser")
    if report.failed and isinstance(opened, Browser):
        pages = [page for one in opened.contexts for page in one.pages]
        shown = [f"{one.url}\n{one.inner_text('body')[:SHOWN]}" for one in pages]
        report.sections.append(("what the pages showed", "\n\n".join(shown)))
    return report


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    """The language that a story is told in: it is told in each."""
    return str(request.param)


@pytest.fixture
def say(language: str) -> Say:
    """A text of the pages in that language."""
    return translations(language).gettext


@pytest.fixture(scope="session")
def seen_before() -> dict[str, StorageState]:
    """What the browser keeps of those who have signed in."""
    return {}


def enter(page: Page, desk: Note, name: str) -> None:
    """Sign in at the page that asks for it."""
    login = next(one for one in desk.users if one.email.startswith(f"{name}@"))
    page.fill("input[name=email]", login.email)
    page.fill("input[name=password]", login.password)
    page.click("button.primary")
    page.wait_for_url(lambda url: "/sign-in" not in url)


LOCALES = {"en": "en-GB", "sq": "sq-AL"}


def signed_in(browser: Browser, desk: Note, name: str, language: str = "en") -> Page:
    """A window of somebody by first name, or of a stranger where none is given."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900},
        base_url=desk.url,
        locale=LOCALES[language],
        color_scheme="light",
    )
    page = context.new_page()
    if name:
        page.goto("/sign-in")
        enter(page, desk, name)
    return page


def read_in(page: Page, language: str) -> None:
    """Let a person read this language from now on."""
    if page.locator(f"html[lang={language}]").count():
        return
    token = page.locator("meta[name=csrf-token]").get_attribute("content")
    page.request.post(
        "/profile", form={"_csrf_token": str(token), "language": language}
    )
    page.reload()


@pytest.fixture
def sign_in(
    desk: Note, browser: Browser, seen_before: dict[str, StorageState]
) -> Iterator[SignIn]:
    """Open a window of somebody by first name, who signs in when first seen."""
    opened = []

    def by_name(name: str, language: str = "en") -> Page:
        context = browser.new_context(
            viewport={"width": 1280, "height": 900},
            base_url=desk.url,
            locale="en-GB",
            storage_state=seen_before.get(name),
        )
        opened.append(context)
        page = context.new_page()
        page.goto("/" if name in seen_before else "/sign-in")
        if name not in seen_before:
            enter(page, desk, name)
            seen_before[name] = context.storage_state()
        read_in(page, language)
        return page

    yield by_name
    for context in opened:
        context.close()
