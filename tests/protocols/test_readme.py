import re
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from platformlink.protocols import protocol, review
from platformlink.protocols.protocol import (
    Basis,
    Channel,
    Footing,
    Form,
    Identifier,
    Need,
    Preservation,
    Required,
    Retention,
    SideEffect,
    Step,
    Support,
    Time,
)
from platformlink.protocols.shelf import Library

README = Path("protocols/README.md").read_text(encoding="utf-8")


def words(field: str) -> set[str]:
    """What the table of the README allows for a field."""
    found = re.search(rf"^\| `{re.escape(field)}` \| (.+) \|$", README, re.MULTILINE)
    assert found, field
    return set(found[1].split(", "))


def test_the_smallest_file_of_the_readme_passes_the_check(tmp_path: Path) -> None:
    (text,) = re.findall(r"```yaml\n(slug: social-example\n.+?)```", README, re.DOTALL)
    file = tmp_path / "social-example.yaml"
    file.write_text(text, encoding="utf-8")

    assert review.problems(file) == ()
    (found,) = Library.load(tmp_path).recogniser.find("https://social.example/@Ann_b")
    assert found.normalised == "ann_b"


@pytest.mark.parametrize(
    ("field", "allowed"),
    [
        ("requests.….support", [str(one) for one in Support]),
        ("requests.….starts", get_args(get_type_hints(Preservation)["starts"])),
        ("requests.….basis", [str(one) for one in Basis]),
        ("identifiers.accepted", get_args(get_type_hints(Identifier)["accepted"])),
        ("identifiers.bare", get_args(get_type_hints(Identifier)["bare"])),
        (
            "required.only_if",
            get_args(get_args(get_type_hints(Required)["only_if"])[0]),
        ),
        (
            "form.files",
            get_args(get_args(get_type_hints(Form)["files"])[0]),
        ),
        (
            "data.retention.counts_from",
            get_args(get_type_hints(Retention)["counts_from"]),
        ),
        ("times.what", get_args(get_type_hints(Time)["what"])),
        ("channels.kind", get_args(get_type_hints(Channel)["kind"])),
        ("legal.force", get_args(get_type_hints(Footing)["force"])),
        ("side_effects.kind", get_args(get_type_hints(SideEffect)["kind"])),
        ("identifiers.normal", [str(one) for one in Step]),
        ("required.need", [str(one) for one in Need]),
    ],
)
def test_the_readme_names_all_words_that_are_allowed(
    field: str, allowed: tuple[str, ...]
) -> None:
    assert words(field) == set(allowed)


def test_the_readme_speaks_of_every_section() -> None:
    names = protocol.CooperationProtocol.__struct_fields__
    assert [name for name in names if f"`{name}`" not in README] == []
