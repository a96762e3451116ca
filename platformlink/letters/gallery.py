"""Every letter template, in every language, with invented fields: for whoever edits."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import msgspec
from litestar import Response, Router, get

from platformlink.errors import Missing
from platformlink.letters import actions, forms, samples
from platformlink.letters.rules import LetterFields
from platformlink.letters.wording import Voice
from platformlink.permissions import Actor, Right, require
from platformlink.ports import Runtime as Desk
from platformlink.values import Pdf
from platformlink.web.handed import FromPath, FromQuery, Runtime, Shell, Who
from platformlink.web.pages import Page

BRIEFLY = {"Cache-Control": "private, max-age=300"}  # a template may be edited


class NoSuchTemplate(Missing):
    """No template bears this name, or none is printed in this look."""

    code = "no-such-template"
    title = "There is no such letter template"
    mend = "Choose one of the gallery."


class Shown(msgspec.Struct, frozen=True):
    """A template by name; what is wrong with it, in the words of its writer."""

    name: str
    title: str  # of a prescribed form
    fault: str


class GalleryPage(Page, frozen=True, kw_only=True):
    """All templates in one look: bound languages, one language, or by fax."""

    template: ClassVar[str] = "letters/gallery.html"
    shown: list[Shown]
    looks: list[str]
    look: str


def _title(folder: Path, name: str, language: str) -> str:
    """Return the title of a prescribed form, in its own words; a kind has none."""
    form = forms.named(folder, name.removeprefix(samples.FORM))
    return Voice(folder, (language,)).say(language, form.title) if form else ""


@dataclass(frozen=True)
class Templates:
    """The templates of an authority, as they lay in their folder at one moment."""

    folder: Path
    changed_ns: int
    authority: bytes
    runtime: Desk = field(compare=False, repr=False)

    @classmethod
    def of(cls, runtime: Desk) -> "Templates":
        """Return them as they lie there now."""
        files = (runtime.templates, *runtime.templates.rglob("*"))
        changed_ns = max(one.stat().st_mtime_ns for one in files)
        authority = msgspec.json.encode(runtime.authority)
        return cls(runtime.templates, changed_ns, authority, runtime)


@lru_cache(maxsize=8)  # to put all of them together takes longer than a page may
def _shown(templates: Templates, language: str) -> list[Shown]:
    folder, runtime = templates.folder, templates.runtime
    return [
        Shown(name, _title(folder, name, language), samples.fault(runtime, name))
        for name in samples.names(folder)
    ]


def _looks(runtime: Desk) -> Mapping[str, LetterFields]:
    """Return the looks that letters of this authority have."""
    first = samples.names(runtime.templates)[0]
    return samples.looks(samples.invented(runtime, first))


@get("/letters", include_in_schema=False)
async def gallery(
    shell: Shell, runtime: Runtime, actor: Who, look: FromQuery[str] = ""
) -> Response[str]:
    """Show every template, and what is wrong with those that cannot be printed."""
    require(actor, Right.ADMINISTER)
    looks = list(_looks(runtime))
    page = GalleryPage(
        title="Letters",
        # Every template is put together: others are served meanwhile.
        shown=await asyncio.to_thread(
            _shown, Templates.of(runtime), shell.words.language
        ),
        looks=looks,
        look=look if look in looks else looks[0],
    )
    return shell.show(page)


async def _specimen(runtime: Desk, actor: Actor, name: str, look: str) -> Pdf:
    """
    Return a template's specimen, which says that it is none of force.

    Raises: Denied, NoSuchTemplate, DocumentWrong, LetterWrong, Upstream.
    """
    require(actor, Right.ADMINISTER)
    if name not in samples.names(runtime.templates):
        raise NoSuchTemplate
    fields = samples.looks(samples.invented(runtime, name)).get(look)
    if fields is None:
        raise NoSuchTemplate
    return await actions.specimen(runtime, fields, now=runtime.clock())


@get("/letters/{name:str}/{look:str}/specimen.pdf", include_in_schema=False)
async def specimen_pdf(
    runtime: Runtime, actor: Who, name: FromPath[str], look: FromPath[str]
) -> Response[Any]:
    """Return a specimen to print."""
    pdf = await _specimen(runtime, actor, name, look)
    return Response(pdf, media_type="application/pdf", headers=BRIEFLY)


@get("/letters/{name:str}/{look:str}/specimen.png", include_in_schema=False)
async def specimen_png(
    runtime: Runtime, actor: Who, name: FromPath[str], look: FromPath[str]
) -> Response[Any]:
    """Return all pages of a specimen, side by side."""
    pdf = await _specimen(runtime, actor, name, look)
    drawn = await runtime.ports.renderer.strip(pdf)
    return Response(drawn, media_type="image/png", headers=BRIEFLY)


router = Router("/", route_handlers=[gallery, specimen_pdf, specimen_png])
