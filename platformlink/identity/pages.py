"""Signing in and out, one's profile, and the administrator's list of people."""

from typing import Any, ClassVar
from urllib.parse import urlsplit

from litestar import Request, Response, Router, get, post
from litestar.response import Redirect

from platformlink.errors import Refusal
from platformlink.identity import actions, queries, tokens
from platformlink.identity.actions import NewUser
from platformlink.identity.guards import COOKIE, cookie, is_secure
from platformlink.identity.rules import Pace
from platformlink.identity.tables import CalendarKey, User
from platformlink.permissions import Right, Role, require
from platformlink.web.forms import text
from platformlink.web.handed import Form, FromQuery, Now, Runtime, Session, Shell, Who
from platformlink.web.limits import few_a_minute
from platformlink.web.pages import Page, go
from platformlink.web.words import LANGUAGES

THEMES = ("auto", "light", "dark", "contrast")
DENSITIES = ("comfortable", "compact")


class SignInPage(Page, frozen=True, kw_only=True):
    """The sign-in."""

    template: ClassVar[str] = "identity/sign_in.html"
    email: str = ""
    next_path: str = "/"
    refusal: str = ""


class ProfilePage(Page, frozen=True, kw_only=True):
    """Language, looks, mails, one's calendar, and what one is."""

    template: ClassVar[str] = "identity/profile.html"
    user: User
    calendar: CalendarKey | None
    calendar_address: str = ""  # shown once


class PeoplePage(Page, frozen=True, kw_only=True):
    """Everybody with an account."""

    template: ClassVar[str] = "identity/people.html"
    people: list[User]
    units: dict[int, str]
    unit_options: tuple[tuple[str, str], ...]
    roles: tuple[str, ...]
    refusal: str = ""


def _own_path(path: str) -> str:
    """Return a path of this desk, or its front page for anything else."""
    parts = urlsplit(path)
    is_own = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if is_own and not parts.netloc and not parts.scheme else "/"


@get("/sign-in", include_in_schema=False)
async def sign_in_page(
    shell: Shell, next_path: FromQuery[str | None] = None
) -> Response[str]:
    """Show the sign-in."""
    return shell.show(
        SignInPage(title="Sign in", next_path=_own_path(next_path or "/"))
    )


@post("/sign-in", include_in_schema=False, middleware=[few_a_minute(20, "sign-in")])
async def sign_in(
    shell: Shell, runtime: Runtime, form: Form, now: Now
) -> Response[Any]:
    """Sign in, and go where one wanted to."""
    email = text(form, "email")
    async with runtime.sessions.begin() as session:
        found = await actions.sign_in(session, email, text(form, "password"), now=now)
    next_path = _own_path(text(form, "next", "/"))
    if isinstance(found, Refusal):
        page = SignInPage(
            title="Sign in", email=email, next_path=next_path, refusal=found.title
        )
        return shell.show(page, status=401)
    token, _ = tokens.issue(runtime.settings.secret, found.id, found.user_id, now)
    answer = go(next_path)
    answer.set_cookie(cookie(token, is_secure=is_secure(runtime)))
    return answer


@get("/sign-in/state", include_in_schema=False)
async def sign_in_state(actor: Who) -> dict[str, int]:
    """Say whose sign-in stands: a page asks before it lets go of what was typed."""
    return {"user": actor.id}


@post("/sign-out", include_in_schema=False)
async def sign_out(
    request: Request[Any, Any, Any], session: Session, actor: Who, now: Now
) -> Redirect:
    """Sign out."""
    await actions.sign_out(session, request.state["sign_in"], now=now)
    answer = go("/sign-in")
    answer.delete_cookie(COOKIE)
    return answer


async def _profile_page(
    shell: Shell, session: Session, actor: Who, *, address: str = ""
) -> Response[str]:
    page = ProfilePage(
        title="Your profile",
        user=await session.get_one(User, actor.id),
        calendar=await session.get(CalendarKey, actor.id),
        calendar_address=address,
    )
    return shell.show(page)


@get("/profile", include_in_schema=False)
async def profile(shell: Shell, session: Session, actor: Who) -> Response[str]:
    """Show one's own profile."""
    return await _profile_page(shell, session, actor)


@post("/profile/calendar", include_in_schema=False, status_code=200)
async def open_calendar(
    shell: Shell, session: Session, runtime: Runtime, actor: Who, now: Now
) -> Response[str]:
    """Make a new address for one's calendar, and show it this once."""
    require(actor, Right.READ)
    user = await session.get_one(User, actor.id)
    token = await actions.open_calendar(session, user, now=now)
    address = f"{runtime.settings.base_url}/calendar/{token}.ics"
    return await _profile_page(shell, session, actor, address=address)


@post("/profile/calendar/close", include_in_schema=False)
async def close_calendar(session: Session, actor: Who, now: Now) -> Redirect:
    """Take one's calendar away from whoever has its address."""
    user = await session.get_one(User, actor.id)
    await actions.close_calendar(session, user, now=now)
    return go("/profile")


@post("/profile", include_in_schema=False)
async def change_profile(form: Form, session: Session, actor: Who) -> Redirect:
    """Keep language, looks, and how often mails come."""
    user = await session.get_one(User, actor.id)
    if text(form, "language") in LANGUAGES:
        user.language = text(form, "language")
    if text(form, "theme") in THEMES:
        user.theme = text(form, "theme")
    if text(form, "density") in DENSITIES:
        user.density = text(form, "density")
    if text(form, "mail_pace") in set(Pace):
        user.mail_pace = text(form, "mail_pace")
    return go("/profile")


async def _people_page(
    shell: Shell, session: Session, *, refusal: str = ""
) -> Response[str]:
    units = {unit.id: unit.code for unit in await queries.units(session)}
    page = PeoplePage(
        title="People",
        people=await queries.people(session),
        units=units,
        unit_options=tuple((code, code) for code in units.values()),
        roles=tuple(Role),
        refusal=refusal,
    )
    return shell.show(page, status=422 if refusal else 200)


@get("/admin", include_in_schema=False)
async def people(shell: Shell, session: Session, actor: Who) -> Response[str]:
    """Show everybody with an account."""
    require(actor, Right.ADMINISTER)
    return await _people_page(shell, session)


@post("/admin/people", include_in_schema=False)
async def add_person(
    shell: Shell, form: Form, session: Session, actor: Who, now: Now
) -> Response[Any]:
    """Make an account."""
    require(actor, Right.ADMINISTER)
    new = NewUser(
        email=text(form, "email"),
        name=text(form, "name"),
        password=text(form, "password"),
        unit=text(form, "unit"),
        roles=tuple(Role(one) for one in form.get("roles", []) if one in set(Role)),
        rank=text(form, "rank"),
        badge=text(form, "badge"),
        phone=text(form, "phone"),
    )
    try:
        await actions.add_user(session, new, actor_id=actor.id, now=now)
    except Refusal as refusal:
        return await _people_page(shell, session, refusal=refusal.detail)
    return go("/admin")


@post("/admin/people/disable", include_in_schema=False)
async def disable_person(
    form: Form, session: Session, actor: Who, now: Now
) -> Redirect:
    """Close an account."""
    require(actor, Right.ADMINISTER)
    await actions.disable(session, text(form, "email"), actor_id=actor.id, now=now)
    return go("/admin")


router = Router(
    "/",
    route_handlers=[
        *(sign_in_page, sign_in, sign_in_state, sign_out),
        *(profile, change_profile),
        *(open_calendar, close_calendar),
        *(people, add_person, disable_person),
    ],
)
