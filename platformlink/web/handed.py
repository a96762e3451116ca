"""What handlers may ask for, by marked types."""

from datetime import datetime

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.permissions import Actor
from platformlink.ports import Runtime as _Runtime
from platformlink.web.pages import Shell as _Shell

Session = NamedDependency[AsyncSession]  # session: one transaction a request
Now = NamedDependency[datetime]  # now: aware, UTC
Who = NamedDependency[Actor]  # actor: signed in, or the request is refused
Runtime = NamedDependency[_Runtime]  # runtime
Shell = NamedDependency[_Shell]  # shell: what surrounds a page
Form = NamedDependency[dict[str, list[str]]]  # form: the fields of a posted form

__all__ = [
    "Form",
    "FromPath",
    "FromQuery",
    "JSONBody",
    "Now",
    "Runtime",
    "Session",
    "Shell",
    "Who",
]
