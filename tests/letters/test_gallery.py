"""The gallery shows every template, to administrators alone, and names the spoilt."""

import dataclasses
import shutil
from pathlib import Path

import pytest
from litestar.testing import AsyncTestClient

from platformlink.letters import samples
from platformlink.permissions import Role
from platformlink.ports import Runtime
from platformlink.protocols.shelf import Library
from tests.desks import Building, Desk
from tests.seats import seat

pytestmark = pytest.mark.anyio


async def test_every_template_is_shown_in_the_look_that_was_chosen(desk: Desk) -> None:
    ada = await seat(desk.client, desk.runtime, "ada", roles=(Role.ADMINISTRATOR,))

    text = (await ada.page("/letters?look=sq")).text

    names = samples.names(desk.runtime.templates)
    assert [one for one in names if f"/letters/{one}/sq/specimen.png" not in text] == []


async def test_a_specimen_is_a_picture_and_a_pdf(desk: Desk) -> None:
    ada = await seat(desk.client, desk.runtime, "ada", roles=(Role.ADMINISTRATOR,))

    drawn = await ada.get("/letters/withdrawal/en/specimen.png")
    printed = await ada.get("/letters/withdrawal/fax/specimen.pdf")

    assert drawn.content.startswith(b"\x89PNG")
    assert printed.content.startswith(b"%PDF")


async def test_what_is_no_template_or_no_look_is_named(desk: Desk) -> None:
    ada = await seat(desk.client, desk.runtime, "ada", roles=(Role.ADMINISTRATOR,))

    said = [
        (await ada.get(f"/letters/{place}/specimen.png")).json()["type"]
        for place in ("love/en", "withdrawal/xx")
    ]

    assert said == ["/problems/no-such-template"] * 2


async def test_the_gallery_is_closed_to_others(desk: Desk) -> None:
    paths = ("/letters", "/letters/withdrawal/en/specimen.pdf")

    assert [(await desk.ann.get(path)).status_code for path in paths] == [403, 403]


async def test_a_spoilt_template_is_named_and_the_others_are_shown(
    runtime: Runtime, library: Library, building: Building, tmp_path: Path
) -> None:
    folder = tmp_path / "templates"
    shutil.copytree(runtime.templates, folder)
    (folder / "withdrawal.html").write_text("{{ fields.secret }}", encoding="utf-8")
    spoilt = dataclasses.replace(runtime, templates=folder)

    async with AsyncTestClient(building.on(spoilt, library)) as client:
        ada = await seat(client, spoilt, "ada", roles=(Role.ADMINISTRATOR,))
        text = (await ada.page("/letters")).text

    assert "This template cannot be printed." in text
    assert "/letters/withdrawal/" not in text
    assert "/letters/preservation/" in text


async def test_what_is_edited_meanwhile_shows_at_the_next_look(
    runtime: Runtime, library: Library, building: Building, tmp_path: Path
) -> None:
    folder = tmp_path / "templates"
    shutil.copytree(runtime.templates, folder)
    edited = dataclasses.replace(runtime, templates=folder)
    warning = "This template cannot be printed."

    async with AsyncTestClient(building.on(edited, library)) as client:
        ada = await seat(client, edited, "ada", roles=(Role.ADMINISTRATOR,))
        before = (await ada.page("/letters")).text
        again = (await ada.page("/letters")).text
        (folder / "withdrawal.html").write_text("{{ fields.secret }}", encoding="utf-8")
        after = (await ada.page("/letters")).text

    assert (warning in before, again == before, warning in after) == (False, True, True)
