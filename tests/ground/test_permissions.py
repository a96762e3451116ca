"""The matrix of roles and rights, and four eyes."""

import pytest

from platformlink.permissions import (
    RIGHTS,
    Actor,
    MayNot,
    OwnRequest,
    Reach,
    Right,
    Role,
    Subject,
    may,
    reach,
    require,
    require_other,
)


def actor(*roles: Role, id_: int = 1, unit: int = 1) -> Actor:
    return Actor(id_, unit, "Ann", frozenset(roles))


OWN, UNIT = Subject(2, 1), Subject(1, 9)
ELSEWHERE = Subject(2, 9)
HIDDEN = Subject(1, 9, frozenset({7}))


def test_every_role_has_its_rights_written_down() -> None:
    assert set(RIGHTS) == set(Role)
    assert {right for held in RIGHTS.values() for right in held} == set(Right)


def test_an_investigator_writes_in_the_own_unit_and_sends_what_they_wrote() -> None:
    ann = actor(Role.INVESTIGATOR)

    assert [may(ann, Right.WRITE, x) for x in (OWN, UNIT, ELSEWHERE)] == [
        *(True, True, False),
    ]
    assert [may(ann, Right.SEND, x) for x in (OWN, UNIT, ELSEWHERE)] == [
        *(True, False, False),
    ]


def test_the_widest_of_several_roles_counts() -> None:
    both = actor(Role.INVESTIGATOR, Role.LIAISON)

    assert reach(both, Right.SEND) is Reach.ALL
    assert reach(actor(), Right.READ) is None


def test_a_manager_has_numbers_and_no_things() -> None:
    max_ = actor(Role.MANAGER)

    assert may(max_, Right.BOARD)
    assert not may(max_, Right.BOARD, UNIT)
    assert not may(max_, Right.READ)


@pytest.mark.parametrize("role", Role)
def test_nobody_sees_a_restricted_case_but_its_members(role: Role) -> None:
    assert not any(may(actor(role), right, HIDDEN) for right in Right)
    assert may(actor(Role.INVESTIGATOR, id_=7), Right.READ, HIDDEN)


def test_who_may_not_is_told_so() -> None:
    with pytest.raises(MayNot):
        require(actor(Role.AUDITOR), Right.WRITE, UNIT)


@pytest.mark.parametrize("role", Role)
def test_four_eyes_hold_whatever_the_role(role: Role) -> None:
    require_other(actor(role), 9)

    with pytest.raises(OwnRequest):
        require_other(actor(role), 1)
