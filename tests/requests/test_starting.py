"""A draft starts from its case, from the last such request, or from a template."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platformlink.requests.starting import filling
from tests.desks import Desk
from tests.seats import Seat, seat

TODAY = date(2026, 11, 24)
ITEMS = frozenset({"subscriber", "logins"})
PERIOD = {
    "period_from_at": datetime(2026, 10, 1, tzinfo=UTC),
    "period_to_at": datetime(2026, 11, 1, tzinfo=UTC),
}
words = st.sampled_from(["", "one", "two"])
texts = st.fixed_dictionaries(
    dict.fromkeys(("instrument", "nexus", "necessity", "narrative"), words)
)


@given(texts, texts)
def test_what_was_typed_is_never_replaced_and_what_is_empty_is_filled(
    kept: dict[str, str], given_: dict[str, str]
) -> None:
    after = kept | filling(kept, given_, today=TODAY, items=ITEMS)

    assert after == {name: kept[name] or given_[name] for name in kept}


def test_only_data_that_the_platform_has_is_taken_over() -> None:
    found = filling({}, {"data": ["logins", "gone"]}, today=TODAY, items=ITEMS)

    assert found == {"data": ["logins"]}
    assert filling({}, {"data": ["gone"]}, today=TODAY, items=ITEMS) == {}


@pytest.mark.parametrize("name", PERIOD)
def test_a_period_is_taken_over_whole_or_not_at_all(name: str) -> None:
    half = {name: PERIOD[name]}

    assert filling({}, PERIOD, today=TODAY, items=ITEMS) == PERIOD
    assert filling(half, PERIOD, today=TODAY, items=ITEMS) == {}
    assert filling({}, half, today=TODAY, items=ITEMS) == {}


def test_the_account_holder_is_kept_in_the_dark_as_long_as_last_time() -> None:
    last = {
        "non_disclosure": True,
        "non_disclosure_days": 10,
        "non_disclosure_reason": "He could flee.",
    }

    found = filling({"non_disclosure": True}, last, today=TODAY, items=ITEMS)

    assert found["non_disclosure_until_on"] == date(2026, 12, 4)
    assert found["non_disclosure_reason"] == "He could flee."
    typed = {"non_disclosure": True, "non_disclosure_reason": "Typed."}
    assert filling(typed, last, today=TODAY, items=ITEMS) == {}


async def empty(desk: Desk, case: str = "", by: Seat | None = None) -> str:
    """The name of a draft of a preservation in which nothing was typed."""
    one = by or desk.ann
    case = case or await desk.case(one)
    form = {"case": case, "kind": "preservation", "platform": "tiktok"}
    made = await one.submit("/requests", form)
    return made.headers["location"].split("/")[2]


async def do(one: Seat, name: str, what: str, **fields: str) -> str:
    """Press a button of a draft's form, and return the page."""
    page = (await one.page(f"/requests/{name}/edit")).text
    (version,) = re.findall(r'id="version" name="version" value="(\d+)"', page)
    form = {"version": version, "kind": "preservation", "do": what, "language": "en"}
    form |= {"holder_country": "AL", "urgency": "routine"}
    return (await one.submit(f"/requests/{name}/edit", form | fields)).text


async def draft(desk: Desk, name: str) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.ann.get(f"/api/v1/requests/{name}")).json()
    return found


def sources(page: str) -> dict[str, str]:
    """What a form offers to start from: words by code."""
    (select,) = re.findall(r'<select[^>]*name="source">(.*?)</select>', page, re.DOTALL)
    found = re.findall(r'<option value="([^"]*)">([^<]*)</option>', select)
    return dict(found)


@pytest.mark.anyio
async def test_the_facts_of_a_case_are_typed_once(desk: Desk) -> None:
    case = await desk.case()
    first = await desk.draft(case)
    second = await empty(desk, case)

    page = await do(desk.ann, second, "start", source="case", narrative="Typed.")

    assert "Filled in: " in page
    found = await draft(desk, second)
    assert found["narrative"] == "Typed."
    assert found["period"] == first["period"]
    assert found["necessity"] == first["necessity"]
    assert found["data"] == []


@pytest.mark.anyio
async def test_the_same_as_last_time_takes_no_fact_of_the_other_case(
    desk: Desk,
) -> None:
    last = await desk.in_review()
    new = await empty(desk)
    assert sources((await desk.ann.page(f"/requests/{new}/edit")).text)["last"]

    await do(desk.ann, new, "start", source="last")

    found, before = await draft(desk, new), await draft(desk, last)
    assert (found["data"], found["instrument"]) == (
        before["data"],
        before["instrument"],
    )
    assert found["nexus"] == before["nexus"]
    assert (found["narrative"], found["targets"]) == ("", [])


@pytest.mark.anyio
async def test_a_template_is_kept_offered_to_the_unit_and_forgotten(
    desk: Desk,
) -> None:
    name = f"First preservation {id(desk)}"
    first, second = await empty(desk), await empty(desk)
    await do(desk.ann, first, "template", template=name, necessity="To find him.")
    page = (await desk.ann.page(f"/requests/{second}/edit")).text
    code = next(x for x, word in sources(page).items() if name in word)

    await do(desk.ann, second, "start", source=code)
    assert (await draft(desk, second))["necessity"] == "To find him."
    page = await do(desk.ann, second, "forget", source=code)

    assert name not in page
    assert "Nothing is here" in await do(desk.ann, second, "start", source=code)


@pytest.mark.anyio
async def test_another_unit_is_offered_no_template_of_ours(
    desk: Desk,
) -> None:
    stranger = await seat(desk.client, desk.runtime, "stranger")
    await do(desk.ann, await empty(desk), "template", template="Only ours")

    theirs = await empty(desk, by=stranger)
    page = (await stranger.page(f"/requests/{theirs}/edit")).text

    assert "Only ours" not in page


@pytest.mark.anyio
async def test_a_template_without_a_name_is_refused_and_typing_stays(
    desk: Desk,
) -> None:
    page = await do(desk.ann, await empty(desk), "template", necessity="Typed.")

    assert "Give a name of at most 60 characters." in page
    assert "Typed." in page
