"""Every page that there is to look at, and who looks: for axe, and for pictures."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from playwright.sync_api import Page

STATE = re.compile(r"\W+")


class Place(NamedTuple):
    """A page under a short name, and whose eyes see it; nobody's where it is open."""

    who: str
    name: str
    path: str


# Pages that are there whatever the desk holds.
ALONE = tuple(
    Place(who, name, path)
    for who, name, path in (
        ("", "sign-in", "/sign-in"),
        ("", "verify", "/verify"),
        ("", "package", "/verify/package"),
        ("", "problem", "/problems/cross-site"),
        ("luan", "home", "/"),
        ("luan", "board", "/board"),
        ("luan", "radar", "/radar"),
        ("luan", "requests", "/requests"),
        ("luan", "none", "/requests?q=zzzz"),
        ("luan", "gone", "/requests/1"),
        ("luan", "notices", "/notices"),
        ("luan", "inbox", "/inbox"),
        ("luan", "handover", "/handover"),
        ("luan", "calendar", "/calendar"),
        ("luan", "list", "/calendar?view=list"),
        ("luan", "away", "/away?span=week"),
        ("luan", "emergency", "/emergency"),
        ("luan", "calculator", "/clocks"),
        ("luan", "platforms", "/platforms"),
        ("luan", "platform", "/platforms/tiktok"),
        ("luan", "calls", "/platforms/tiktok/calls"),
        ("luan", "calendar-week", "/calendar?view=week"),
        ("luan", "versions", "/platforms/tiktok/versions"),
        ("luan", "guidelines", "/platforms/tiktok/guidelines"),
        ("luan", "propose", "/platforms/tiktok/propose"),
        ("luan", "clinic", "/identifiers"),
        ("luan", "search", "/search?q=tiktok"),
        ("luan", "styleguide", "/styleguide"),
        ("luan", "tour", "/tour"),
        ("luan", "figures", "/reports/responsiveness?kind=all"),
        ("luan", "behind", "/reports/responsiveness/requests?kind=all"),
        ("ana", "home-investigator", "/"),
        ("ana", "new", "/requests/new"),
        ("ana", "cases", "/cases"),
        ("ana", "new-case", "/cases/new"),
        ("ana", "profile", "/profile"),
        ("dritan", "home-albanian", "/"),
        ("besa", "home-approver", "/"),
        ("besa", "review", "/platforms/review"),
        ("elira", "report", "/reports"),
        ("elira", "counts", "/board"),
        ("elira", "refused", "/requests"),
        ("ilir", "people", "/admin"),
        ("ilir", "restdays", "/admin/calendar"),
        ("ilir", "letters", "/letters"),
        ("ilir", "records", "/retention"),
        ("nora", "audit", "/audit?verify=true"),
    )
)


def made(page_of: Callable[[str], Page]) -> list[Place]:
    """Return the pages of what somebody made at a desk, as far as it holds any."""
    luan, ana = page_of("luan"), page_of("ana")
    found = [*_requests(luan), *_of_links(luan, ana), *_together(luan, ana)]
    return found + [Place("ana", "edit", path) for path in _own_drafts(ana)[:1]]


def _requests(luan: Page) -> Iterator[Place]:
    """Yield one request of each state, and the pages beside the ones that went out."""
    luan.goto("/requests")
    found: dict[str, str] = {}
    for row in luan.locator("tbody tr").all():
        state = STATE.sub("-", str(row.locator(".state").text_content())).strip("-")
        path = str(row.locator("a").first.get_attribute("href"))
        found.setdefault(state.lower(), path)
    for state, path in found.items():
        yield Place("luan", f"request-{state}", path)
    for path in [one for one in found.values() if "/PL-" in one][:1]:
        for name in ("evidence", "responses/new", "send"):
            yield Place("luan", f"request-{name.split('/')[0]}", f"{path}/{name}")


def _of_links(luan: Page, ana: Page) -> Iterator[Place]:
    """Yield pages that are reached by a link alone: a case, a code, a proposal."""
    for page, who, name, start, link in (
        (ana, "ana", "case", "/cases", "main a[href^='/cases/K-']"),
        (luan, "", "verdict", "/requests?status=sent", "tbody a[href*='/PL-']"),
    ):
        page.goto(start)
        links = page.locator(link)
        if links.count():
            path = str(links.first.get_attribute("href"))
            if name == "verdict":
                page.goto(path)
                path = str(page.locator("a[href^='/verify/']").get_attribute("href"))
            yield Place(who, name, path)


def _together(luan: Page, ana: Page) -> Iterator[Place]:
    """Yield what asks once for several requests: picked on the board, or in a case."""
    ana.goto("/cases")
    cases = ana.locator("main a[href^='/cases/K-']")
    case = str(cases.first.get_attribute("href")) if cases.count() else "/cases"
    for page, who, name, start, ask in (
        (luan, "luan", "reminders", "/board", "/board/reminders?"),
        (ana, "ana", "together", case, "/requests/together?act=submit&"),
    ):
        page.goto(start)
        picks = page.locator("input[name=picked]:enabled").all()[:4]
        names = [f"picked={one.get_attribute('value')}" for one in picks]
        if names:
            yield Place(who, name, ask + "&".join(names))


def _own_drafts(ana: Page) -> list[str]:
    """Return the paths of forms that this person may edit."""
    ana.goto("/requests?status=draft")
    links = [row.locator("a").first for row in ana.locator("tbody tr").all()]
    forms = [f"{link.get_attribute('href')}/edit" for link in links]
    return [form for form in forms if ana.request.get(form).ok]
