"""Cases, for people: the list, a new one, and its members. One case is on the desk."""

from typing import Any, ClassVar

from litestar import Response, Router, get, post
from litestar.response import Redirect

from platformlink.cases import actions, queries
from platformlink.cases.rules import CaseFields, Urgency
from platformlink.cases.tables import Case
from platformlink.errors import Refusal
from platformlink.permissions import Right, require
from platformlink.web.forms import Fields, by_pointer, text
from platformlink.web.handed import Form, FromPath, FromQuery, Now, Session, Shell, Who
from platformlink.web.pages import Page, go


class CasesPage(Page, frozen=True, kw_only=True):
    """The cases that one may see."""

    template: ClassVar[str] = "cases/list.html"
    cases: list[Case]
    q: str


class NewCasePage(Page, frozen=True, kw_only=True):
    """A new case; what was typed stays."""

    template: ClassVar[str] = "cases/new.html"
    fields: CaseFields
    wrong: dict[str, str]
    refusal: str = ""


def _fields(form: Fields) -> CaseFields:
    return CaseFields(
        reference=text(form, "reference"),
        title=text(form, "title"),
        offence=text(form, "offence"),
        offence_article=text(form, "offence_article"),
        offence_penalty=text(form, "offence_penalty"),
        urgency=text(form, "urgency", Urgency.ROUTINE),
        is_restricted=text(form, "is_restricted") == "yes",
    )


@get("/cases", include_in_schema=False)
async def listed(
    shell: Shell, session: Session, actor: Who, q: FromQuery[str] = ""
) -> Response[str]:
    """Show the cases."""
    require(actor, Right.READ)
    found = await queries.listed(session, queries.Filter(q=q), actor=actor)
    return shell.show(CasesPage(title="Cases", cases=found, q=q))


@get("/cases/new", include_in_schema=False)
async def new(shell: Shell, actor: Who) -> Response[str]:
    """Show the form of a new case."""
    page = NewCasePage(title="Open a case", fields=CaseFields(), wrong={})
    return shell.show(page)


@post("/cases", include_in_schema=False)
async def open_case(
    shell: Shell, form: Form, session: Session, actor: Who, now: Now
) -> Response[Any]:
    """Open a case, and go to it."""
    fields = _fields(form)
    try:
        case = await actions.open_case(session, fields, actor=actor, now=now)
    except Refusal as refusal:
        found = by_pointer(refusal.errors)
        wrong = {at: shell.words.gettext(one.message) for at, one in found.items()}
        page = NewCasePage(
            title="Open a case", fields=fields, wrong=wrong, refusal=refusal.title
        )
        return shell.show(page, status=422)
    return go(f"/cases/{case.reference}")


@post("/cases/{reference:str}/members", include_in_schema=False)
async def add_member(
    session: Session, actor: Who, now: Now, reference: FromPath[str], form: Form
) -> Redirect:
    """Let one more person see a restricted case, and show it."""
    case = await queries.by_reference(session, reference, actor=actor)
    await actions.add_member(session, case, text(form, "email"), actor=actor, now=now)
    return go(f"/cases/{case.reference}")


router = Router("/", route_handlers=[listed, new, open_case, add_member])
