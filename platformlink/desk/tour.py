"""A guided tour of the demonstration: each persona's day, step by step."""

from typing import ClassVar

import msgspec
from litestar import Response, Router, get

from platformlink.errors import Missing
from platformlink.permissions import Role
from platformlink.web.handed import Shell, Who
from platformlink.web.pages import Page


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """One step: what to do, what to watch, and where."""

    title: str
    text: str
    path: str


TOURS: dict[Role, tuple[Stop, ...]] = {
    Role.INVESTIGATOR: (
        Stop(
            title="Paste what you have",
            text="A link, a handle or a whole chat: accounts are found and named by"
            " platform, and one pass makes a draft for each.",
            path="/requests/new",
        ),
        Stop(
            title="Open a draft and press “Submit for approval”",
            text="What the platform’s protocol asks for and is missing is named beside"
            " its field; the letter grows beside the form.",
            path="/requests?status=draft",
        ),
        Stop(
            title="Read what a platform wants before you write to it",
            text="Whom to address, how long they hold data, which identifiers they can"
            " find: each fact with its source.",
            path="/platforms/tiktok",
        ),
        Stop(
            title="Open a sent request and ask “Why then?”",
            text="Each clock says in sentences from what its day was computed.",
            path="/requests?status=sent",
        ),
        Stop(
            title="See every hold on one time line",
            text="Red is where the hold ends before the order for the data can come.",
            path="/radar",
        ),
    ),
    Role.APPROVER: (
        Stop(
            title="Read what waits for you",
            text="Nobody approves their own request. Return it once with a reason, or"
            " approve it: the letter is then rendered, sealed and numbered.",
            path="/",
        ),
        Stop(
            title="Check the letter as its recipient would",
            text="Open it, copy its code, and enter it here: no account is needed.",
            path="/verify",
        ),
    ),
    Role.LIAISON: (
        Stop(
            title="Begin with what burns",
            text="Lapsing holds, overdue answers, emergencies that nobody has ratified:"
            " the most urgent first, each with the next step.",
            path="/board",
        ),
        Stop(
            title="Press E, and seal an emergency alone",
            text="Four answers are enough for a sealed letter; a second person ratifies"
            " it afterwards.",
            path="/emergency",
        ),
        Stop(
            title="File what came in",
            text="Answers are matched to their requests with reasons; what is certain"
            " is filed already, the rest waits for one key.",
            path="/inbox",
        ),
        Stop(
            title="Hand over to the next shift",
            text="One page to print: what came, what lapses, what was promised.",
            path="/handover",
        ),
        Stop(
            title="Read what happened while you were away",
            text="What waits for you, what was done for you, and what came.",
            path="/away",
        ),
    ),
    Role.MANAGER: (
        Stop(
            title="Read how the platforms answer",
            text="Open requests count as “at least so long”, few requests are marked"
            " and not judged, and our own mistakes stand beside theirs.",
            path="/reports/responsiveness",
        ),
        Stop(
            title="See what is late, in numbers",
            text="No names and no accounts: those are not yours to see.",
            path="/board",
        ),
    ),
    Role.ADMINISTRATOR: (
        Stop(
            title="Give and take roles",
            text="Every change stays in the audit log.",
            path="/admin",
        ),
        Stop(
            title="See every letter in every look",
            text="All templates with invented data, in both languages and as faxed.",
            path="/letters",
        ),
    ),
    Role.AUDITOR: (
        Stop(
            title="Verify the whole chain",
            text="Each entry names the one before it by its hash: one press checks"
            " all.",
            path="/audit",
        ),
    ),
}


class TourPage(Page, frozen=True, kw_only=True):
    """The steps of each of the reader's roles."""

    template: ClassVar[str] = "desk/tour.html"
    tours: dict[Role, tuple[Stop, ...]]


@get("/tour", include_in_schema=False)
async def tour(shell: Shell, actor: Who) -> Response[str]:
    """
    Show the reader's tour; at a real desk there is none.

    Raises: NotSignedIn, Missing.
    """
    if not shell.is_demonstration:
        raise Missing
    tours = {role: stops for role, stops in TOURS.items() if role in actor.roles}
    return shell.show(TourPage(title=shell.words.say("Tour"), tours=tours))


router = Router("/", route_handlers=[tour])
