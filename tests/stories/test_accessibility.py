"""Every page of every persona before axe: no finding of WCAG 2.2 AA."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from platformlink.demo.run import Note
from tests.stories.conftest import SignIn
from tests.stories.screenshots import EVERY, signed_in
from tests.stories.test_story import open_case, paste

pytestmark = pytest.mark.xdist_group("browser")

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What a narrow window or dark colours can spoil; the rest is the same markup.
LOOKS = ["color-contrast", "link-name", "scrollable-region-focusable", "target-size"]
MORE = (
    *(("luan", "clinic", "/identifiers"), ("luan", "none", "/requests?q=zzzz")),
    *(("luan", "guidelines", "/platforms/tiktok/guidelines"), ("", "in", "/sign-in")),
    *(
        ("luan", "propose", "/platforms/tiktok/propose"),
        ("luan", "gone", "/requests/1"),
    ),
    *(("besa", "review", "/platforms/review"), ("luan", "list", "/calendar?view=list")),
    *(("luan", "styleguide", "/styleguide"), ("luan", "tour", "/tour")),
    *(("ilir", "letters", "/letters"), ("luan", "search", "/search?q=tiktok")),
    ("luan", "figures", "/reports/responsiveness?kind=all"),
    ("", "package", "/verify/package"),
)
CONTRASTED = ("/board", "/styleguide", "/reports", "/radar", "/emergency")
TALL = 4000  # pixels: nothing lies half under the foot that stays in view
Place = tuple[str, str]  # who looks, and at which path


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
    luan.click("text=Seal the letter now")
    luan.wait_for_url("**/send")
    sealed = luan.url.removesuffix("/send")
    names = f"picked={sealed.rpartition('/')[2]}&picked={ana.url.split('/')[-2]}"
    made = [("ana", f"/requests/together?act=submit&{names}")]
    made += [("ana", ana.url), ("ana", "/cases/K-2026-0411"), ("luan", luan.url)]
    made += [("luan", sealed), ("luan", f"{sealed}/evidence")]
    made += [("luan", f"{sealed}/responses/new")]
    return made + [(who, path) for who, _, path in (*EVERY, *MORE)]


def findings(page: Page, rules: list[str]) -> list[str]:
    """Return what axe has to say."""
    options = {"runOnly": rules, "resultTypes": ["violations"], "selectors": False}
    said = page.evaluate("options => axe.run(options)", options)["violations"]
    return [f"{page.url} {x['id']}: {y['html']}" for x in said for y in x["nodes"]]


def test_axe_finds_nothing_on_any_page(
    desk: Note, browser: Browser, places: list[Place]
) -> None:
    pages = {
        who: signed_in(browser, desk, who, "wide", "light") for who in dict(places)
    }
    found = []
    for who, path in places:
        page = pages[who]
        page.set_viewport_size({"width": 1280, "height": TALL})
        page.emulate_media(color_scheme="light")
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach(x => x.open = 1)")
        page.evaluate(Axe().axe_script)
        found += findings(page, LEVELS)
        page.set_viewport_size({"width": 400, "height": TALL})
        page.emulate_media(color_scheme="dark")
        found += findings(page, LOOKS)
        if path in CONTRASTED:
            page.evaluate("document.documentElement.dataset.bsTheme = 'contrast'")
            found += findings(page, ["color-contrast"])
    for page in pages.values():
        page.context.close()

    assert found == []
