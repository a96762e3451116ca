"""
Whether a pattern can be trusted: that it compiles, and never backtracks for seconds.

A repetition inside a repetition can be cut up in exponentially many ways, unless a
fixed character that the inner one cannot match marks where each round begins or ends.
"""

import re
from collections.abc import Iterator
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

ASCII = frozenset(map(chr, range(128)))
OTHER = "\u0101"  # stands for every letter beyond ASCII
EVERY = ASCII | {OTHER}
CATEGORIES = {
    sre.CATEGORY_DIGIT: frozenset("0123456789"),
    sre.CATEGORY_SPACE: frozenset(" \t\n\r\f\v"),
    sre.CATEGORY_WORD: frozenset(c for c in ASCII if c.isalnum() or c == "_") | {OTHER},
}
OPPOSITES = {
    sre.CATEGORY_NOT_DIGIT: sre.CATEGORY_DIGIT,
    sre.CATEGORY_NOT_SPACE: sre.CATEGORY_SPACE,
    sre.CATEGORY_NOT_WORD: sre.CATEGORY_WORD,
}
REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT)
MANY = 1  # a repetition of at most one is an option, not a loop


def _category(code: Any) -> frozenset[str]:  # noqa: ANN401 - the parser's own constants
    if code in OPPOSITES:
        return EVERY - CATEGORIES[OPPOSITES[code]]
    return CATEGORIES[code]


def _members(items: list[tuple[Any, Any]]) -> frozenset[str]:
    """Return the characters of a class such as `[a-z.]`."""
    found: set[str] = set()
    for op, value in items:
        if op is sre.LITERAL:
            found.add(chr(value) if value < len(ASCII) else OTHER)
        elif op is sre.RANGE:
            first, last = value
            found |= {c for c in ASCII if first <= ord(c) <= last}
            found |= {OTHER} if last >= len(ASCII) else set()
        elif op is sre.CATEGORY:
            found |= _category(value)
    is_negated = bool(items) and items[0][0] is sre.NEGATE
    return EVERY - found if is_negated else frozenset(found)


def _one(op: Any, value: Any) -> frozenset[str] | None:  # noqa: ANN401 - the parser's own
    """Return the characters of a piece that matches exactly one, or None."""
    if op is sre.LITERAL:
        return _members([(op, value)])
    if op is sre.NOT_LITERAL:
        return EVERY - {chr(value)}
    if op is sre.ANY:
        return EVERY
    return _members(value) if op is sre.IN else None


def _parts(op: Any, value: Any) -> list[Any]:  # noqa: ANN401 - the parser's own
    """Return the sequences inside a piece."""
    if op in (*REPEATS, sre.POSSESSIVE_REPEAT):
        return [value[2]]
    if op is sre.SUBPATTERN:
        return [value[3]]
    if op is sre.BRANCH:
        return list(value[1])
    return []


def _all(sequence: Any) -> frozenset[str]:  # noqa: ANN401 - the parser's own
    """Return every character that a sequence can match somewhere."""
    found: frozenset[str] = frozenset()
    for op, value in sequence:
        found |= _one(op, value) or frozenset()
        for part in _parts(op, value):
            found |= _all(part)
    return found


def _loops(sequence: Any) -> Iterator[frozenset[str]]:  # noqa: ANN401 - the parser's own
    """Yield the characters of each variable loop inside a sequence."""
    for op, value in sequence:
        if op in REPEATS and value[0] != value[1]:
            yield _all(value[2])
        for part in _parts(op, value):
            yield from _loops(part)


def _is_marked(body: Any) -> bool:  # noqa: ANN401 - the parser's own
    """Say whether each round of a loop is marked off by a character of its own."""
    pieces = list(body)
    edges = [_one(*pieces[0]), _one(*pieces[-1])] if pieces else []
    return any(
        edge is not None and all(not edge & inner for inner in _loops(pieces))
        for edge in edges
    )


def _is_risky(sequence: Any) -> bool:  # noqa: ANN401 - the parser's own
    for op, value in sequence:
        if op in REPEATS and value[1] > MANY and value[0] != value[1]:
            body = value[2]
            if any(True for _ in _loops(body)) and not _is_marked(body):
                return True
            if _has_twins(body):
                return True
        if any(_is_risky(part) for part in _parts(op, value)):
            return True
    return False


def _has_twins(body: Any) -> bool:  # noqa: ANN401 - the parser's own
    """Say whether a loop's round can match the same text in two of its branches."""
    for op, value in body:
        if op is sre.BRANCH:
            seen: frozenset[str] = frozenset()
            for branch in value[1]:
                first = _one(*branch[0]) if len(branch) else EVERY
                if first is None or first & seen:
                    return True
                seen |= first
        if any(_has_twins(part) for part in _parts(op, value)):
            return True
    return False


def fault(pattern: str) -> str | None:
    """Return what is wrong with a pattern, or None."""
    try:
        re.compile(pattern)
        tree = parser.parse(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"this pattern cannot be read: {error}"
    if _is_risky(tree):
        return (
            "this pattern can run for seconds: a repetition inside a repetition needs "
            "a character that marks each round, which the inner one cannot match"
        )
    return None
