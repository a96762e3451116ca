"""Who may do what: the matrix of roles and rights, on one screen."""

from enum import StrEnum

import msgspec

from platformlink.errors import Denied


class Role(StrEnum):
    """What a person is at this desk. One person may be several."""

    INVESTIGATOR = "investigator"
    APPROVER = "approver"
    LIAISON = "liaison"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Right(StrEnum):
    """What may be done."""

    WRITE = "write"  # cases and drafts of one's own unit
    READ = "read"  # cases and requests
    APPROVE = "approve"  # approve or return, never one's own
    EMERGENCY = "emergency"  # seal and send an emergency alone
    RATIFY = "ratify"  # another person's emergency
    SEND = "send"  # dispatch, record answers, remind, escalate
    BOARD = "board"  # the boards of all units
    REPORT = "report"  # responsiveness reports
    PROPOSE = "propose"  # a change to a protocol
    ACCEPT = "accept"  # a change to a protocol
    ADMINISTER = "administer"  # users, calendars, seal, templates
    AUDIT = "audit"  # read the audit log
    EXPORT_AUDIT = "export-audit"  # verify and export it


class Reach(StrEnum):
    """How far a right goes."""

    OWN = "own"  # what one wrote
    UNIT = "unit"  # one's own unit, and what one wrote
    ALL = "all"
    COUNTS = "counts"  # numbers, no personal data


RIGHTS: dict[Role, dict[Right, Reach]] = {
    Role.INVESTIGATOR: {
        Right.WRITE: Reach.UNIT,
        Right.READ: Reach.UNIT,
        Right.SEND: Reach.OWN,
        Right.REPORT: Reach.UNIT,
    },
    Role.APPROVER: {
        Right.READ: Reach.ALL,
        Right.APPROVE: Reach.ALL,
        Right.RATIFY: Reach.ALL,
        Right.BOARD: Reach.ALL,
        Right.REPORT: Reach.ALL,
    },
    Role.LIAISON: {
        Right.READ: Reach.ALL,
        Right.APPROVE: Reach.ALL,
        Right.EMERGENCY: Reach.ALL,
        Right.RATIFY: Reach.ALL,
        Right.SEND: Reach.ALL,
        Right.BOARD: Reach.ALL,
        Right.REPORT: Reach.ALL,
        Right.PROPOSE: Reach.ALL,
    },
    Role.MANAGER: {
        Right.BOARD: Reach.COUNTS,
        Right.REPORT: Reach.COUNTS,
    },
    Role.ADMINISTRATOR: {
        Right.ACCEPT: Reach.ALL,
        Right.ADMINISTER: Reach.ALL,
        Right.AUDIT: Reach.ALL,
    },
    Role.AUDITOR: {
        Right.READ: Reach.ALL,
        Right.BOARD: Reach.ALL,
        Right.REPORT: Reach.ALL,
        Right.AUDIT: Reach.ALL,
        Right.EXPORT_AUDIT: Reach.ALL,
    },
}

WIDEST = (Reach.ALL, Reach.UNIT, Reach.OWN, Reach.COUNTS)


class Actor(msgspec.Struct, frozen=True):
    """The person who acts: id, unit, roles, and the language they read."""

    id: int
    unit_id: int
    name: str
    roles: frozenset[Role]
    language: str = "en"


class Subject(msgspec.Struct, frozen=True):
    """
    What is acted upon: whose unit, who wrote it, who may see it.

    ``member_ids`` is None where the case is open to all who may read; a restricted
    case names its members, and nobody else learns that it exists.
    """

    unit_id: int
    author_id: int
    member_ids: frozenset[int] | None = None


class MayNot(Denied):
    """The caller's roles do not give this right."""

    code = "may-not"
    title = "Your role does not allow this"


class OwnRequest(Denied):
    """Four eyes: nobody approves, returns or ratifies what they wrote."""

    code = "own-request"
    title = "A second person must do this: it is your own request"


def reach(actor: Actor, right: Right) -> Reach | None:
    """Return how far a right goes for a person: the widest of their roles, or None."""
    held = {RIGHTS[role][right] for role in actor.roles if right in RIGHTS[role]}
    return next((one for one in WIDEST if one in held), None)


def may(actor: Actor, right: Right, subject: Subject | None = None) -> bool:
    """Say whether a person may do this to this thing (or at all, without one)."""
    extent = reach(actor, right)
    if extent is None or subject is None:
        return extent is not None
    if subject.member_ids is not None and actor.id not in subject.member_ids:
        return False
    is_own = subject.author_id == actor.id
    within = {
        Reach.ALL: True,
        Reach.UNIT: is_own or subject.unit_id == actor.unit_id,
        Reach.OWN: is_own,
        Reach.COUNTS: False,
    }
    return within[extent]


def require(actor: Actor, right: Right, subject: Subject | None = None) -> None:
    """
    Let pass who may do this.

    Raises: MayNot.
    """
    if not may(actor, right, subject):
        raise MayNot


def require_other(actor: Actor, author_id: int) -> None:
    """
    Let pass anybody but the author, whatever their roles.

    Raises: OwnRequest.
    """
    if actor.id == author_id:
        raise OwnRequest
