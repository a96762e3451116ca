"""What a case must say."""

import re
from enum import StrEnum

import msgspec

from platformlink.errors import Conflict, FieldError, Invalid, Missing

LONGEST_TEXT = 300
REFERENCE = re.compile(r"[\w. -]{2,60}")


class Urgency(StrEnum):
    """How fast a case must move."""

    ROUTINE = "routine"
    URGENT = "urgent"
    EMERGENCY = "emergency"


class CaseInvalid(Invalid):
    """The case cannot be kept like this."""

    code = "case-invalid"
    title = "The case cannot be kept like this"


class NoSuchCase(Missing):
    """There is no such case, or it is not this person's to know."""

    code = "no-such-case"
    title = "There is no such case"


class CaseExists(Conflict):
    """The reference is taken."""

    code = "case-exists"
    title = "A case with this reference exists"


class CaseFields(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an officer gives to open or change a case."""

    reference: str = ""
    title: str = ""
    offence: str = ""
    offence_article: str = ""
    offence_penalty: str = ""
    urgency: str = Urgency.ROUTINE
    is_restricted: bool = False


def check_fields(fields: CaseFields) -> None:
    """
    Let pass a case that says enough.

    Raises: CaseInvalid, which names all wrong fields at once.
    """
    errors = []
    if not REFERENCE.fullmatch(fields.reference.strip()):
        message = "Give the case's reference: 2 to 60 letters, digits or . - _"
        errors.append(FieldError("/reference", "required", message))
    if not fields.offence.strip():
        message = "Name the offence; platforms return letters without it."
        errors.append(FieldError("/offence", "required", message))
    if fields.urgency not in set(Urgency):
        message = "Choose routine, urgent or emergency."
        errors.append(FieldError("/urgency", "unknown", message))
    errors += [
        FieldError(f"/{name}", "too-long", "Use at most 300 characters.")
        for name in ("title", "offence", "offence_article", "offence_penalty")
        if len(getattr(fields, name)) > LONGEST_TEXT
    ]
    if errors:
        raise CaseInvalid("", *errors)
