"""
Take the pictures of the README anew.

    python -m tests.stories.screenshots FOLDER
"""

from io import BytesIO
from pathlib import Path

import click
from PIL import Image
from playwright.sync_api import sync_playwright

from tests.stories.conftest import ARGUMENTS, CHROMIUM, demonstration, signed_in

README = (("luan", "board", "/board"),)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def main(folder: Path) -> None:
    """Write the pictures into FOLDER."""
    with demonstration() as desk, sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for who, name, path in README:
            page = signed_in(browser, desk, who)
            page.goto(path)
            page.wait_for_load_state("networkidle")
            taken = Image.open(BytesIO(page.screenshot()))
            # A third of its size, and nobody sees a difference.
            taken.quantize().save(folder / f"{name}.png", optimize=True)
        browser.close()


if __name__ == "__main__":
    main()
