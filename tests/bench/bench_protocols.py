"""Reading all protocol files, checking them, and finding accounts in 1 MB of text."""

import statistics
import time
import timeit
from collections.abc import Callable
from functools import partial
from pathlib import Path

from platformlink.protocols import review
from platformlink.protocols.recognition import Recogniser
from platformlink.protocols.shelf import Library
from tests.protocols.test_recognition import HOSTILE

FOLDER = Path(__file__).parent.parent.parent / "protocols"
LINE = (
    "12:04 Ben: look at https://www.tiktok.com/@some.name or write to @some_name on "
    "telegram, his number is +355 69 123 4567, mail ann@gmail.com, see you tomorrow.\n"
)
ROUNDS = 5
LARGEST = 1_000_000


def median(work: Callable[[], object]) -> float:
    """Return how many seconds a piece of work takes, as a rule."""
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def text_of(size: int) -> str:
    return (LINE * (size // len(LINE) + 1))[:size]


def growth(recogniser: Recogniser, text: str) -> float:
    """Return how many times the time of a text one of twice its length takes."""
    once, twice = (
        min(timeit.repeat(partial(recogniser.find, text * count), number=1))
        for count in (4, 8)
    )
    return twice / once


def main() -> None:
    files = sorted(FOLDER.glob("*.yaml"))
    loading = median(lambda: Library.load(FOLDER))
    checking = median(lambda: [review.problems(file) for file in files])
    recogniser = Recogniser(Library.load(FOLDER).all())
    half = median(lambda: recogniser.find(text_of(LARGEST // 2)))
    whole = median(lambda: recogniser.find(text_of(LARGEST)))
    doorkeeper = Library.load(FOLDER).doorkeeper
    hosts = median(lambda: list(doorkeeper.look(text_of(LARGEST))))
    print(
        f"{len(files)} protocol files read in {loading * 1000:.0f} ms, checked in "
        f"{checking * 1000:.0f} ms (at most 1000); accounts found in 1 MB of text in "
        f"{whole * 1000:.0f} ms (at most 1000), which is {whole / half:.2f} times "
        "that of half of it (at most 2.5); deceptive hosts looked for in "
        f"{hosts * 1000:.0f} ms; the worst hostile text, doubled, takes "
        f"{max(growth(recogniser, one) for one in HOSTILE):.2f} times as long "
        "(at most 2.5)"
    )


if __name__ == "__main__":
    main()
