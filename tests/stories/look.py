"""
Look at every page in every state: pictures for people, and axe for the rest.

    python -m tests.stories.look FOLDER

Three desks are shown: empty, typical (a day's work was done at it), and full (half a
year). Each page is taken wide and narrow, in light and in dark, and lies in FOLDER as
PAGE.STATE.SIZE.THEME.png. Ends with 1 where axe finds something, where a page has to be
scrolled sideways, or where a page of the desk was not looked at.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import click
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from platformlink.app import ROUTERS
from platformlink.demo.run import Note
from platformlink.web.words import LANGUAGES, translations
from tests.stories.conftest import (
    ARGUMENTS,
    CHROMIUM,
    demonstration,
    read_in,
    signed_in,
)
from tests.stories.places import ALONE, Place, made
from tests.stories.test_accessibility import read_by_axe
from tests.stories.test_living import seal_emergency
from tests.stories.test_story import Story, open_case, paste

SIZES = {
    "wide": ViewportSize(width=1280, height=900),
    "narrow": ViewportSize(width=400, height=844),
}
WHOLE = re.compile(r"Response\[(str|typing\.Any)\]")
# What a page fetches into itself, a patch to copy, and what only leads to another.
PARTS = {
    "/board/why/{number:int}",
    "/api/v1/platforms/{slug:str}/proposals/{number:int}/patch",
    "/platforms/{slug:str}/proposals/{number:int}/patch",
    "/VERIFY/{code:str}",
}
SIDEWAYS = "() => document.documentElement.scrollWidth > innerWidth"
HEIGHT = "() => document.documentElement.scrollHeight"
LONG = "Extortion of several minors by accounts that follow each other, third part"


class Eyes:
    """Those who look at one desk, each with a window of their own."""

    def __init__(self, browser: Browser, desk: Note, language: str) -> None:
        self.browser, self.desk, self.language = browser, desk, language
        self.pages: dict[str, Page] = {}

    def page_of(self, who: str, *_: str) -> Page:
        if who not in self.pages:
            self.pages[who] = signed_in(self.browser, self.desk, who, self.language)
            if who:
                read_in(self.pages[who], self.language)
        return self.pages[who]

    def work_a_day(self) -> None:
        """A request from paste to close, two drafts, an emergency, and a long name."""
        story = Story(self.page_of, translations(self.language).gettext, self.language)
        story.send(story.approve(story.write()))
        story.answer()
        for number in range(2):
            open_case(story.ana, f"K-2026-04{number}7", LONG)
            paste(story.ana, f"K-2026-04{number}7", f"https://x.com/name_{number}")
        seal_emergency(story.luan, "long.name.in.danger.2026")

    def look(self, place: Place, picture: str) -> list[str]:
        """Take the pictures of one page; return what is wrong with it."""
        page = self.page_of(place.who)
        page.goto(place.path)
        page.wait_for_load_state("networkidle")
        found = []
        for size, shape in SIZES.items():
            page.set_viewport_size(shape)
            if page.evaluate(SIDEWAYS):
                found.append(f"{page.url} scrolls sideways, {size}")
            height = max(shape["height"], page.evaluate(HEIGHT))
            page.set_viewport_size({"width": shape["width"], "height": height})
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme=theme)
                page.screenshot(path=f"{picture}.{size}.{theme}.png")
        return found + read_by_axe(page)


def addresses() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Yield each address that shows a page, with what fits it."""
    for router in ROUTERS:
        for route in router.routes:
            answers = [
                str(one.parsed_fn_signature.return_type.annotation)
                for one in getattr(route, "route_handlers", ())
                if "GET" in one.http_methods
            ]
            shows = any(WHOLE.search(one) for one in answers)
            if shows and "." not in route.path and route.path not in PARTS:
                fits = re.sub(r"\\?{[^}]*}", "[^/]+", re.escape(route.path))
                yield route.path, re.compile(fits)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--language", type=click.Choice(LANGUAGES), default="en")
def main(folder: Path, language: str) -> None:
    """Write the pictures into FOLDER, and print what is wrong."""
    folder.mkdir(parents=True, exist_ok=True)
    found: list[str] = []
    seen: Counter[str] = Counter()
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for state in ("empty", "typical", "full"):
            with demonstration(*(() if state == "full" else ("--empty",))) as desk:
                eyes = Eyes(browser, desk, language)
                if state == "typical":
                    eyes.work_a_day()
                for place in (*ALONE, *made(eyes.page_of)):
                    seen[urlsplit(place.path).path] += 1
                    found += eyes.look(place, f"{folder}/{place.name}.{state}")
                for page in eyes.pages.values():
                    page.context.close()
        browser.close()
    found += [
        f"{path} was not looked at"
        for path, fits in addresses()
        if not any(fits.fullmatch(one) for one in seen)
    ]
    for one in found:
        click.echo(one)
    click.echo(f"{sum(seen.values())} pages looked at, {len(found)} findings")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
