"""
Take the pictures of the README, or of every page for looking at them.

    python tests/stories/screenshots.py FOLDER [--url URL --note demo.json] [--all]

Without --url a demonstration with its half year is started for it.
"""

import re
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import click
import httpx
import msgspec
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from platformlink.adapters import postgres
from platformlink.demo.run import Note
from tests.stories.conftest import ARGUMENTS, CHROMIUM, free_port

README = (("luan", "board", "/board"),)
EVERY = (
    *(("luan", "home", "/"), ("luan", "board", "/board"), ("luan", "radar", "/radar")),
    *(("luan", "requests", "/requests"), ("luan", "notices", "/notices")),
    *(("luan", "inbox", "/inbox"), ("luan", "handover", "/handover")),
    *(("luan", "calendar", "/calendar"), ("luan", "away", "/away?span=week")),
    *(("luan", "emergency", "/emergency"), ("luan", "calculator", "/clocks")),
    *(("ana", "home-investigator", "/"), ("ana", "new", "/requests/new")),
    *(("ana", "cases", "/cases"), ("ana", "new-case", "/cases/new")),
    *(("ana", "profile", "/profile"), ("luan", "platforms", "/platforms")),
    *(("luan", "platform", "/platforms/tiktok"), ("besa", "home-approver", "/")),
    *(("elira", "report", "/reports"), ("elira", "counts", "/board")),
    *(("ilir", "people", "/admin"), ("ilir", "records", "/retention")),
    ("nora", "audit", "/audit?verify=true"),
    *(("dritan", "home-albanian", "/"), ("", "verify", "/verify")),
)
SIZES = {"wide": (1280, 900), "phone": (390, 844)}


def signed_in(browser: Browser, note: Note, name: str, size: str, theme: str) -> Page:
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if theme == "dark" else "light",
        base_url=note.url,
        locale="en-GB",
    )
    page = context.new_page()
    if name:
        login = next(x for x in note.users if x.email.startswith(f"{name}@"))
        page.goto("/sign-in")
        page.fill("input[name=email]", login.email)
        page.fill("input[name=password]", login.password)
        page.click("button.primary")
        page.wait_for_url(lambda url: "/sign-in" not in url)
    return page


def _details(page: Page) -> list[tuple[str, str]]:
    """Return one request of each state, as paths to look at."""
    page.goto("/requests")
    found: dict[str, str] = {}
    for row in page.locator("tbody tr").all():
        state = re.sub(r"\W+", "-", str(row.locator(".state").text_content())).strip(
            "-"
        )
        path = str(row.locator("a").first.get_attribute("href"))
        found.setdefault(state.lower(), path)
    return [(f"request-{state}", path) for state, path in found.items()]


def _own_draft(page: Page) -> str:
    """Return the path of a form that this person may edit."""
    page.goto("/requests?state=draft")
    links = [row.locator("a").first for row in page.locator("tbody tr").all()]
    forms = [f"{link.get_attribute('href')}/edit" for link in links]
    return next(form for form in forms if page.request.get(form).ok)


def shoot(note: Note, folder: Path, *, is_all: bool, size: str, theme: str) -> None:
    """Write one picture for each page."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        pages: dict[str, Page] = {}
        wanted = list(EVERY if is_all else README)
        if is_all:
            first = signed_in(browser, note, "luan", size, theme)
            pages["luan"] = first
            for name, path in _details(first):
                wanted.append(("luan", name, path))
                if name == "request-ready-to-send":
                    wanted.append(("luan", "send", f"{path}/send"))
            pages["ana"] = signed_in(browser, note, "ana", size, theme)
            wanted.append(("ana", "edit", _own_draft(pages["ana"])))
        for who, name, path in wanted:
            if who not in pages:
                pages[who] = signed_in(browser, note, who, size, theme)
            page = pages[who]
            page.goto(path)
            page.wait_for_load_state("networkidle")
            page.screenshot(path=folder / f"{name}.png", full_page=is_all)
        browser.close()


def _started(folder: Path) -> tuple[subprocess.Popen[bytes], Note]:
    port = free_port()
    command = [sys.executable, "-m", "platformlink", "demo", "--port", str(port)]
    command += ["--data-dir", str(folder / "data")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603
    file = folder / "data" / "demo.json"
    while not _is_ready(port):  # the note is written first, the half year comes after
        time.sleep(0.5)
    return process, msgspec.json.decode(file.read_bytes(), type=Note)


def _is_ready(port: int) -> bool:
    with suppress(httpx.HTTPError):
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=2).is_success
    return False


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--note", "note_file", type=click.Path(path_type=Path))
@click.option("--all", "is_all", is_flag=True)
@click.option("--size", type=click.Choice(sorted(SIZES)), default="wide")
@click.option("--theme", type=click.Choice(["light", "dark"]), default="light")
def main(
    folder: Path, note_file: Path | None, *, is_all: bool, size: str, theme: str
) -> None:
    """Write the pictures into FOLDER; --note names a running desk's demo.json."""
    if note_file is not None:
        note = msgspec.json.decode(note_file.read_bytes(), type=Note)
        shoot(note, folder, is_all=is_all, size=size, theme=theme)
        return
    with tempfile.TemporaryDirectory(prefix="platformlink-pictures-") as made:
        Path(made).chmod(0o755)
        process, note = _started(Path(made))
        try:
            shoot(note, folder, is_all=is_all, size=size, theme=theme)
        finally:
            process.terminate()
            process.wait(timeout=30)
            postgres.stop(Path(made) / "data")


if __name__ == "__main__":
    main()
