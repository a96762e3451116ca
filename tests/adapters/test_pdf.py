"""The renderer: archival, tagged, reproducible, and closed to the outside."""

import io
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from platformlink.adapters import pdf, typesetting
from platformlink.ports import Attachment, PagesExceeded
from platformlink.values import Html, Pdf

TEMPLATES = Path(__file__).parent.parent.parent / "letter_templates"
MADE_AT = datetime(2026, 11, 24, tzinfo=UTC)
DATA = Attachment("request.json", b'{"a": 1}', "This letter as data", MADE_AT)
PAGE = Html(
    "<html lang=en><title>A letter</title><body><h1>Héading</h1>"
    '<p>Text</p><div id="seal">Sealed</div>'
)


CHILD = ProcessPoolExecutor(1, mp_context=get_context("forkserver"))


def render(html: str = PAGE, most_pages: int | None = None) -> Pdf:
    """Render where letters are rendered: in a process of its own."""
    work = CHILD.submit(
        pdf.render, TEMPLATES, Html(html), "letter.css", (DATA,), most_pages
    )
    return work.result(timeout=60)


@pytest.fixture(autouse=True, scope="module")
def child() -> Iterator[None]:
    yield
    CHILD.shutdown()


def opened(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(content))


def test_it_says_that_it_is_archival_and_accessible() -> None:
    document = opened(render())
    xmp = document.Root.Metadata.read_bytes().decode()

    assert 'pdfaid:part="3"' in xmp
    assert 'pdfaid:conformance="B"' in xmp
    assert 'pdfuaid:part="1"' in xmp
    assert xmp.count("<rdf:RDF") == 1


def test_it_is_tagged_and_names_its_language_and_colours() -> None:
    document = opened(render())
    root = document.Root

    assert root.MarkInfo.Marked
    assert str(root.Lang) == "en"
    assert root.StructTreeRoot.K[0].S == "/Document"
    assert root.OutputIntents[0].S == "/GTS_PDFA1"


def test_every_font_is_embedded() -> None:
    document = opened(render())
    fonts = [one for one in document.objects if is_descriptor(one)]

    assert fonts
    assert all("/FontFile2" in one or "/FontFile3" in one for one in fonts)


def is_descriptor(one: pikepdf.Object) -> bool:
    return isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/FontDescriptor"


def test_data_travels_as_an_associated_file() -> None:
    document = opened(render())

    assert document.attachments["request.json"].get_file().read_bytes() == DATA.content
    assert document.Root.AF[0].AFRelationship == "/Data"
    assert document.Root.AF[0].EF.F.Subtype == "/application/json"


def test_the_seals_field_is_empty_and_has_its_place_in_the_structure() -> None:
    document = opened(render())
    (field,) = document.Root.AcroForm.Fields
    left, foot, right, head = (float(side) for side in field.Rect)

    assert (str(field.FT), str(field.T), "/V" in field) == ("/Sig", "Seal", False)
    assert document.Root.StructTreeRoot.K[0].K[-1].S == "/Form"
    assert (0 < left < right < 596, 0 < foot < head < 842) == (True, True)


def test_a_page_without_an_area_for_it_has_no_field() -> None:
    document = opened(render("<html lang=en><p>Text"))

    assert "/AcroForm" not in document.Root


def test_a_preview_can_bear_no_seal() -> None:
    made = CHILD.submit(pdf.preview, TEMPLATES, PAGE, "letter.css").result(timeout=60)
    document = opened(made)

    assert "/AcroForm" not in document.Root


def test_the_same_page_gives_the_same_bytes() -> None:
    assert render() == render()


def test_too_many_pages_are_refused() -> None:
    page = PAGE + "<p>text</p>" * 400

    with pytest.raises(PagesExceeded):
        render(page, most_pages=1)


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/hostname",
        "https://example.com/a.svg",
        "http://127.0.0.1:9/a.svg",
        "data:image/svg+xml,<svg/>",
        "../pyproject.toml",
        "https://bundled.invalid/../platformlink/demo/crest.svg",
        "https://bundled.invalid/sample.yaml",
        "//example.com/crest.svg",
    ],
)
def test_nothing_outside_the_folder_is_fetched(address: str) -> None:
    with pytest.raises(ValueError, match="only bundled"):
        typesetting.Bundled(TEMPLATES).fetch(address)


def test_an_address_in_a_page_is_not_followed() -> None:
    page = '<html lang=en><img src="file:///etc/hostname" alt="x"><p>Text'

    document = opened(render(page))

    assert len(document.pages) == 1


def test_a_strip_shows_all_pages_side_by_side() -> None:
    two = Pdf(render(PAGE + '<p style="break-before: page">More'))

    one, both = (Image.open(io.BytesIO(typesetting.strip(x))) for x in (render(), two))

    assert (both.width, both.height) == (2 * one.width, one.height)
