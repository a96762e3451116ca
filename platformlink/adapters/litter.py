"""When Python looks for objects that only hold each other."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def left() -> Iterator[None]:
    """
    Look for none meanwhile: what modules make when they are loaded stays.

    To look through it again and again took a quarter of a start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def settle() -> None:
    """
    Look no more at what is there now.

    Else a page that makes many objects waits for a look at all of the program, its
    libraries and its protocols: 0.2 seconds.
    """
    gc.collect()
    gc.freeze()
