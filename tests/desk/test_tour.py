"""The tour leads where each role may go."""

import pytest

from platformlink.desk.tour import TOURS
from platformlink.permissions import Role
from tests.desks import Desk
from tests.seats import seat

pytestmark = pytest.mark.anyio


def test_every_role_has_one() -> None:
    assert set(TOURS) == set(Role)


@pytest.mark.parametrize("role", TOURS)
async def test_every_step_opens(desk: Desk, role: Role) -> None:
    person = await seat(desk.client, desk.runtime, f"toured-{role}", roles=(role,))

    shown = await person.page("/tour")
    answers = [await person.page(one.path) for one in TOURS[role]]

    assert all(f'href="{one.path}"' in shown.text for one in TOURS[role])
    assert {one.status_code for one in answers} == {200}
