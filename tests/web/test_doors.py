"""No address is so strange that it is our fault."""

import pytest

from platformlink.app import ROUTERS
from platformlink.permissions import Role
from platformlink.ports import Runtime
from tests.seats import PAGE, STREAMS, Client, seat

pytestmark = pytest.mark.anyio

QUERIES = (
    "q=%00&case=%00&platform=%00&kind=%00&unit=%00&status=%00",
    "q=%25_%27%22%3Cb%3E&cursor=0&limit=-5&overdue=maybe&calendar=XX&duty=whose",
    "cursor=999999999999999999&limit=99999999999999999999&from=x&to=2026-02-30",
    "from=9999-12-31&to=0001-01-01&by=platform,planet&format=xml&kind=wish",
    "q=" + "x" * 5000 + "&from=2026-11-24&to=2026-11-01",
    "q=%ff%fe&next=%ff&code=%ff&start=x&amount=99999999999&unit=moons&zone=No/Where",
)
NAMES = ("%00", "%ff", "x" * 3000, "..%2f..%2fetc", "%F0%9F%98%80", "0", "-1")


def paths() -> set[str]:
    return {
        route.path
        for router in ROUTERS
        for route in router.routes
        if "GET" in getattr(route, "methods", ())
    } - STREAMS


async def test_no_query_is_our_fault(client: Client, runtime: Runtime) -> None:
    one = await seat(client, runtime, "ann", roles=tuple(Role))

    for path in sorted(path for path in paths() if "{" not in path):
        for query in QUERIES:
            answer = await one.get(f"{path}?{query}", headers=PAGE)
            assert answer.status_code < 500, (path, query)


async def test_no_name_in_an_address_is_our_fault(
    client: Client, runtime: Runtime
) -> None:
    one = await seat(client, runtime, "ann", roles=tuple(Role))

    for path in sorted(path for path in paths() if "{" in path):
        for name in NAMES:
            parts = [name if "{" in part else part for part in path.split("/")]
            answer = await one.page("/".join(parts))
            assert answer.status_code < 500, (path, name)
