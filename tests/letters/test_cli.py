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
from tests.letters.conftest import TEMPLATES


def opened(runtime: Runtime) -> Callable[[], AbstractAsyncContextManager[Runtime]]:
    @asynccontextmanager
    async def way() -> AsyncIterator[Runtime]:
        yield runtime

    return way


def test_every_template_takes_the_data_of_its_kind(runtime: Runtime) -> None:
    done = CliRunner().invoke(letter, ["check"], obj=opened(runtime))

    assert (done.exit_code, done.output) == (0, "")


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
