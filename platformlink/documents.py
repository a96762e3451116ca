"""YAML documents that people write: read strictly, refused by file, line and field."""

import difflib
import re
from typing import Any, TypeVar

import msgspec
import yaml

from platformlink.errors import FieldError, Invalid

T = TypeVar("T")

LARGEST_BYTES = 1_000_000
DEEPEST = 40
BARE_PATH = re.compile(r"\.(\w[\w-]*)|\[(\d+|\.\.\.)\]")


class DocumentWrong(Invalid):
    """A YAML document cannot be read; ``problems`` say where and why."""

    code = "document-wrong"
    title = "A file is wrong"

    def __init__(self, *problems: "Problem") -> None:
        self.problems = problems
        super().__init__(
            "; ".join(map(str, problems)),
            *(FieldError(p.pointer, "document", p.message) for p in problems),
        )


class Problem(msgspec.Struct, frozen=True):
    """One mistake: the file, its line and column (from 1), what is wrong and allowed."""

    file: str
    line: int
    column: int
    pointer: str
    message: str

    def __str__(self) -> str:
        """Return ``file:line:column: message``."""
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class _StrictLoader(yaml.SafeLoader):
    """SafeLoader without aliases, tags of its own, timestamps or doubled keys."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:  # noqa: ANN401 - PyYAML's own signature
        if self.check_event(yaml.events.AliasEvent):
            event = self.peek_event()
            raise yaml.constructor.ConstructorError(
                None, None, "aliases are not allowed", event.start_mark
            )
        return super().compose_node(parent, index)


# Dates stay text, so that msgspec alone decides what a date is.
_StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, regex) for tag, regex in pairs if not tag.endswith(":timestamp")]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _refuse(file: str, mark: Any, message: str, pointer: str = "") -> DocumentWrong:  # noqa: ANN401 - PyYAML's untyped mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return DocumentWrong(Problem(file, line, column, pointer, message))


def _compose(text: str, file: str) -> yaml.Node:
    loader = _StrictLoader(text)
    try:
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _refuse(file, mark, str(error.problem)) from None
    except yaml.YAMLError as error:
        raise _refuse(file, None, str(error).splitlines()[0]) from None
    except RecursionError:
        raise _refuse(file, None, "nested too deeply") from None
    finally:
        loader.dispose()
    if node is None:
        raise _refuse(file, None, "the file is empty")
    return node


def _check(node: yaml.Node, file: str, depth: int = 0) -> None:
    """Refuse foreign tags, doubled keys, keys that are no text, and depth."""
    if depth > DEEPEST:
        raise _refuse(file, node.start_mark, "nested too deeply")
    if not node.tag.startswith("tag:yaml.org,2002:"):
        raise _refuse(file, node.start_mark, f"the tag {node.tag} is not allowed")
    if isinstance(node, yaml.SequenceNode):
        for child in node.value:
            _check(child, file, depth + 1)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, child in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _refuse(file, key.start_mark, "a key must be a word")
            if key.value in seen:
                raise _refuse(
                    file, key.start_mark, f"the key {key.value!r} stands here twice"
                )
            seen.add(key.value)
            _check(child, file, depth + 1)


def _find(node: yaml.Node, path: list[str]) -> yaml.Node:
    """Return the node at a path, or the deepest one on the way to it."""
    for step in path:
        if isinstance(node, yaml.MappingNode):
            found = next((v for k, v in node.value if k.value == step), None)
        elif isinstance(node, yaml.SequenceNode) and step.isdigit():
            found = node.value[int(step)] if int(step) < len(node.value) else None
        else:
            found = None
        if found is None:
            return node
        node = found
    return node


def _key_node(node: yaml.Node, key: str) -> yaml.Node:
    if isinstance(node, yaml.MappingNode):
        return next((k for k, _ in node.value if k.value == key), node)
    return node


def _names_allowed(kind: Any, path: list[str]) -> tuple[str, ...]:  # noqa: ANN401 - any type msgspec can decode
    """Return the field names that the struct at a path allows, or nothing."""
    info: Any = msgspec.inspect.type_info(kind)
    for step in [*path, None]:
        if isinstance(info, msgspec.inspect.UnionType):
            structs = [
                t for t in info.types if not isinstance(t, msgspec.inspect.NoneType)
            ]
            info = structs[0] if structs else info
        if step is None:
            break
        if isinstance(info, msgspec.inspect.StructType):
            field = next((f for f in info.fields if f.encode_name == step), None)
            info = field.type if field else None
        elif isinstance(info, msgspec.inspect.DictType):
            info = info.value_type
        elif hasattr(info, "item_type"):
            info = info.item_type
        else:
            return ()
    if isinstance(info, msgspec.inspect.StructType):
        return tuple(f.encode_name for f in info.fields)
    return ()


def _explain(
    error: msgspec.ValidationError,
    kind: Any,  # noqa: ANN401 - any type msgspec can decode
    root: yaml.Node,
    file: str,
) -> Problem:
    message, _, where = str(error).partition(" - at `")
    path = [a or b for a, b in BARE_PATH.findall(where.rstrip("`"))]
    node = _find(root, path)
    if unknown := re.search(r"unknown field `(.+?)`", message):
        name = unknown.group(1)
        node = _key_node(node, name)
        allowed = _names_allowed(kind, path)
        near = difflib.get_close_matches(name, allowed, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        message = f"unknown field {name!r}: {hint}allowed here: {', '.join(allowed)}"
        path = [*path, name]
    elif where:
        message = f"{'.'.join(path)}: {message}"
    pointer = "".join(f"/{step}" for step in path)
    mark = node.start_mark
    return Problem(file, mark.line + 1, mark.column + 1, pointer, message)


def decode(text: str | bytes, kind: type[T], *, file: str) -> T:
    """
    Return a YAML document as a struct; unknown fields and doubled keys are refused.

    Aliases, foreign tags, more than 1 MB and more than 40 levels are refused too.

    Raises: DocumentWrong, with line and column.
    """
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            line = text[: error.start].count(b"\n") + 1
            problem = Problem(file, line, 1, "", "this is not UTF-8 text")
            raise DocumentWrong(problem) from None
    if len(text) > LARGEST_BYTES:
        raise _refuse(file, None, "larger than 1 MB")
    root = _compose(text, file)
    _check(root, file)
    try:
        plain = yaml.constructor.SafeConstructor().construct_document(root)
        return msgspec.convert(plain, kind)
    except yaml.MarkedYAMLError as error:
        raise _refuse(file, error.problem_mark, str(error.problem)) from None
    except msgspec.ValidationError as error:
        raise DocumentWrong(_explain(error, kind, root, file)) from None


def line_of(text: str, pointer: str) -> tuple[int, int]:
    """Return line and column (from 1) of a JSON pointer in a YAML text."""
    node = _find(_compose(text, ""), pointer.strip("/").split("/"))
    return node.start_mark.line + 1, node.start_mark.column + 1
