"""The same work by keyboard alone, and at 400 % zoom."""

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.stories.conftest import SignIn

# Source: WCAG 2.2, 1.4.10: 1280 x 1024 pixels at 400 %.
ZOOMED = ViewportSize(width=320, height=256)
# A focus that shows: an outline, or its frame's where the field has none of its own.
SHOWS_FOCUS = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect();
  if (one.matches("[type=date], [type=datetime-local]")) return true;  // in its parts
  const framed = [one, one.closest("label"), one.parentElement].some(
    (each) => each && getComputedStyle(each).outlineStyle !== "none");
  return framed && box.bottom > 0 && box.top < innerHeight;
}"""


def tab_to(page: Page, selector: str) -> None:
    """Go there by the Tab key; each stop on the way shows where one is."""
    for _ in range(80):
        if page.evaluate("one => document.activeElement.matches(one)", selector):
            return
        page.keyboard.press("Tab")
        assert page.evaluate(SHOWS_FOCUS), page.evaluate(
            "() => document.activeElement.outerHTML"
        )
    pytest.fail(f"The Tab key never reaches {selector}")


def command(page: Page, words: str) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type(words)
    page.keyboard.press("Enter")


def pick_all(page: Page) -> None:
    """One key picks all that are shown, and shows when one is not."""
    all_of_them = page.locator("[data-picks]")
    tab_to(page, "[data-picks]")
    page.keyboard.press("Space")
    expect(page.locator("[name=picked]:checked")).not_to_have_count(0)
    expect(page.locator("[name=picked]:not(:checked)")).to_have_count(0)
    page.locator("[name=picked]").first.uncheck()
    expect(all_of_them).not_to_be_checked()
    page.locator("[name=picked]").first.check()
    expect(all_of_them).to_be_checked()


def test_a_case_and_a_draft_are_made_by_keyboard_alone(sign_in: SignIn) -> None:
    ana = sign_in("ana")

    command(ana, "open case")
    ana.wait_for_url("**/cases/new")
    for name, typed in (
        ("reference", "K-2026-0171"),
        ("title", "grooming"),
        ("offence", "Grooming of a child"),
    ):
        tab_to(ana, f"#f-{name}")
        ana.keyboard.type(typed)
    ana.keyboard.press("Enter")
    expect(ana.locator("h1")).to_contain_text("K-2026-0171")
    ana.keyboard.press("n")
    ana.wait_for_url("**/requests/new?**")
    tab_to(ana, "#f-pasted")
    ana.keyboard.type("https://www.tiktok.com/@by.keyboard wrote to her")
    ana.locator("#found input[type=checkbox]").first.wait_for()
    tab_to(ana, "form button.primary")
    ana.keyboard.press("Enter")
    ana.wait_for_url("**/edit")
    tab_to(ana, "[name=do][value=submit]")
    with ana.expect_navigation():
        ana.keyboard.press("Enter")

    expect(ana.locator("#say-period")).to_contain_text("needs a period")
    ana.goto("/cases/K-2026-0171")
    pick_all(ana)
    tab_to(ana, "[name=act][value=submit]")
    ana.keyboard.press("Enter")
    expect(ana.locator("h1")).to_have_text("Submit for approval")
    expect(ana.locator(".main")).to_contain_text("needs a period")


def test_the_palette_finds_a_command_by_any_of_its_words_and_else_searches(
    sign_in: SignIn,
) -> None:
    ana = sign_in("ana")

    ana.keyboard.press("?")
    expect(ana.locator("#palette li:visible").first).to_contain_text("/")
    ana.keyboard.press("Escape")
    expect(ana.locator("#palette")).to_be_hidden()
    command(ana, "of deadl")
    ana.wait_for_url("**/clocks")
    command(ana, "some.body")

    ana.wait_for_url("**/search?q=some.body")


def fits(page: Page) -> bool:
    """Nothing but a table of its own has to be scrolled sideways."""
    return bool(page.evaluate("() => document.documentElement.scrollWidth <= 320"))


def test_an_emergency_is_sealed_at_400_percent_zoom(sign_in: SignIn) -> None:
    luan = sign_in("luan")
    luan.set_viewport_size(ZOOMED)

    for path in ("/board", "/requests", "/calendar", "/platforms", "/emergency"):
        luan.goto(path)
        assert fits(luan), path
    luan.fill("#f-account", "https://www.tiktok.com/@zoomed.in")
    luan.fill("#f-danger", "A girl of 15 wrote that she will end her life tonight.")
    luan.fill("#f-averts", "Her last address lets a patrol reach her.")
    luan.click("form[action='/emergency'] button.primary")
    luan.wait_for_url("**/send")

    assert fits(luan)
