"""
Every page of every persona before axe: no finding of WCAG 2.2 AA.

Some are read narrow, dark and in high contrast as well; `make look` reads all of them
so, in each state of a desk.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from platformlink.demo.run import Note
from tests.stories.conftest import SignIn, signed_in
from tests.stories.places import ALONE, Place
from tests.stories.test_story import open_case, paste

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What a narrow window or dark colours can spoil; the rest is the same markup.
LOOKS = ["color-contrast", "link-name", "scrollable-region-focusable", "target-size"]
CONTRASTED = ("/board", "/styleguide", "/reports", "/radar", "/emergency")
TALL = 4000  # pixels: nothing lies half under the foot that stays in view


@pytest.fixture
def places(sign_in: SignIn) -> list[Place]:
    """A draft with findings, a sealed emergency, and all pages that stand alone."""
    ana, luan = sign_in("ana"), sign_in("luan")
    open_case(ana, "K-2026-0411")
    paste(ana, "K-2026-0411", "She wrote https://www.tiktok.com/@any.eyes and left.")
    luan.goto("/emergency")
    luan.fill("#f-account", "https://www.tiktok.com/@in.need")
    luan.fill("#f-danger", "A girl of 15 wrote that she will end her life tonight.")
    luan.fill("#f-averts", "Her last address lets a patrol reach her.")
    luan.click("form[action='/emergency'] button.primary")
    luan.wait_for_url("**/send")
    sealed = luan.url.removesuffix("/send")
    picked = f"picked={sealed.rpartition('/')[2]}&picked={ana.url.split('/')[-2]}"
    return [
        Place("ana", "together", f"/requests/together?act=submit&{picked}"),
        Place("ana", "edit", ana.url),
        Place("ana", "case", "/cases/K-2026-0411"),
        Place("luan", "send", luan.url),
        Place("luan", "request", sealed),
        Place("luan", "evidence", f"{sealed}/evidence"),
        Place("luan", "answer", f"{sealed}/responses/new"),
        *ALONE,
    ]


def findings(page: Page, rules: list[str]) -> list[str]:
    """Return what axe has to say."""
    options = {"runOnly": rules, "resultTypes": ["violations"], "selectors": False}
    options["preload"] = False  # no rule of these levels reads styles or sounds
    said = page.evaluate("options => axe.run(options)", options)["violations"]
    return [f"{page.url} {x['id']}: {y['html']}" for x in said for y in x["nodes"]]


def read_by_axe(
    page: Page, *, is_dark: bool = True, is_contrasted: bool = True
) -> list[str]:
    """Return what axe finds wide and light, narrow and dark, and in high contrast."""
    page.set_viewport_size({"width": 1280, "height": TALL})
    page.emulate_media(color_scheme="light")
    page.evaluate("document.querySelectorAll('details').forEach(x => x.open = 1)")
    page.evaluate(Axe().axe_script)
    found = findings(page, LEVELS)
    if is_dark:
        page.set_viewport_size({"width": 400, "height": TALL})
        page.emulate_media(color_scheme="dark")
        found += findings(page, LOOKS)
    if is_contrasted:
        page.evaluate("document.documentElement.dataset.bsTheme = 'contrast'")
        found += findings(page, ["color-contrast"])
    return found


def test_axe_finds_nothing_on_any_page(
    desk: Note, browser: Browser, sign_in: SignIn, places: list[Place]
) -> None:
    pages = {who: sign_in(who) for who in {one.who for one in places} if who}
    pages[""] = signed_in(browser, desk, "")
    found = []
    for one in places:
        page, is_contrasted = pages[one.who], one.path in CONTRASTED
        page.goto(one.path)
        is_dark = is_contrasted or one not in ALONE
        found += read_by_axe(page, is_dark=is_dark, is_contrasted=is_contrasted)
    pages[""].context.close()

    assert found == []
