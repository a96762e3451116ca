"""Jobs of reports: each month, the way to the brief on the month before."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

from platformlink.identity import queries as identity
from platformlink.notices import actions as notices
from platformlink.permissions import Role
from platformlink.ports import Runtime
from platformlink.values import Phrase


async def tell_of_brief(runtime: Runtime, now: datetime) -> int:
    """
    Tell management once a month of the brief, when the office opens on its first day.

    They are given the way and not the file: whoever opens it signs in, and it is
    counted for what they may count. Late or twice it does no harm.
    """
    here = now.astimezone(runtime.authority.tz)
    if here.day == 1 and here.time() < runtime.authority.office_opens:
        return 0
    last = here.date().replace(day=1) - timedelta(days=1)
    first = last.replace(day=1)
    asked = {"from": f"{first}", "to": f"{last}", "kind": "all"}
    async with runtime.sessions.begin() as session:
        managers = await identity.people(session, role=Role.MANAGER)
        return await notices.tell(
            session,
            [one.id for one in managers],
            Phrase(
                "The brief of %(from_on)s to %(to_on)s is ready",
                {"from_on": f"{first}", "to_on": f"{last}"},
            ),
            key=f"brief/{first}",
            path=f"/reports/responsiveness.pdf?{urlencode(asked)}",
            now=now,
        )
