"""Letters from the shell: the templates are whole, also those of an authority."""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from platformlink.letters.cli import letter
from platformlink.ports import Runtime
from platformlink.protocols import regions
from platformlink.protocols.shelf import Library
from platformlink.values import Pdf
from tests.conftest import ROOT
from tests.factories import NOW
from tests.letters.conftest import TEMPLATES
from tests.letters.test_hostile import text_of


def opened(runtime: Runtime) -> Callable[[], AbstractAsyncContextManager[Runtime]]:
    @asynccontextmanager
    async def way() -> AsyncIterator[Runtime]:
        yield runtime

    return way


def test_every_template_takes_the_data_of_its_kind(runtime: Runtime) -> None:
    done = CliRunner().invoke(letter, ["check"], obj=opened(runtime))

    assert (done.exit_code, done.output) == (0, "")


def test_a_preview_to_a_platform_bears_its_addressee_accounts_and_data(
    runtime: Runtime, tmp_path: Path
) -> None:
    file = tmp_path / "x.pdf"
    words = ["preview", "--protocol", "x", "--output", str(file)]

    done = CliRunner().invoke(letter, words, obj=opened(runtime))

    assert done.exit_code == 0, done.output
    told = text_of(Pdf(file.read_bytes()))
    platform = Library.load(ROOT / "protocols").get("x")
    office = regions.addressees(platform, "AL", "", NOW.date(), requester="AL")[0]
    example = next(one.example for one in platform.identifiers if one.example)
    assert office.name in told
    assert example is not None
    assert example in told
    assert platform.data[0].name in told
    assert "tiktok" not in told.lower()


def test_a_preview_writes_over_no_file_unasked(
    runtime: Runtime, tmp_path: Path
) -> None:
    file = tmp_path / "preview.pdf"
    file.write_text("mine", encoding="utf-8")

    done = CliRunner().invoke(
        letter, ["preview", "--output", str(file)], obj=opened(runtime), input="n\n"
    )

    assert done.exit_code == 1
    assert file.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("file", "spoilt"),
    [
        ("withdrawal.html", "{{ fields.nothing }}"),
        ("withdrawal.html", "{% include '/etc/hostname' %}"),
        ("forms/sap-7.yaml", "unknown: field"),
    ],
)
def test_a_spoilt_template_of_an_authority_is_named(
    runtime: Runtime, tmp_path: Path, file: str, spoilt: str
) -> None:
    folder = tmp_path / "templates"
    shutil.copytree(TEMPLATES, folder)
    (folder / file).write_text(spoilt, encoding="utf-8")

    done = CliRunner().invoke(
        letter, ["check"], obj=opened(replace(runtime, templates=folder))
    )

    assert done.exit_code == 1
    assert Path(file).stem in done.output
