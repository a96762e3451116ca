"""One's own desk and a case: the first of each list, and how many there are in all."""

import re

import pytest

from platformlink.desk import pages
from platformlink.permissions import Role
from tests.desks import Desk
from tests.seats import Seat, seat

pytestmark = pytest.mark.anyio


def counts(page: str) -> dict[str, str]:
    """How many each list has in all, by its heading."""
    found = re.findall(r"<h2>([^<]+) <small>(\d+)</small></h2>", page)
    return dict(found)


async def listed(by: Seat, path: str) -> list[str]:
    """The requests that a page of them shows."""
    page = (await by.page(path)).text
    return re.findall(r'<td><a class="reference" href="/requests/([^"]+)"', page)


async def test_one_s_own_desk_shows_the_first_and_counts_all(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {await desk.in_review() for _ in range(3)}
    over = await desk.in_review()
    await desk.ann.post(f"/api/v1/requests/{over}/cancel", {"reason": "Not needed."})
    monkeypatch.setattr(pages, "FIRST", 2)

    mine = (await desk.ann.page("/")).text
    theirs = (await desk.bob.page("/")).text

    own, waiting = counts(mine)["Your open requests"], counts(theirs)
    assert int(own) >= 3
    assert f'href="/requests?mine=true&amp;status=open">Show all {own}' in mine
    assert f"Show all {waiting['To read and approve']}" in theirs
    assert {over, *names} <= set(await listed(desk.ann, "/requests?mine=true"))
    found = await listed(desk.ann, "/requests?mine=true&status=open")
    assert over not in found
    assert len(found) == int(own)
    assert len(await listed(desk.bob, "/")) == 2


async def test_nobody_finds_what_others_wrote_among_their_own(desk: Desk) -> None:
    name = await desk.in_review()

    assert name not in await listed(desk.bob, "/requests?mine=true")
    assert name in await listed(desk.bob, "/requests")


async def test_a_filter_that_narrows_a_list_is_shown_to_whoever_has_it(
    desk: Desk,
) -> None:
    page = (await desk.lea.page("/requests?mine=true")).text

    assert '<input type="checkbox" name="mine" value="true" checked>' in page
    assert 'name="mine"' not in (await desk.lea.page("/requests")).text


async def test_who_may_not_approve_has_nothing_to_approve(desk: Desk) -> None:
    roles = (Role.INVESTIGATOR,)
    eve = await seat(desk.client, desk.runtime, "eve", roles=roles)
    name = await desk.in_review()

    assert "To read and approve" not in counts((await eve.page("/")).text)
    assert name not in await listed(eve, "/")


async def test_a_case_shows_its_requests_in_parts_and_counts_all(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await desk.case()
    names = [(await desk.draft(case))["id"] for _ in range(3)]
    monkeypatch.setattr(pages, "PAGE", 2)

    first = (await desk.ann.page(f"/cases/{case}")).text
    older = re.search(r'href="(\?cursor=[^"#]+)#requests"', first)
    assert older
    all_picked = (await desk.ann.page(f"/cases/{case}?pick=all")).text
    shown = await listed(desk.ann, f"/cases/{case}")
    rest = await listed(desk.ann, f"/cases/{case}{older[1]}")
    last = (await desk.ann.page(f"/cases/{case}{older[1]}")).text

    assert counts(first)["Requests"] == "3"
    assert (len(shown), len(rest)) == (2, 1)
    assert {*shown, *rest} == set(names)
    assert f'href="?pick=all&amp;{older[1][1:]}#requests"' in all_picked
    assert f'href="?pick=all&amp;{older[1][1:]}"' in last
