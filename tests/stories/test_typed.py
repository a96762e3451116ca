"""What somebody typed stays, though the sign-in or the network is gone meanwhile."""

from playwright.sync_api import Page, Request, Route, expect

from platformlink.demo.run import Note
from tests.stories.conftest import SignIn, enter
from tests.stories.test_story import open_case, paste

COOKIE = "platformlink_session"


def sign_in_beside(page: Page, desk: Note) -> None:
    """Follow the page's own way to the sign-in, in a window of its own."""
    with page.expect_popup() as opened:
        page.click("#typed a")
    enter(opened.value, desk, "ana")
    opened.value.close()


def test_a_form_waits_for_a_sign_in_that_ended_while_somebody_typed(
    sign_in: SignIn, desk: Note
) -> None:
    ana = sign_in("ana")
    ana.goto("/cases/new")
    ana.fill("#f-reference", "K-2026-0181")
    ana.fill("#f-title", "typed for long")
    ana.fill("#f-offence", "Computer fraud")
    ana.context.clear_cookies(name=COOKIE)

    ana.click("form[action='/cases'] button.primary")
    expect(ana.locator("#typed")).to_contain_text("You are signed out")
    expect(ana.locator("#f-title")).to_have_value("typed for long")
    sign_in_beside(ana, desk)
    expect(ana.locator("#typed")).to_contain_text("You can go on")
    ana.click("form[action='/cases'] button.primary")

    expect(ana.locator("h1")).to_contain_text("K-2026-0181")


def test_a_draft_keeps_itself_when_the_network_is_back(sign_in: SignIn) -> None:
    ana = sign_in("ana")
    open_case(ana, "K-2026-0182")
    paste(ana, "K-2026-0182", "She wrote https://www.tiktok.com/@off.line and left.")

    ana.context.set_offline(True)
    expect(ana.locator("#typed")).to_contain_text("Not connected")
    ana.fill("#f-narrative", "Written on a train.")
    with ana.expect_event("requestfailed", lambda one: one.url.endswith("/state")):
        ana.click("[name=do][value=close]")
    expect(ana.locator("#f-narrative")).to_have_value("Written on a train.")
    with ana.expect_response(lambda one: one.url.endswith("/edit") and one.ok):
        ana.context.set_offline(False)

    expect(ana.locator("#typed")).to_contain_text("You can go on")
    ana.reload()
    expect(ana.locator("#f-narrative")).to_have_value("Written on a train.")


def is_own_save(request: Request) -> bool:
    """A draft saves itself by htmx; only a press of a button leaves the page."""
    return request.method == "POST" and "hx-request" in request.headers


def is_press(request: Request) -> bool:
    return request.method == "POST" and "hx-request" not in request.headers


def hold(route: Route, held: list[Route]) -> None:
    """Keep a draft's own save from the desk; let all else pass."""
    if is_own_save(route.request):
        held.append(route)
    else:
        route.continue_()


def a_draft(page: Page, reference: str) -> None:
    open_case(page, reference)
    paste(page, reference, "She wrote https://www.tiktok.com/@quick.one and left.")


def test_a_press_waits_for_the_save_that_is_on_its_way(sign_in: SignIn) -> None:
    ana = sign_in("ana")
    a_draft(ana, "K-2026-0183")
    saved: list[Route] = []
    ana.route("**/edit", lambda at: hold(at, saved))
    ana.fill("#f-narrative", "Written fast.")
    with ana.expect_event("request", is_own_save):
        ana.press("#f-narrative", "Tab")

    ana.click("[name=do][value=close]")
    ana.wait_for_timeout(1000)
    expect(ana.locator("#f-narrative")).to_have_value("Written fast.")
    saved.pop().continue_()

    expect(ana.locator(".strip b").first).to_have_text("Draft.")


def test_a_draft_that_leaves_no_longer_saves_itself(sign_in: SignIn) -> None:
    ana = sign_in("ana")
    a_draft(ana, "K-2026-0184")
    sent: list[bool] = []
    left: list[Route] = []

    def keep(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        sent.append(is_own_save(route.request))
        if is_own_save(route.request):
            route.continue_()
        else:
            left.append(route)

    ana.route("**/edit", keep)
    ana.fill("#f-narrative", "Written faster.")
    with ana.expect_event("request", is_press):
        ana.click("[name=do][value=close]", no_wait_after=True)
    ana.wait_for_timeout(1000)
    left.pop().continue_()

    assert sent[-1] is False
    expect(ana.locator(".strip b").first).to_have_text("Draft.")
