"""A page to seal."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from platformlink.adapters import pdf, signing
from platformlink.values import Html, Pdf

TEMPLATES = Path(__file__).parent.parent.parent / "letter_templates"
PAGE = Html('<html lang=en><title>A</title><p>Text<div id="seal">Sealed</div>')


@pytest.fixture(scope="package")
def unsealed() -> Pdf:
    with ProcessPoolExecutor(1, mp_context=get_context("forkserver")) as child:
        work = child.submit(pdf.render, TEMPLATES, PAGE, "letter.css", (), None)
        return work.result(timeout=60)


@pytest.fixture(autouse=True)
def rested() -> None:
    """Ask every time-stamp service again, whatever the last test did to it."""
    signing.RESTING.clear()
