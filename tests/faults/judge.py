"""What was promised against what was found: each promise is one line of the table."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec


class Promised(msgspec.Struct, kw_only=True):
    """What the server confirmed to its clients, and nothing else."""

    filed: dict[str, str] = {}  # case -> the draft in it
    sealed: dict[str, str] = {}  # reference -> SHA-256 of its letter
    queued: set[str] = set()  # references whose sending was accepted
    answers: dict[str, int] = {}  # reference -> the response that was recorded
    due: dict[str, datetime] = {}  # reference -> when its clock ends


class Rung(msgspec.Struct, frozen=True):
    """A clock that rang for a request: which, at which level, and when."""

    reference: str
    key: str
    told_at: datetime


class Taken(msgspec.Struct, frozen=True):
    """A message that the mail server took: of which letter, and with which bytes."""

    reference: str
    message_id: str
    sha256: str


class Found(msgspec.Struct, kw_only=True):
    """What stands in the database and on the mail server when all is quiet again."""

    drafts: dict[str, list[str]] = {}  # case -> every draft in it
    letters: dict[str, str] = {}  # reference -> SHA-256 of its letter
    delivered: set[str] = set()  # references that the desk shows as delivered
    taken: list[Taken] = []  # as they came
    answers: dict[str, list[int]] = {}  # reference -> all its responses
    rung: list[Rung] = []  # the clocks that rang, each level once
    entries: int = 0  # of the audit log
    broken_entry: int | None = None
    asked: int = 0  # questions that the desk answered
    failed: list[str] = []  # those of them that it answered with a mistake of its own


class Verdict(msgspec.Struct, frozen=True):
    """One promise: how often it was given, how often it was kept, and what broke it."""

    promise: str
    promised: int
    kept: int
    broken: tuple[str, ...]


def _verdict(promise: str, given: Iterable[str], broken: Iterable[str]) -> Verdict:
    names, wrong = set(given), tuple(sorted(set(broken)))
    return Verdict(promise, len(names), len(names - set(wrong)), wrong)


def _differing(wanted: Mapping[str, object], found: Mapping[str, object]) -> list[str]:
    return [one for one, value in wanted.items() if found.get(one) != value]


def _silent(promised: Promised, found: Found) -> list[str]:
    """Return what did not ring exactly once when its time had come."""
    keys: dict[str, list[str]] = {one: [] for one in promised.due}
    for one in found.rung:
        if one.reference in keys and one.told_at >= promised.due[one.reference]:
            keys[one.reference].append(one.key)
    return [reference for reference, rung in keys.items() if len(rung) != 1]


def judge(promised: Promised, found: Found) -> list[Verdict]:
    """Return each promise with what broke it."""
    drafts = {case: [one] for case, one in promised.filed.items()}
    answers = {one: [number] for one, number in promised.answers.items()}
    arrived = {one.reference: one.sha256 for one in found.taken}
    times = Counter(one.message_id for one in found.taken)
    went = {
        one for one in found.delivered if arrived.get(one) == found.letters.get(one)
    }
    entries = [str(found.broken_entry)] if found.broken_entry is not None else []
    if not found.entries:
        entries = ["it is empty"]
    return [
        _verdict(
            "what was filed is there, once", drafts, _differing(drafts, found.drafts)
        ),
        _verdict(
            "a sealed letter is there, byte for byte",
            promised.sealed,
            _differing(promised.sealed, found.letters),
        ),
        _verdict(
            "a letter that was to go out went out, as it was sealed",
            promised.queued,
            promised.queued - went,
        ),
        _verdict(
            "what is shown as delivered was taken",
            found.delivered,
            found.delivered - set(arrived),
        ),
        _verdict(
            "nothing was sent twice",
            times,
            [one for one, count in times.items() if count > 1],
        ),
        _verdict(
            "an answer is there, once", answers, _differing(answers, found.answers)
        ),
        _verdict(
            "a clock that was due has rung, once",
            promised.due,
            _silent(promised, found),
        ),
        Verdict(
            "the audit chain holds",
            found.entries,
            0 if entries else found.entries,
            tuple(entries),
        ),
        Verdict(
            "an answer never tells of a mistake of ours",
            found.asked,
            found.asked - len(found.failed),
            tuple(found.failed),
        ),
    ]
