"""YAML documents that people write: read strictly, refused by file, line and field."""

import difflib
import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Any, TypeVar, get_args, get_origin

import msgspec
import yaml

from platformlink.errors import FieldError, Invalid

T = TypeVar("T")

LARGEST_BYTES = 1_000_000
MOST_FAULTS = 500  # of one document; more help nobody
DEEPEST = 40
# What is less like, between 0 and 1, means something else: police_order, court_order.
WORD_LIKENESS = 0.8
FIELD_LIKENESS = 0.6
STEP = re.compile(r"\.(\w[\w-]*)|\[(\d+|\.\.\.)\]")

NAMES = {
    "str": "a text",
    "int": "a number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list, as in [one, two]",
    "object": "a set of fields, as in {name: value}",
    "null": "nothing",
    "date": "a day, such as 2026-11-24,",
}
QUOTES = "a text with : or # or , or a backslash stands in 'single quotes'"
LEFT_OUT = "; if it is not known, leave the field out"
QUOTED = ("int", "float", "bool")

# libyaml parses a file in milliseconds and does not recurse; both give equal events.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Plain words stay words: NO is Norway, no is a word, 12:30 and 2026-11-24 are text.
# Source: YAML 1.2.2, 10.2 (core schema), without octal, hexadecimal and infinity.
_PLAIN = (
    (re.compile(r"null|~|"), lambda text: None),
    (re.compile(r"true|false"), lambda text: text == "true"),
    (re.compile(r"-?(?:0|[1-9]\d{0,17})"), int),
    (re.compile(r"-?(?:0|[1-9]\d*)\.\d+"), float),
)


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A struct that a person writes: unknown fields are mistakes."""


class Problem(msgspec.Struct, frozen=True):
    """One mistake: file, line and column (from 1), what is wrong and allowed."""

    file: str
    line: int
    column: int
    pointer: str
    message: str

    def __str__(self) -> str:
        """Return ``file:line:column: message``."""
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class DocumentWrong(Invalid):
    """A YAML document cannot be read; ``problems`` say where and why."""

    code = "document-wrong"
    title = "A file is wrong"

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__(
            "; ".join(map(str, problems)),
            *(FieldError(p.pointer, "document", p.message) for p in problems),
        )


class _Node:
    """One value of a document, where it stands, and where its keys stand."""

    def __init__(self, mark: Any, value: Any) -> None:  # noqa: ANN401 - PyYAML's untyped mark; any YAML value
        self.line, self.column = mark.line + 1, mark.column + 1
        self.value: Any = value  # a scalar, list[_Node] or dict[str, _Node]
        self.keys: dict[str, _Node] = {}

    def plain(self) -> Any:  # noqa: ANN401 - any YAML value
        """Return the value without places."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def child(self, step: str) -> "_Node | None":
        """Return the node of a key or an index, or None."""
        if isinstance(self.value, dict):
            return self.value.get(step)
        if isinstance(self.value, list) and step.isdigit():
            return next(iter(self.value[int(step) : int(step) + 1]), None)
        return None

    def at(self, path: list[str]) -> "_Node":
        """Return the node at a path, or the deepest one on the way to it."""
        node = self
        for step in path:
            inner = node.child(step)
            if inner is None:
                break
            node = inner
        return node


class _Reader:
    """Builds the tree of one document from parser events, without recursion."""

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self.open: list[_Node] = []
        self.waiting: list[_Node | None] = []  # per open map: the key without a value
        self.root: _Node | None = None

    def refuse(self, place: _Node | None, message: str) -> DocumentWrong:
        line, column = (place.line, place.column) if place else (1, 1)
        return DocumentWrong(Problem(self.file, line, column, "", message))

    def events(self) -> Iterator[Any]:
        """Yield the parser's events; its complaints become ours."""
        try:
            yield from yaml.parse(self.text, Loader=LOADER)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = _Node(mark, None) if mark else None
            raise self.refuse(place, f"{error.problem} ({QUOTES})") from None
        except yaml.YAMLError as error:
            raise self.refuse(None, str(error).splitlines()[0]) from None

    def read(self) -> _Node:
        """Return the tree of the only document."""
        for event in self.events():
            self.take(event)
        if self.root is None or self.root.value is None:
            raise self.refuse(None, "the file is empty")
        return self.root

    def take(self, event: Any) -> None:  # noqa: ANN401 - PyYAML's untyped events
        if isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.open.pop()
            self.waiting.pop()
        elif isinstance(event, yaml.NodeEvent):
            self.begin(event)
        elif isinstance(event, yaml.DocumentStartEvent) and self.root:
            place = _Node(event.start_mark, None)
            raise self.refuse(place, "a second document begins here")

    def begin(self, event: Any) -> None:  # noqa: ANN401 - PyYAML's untyped events
        """Place one scalar, or open a list or a map."""
        node = _Node(event.start_mark, None)
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise self.refuse(node, "anchors and aliases are not allowed")
        if event.tag not in (None, "!"):
            raise self.refuse(node, f"the tag {event.tag} is not allowed")
        if isinstance(event, yaml.ScalarEvent):
            node.value = _scalar(event)
            self.place(node, event.value)
            return
        node.value = {} if isinstance(event, yaml.MappingStartEvent) else []
        self.place(node, None)
        self.open.append(node)
        self.waiting.append(None)
        if len(self.open) > DEEPEST:
            raise self.refuse(node, "nested too deeply")

    def place(self, node: _Node, word: str | None) -> None:
        """Put a node where it belongs: as root, in a list, as a key or its value."""
        if not self.open:
            self.root = node
            return
        parent, key = self.open[-1], self.waiting[-1]
        if isinstance(parent.value, list):
            parent.value.append(node)
        elif key is not None:
            parent.value[key.value] = node
            self.waiting[-1] = None
        elif word is None:
            raise self.refuse(node, "a key must be a word")
        elif word in parent.keys:
            raise self.refuse(node, f"the key {word!r} stands here twice")
        else:
            node.value = word
            parent.keys[word] = node
            self.waiting[-1] = node


def _scalar(event: Any) -> Any:  # noqa: ANN401 - PyYAML's untyped events; any scalar
    """Return what a scalar means: quoted ones are text, plain ones by their shape."""
    if not event.implicit[0]:
        return event.value
    for pattern, make in _PLAIN:
        if pattern.fullmatch(event.value):
            return make(event.value)
    return event.value


def _bare(info: Any) -> Any:  # noqa: ANN401 - msgspec's type descriptions
    """Return a type without what is said of it."""
    return info.type if isinstance(info, msgspec.inspect.Metadata) else info


@cache
def _described_type(kind: Any) -> Any:  # noqa: ANN401 - msgspec's type descriptions
    return msgspec.inspect.type_info(kind)


def _leaf(kind: Any, path: list[str]) -> Any:  # noqa: ANN401 - msgspec's type descriptions
    """Return the description of the type at a path, or None."""
    info: Any = _described_type(kind)
    for step in path:
        for one in getattr(_bare(info), "types", (info,)):
            inner = _inner(_bare(one), step)
            if inner is not None:
                break
        else:
            return None
        info = inner
    return info


def _inner(info: Any, step: str) -> Any:  # noqa: ANN401 - msgspec's type descriptions
    """Return the type one step inside another, or None."""
    if isinstance(info, msgspec.inspect.StructType):
        return next((f.type for f in info.fields if f.encode_name == step), None)
    if isinstance(info, msgspec.inspect.DictType):
        return info.value_type
    return getattr(info, "item_type", None)


def _words(info: Any) -> tuple[str, ...]:  # noqa: ANN401 - msgspec's type descriptions
    """Return what may stand there: field names of a struct, values of a choice."""
    found: list[str] = []
    for one in map(_bare, getattr(_bare(info), "types", (info,))):
        if isinstance(one, msgspec.inspect.StructType):
            found += [field.encode_name for field in one.fields]
        elif isinstance(one, msgspec.inspect.EnumType):
            found += [str(member.value) for member in one.cls]
        elif isinstance(one, msgspec.inspect.LiteralType):
            found += map(str, one.values)
        elif isinstance(one, msgspec.inspect.IntType):
            found.append("a number")
    return tuple(found)


def _is_choice(info: Any) -> bool:  # noqa: ANN401 - msgspec's type descriptions
    """Say whether one of several words is expected at a type."""
    choices = (msgspec.inspect.EnumType, msgspec.inspect.LiteralType)
    types = map(_bare, getattr(_bare(info), "types", (info,)))
    return any(isinstance(one, choices) for one in types)


def _described(info: Any) -> str:  # noqa: ANN401 - msgspec's type descriptions
    """Return in words what is expected at a type, or nothing."""
    for one in (info, *getattr(_bare(info), "types", ())):
        said = getattr(one, "extra_json_schema", None) or {}
        if "description" in said:
            return str(said["description"])
    return ""


def _plainly(message: str, info: Any) -> str:  # noqa: ANN401 - msgspec's type descriptions
    """Return msgspec's complaint as a person says it who writes no programs."""
    may_miss = any(
        isinstance(one, msgspec.inspect.NoneType)
        for one in getattr(_bare(info), "types", ())
    )
    otherwise = LEFT_OUT if may_miss else ""
    if "matching regex" in message and (said := _described(info)):
        return f"expected here: {said}{otherwise}"
    if found := re.fullmatch(r"Expected `(\w+).*?`, got `(\w+)`", message):
        wanted, got = (NAMES.get(one, one) for one in found.groups())
        hint = "; put it in quotes" if found[1] == "str" and found[2] in QUOTED else ""
        return f"{wanted} is expected here, not {got}{hint}"
    if found := re.fullmatch(r"Object missing required field `(.+)`", message):
        allowed = ", ".join(_words(_inner(_bare(info), found[1])))
        hint = f"; allowed there: {allowed}" if allowed else ""
        return f"the field {found[1]!r} is missing{hint}"
    if "RFC3339 encoded date" in message:
        return f"a day is expected here, such as 2026-11-24{otherwise}"
    return message


def _advice(word: str, allowed: tuple[str, ...], likeness: float) -> str:
    """Return what is allowed, the nearest first if its spelling is as like as that."""
    near = difflib.get_close_matches(word, allowed, n=1, cutoff=likeness)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"{hint}allowed here: {', '.join(allowed)}"


def _faults(value: Any, kind: Any, *path: str) -> Iterator[tuple[list[str], str]]:  # noqa: ANN401 - any YAML value, any type
    """Yield msgspec's complaints with their paths: it names the first one only."""
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        complaint, _, where = str(error).partition(" - at `")
        yield [*path, *(a or b for a, b in STEP.findall(where.rstrip("`")))], complaint
        yield from ((list(path), one) for one in _names_amiss(value, kind))
        for step, inner, its in _parts(value, kind):
            yield from _faults(inner, its, *path, step)


def _names_amiss(value: Any, kind: Any) -> list[str]:  # noqa: ANN401 - any YAML value, any type
    """Return complaints of the unknown fields of a struct, else of the missing ones."""
    if not (isinstance(value, dict) and hasattr(kind, "__struct_fields__")):
        return []
    known = {one.encode_name: one.required for one in msgspec.structs.fields(kind)}
    unknown = [name for name in value if name not in known]
    missing = [one for one, needed in known.items() if needed and one not in value]
    if unknown:
        return [f"Object contains unknown field `{name}`" for name in unknown]
    return [f"Object missing required field `{name}`" for name in missing]


def _parts(value: Any, kind: Any) -> Iterator[tuple[str, Any, Any]]:  # noqa: ANN401 - any YAML value, any type
    """Yield entries of a list or fields of a struct: where, what, and their type."""
    if isinstance(value, list) and get_origin(kind) is tuple:
        for place, one in enumerate(value):
            yield str(place), one, get_args(kind)[0]
    elif isinstance(value, dict) and hasattr(kind, "__struct_fields__"):
        for field in msgspec.structs.fields(kind):
            if field.encode_name in value:
                yield field.encode_name, value[field.encode_name], field.type


def _explain(
    path: list[str],
    complaint: str,
    kind: Any,  # noqa: ANN401 - any type msgspec can decode
    root: _Node,
    file: str,
) -> Problem:
    """Return msgspec's complaint with its place, and what is allowed there."""
    info = _leaf(kind, path)
    node, words, message = root.at(path), _words(info), _plainly(complaint, info)
    if unknown := re.search(r"unknown field `(.+?)`", message):
        name = unknown.group(1)
        node = node.keys.get(name, node)
        message = f"unknown field {name!r}: {_advice(name, words, FIELD_LIKENESS)}"
        path = [*path, name]
    elif _is_choice(info) and not isinstance(node.value, dict | list):
        word = str(node.value).lower() if node.value in (True, False) else node.value
        advice = _advice(str(word), words, WORD_LIKENESS)
        message = f"{path[-1]}: {word!r} is no word for it; {advice}"
    elif path:
        message = f"{'.'.join(path)}: {message}"
    pointer = "".join(f"/{step}" for step in path)
    return Problem(file, node.line, node.column, pointer, message)


def _text(content: str | bytes, file: str) -> str:
    """Return the text of a file that is small enough and UTF-8."""
    if len(content) > LARGEST_BYTES:
        raise DocumentWrong(Problem(file, 1, 1, "", "larger than 1 MB"))
    if isinstance(content, str):
        return content
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        problem = Problem(file, line, 1, "", "this is not UTF-8 text")
        raise DocumentWrong(problem) from None


def decode(content: str | bytes, kind: type[T], *, file: str) -> T:
    """
    Return a YAML document as a struct; unknown fields and doubled keys are refused.

    Plain words are text: only ``true``, ``false``, ``null`` and decimal numbers are
    not. Aliases, tags, more than 1 MB and more than 40 levels are refused too.

    Raises: DocumentWrong with all that is wrong, by line and column.
    """
    root = _Reader(_text(content, file), file).read()
    plain = root.plain()
    try:
        return msgspec.convert(plain, kind)
    except msgspec.ValidationError:
        faults = islice(_faults(plain, kind), MOST_FAULTS)
        found = {_explain(path, said, kind, root, file) for path, said in faults}
        told = sorted(found, key=lambda one: (one.line, one.column, one.message))
        raise DocumentWrong(*told) from None


class Places:
    """Where the values of one document stand; reads it once."""

    def __init__(self, text: str) -> None:
        self._root = _Reader(text, "").read()

    def of(self, pointer: str) -> tuple[int, int]:
        """Return line and column (from 1) of a JSON pointer, or of what is nearest."""
        node = self._root.at([step for step in pointer.split("/") if step])
        return node.line, node.column


def line_of(text: str, pointer: str) -> tuple[int, int]:
    """Return line and column (from 1) of a JSON pointer in a YAML text."""
    return Places(text).of(pointer)
