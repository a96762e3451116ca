"""Views of the board that a person keeps by name."""

from litestar import Router, post
from litestar.response import Redirect
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.desk.rules import FIELDS, board_path
from platformlink.desk.tables import DeskView
from platformlink.errors import FieldError, Invalid, Missing
from platformlink.permissions import Actor, Right, require
from platformlink.web.forms import text
from platformlink.web.handed import Form, FromPath, Session, Who
from platformlink.web.pages import go

LONGEST = 60


class ViewInvalid(Invalid):
    """A view needs a name of its own that fits on the board."""

    code = "view-invalid"
    title = "The view cannot be kept like this"


async def kept(session: AsyncSession, *, actor: Actor) -> list[DeskView]:
    """Return a person's views by name."""
    query = select(DeskView).where(DeskView.user_id == actor.id)
    return list((await session.exec(query.order_by(col(DeskView.name)))).all())


def _name(form: dict[str, list[str]]) -> str:
    name = text(form, "name")
    if not 0 < len(name) <= LONGEST:
        message = "Give a name of at most 60 characters."
        raise ViewInvalid("", FieldError("/name", "length", message))
    return name


async def keep(
    session: AsyncSession, name: str, narrowed: dict[str, str], *, actor: Actor
) -> None:
    """Keep a view; one of the same name is replaced."""
    made = insert(DeskView).values(
        user_id=actor.id, name=name, is_default=False, **narrowed
    )
    await session.exec(
        made.on_conflict_do_update(index_elements=["user_id", "name"], set_=narrowed)
    )


async def _own(session: AsyncSession, number: int, actor: Actor) -> DeskView:
    """
    Return one of a person's own views, to change it.

    Raises: Missing.
    """
    query = select(DeskView).where(DeskView.id == number, DeskView.user_id == actor.id)
    found = (await session.exec(query.with_for_update())).one_or_none()
    if found is None:
        raise Missing
    return found


async def rename(
    session: AsyncSession, view: DeskView, name: str, *, actor: Actor
) -> None:
    """
    Give a view another name.

    Raises: ViewInvalid, where another bears it.
    """
    if any(
        x.name == name and x.id != view.id for x in await kept(session, actor=actor)
    ):
        message = "Another view of yours bears this name."
        raise ViewInvalid("", FieldError("/name", "taken", message))
    view.name = name


async def open_with(
    session: AsyncSession, view: DeskView | None, *, actor: Actor
) -> None:
    """Let the board open with a view, or with everything."""
    every = update(DeskView).where(col(DeskView.user_id) == actor.id)
    await session.exec(every.values(is_default=False))
    if view is not None:
        chosen = update(DeskView).where(col(DeskView.id) == view.id)
        await session.exec(chosen.values(is_default=True))


@post("/board/views", include_in_schema=False)
async def keep_view(session: Session, actor: Who, form: Form) -> Redirect:
    """Keep the board as it is narrowed now, and show it."""
    require(actor, Right.READ)
    narrowed = {name: text(form, name) for name in FIELDS}
    name = _name(form)
    await keep(session, name, narrowed, actor=actor)
    return go(board_path(narrowed))


@post("/board/views/{number:int}", include_in_schema=False)
async def change_view(
    session: Session, actor: Who, form: Form, number: FromPath[int]
) -> Redirect:
    """Rename a view, let the board open with it or no more, or delete it."""
    view = await _own(session, number, actor)
    path = view.path
    do = text(form, "do")
    if do == "delete":
        await session.delete(view)
    elif do == "default":
        await open_with(session, None if view.is_default else view, actor=actor)
    else:
        await rename(session, view, _name(form), actor=actor)
    return go(path)


router = Router("/", route_handlers=[keep_view, change_view])
