"""
Finds the words for people in Python code, for Babel: `make words` collects them.

Templates mark theirs with ``_()``. In Python a text is a `Phrase` or a `FieldError`,
or it stands in a name that says so (``title``, ``mend``, ``KIND_NAMES``): it is
translated only where it is shown. A text made on the spot (an f-string, the argument of
a function) is nobody's msgid and is passed by.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from platformlink.web.words import has_words

# call -> which argument is words
FIRST = ("NextStep", "Phrase", "Reason", "Value", "gettext", "say")
TAKEN = dict.fromkeys(FIRST, 0) | {"FieldError": 2, "NavItem": 1}
# Codes that pages show as words: enumerations, and fields that hold one of a few.
SPOKEN = frozenset(
    {
        *("Role", "Category", "HoldState", "LetterKind", "Certainty", "Mover"),
        *(
            "Channel.kind",
            "Identifier.accepted",
            "Lifecycle.status",
            "Reliability.grade",
            "Time.what",
        ),
    }
)
NAMES = frozenset(
    {"title", "mend", "message", "text", "why", "words", "detail", "label", "said"}
)
ENDINGS = ("NAMES", "WORDS", "SAYS")
WRAPPERS = frozenset({"MappingProxyType"})
SENTENCE = re.compile(r"[A-Z0-9“%][^\n]*[ ][^\n]*")
SHOUTED = re.compile(r"[A-Z0-9dy_ ,]+")  # codes; and patterns of dates: EEE d MMM

Found = tuple[int, str | None, str | tuple[str, ...], list[str]]


def _strings(node: ast.AST) -> Iterator[ast.Constant]:
    """Yield the texts within a piece of code; keys of a dictionary are codes."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node
    for one in _within(node):
        yield from _strings(one)


def _within(node: ast.AST) -> Iterable[ast.AST]:
    if isinstance(node, ast.JoinedStr):
        return ()
    if isinstance(node, ast.Dict):
        return node.values
    if isinstance(node, ast.Call):
        name = getattr(node.func, "id", "")
        return node.args if name in WRAPPERS else ()
    return ast.iter_child_nodes(node)


def _passed_by(tree: ast.AST) -> set[int]:
    """Return the texts that stand for themselves: docstrings, pieces of f-strings."""
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    pieces = {
        id(one)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for one in node.values
    }
    return pieces | {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, holders) and node.body
        if isinstance(node.body[0], ast.Expr)
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


def _spoken(tree: ast.AST) -> Iterator[ast.Constant]:
    """Yield the codes of a class that are shown as words."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for one in node.body:
                name = f"{node.name}.{getattr(getattr(one, 'target', one), 'id', '')}"
                if isinstance(one, ast.AnnAssign) and name in SPOKEN:
                    yield from _strings(one.annotation)
                elif isinstance(one, ast.Assign) and node.name in SPOKEN:
                    yield from _strings(one.value)


def _counted(tree: ast.AST) -> Iterator[tuple[ast.Call, ast.Constant, ast.Constant]]:
    """Yield each call of ngettext with its texts for one and for many."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "ngettext":
            one, many = node.args[:2]
            if isinstance(one, ast.Constant) and isinstance(many, ast.Constant):
                yield node, one, many


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
    unwanted = _passed_by(tree)
    for call, one, many in _counted(tree):
        unwanted |= {id(one), id(many)}
        yield call.lineno, "ngettext", (str(one.value), str(many.value)), []
    for one in _spoken(tree):
        yield one.lineno, None, str(one.value).replace("_", " "), []
    for one in _words(tree):
        text = str(one.value)
        if id(one) not in unwanted and has_words(text):
            yield one.lineno, None, text, []
