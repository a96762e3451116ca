"""What the source promises of itself, read by a machine."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "platformlink"
FILES = sorted(PACKAGE.rglob("*.py"))
EDGE = ("commit", "now", "today")  # what only doors and jobs may call
LONGEST_FILE = 700  # lines; the aim is 250, and 400 asks for a second look


def assignments(tree: ast.AST, attribute: str) -> Iterator[ast.Attribute]:
    """Yield what is assigned to an attribute of this name."""
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else []
        for target in targets:
            parts = target.elts if isinstance(target, ast.Tuple) else [target]
            for one in parts:
                if isinstance(one, ast.Attribute) and one.attr == attribute:
                    yield one


def test_a_requests_state_is_assigned_in_one_place() -> None:
    found = [
        (file.relative_to(PACKAGE).as_posix(), ast.unparse(one))
        for file in FILES
        for one in assignments(ast.parse(file.read_text(encoding="utf-8")), "state")
        if ast.unparse(one.value).endswith("request")
    ]

    assert found == [("requests/actions.py", "request.state")]


def test_nothing_below_the_edges_commits_or_looks_at_the_time() -> None:
    told = []
    for file in FILES:
        if file.stem not in ("rules", "actions", "queries", "tables", "schemas"):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Attribute) and called.attr in EDGE:
                told.append(f"{file.relative_to(ROOT)}:{called.lineno}")

    assert told == []


def test_a_slice_has_a_door_plate_without_code() -> None:
    for rules in PACKAGE.glob("*/rules.py"):
        plate = ast.parse((rules.parent / "__init__.py").read_text(encoding="utf-8"))
        assert ast.get_docstring(plate), rules.parent.name
        assert len(plate.body) == 1, rules.parent.name


def test_no_file_is_longer_than_a_few_screens() -> None:
    lengths = {
        file.relative_to(ROOT).as_posix(): file.read_text("utf-8").count("\n")
        for file in FILES
    }
    longest = sorted(lengths.items(), key=lambda one: -one[1])[:10]

    assert longest[0][1] <= LONGEST_FILE, longest


def test_the_ladder_and_the_steps_are_kept() -> None:
    command = [Path(sys.executable).parent / "lint-imports"]
    done = subprocess.run(  # noqa: S603 - our own tool
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["README.md", "pyproject.toml", "requirements.lock"])
def test_no_file_names_a_registry_of_ours(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")

    assert "index-url" not in text
