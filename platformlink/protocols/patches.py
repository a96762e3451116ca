"""Changing one place of a protocol file, comments and order untouched. Pure."""

import difflib
import json
import re
from typing import Any

import yaml

from platformlink.documents import LOADER, DocumentWrong, Problem
from platformlink.errors import FieldError, Invalid, Missing
from platformlink.protocols import review, shelf

INDEX = re.compile(r"[0-9]{1,5}")


class NoSuchPlace(Missing):
    """A JSON pointer leads nowhere in this file."""

    code = "no-such-place"
    title = "There is nothing at this place of the file"
    mend = "Open the platform's page, and start from the fact itself."


class ProposalInvalid(Invalid):
    """The file would not pass its check with this change."""

    code = "proposal-invalid"
    title = "The file would be wrong with this change"
    mend = "Each mistake is named, with what is allowed there. Mend those."


def _node(content: str, pointer: str) -> yaml.Node:
    """
    Return the node at a JSON pointer.

    Raises: NoSuchPlace.
    """
    if not pointer.startswith("/"):
        raise NoSuchPlace
    node: Any = yaml.compose(content, Loader=LOADER)
    for step in pointer.split("/")[1:]:
        if isinstance(node, yaml.MappingNode):
            inner = {key.value: value for key, value in node.value}
            node = inner.get(step)
        elif isinstance(node, yaml.SequenceNode) and INDEX.fullmatch(step):
            node = next(iter(node.value[int(step) : int(step) + 1]), None)
        else:
            node = None
        if node is None:
            raise NoSuchPlace
    found: yaml.Node = node
    return found


def _span(content: str, node: yaml.Node) -> tuple[int, int]:
    """Return where a node begins and ends, without what is not its own below it."""
    uncounted = content.startswith("\ufeff")  # libyaml skips a byte-order mark
    start, end = node.start_mark.index + uncounted, node.end_mark.index + uncounted
    lines = content[start:end].splitlines(keepends=True)
    while len(lines) > 1 and (not lines[-1].strip() or lines[-1].lstrip()[0] == "#"):
        lines.pop()
    return start, start + len("".join(lines).rstrip())


def text_at(content: str, pointer: str) -> str:
    """
    Return what stands at a JSON pointer, as it is written, without its indent.

    Raises: NoSuchPlace.
    """
    node = _node(content, pointer)
    start, end = _span(content, node)
    indent = " " * node.start_mark.column
    first, *rest = content[start:end].split("\n")
    return "\n".join([first, *(line.removeprefix(indent) for line in rest)])


def _put(content: str, node: yaml.Node, new: str) -> str:
    start, end = _span(content, node)
    indent = " " * node.start_mark.column
    first, *rest = new.split("\n")
    lines = [first, *(indent + line if line.strip() else "" for line in rest)]
    return content[:start] + "\n".join(lines) + content[end:]


def replaced(content: str, pointer: str, new: str) -> str:
    """
    Return the file with another text at a place; a word is put in quotes if need be.

    Raises: NoSuchPlace.
    """
    node = _node(content, pointer)
    if not isinstance(node, yaml.ScalarNode):
        return _put(content, node, new.strip("\n").replace("\r", ""))
    value = " ".join(new.split())
    plain = _put(content, node, value)
    try:
        read = _node(plain, pointer)
    except (yaml.YAMLError, NoSuchPlace, RecursionError):
        read = None
    is_same = isinstance(read, yaml.ScalarNode) and read.value == value
    is_quoted = value[:1] in ("'", '"') and isinstance(read, yaml.ScalarNode)
    if is_same or is_quoted:
        return plain
    return _put(content, node, json.dumps(value, ensure_ascii=False))


def check(slug: str, content: str) -> None:
    """
    Let pass a text that may be a platform's file.

    Raises: ProposalInvalid, which names each mistake.
    """
    try:
        protocol = shelf.decode(content, file=f"{slug}.yaml")
    except DocumentWrong as wrong:
        raise ProposalInvalid("", *map(_told, wrong.problems)) from None
    faults = review.faults(protocol)
    if protocol.slug != slug:
        faults.append(("/slug", f"the file's own name is expected here: {slug}"))
    if faults:
        raise ProposalInvalid(
            "", *(FieldError(at, "document", text) for at, text in faults)
        )


def _told(problem: Problem) -> FieldError:
    return FieldError(problem.pointer, "document", problem.message.replace("%", "%%"))


def patch(slug: str, before: str, after: str) -> str:
    """Return a change as a unified diff, to be applied with `git apply`."""
    name = f"protocols/{slug}.yaml"
    lines = difflib.unified_diff(
        before.splitlines(keepends=True),
        after.splitlines(keepends=True),
        fromfile=f"a/{name}",
        tofile=f"b/{name}",
    )
    return "".join(lines)


def still_reads(content: str, pointer: str, text: str) -> bool:
    """Say whether a text still stands at a JSON pointer."""
    try:
        return text_at(content, pointer) == text
    except NoSuchPlace:
        return False
