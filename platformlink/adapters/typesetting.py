"""
What the renderer's processes do with WeasyPrint: archival, tagged, reproducible PDF.

It is large, so only those processes import it, through pdf.py.
"""

import io
import logging
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pydyf
import pypdfium2
import weasyprint
from PIL import Image
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from platformlink.adapters.pdf import STYLE
from platformlink.ports import SEAL_FIELD, Attachment, PagesExceeded
from platformlink.values import Html, Pdf

BASE = "https://bundled.invalid/"  # a host that cannot exist; nothing is looked up
BUNDLED = {".svg": "image/svg+xml", ".png": "image/png", ".css": "text/css"}
POINTS = 0.75  # per CSS pixel
PRINTED = 4  # annotation flag
STRIP_SCALE = 1.0
PICTURE_SCALE = 1.6  # pixels per point: sharp beside a form, small to send

# PDF/UA is declared inside PDF/A by an extension schema.
# Source: ISO 14289-1, 5; ISO 19005-3, 6.6.2.3.
ACCESSIBLE = b"""<rdf:Description rdf:about=""
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about=""
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
</rdf:RDF>"""


class Bundled(URLFetcher):
    """Serves the pictures and styles of one folder, and nothing else."""

    def __init__(self, folder: Path) -> None:
        super().__init__(allowed_protocols=())  # type: ignore[no-untyped-call]
        self.folder = folder

    def fetch(
        self, url: str, headers: dict[str, str] | None = None
    ) -> URLFetcherResponse:
        """
        Return a bundled resource.

        Raises: ValueError for anything else.
        """
        name = unquote(url.removeprefix(BASE))
        kind = BUNDLED.get(Path(name).suffix)
        if not url.startswith(BASE) or "/" in name or kind is None:
            message = "only bundled resources are fetched"
            raise ValueError(message)
        content = (self.folder / name).read_bytes()
        return URLFetcherResponse(url, content, {"Content-Type": kind})

    __call__ = fetch


class Desk:
    """What one worker keeps from letter to letter: the fonts and the parsed styles."""

    def __init__(self, folder: Path) -> None:
        self.fetcher = Bundled(folder)
        self.fonts = FontConfiguration()
        self._styles: dict[tuple[str, int], weasyprint.CSS] = {}

    def style(self, name: str) -> weasyprint.CSS:
        """Return a style sheet, parsed again only when its file has changed."""
        file = self.fetcher.folder / name
        key = (name, file.stat().st_mtime_ns)
        if key not in self._styles:
            self._styles[key] = weasyprint.CSS(
                string=file.read_text(encoding="utf-8"),
                base_url=BASE,
                font_config=self.fonts,
                url_fetcher=self.fetcher,
            )
        return self._styles[key]

    def layout(self, html: Html, style: str, **options: object) -> weasyprint.Document:
        """Return the laid-out pages."""
        page = weasyprint.HTML(string=html, base_url=BASE, url_fetcher=self.fetcher)
        made: weasyprint.Document = page.render(
            font_config=self.fonts, stylesheets=[self.style(style)], **options
        )
        return made


@cache
def desk(folder: Path) -> Desk:
    """Return this process's desk for a folder."""
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    return Desk(folder)


def _found(pdf: pydyf.PDF, reference: Any) -> Any:  # noqa: ANN401 - untyped PDF objects
    """Return the object that a reference such as ``12 0 R`` means."""
    text = reference.decode() if isinstance(reference, bytes) else str(reference)
    return pdf.objects[int(text.split()[0])]


def _add_to_structure(pdf: pydyf.PDF, widget: pydyf.Dictionary) -> None:
    """Give a widget its place in the structure tree, as PDF/UA asks."""
    root = _found(pdf, pdf.catalog["StructTreeRoot"])
    document = _found(pdf, root["K"][0])
    numbers = _found(pdf, root["ParentTree"])["Nums"]
    key = numbers[-2] + 1
    reference = pydyf.Dictionary(
        {"Type": "/OBJR", "Obj": widget.reference, "Pg": widget["P"]}
    )
    pdf.add_object(reference)
    form = pydyf.Dictionary(
        {
            "Type": "/StructElem",
            "S": "/Form",
            "K": pydyf.Array([reference.reference]),
            "Pg": widget["P"],
            "P": document.reference,
        }
    )
    pdf.add_object(form)
    document["K"].append(form.reference)
    numbers.extend([key, form.reference])
    widget["StructParent"] = key


def _add_seal_field(document: weasyprint.Document, pdf: pydyf.PDF) -> None:
    """Put an empty signature field where the element with id "seal" stands."""
    for number, page in enumerate(document.pages):
        if "seal" not in page.anchors:
            continue
        left, top, right, bottom = (side * POINTS for side in page.anchors["seal"])
        height = page.height * POINTS
        page_reference = pdf.page_references[number]
        widget = pydyf.Dictionary(
            {
                "Type": "/Annot",
                "Subtype": "/Widget",
                "FT": "/Sig",
                "T": pydyf.String(SEAL_FIELD),
                "TU": pydyf.String("Electronic seal"),
                "F": PRINTED,
                "Rect": pydyf.Array([left, height - bottom, right, height - top]),
                "P": page_reference,
            }
        )
        pdf.add_object(widget)
        _found(pdf, page_reference).setdefault("Annots", pydyf.Array()).append(
            widget.reference
        )
        pdf.catalog["AcroForm"] = pydyf.Dictionary(
            {"Fields": pydyf.Array([widget.reference])}
        )
        _add_to_structure(pdf, widget)
        return


def _declare_accessible(pdf: pydyf.PDF) -> None:
    """Say in the metadata that the document is PDF/UA-1 beside PDF/A-3b."""
    stream = _found(pdf, pdf.catalog["Metadata"]).stream
    stream[0] = stream[0].replace(b"</rdf:RDF>", ACCESSIBLE)


def _finish(document: weasyprint.Document, pdf: pydyf.PDF) -> None:
    _declare_accessible(pdf)
    _add_seal_field(document, pdf)


def _attached(attachment: Attachment) -> weasyprint.Attachment:
    return weasyprint.Attachment(
        file_obj=io.BytesIO(attachment.content),
        name=attachment.name,
        description=attachment.description,
        created=attachment.made_at,
        modified=attachment.made_at,
        relationship=attachment.relationship,
    )


def render(
    folder: Path,
    html: Html,
    style: str,
    attachments: tuple[Attachment, ...],
    most_pages: int | None,
) -> Pdf:
    """
    Return the archival PDF, in this process.

    Raises: PagesExceeded.
    """
    options = {"pdf_variant": "pdf/a-3b", "pdf_tags": True}
    document = desk(folder).layout(html, style, **options)
    if most_pages is not None and len(document.pages) > most_pages:
        raise PagesExceeded
    made = document.write_pdf(
        finisher=_finish,
        attachments=[_attached(one) for one in attachments],
        **options,
    )
    return Pdf(made)


def preview(folder: Path, html: Html, style: str) -> Pdf:
    """Return a PDF to look at, in this process."""
    return Pdf(desk(folder).layout(html, style).write_pdf())


def picture(pdf: Pdf) -> bytes:
    """Return the first page as a PNG, in this process."""
    document = pypdfium2.PdfDocument(pdf)
    drawn = document[0].render(scale=PICTURE_SCALE).to_pil()
    written = io.BytesIO()
    drawn.save(written, "PNG", optimize=False)
    document.close()
    return written.getvalue()


def strip(pdf: Pdf) -> bytes:
    """Return all pages side by side as a PNG, in this process."""
    document = pypdfium2.PdfDocument(pdf)
    pages = [page.render(scale=STRIP_SCALE).to_pil() for page in document]
    width = sum(page.width for page in pages)
    whole = Image.new("RGB", (width, max(page.height for page in pages)), "white")
    left = 0
    for page in pages:
        whole.paste(page, (left, 0))
        left += page.width
    written = io.BytesIO()
    whole.save(written, "PNG")
    document.close()
    return written.getvalue()


def warm_up(folder: Path) -> None:
    """Load the fonts and parse the styles before anybody waits for them."""
    for file in folder.glob("*.css"):
        desk(folder).style(file.name)
    desk(folder).layout(Html("<b>a</b><i>a</i>"), STYLE).write_pdf()
