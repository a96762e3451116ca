"""Typed pages: a frozen struct and a template of the same path."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import jinja2
import msgspec
from litestar import Response
from litestar.enums import MediaType
from litestar.response import Redirect
from markupsafe import Markup

from platformlink.permissions import Actor, Right, may
from platformlink.web.words import Words, translations

HERE = Path(__file__).parent
STATIC = HERE / "static"


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What a template needs; its fields are the template's variables."""

    template: ClassVar[str]
    title: str = ""


class NavItem(msgspec.Struct, frozen=True):
    """One entry of the main navigation."""

    path: str
    label: str


def navigation(actor: Actor | None) -> tuple[NavItem, ...]:
    """Return the pages that a person's roles open, in the order of their work."""
    if actor is None:
        return ()
    gates = (
        (NavItem("/board", "Board"), may(actor, Right.BOARD) or may(actor, Right.SEND)),
        (NavItem("/inbox", "Inbox"), may(actor, Right.SEND)),
        (NavItem("/requests", "Requests"), may(actor, Right.READ)),
        (NavItem("/cases", "Cases"), may(actor, Right.READ)),
        (NavItem("/radar", "Radar"), may(actor, Right.READ)),
        (NavItem("/calendar", "Calendar"), may(actor, Right.READ)),
        (NavItem("/platforms", "Platforms"), True),
        (NavItem("/reports", "Reports"), may(actor, Right.REPORT)),
        (NavItem("/audit", "Audit"), may(actor, Right.AUDIT)),
        (NavItem("/letters", "Letters"), may(actor, Right.ADMINISTER)),
        (NavItem("/admin", "People"), may(actor, Right.ADMINISTER)),
    )
    return tuple(item for item, is_open in gates if is_open)


def commands(actor: Actor | None) -> tuple[NavItem, ...]:
    """Return all that the palette leads to: what one does, then where one goes."""
    if actor is None:
        return ()
    do_write = may(actor, Right.WRITE)
    do_desk = may(actor, Right.EMERGENCY)
    gates = (
        (NavItem("/requests/new", "New request"), do_write),
        (NavItem("/cases/new", "Open a case"), do_write),
        (NavItem("/away", "Since you last worked here"), may(actor, Right.READ)),
        (NavItem("/handover", "Hand-over"), do_desk),
        (NavItem("/clocks", "Calculator of deadlines"), may(actor, Right.READ)),
        (NavItem("/admin/calendar", "Rest days"), may(actor, Right.ADMINISTER)),
        (NavItem("/retention", "Records"), do_write or may(actor, Right.ADMINISTER)),
        (NavItem("/verify", "Verify a letter"), True),
        (NavItem("/notices", "Notices"), True),
        (NavItem("/profile", "Profile, language and appearance"), True),
    )
    return (
        NavItem("/", "Start"),
        *(item for item, is_open in gates if is_open),
        *navigation(actor),
    )


def initials(name: str) -> str:
    """Return the two letters that stand for a person."""
    parts = [part for part in name.replace(".", " ").split() if part]
    return "".join(part[0] for part in parts[:2]).upper()


@cache
def environment(language: str) -> jinja2.Environment:
    """Return the template environment of a language."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    install: Any = made
    install.install_gettext_translations(translations(language), newstyle=True)
    made.globals.update(asset=asset, svg=svg, initials=initials)
    made.filters.update(twice=lambda one: (one, one), zip=zip)
    return made


@cache
def asset(path: str) -> str:
    """Return the address of a static file, which changes when its content does."""
    content = (STATIC / path).read_bytes()
    return f"/static/{path}?v={hashlib.sha256(content).hexdigest()[:12]}"


@cache
def svg(name: str) -> Markup:
    """Return an icon as inline SVG, hidden from screen readers: words say it too."""
    text = (STATIC / "vendor" / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    return Markup(text.replace("<svg", '<svg aria-hidden="true"', 1))  # noqa: S704 - our own file


class Shell(msgspec.Struct, frozen=True, kw_only=True):
    """What surrounds each page: the reader, their words, and where they are."""

    actor: Actor | None
    words: Words
    path: str
    csrf_token: str
    authority_name: str
    is_demonstration: bool
    is_fragment: bool  # htmx asked for a part of a page
    theme: str = "auto"
    density: str = "comfortable"
    unread: int = 0

    def may(self, right: str) -> bool:
        """Say whether the reader has a right at all."""
        return self.actor is not None and may(self.actor, Right(right))

    def text(self, page: Page, **more: Any) -> str:  # noqa: ANN401 - what a fragment adds
        """Return a page as HTML."""
        template = environment(self.words.language).get_template(page.template)
        fields = {name: getattr(page, name) for name in page.__struct_fields__}
        words = self.words
        return template.render(
            shell=self,
            nav=navigation(self.actor),
            commands=commands(self.actor),
            language=words.language,
            say=words.say,
            when=words.when,
            day=words.day,
            short_day=words.short_day,
            due=words.due,
            clock_time=words.time,
            span=words.span,
            number=words.number,
            zone=words.zone.key.rsplit("/", 1)[-1],
            percent=words.percent,
            size=words.size,
            **fields,
            **more,
        )

    def show(self, page: Page, *, status: int = 200) -> Response[str]:
        """Return a page as a response that no cache keeps."""
        return Response(
            self.text(page),
            status_code=status,
            media_type=MediaType.HTML,
            headers={"Cache-Control": "no-store"},
        )


def go(path: str) -> Redirect:
    """Send the browser on, with GET, after a write."""
    return Redirect(path, status_code=303)
