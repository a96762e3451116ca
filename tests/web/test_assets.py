"""What pages load: styles without what no page bears, sent packed."""

import pytest

from platformlink.web.assets import STYLES, trimmed
from tests.seats import Client

SHEET = """@charset "UTF-8";/*! a licence *//* a note */
:root,[data-bs-theme=light]{--ink:#111}
body{margin:0}
.card,.row>*,h1{margin:1px}.card:not(.row){padding:1px}
@media (min-width:700px){.card{margin:2px}.row{margin:2px}}
@media print{.card{margin:3px}}
@keyframes turn{to{rotate:1turn}}
"""


def test_rules_of_classes_that_no_page_bears_are_left_out() -> None:
    assert trimmed(SHEET) == (
        '@charset "UTF-8";/*! a licence */'
        ":root,[data-bs-theme=light]{--ink:#111}"
        "body{margin:0}"
        ".row>*,h1{margin:1px}"
        "@media (min-width:700px){.row{margin:2px}}"
        "@keyframes turn{to{rotate:1turn}}"
    )


@pytest.mark.anyio
async def test_styles_are_sent_packed_and_pages_are_not(client: Client) -> None:
    packed = {"accept-encoding": "gzip"}

    style = await client.get(f"/static/vendor/{STYLES.name}", headers=packed)
    font = await client.get("/static/vendor/inter.woff2", headers=packed)
    page = await client.get("/sign-in", headers=packed | {"accept": "text/html"})

    assert style.headers["content-encoding"] == "gzip"
    assert style.text.startswith('@charset "UTF-8"')
    assert "content-encoding" not in font.headers
    assert "content-encoding" not in page.headers
