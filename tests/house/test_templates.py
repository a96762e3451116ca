"""A page and its template agree: no variable is missing, and none is unused."""

from pathlib import Path
from typing import Any

import jinja2
import pytest
from jinja2 import meta, nodes

import platformlink.app
from platformlink.web.pages import HERE, STATIC, Page, environment
from platformlink.web.words import LANGUAGES

assert platformlink.app.ROUTERS, "all pages are known once the doors are"
TEMPLATES = HERE / "templates"
NAMES = sorted(one.relative_to(TEMPLATES).as_posix() for one in TEMPLATES.rglob("*.*"))
# What the shell gives to every page, and what an environment has by itself.
GIVEN = {
    *("shell", "nav", "commands", "language", "say", "when", "day", "short_day", "due"),
    *("clock_time", "span", "number", "zone", "percent", "size"),
    *environment("en").globals,
}


def pages(base: type[Page] = Page) -> list[type[Page]]:
    found = []
    for one in base.__subclasses__():
        found += [one, *pages(one)]
    return [one for one in found if one.__module__.startswith("platformlink")]


PAGES = sorted(pages(), key=lambda one: one.__name__)


def source(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


PARTS = (nodes.Extends, nodes.Include)


def related(
    name: str, ways: tuple[type[nodes.Node], ...] = (*PARTS, nodes.Import)
) -> dict[str, nodes.Template]:
    """A template with all that it extends, includes or imports, each as a tree."""
    found: dict[str, nodes.Template] = {}
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one in found:
            continue
        found[one] = tree = environment("en").parse(source(one))
        for node in tree.find_all(ways):
            template: Any = getattr(node, "template", None)
            assert isinstance(template, nodes.Const), f"{one}: a name that is computed"
            waiting.append(template.value)
    return found


def taken(
    name: str, ways: tuple[type[nodes.Node], ...] = (*PARTS, nodes.Import)
) -> set[str]:
    """What a template and its parts take from outside."""
    found: set[str] = set()
    for tree in related(name, ways).values():
        found |= meta.find_undeclared_variables(tree)
    return found - GIVEN


def lent(name: str) -> set[str]:
    """What a template and its parts name for each other: sets, loops, macros."""
    found: set[str] = set()
    for tree in related(name).values():
        found |= {one.name for one in tree.find_all(nodes.Name) if one.ctx != "load"}
        found |= {one.name for one in tree.find_all(nodes.Macro)}
        found |= {one.target for one in tree.find_all(nodes.Import)}
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda one: one.__name__)
def test_a_page_has_what_its_template_takes(page: type[Page]) -> None:
    # What an imported macro takes counts where that macro is used: a page test sees it.
    missing = taken(page.template, PARTS) - set(page.__struct_fields__)

    assert missing - lent(page.template) == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda one: one.__name__)
def test_a_page_brings_nothing_that_its_template_leaves(page: type[Page]) -> None:
    unused = set(page.__struct_fields__) - taken(page.template)

    assert unused - {"title"} == set()


@pytest.mark.parametrize("name", NAMES)
def test_a_template_parses_in_every_language(name: str) -> None:
    for language in LANGUAGES:
        environment(language).get_template(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_has_no_inline_script_or_style(name: str) -> None:
    text = source(name)

    assert "<style" not in text
    assert "<script>" not in text
    for attribute in (" style=", " onclick=", " onchange=", " onsubmit=", " onload="):
        assert attribute not in text


def test_every_template_is_a_pages_or_a_part_of_one() -> None:
    used: set[str] = set()
    for page in PAGES:
        used |= set(related(page.template))

    assert set(NAMES) - used == set()


def test_a_page_lies_where_its_slice_says() -> None:
    for page in PAGES:
        folder = Path(page.template).parts[0]
        assert page.__module__.split(".")[1] in (folder, "app"), page


def test_a_hole_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError):
        environment("en").from_string("{{ nothing }}").render()


def test_scripts_of_our_own_stay_short() -> None:
    scripts = [one.read_text(encoding="utf-8") for one in STATIC.glob("*.js")]

    assert sum(len(one.splitlines()) for one in scripts) < 500
