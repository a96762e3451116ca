"""Pages are light, stand still while they load, and leave no error behind."""

import gzip

from playwright.sync_api import Page

from tests.stories.conftest import SignIn

FIRST_LOAD_BYTES = 150_000
# Below this, nobody sees that anything moved. Source: Web Vitals, CLS, "good" is 0.1.
STILL = 0.01
MAIN = (
    *("/", "/board", "/inbox", "/requests", "/requests/new", "/cases", "/radar"),
    *("/calendar", "/platforms/tiktok", "/emergency", "/handover", "/profile"),
    *("/reports/responsiveness", "/styleguide"),
)
WATCH = """() => {
  window.moved = 0;
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (!one.hadRecentInput) moved += one.value;
  }).observe({ type: "layout-shift", buffered: true });
}"""
NAMED = """() => [
  document.title.endsWith(" · PlatformLink"),
  document.documentElement.lang,
  document.querySelectorAll("meta[name=viewport]").length,
  document.querySelectorAll("h1").length >= 1,
  document.doctype.name,
]"""


class Weighed:
    """What came over the line for one page; a page itself as a proxy would pack it."""

    def __init__(self, page: Page) -> None:
        self.bytes = 0.0
        devtools = page.context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
        devtools.on("Network.loadingFinished", self.add)

    def add(self, told: dict[str, float]) -> None:
        self.bytes += told["encodedDataLength"]

    def pack(self, content: str) -> None:
        plain = content.encode()
        self.bytes -= len(plain) - len(gzip.compress(plain))


def test_a_first_load_is_light_and_still_and_without_an_error(sign_in: SignIn) -> None:
    luan = sign_in("luan")
    amiss: list[str] = []
    luan.on("console", lambda one: amiss.extend([one.text] * (one.type == "error")))
    luan.on("pageerror", lambda one: amiss.append(str(one)))
    luan.add_init_script(f"({WATCH})()")
    weighed = Weighed(luan)

    for path in MAIN:
        weighed.bytes = 0
        answer = luan.goto(path, wait_until="load")
        luan.evaluate("document.fonts.ready")
        weighed.pack(answer.text() if answer else "")
        moved = luan.evaluate("moved")
        named = luan.evaluate(NAMED)
        if weighed.bytes > FIRST_LOAD_BYTES or moved > STILL:
            amiss.append(f"{path}: {weighed.bytes:.0f} bytes, moved {moved:.3f}")
        if named != [True, "en", 1, True, "html"]:
            amiss.append(f"{path}: {named}")

    assert amiss == []
