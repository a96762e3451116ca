"""The invented people of the demonstration, one for each role and unit."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.identity import actions, queries
from platformlink.identity.actions import NewUser
from platformlink.identity.queries import as_actor
from platformlink.permissions import Actor, Role
from platformlink.ports import Runtime

DOMAIN = "dcu.example"
# Name, unit, roles, rank, language. The mail address is the first name.
PEOPLE: tuple[tuple[str, str, tuple[Role, ...], str, str], ...] = (
    ("Ana Hoxha", "tirana", (Role.INVESTIGATOR,), "Inspector", "en"),
    ("Mira Kola", "durres", (Role.INVESTIGATOR,), "Inspector", "en"),
    ("Dritan Leka", "vlora", (Role.INVESTIGATOR,), "Senior inspector", "sq"),
    ("Besa Prifti", "tirana", (Role.APPROVER,), "Head of unit", "en"),
    ("Luan Duka", "tirana", (Role.LIAISON,), "Liaison officer", "en"),
    ("Elira Marku", "tirana", (Role.MANAGER,), "Director", "en"),
    ("Ilir Gjoka", "tirana", (Role.ADMINISTRATOR,), "Administrator", "en"),
    ("Nora Sula", "tirana", (Role.AUDITOR,), "Data protection officer", "en"),
)


def email_of(name: str) -> str:
    """Return the address of an invented person."""
    return f"{name.split(maxsplit=1)[0].lower()}@{DOMAIN}"


async def settle(
    session: AsyncSession, runtime: Runtime, password: str, now: datetime
) -> dict[str, Actor]:
    """Return everybody by first name; who is missing is made."""
    codes = [unit.code for unit in runtime.authority.units]
    await actions.ensure_units(session, codes)
    found: dict[str, Actor] = {}
    hashed = ""  # all have the same password: it is hashed once
    for number, (name, unit, roles, rank, language) in enumerate(PEOPLE, start=1):
        email = email_of(name)
        user = await queries.by_email(session, email)
        if user is None:
            new = NewUser(
                email=email,
                name=name,
                password=password,
                unit=unit,
                roles=roles,
                rank=rank,
                badge=f"{4400 + number}",
                phone=f"+355 4 000 00{number:02d}",
                language=language,
            )
            user = await actions.add_user(
                session, new, actor_id=None, now=now, hashed=hashed
            )
            hashed = user.password_hash
        found[name.split()[0].lower()] = as_actor(user)
    return found
