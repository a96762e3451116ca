"""Every component stands on one page, and only where it is a demonstration."""

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from platformlink.errors import Missing
from platformlink.web import styleguide
from platformlink.web.pages import Shell
from platformlink.web.words import Words

pytestmark = pytest.mark.anyio

TEMPLATES = Path(styleguide.__file__).parent / "templates"
UNSEEN = {"csrf", "export"}  # a hidden field, and a form of one page


async def test_a_demonstration_shows_it(client: AsyncTestClient[Litestar]) -> None:
    answer = await client.get("/styleguide", headers={"accept": "text/html"})

    assert answer.status_code == 200
    assert "--accent" in answer.text


def test_it_shows_every_component() -> None:
    components = (TEMPLATES / "components.html").read_text()
    shown = (TEMPLATES / "web" / "styleguide.html").read_text()
    named = set(re.findall(r"{% macro (\w+)", components)) - UNSEEN

    assert named
    assert {name for name in named if f"ui.{name}(" not in shown} == set()


async def test_a_real_desk_has_no_such_page() -> None:
    shell = Shell(
        actor=None,
        words=Words("en", ZoneInfo("UTC")),
        path="/styleguide",
        csrf_token="",
        authority_name="",
        is_demonstration=False,
        is_fragment=False,
    )

    with pytest.raises(Missing):
        await styleguide.styleguide.fn(shell)
