import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from platformlink.ports import Runtime
from platformlink.protocols.cli import protocols

STEAM = Path("protocols/steam.yaml").read_text(encoding="utf-8")


def run(*words: str) -> Result:
    return CliRunner().invoke(protocols, words)


def test_checking_a_file_waits_neither_for_database_nor_web() -> None:
    heavy = "{'sqlalchemy', 'litestar', 'sqlmodel'} & set(sys.modules)"
    asked = f"import sys, platformlink.protocols.cli; print({heavy} or 'neither')"
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )

    assert done.stdout == "neither\n"


def test_all_files_pass_the_check() -> None:
    result = run("check")

    assert (result.exit_code, result.stdout) == (0, "")
    assert "34 files, 0 problems" in result.stderr


def test_a_mistake_is_told_with_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "steam.yaml"
    file.write_text(STEAM.replace("name: Steam", "nane: Steam", 1), encoding="utf-8")

    result = run("check", str(file))

    assert result.exit_code == 1
    assert result.stdout.startswith(
        "steam.yaml:3:1: unknown field 'nane': did you mean 'name'?"
    )


def test_a_program_reads_the_problems_in_json(tmp_path: Path) -> None:
    file = tmp_path / "steam.yaml"
    file.write_text("slug: [", encoding="utf-8")

    result = run("check", str(tmp_path), "--json")

    told = msgspec.json.decode(result.stdout)
    assert (told["files"], told["problems"][0]["file"]) == (1, "steam.yaml")


def test_a_source_that_no_fact_names_is_a_hint(tmp_path: Path) -> None:
    file = tmp_path / "steam.yaml"
    other = "  - {id: other, title: Other, by: authority}\n"
    file.write_text(STEAM.rstrip() + "\n" + other, encoding="utf-8")

    result = run("check", str(file))
    as_json = msgspec.json.decode(run("check", str(file), "--json").stdout)

    assert (result.exit_code, result.stdout) == (0, "")
    assert "no fact names the source 'other' (a hint)" in result.stderr
    assert [one["pointer"] for one in as_json["hints"]] == [
        "/sources/" + str(STEAM.count("\n  - id:", STEAM.index("\nsources:")))
    ]


def test_an_empty_folder_is_no_success(tmp_path: Path) -> None:
    assert run("check", str(tmp_path)).exit_code == 1


def test_the_list_names_every_platform() -> None:
    rows = msgspec.json.decode(run("list", "--json").stdout)

    assert len(rows) == len(run("list").stdout.splitlines()) == 34


def test_a_protocol_is_shown_as_its_file_or_in_json() -> None:
    assert run("show", "steam").stdout.strip() == STEAM.strip()
    assert msgspec.json.decode(run("show", "steam", "--json").stdout)["name"] == "Steam"


def test_an_unknown_platform_is_an_error() -> None:
    result = run("show", "nowhere")

    assert result.exit_code == 1
    assert "No protocol is known for nowhere" in result.stderr


@pytest.mark.parametrize("command", ["check", "list", "show", "watch", "schema"])
def test_every_command_has_help(command: str) -> None:
    assert run(command, "--help").exit_code == 0


def test_the_schema_is_json() -> None:
    assert msgspec.json.decode(run("schema").stdout)["$schema"].startswith("https://")


def test_watching_keeps_texts_and_says_what_changed(
    tmp_path: Path, runtime: Runtime
) -> None:
    (tmp_path / "2026-06-01.md").write_text("We keep logs for 90 days.\n")
    (tmp_path / "2026-09-01.md").write_text("We keep logs for 30 days.\n")

    @asynccontextmanager
    async def opened() -> AsyncIterator[Runtime]:
        yield runtime

    words = ["watch", str(tmp_path), "--slug", "twitch"]
    first = CliRunner().invoke(protocols, words, obj=opened)
    again = CliRunner().invoke(protocols, words, obj=opened)

    assert "- We keep logs for 90 days.\n+ We keep logs for 30 days." in first.stdout
    assert (
        first.stderr.strip(),
        again.stderr.strip(),
    ) == ("2 texts were new", "0 texts were new")


def test_an_unknown_source_is_named_with_those_there_are(tmp_path: Path) -> None:
    (tmp_path / "2026-06-01.md").write_text("x")

    result = run("watch", str(tmp_path), "--slug", "steam", "--source", "rumour")

    assert result.exit_code == 1
    assert "Choose from:" in result.stderr
