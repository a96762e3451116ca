"""What each letter template prints of its fields, and in which phrases. Pure."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from jinja2 import nodes

from platformlink.letters.paper import environment
from platformlink.letters.rules import LetterKind

SPEAKING = ("both", "count")  # what a template calls with the words of a phrase
PARTS = "_parts.html"
Prints = Mapping[str, frozenset[str]]  # field -> phrases (msgids) that rest on it


class _Reader:
    """Walks a template as it is put together: blocks overridden, macros entered."""

    def __init__(self, folder: Path) -> None:
        self._env = environment(folder)
        parts = self._parsed(PARTS)
        self._macros = {one.name: one for one in parts.find_all(nodes.Macro)}
        self._blocks: dict[str, nodes.Block] = {}
        self.found: dict[str, set[str]] = {}

    def _parsed(self, name: str) -> nodes.Template:
        loader = self._env.loader
        assert loader is not None  # noqa: S101 - environment() gives one
        return self._env.parse(loader.get_source(self._env, name)[0])

    def read(self, name: str) -> None:
        """Walk a template, or the one that it fills."""
        tree = self._parsed(name)
        for block in tree.find_all(nodes.Block):
            self._blocks.setdefault(block.name, block)
        parent = next(tree.find_all(nodes.Extends), None)
        if parent is None:
            self._walk(tree, frozenset(), ())
        elif isinstance(parent.template, nodes.Const):
            self.read(parent.template.value)

    def _walk(
        self, node: nodes.Node, around: frozenset[str], within: tuple[str, ...]
    ) -> None:
        """Note what a node prints; ``around`` are the fields on which it depends."""
        if isinstance(node, nodes.Block):
            node = self._blocks.get(node.name, node)
        if isinstance(node, nodes.If):
            around |= frozenset(_fields(node.test))
        if isinstance(node, nodes.Getattr) and _is_fields(node.node):
            self.found.setdefault(node.attr, set())
        if isinstance(node, nodes.Call):
            self._call(node, around, within)
        for child in node.iter_child_nodes():
            self._walk(child, around, within)

    def _call(
        self, node: nodes.Call, around: frozenset[str], within: tuple[str, ...]
    ) -> None:
        called = node.node
        name = called.name if isinstance(called, nodes.Name) else ""
        name = called.attr if isinstance(called, nodes.Getattr) else name
        if name in SPEAKING:
            said = [x.value for x in node.args if isinstance(x, nodes.Const)]
            for field in around | set(_fields(node)):
                self.found.setdefault(field, set()).update(said)
        elif name in self._macros and name not in within:
            for child in self._macros[name].body:
                self._walk(child, around, (*within, name))


def _is_fields(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == "fields"


def _fields(node: nodes.Node) -> Iterator[str]:
    """Yield the letter's fields that stand in an expression."""
    found = [*node.find_all(nodes.Getattr)]
    if isinstance(node, nodes.Getattr):
        found.append(node)
    yield from (one.attr for one in found if _is_fields(one.node))


@cache
def of_kind(folder: Path, kind: LetterKind) -> Prints:
    """Return what a kind's template prints: field -> the phrases that rest on it."""
    reader = _Reader(folder)
    reader.read(f"{kind}.html")
    return {field: frozenset(said) for field, said in reader.found.items()}
