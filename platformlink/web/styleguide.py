"""`/styleguide`: every token and component on one page, where it is a demonstration."""

from typing import ClassVar

from litestar import Response, Router, get

from platformlink.errors import Missing
from platformlink.web.handed import Shell
from platformlink.web.pages import Page

TOKENS = (
    *("page", "quiet", "fill", "ink", "ink-2", "ink-3", "rule", "edge"),
    *("accent", "on-accent", "chosen", "late", "late-tint", "on-late"),
    *("soon", "soon-tint", "done", "line-1", "line-2", "line-3", "line-4"),
)
URGENCIES = ("late", "today", "soon", "calm", "unclear", "paused", "met")
STATES = (
    *("draft", "in_review", "ready", "sent", "acknowledged", "needs_us"),
    *("partly_answered", "answered", "closed", "cancelled", "withdrawn"),
)
MOVERS = ("officer", "approver", "liaison", "platform", "nobody")
SEVERITIES = ("error", "warning", "hint", "fine")


class StyleguidePage(Page, frozen=True, kw_only=True):
    """What the components can show; names are those of the code."""

    template: ClassVar[str] = "web/styleguide.html"
    tokens: tuple[str, ...] = TOKENS
    urgencies: tuple[str, ...] = URGENCIES
    states: tuple[str, ...] = STATES
    movers: tuple[str, ...] = MOVERS
    severities: tuple[str, ...] = SEVERITIES


@get("/styleguide", include_in_schema=False)
async def styleguide(shell: Shell) -> Response[str]:
    """
    Show all components in the reader's theme; at a real desk there is no such page.

    Raises: Missing.
    """
    if not shell.is_demonstration:
        raise Missing
    return shell.show(StyleguidePage(title="Styleguide"))


router = Router("/", route_handlers=[styleguide])
