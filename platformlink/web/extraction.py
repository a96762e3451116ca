"""
Finds the words for people in Python code, for Babel: `make words` collects them.

Templates mark theirs with ``_()``. In Python a text is a `Phrase` or a `FieldError`,
or it stands in a name that says so (``title``, ``mend``, ``KIND_NAMES``): it is
translated only where it is shown.
"""

import ast
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

TAKEN = {"Phrase": 0, "FieldError": 2, "NavItem": 1}  # call -> which argument is words
NAMES = frozenset(
    {"title", "mend", "message", "text", "why", "words", "detail", "label", "said"}
)
ENDINGS = ("NAMES", "WORDS", "TEXTS", "SAYS")
SENTENCE = re.compile(r"[A-Z“%][^\n]*[ ][^\n]*")
PLACE = re.compile(r"%\(\w+\)s")
WORD = re.compile(r"[^\W\d_]{2}")
SHOUTED = re.compile(r"[A-Z0-9_ ,]+")

Found = tuple[int, None, str, list[str]]


def _strings(node: ast.AST) -> Iterator[ast.Constant]:
    """Yield the texts within a piece of code; keys of a dictionary are codes."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node
    within = node.values if isinstance(node, ast.Dict) else ast.iter_child_nodes(node)
    for one in within:
        yield from _strings(one)


def _docstrings(tree: ast.AST) -> set[int]:
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        id(one)
        for node in ast.walk(tree)
        if isinstance(node, holders)
        for first in node.body
        if isinstance(first, ast.Expr)
        for one in _strings(first)
    }


def _called(node: ast.Call) -> Iterator[ast.Constant]:
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    place = TAKEN.get(name)
    if place is not None and len(node.args) > place:
        yield from _strings(node.args[place])


def _assigned(node: ast.Assign | ast.AnnAssign) -> Iterator[ast.Constant]:
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    name = getattr(target, "id", getattr(target, "attr", ""))
    if node.value is not None and (name in NAMES or name.endswith(ENDINGS)):
        yield from _strings(node.value)


def _is_sentence(value: object) -> bool:
    is_text = isinstance(value, str) and not SHOUTED.fullmatch(value)
    return is_text and bool(SENTENCE.fullmatch(str(value)))


def _words(tree: ast.AST) -> Iterator[ast.Constant]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _called(node)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            yield from _assigned(node)
        elif isinstance(node, ast.Constant) and _is_sentence(node.value):
            yield node


def phrases(
    file: BinaryIO,
    keywords: Any,  # noqa: ANN401 - Babel's, as are the next two
    comment_tags: Any,  # noqa: ANN401
    options: Any,  # noqa: ANN401
) -> Iterator[Found]:
    """Yield line and text of each phrase in a Python file, as Babel asks for them."""
    tree = ast.parse(file.read())
    unwanted = _docstrings(tree)
    for one in _words(tree):
        text = str(one.value)
        if id(one) not in unwanted and WORD.search(PLACE.sub("", text)):
            yield one.lineno, None, text, []
