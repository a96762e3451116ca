import re
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from msgspec.structs import fields

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

# Fields whose names the table of entries says, or that stand in pairs.
TOGETHER = {"code", "name", "country", "valid_until", "facts_until"}
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


@pytest.mark.parametrize(
    ("entries", "kind"),
    [
        ("services", protocol.Service),
        ("regions", protocol.Region),
        ("entities", protocol.Entity),
        ("entities.addresses", protocol.Address),
        ("channels", Channel),
        ("channels.verified", protocol.Verified),
        ("requests.…", Preservation),
        ("requests.others", protocol.OtherRequest),
        ("legal", Footing),
        ("identifiers", Identifier),
        ("identification", protocol.Identification),
        ("limits", protocol.Limit),
        ("required", Required),
        ("data", protocol.DataItem),
        ("data.retention", Retention),
        ("notice", protocol.Notice),
        ("side_effects", SideEffect),
        ("times", Time),
        ("published", protocol.Published),
        ("sources", protocol.Source),
    ],
)
def test_the_readme_names_what_an_entry_must_have(entries: str, kind: type) -> None:
    needed = {one.name for one in fields(kind) if one.required}
    table = README[README.index("| entries of |") :]
    found = re.search(rf"^\| `{re.escape(entries)}` \| (.+) \|$", table, re.MULTILINE)

    assert found
    assert set(found[1].split(", ")) == needed - {"confidence"}


@pytest.mark.parametrize("kind", [protocol.Entity, Channel, Identifier])
def test_the_readme_says_what_each_field_of_these_means(kind: type) -> None:
    rest = [f for f in kind.__annotations__ if f"`{f}" not in README]
    assert [name for name in rest if name not in TOGETHER] == []


def test_the_readme_speaks_of_every_section() -> None:
    names = protocol.CooperationProtocol.__struct_fields__
    assert [name for name in names if f"`{name}`" not in README] == []
