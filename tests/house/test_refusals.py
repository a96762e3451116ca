"""Every refusal has a name of its own, a page, and a way to mend it."""

import pytest

from platformlink.errors import Refusal
from platformlink.web.problems import status_of
from platformlink.web.refusals import all_refusals
from tests.seats import PAGE, Client

REFUSALS = sorted(
    {one for one in all_refusals() if one.__module__.startswith("platformlink")},
    key=lambda one: one.code,
)
GENERAL = {one.__name__: one.title for one in Refusal.__subclasses__()}


def test_no_two_refusals_share_a_code() -> None:
    codes = [one.code for one in REFUSALS]

    assert sorted(set(codes)) == codes


@pytest.mark.parametrize("one", REFUSALS, ids=lambda one: one.code)
def test_each_says_what_it_is_and_how_to_mend_it(one: type[Refusal]) -> None:
    assert {"code", "title"} <= set(vars(one)), "its own, not its parent's"
    assert (one.title, one.mend) != ("", "")
    assert not one.__name__.endswith("Error")
    assert one.__doc__


@pytest.mark.anyio
async def test_each_has_its_page(client: Client) -> None:
    for one in REFUSALS:
        answer = await client.get(f"/problems/{one.code}", headers=PAGE)
        assert answer.status_code == 200, one.code
        assert "How to mend it" in answer.text


@pytest.mark.anyio
async def test_an_unknown_code_has_none(client: Client) -> None:
    answer = await client.get("/problems/nonsense", headers=PAGE)

    assert answer.status_code == 404


def test_every_status_is_one_of_a_refusal() -> None:
    class Plain(Refusal):
        code = "refused"

    assert status_of(Plain()) == 400
    assert {400 <= status_of(made(one)) < 600 for one in REFUSALS} == {True}


def made(kind: type[Refusal]) -> Refusal:
    """A refusal of a kind, whatever its own way to be made."""
    one = kind.__new__(kind)
    Refusal.__init__(one)
    return one
