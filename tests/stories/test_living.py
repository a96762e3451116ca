"""An open board keeps itself fresh: it shows, rings, waits for a hand, and ends."""

from playwright.sync_api import Page, expect

from tests.stories.conftest import SignIn

# What a loudspeaker and a desktop would show: tones begun, notifications put up.
COUNTED = """() => {
  window.tones = window.told = 0;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (at) { tones += 1; start.call(this, at); };
  window.Notification = class extends Notification {
    constructor(...given) { super(...given); told += 1; }
  };
}"""
PARTS = "() => document.getElementsByTagName('*').length"
AGAIN = "() => new BroadcastChannel('board').postMessage('changed')"


def seal_emergency(luan: Page, account: str) -> None:
    luan.goto("/emergency")
    luan.fill("#f-account", f"https://www.tiktok.com/@{account}")
    luan.fill("#f-danger", "A girl of 15 wrote that she will end her life tonight.")
    luan.fill("#f-averts", "Her last address lets a patrol reach her.")
    luan.click("form[action='/emergency'] button.primary")
    luan.wait_for_url("**/send")


def watching(page: Page) -> Page:
    """Somebody before the board, live; a reload would lose the mark."""
    page.goto("/board")
    expect(page.locator("#live")).to_have_text("Live")
    page.evaluate("window.mark = 'never reloaded'")
    return page


def test_an_emergency_appears_and_rings_only_where_the_alarm_is_on(
    sign_in: SignIn,
) -> None:
    besa, luan = sign_in("besa"), sign_in("luan")
    besa.context.grant_permissions(["notifications"])
    watching(besa)
    besa.evaluate(COUNTED)

    seal_emergency(luan, "first.one")
    expect(besa.locator("#live-board")).to_contain_text("first.one")
    expect(besa.locator("#live")).to_have_text("A new emergency waits.")
    assert besa.evaluate("[tones, told]") == [0, 0]
    besa.click("#alarm")
    expect(besa.locator("#alarm")).to_have_attribute("aria-pressed", "true")
    tried = besa.evaluate("tones")
    seal_emergency(luan, "second.one")
    expect(besa.locator("#live-board")).to_contain_text("second.one")

    assert besa.evaluate("[tones, told]") == [2 * tried, 1]
    assert besa.evaluate("window.mark") == "never reloaded"


def test_nothing_moves_under_a_hand_and_nothing_grows(sign_in: SignIn) -> None:
    besa, luan = sign_in("besa"), sign_in("luan")
    seal_emergency(luan, "under.a.hand")
    watching(besa)
    besa.locator("#live-board .why summary").first.click()

    besa.evaluate(AGAIN)
    expect(besa.locator("#live")).to_have_text("Something changed: look again.")
    expect(besa.locator("#live-board .why[open]")).to_have_count(1)
    besa.locator("#live-board .why summary").first.click()
    besa.locator("#alarm").focus()
    besa.evaluate(AGAIN)
    expect(besa.locator("#live")).to_have_text("Live")
    size = besa.evaluate(PARTS)
    for _ in range(10):
        with besa.expect_response("**/board"):
            besa.evaluate(AGAIN)

    assert besa.evaluate(PARTS) == size
    assert besa.evaluate("window.mark") == "never reloaded"


def test_a_board_says_that_it_is_cut_off_and_that_its_reader_is_signed_out(
    sign_in: SignIn,
) -> None:
    besa = watching(sign_in("besa"))

    besa.context.set_offline(True)
    besa.evaluate(AGAIN)
    expect(besa.locator("#live")).to_have_text("Not connected: this may be old.")
    besa.context.set_offline(False)
    expect(besa.locator("#live")).to_have_text("Live")
    besa.context.clear_cookies()
    besa.evaluate(AGAIN)

    expect(besa.locator("#live")).to_have_text("You are signed out: look again.")


def test_two_windows_of_a_browser_share_one_stream(sign_in: SignIn) -> None:
    besa, luan = watching(sign_in("besa")), sign_in("luan")
    second = besa.context.new_page()
    asked: list[str] = []
    second.on("request", lambda one: asked.append(one.url))
    watching(second)

    seal_emergency(luan, "seen.twice")
    expect(besa.locator("#live-board")).to_contain_text("seen.twice")
    expect(second.locator("#live-board")).to_contain_text("seen.twice")

    assert not any(one.endswith("/board/events") for one in asked)
