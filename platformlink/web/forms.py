"""Reading what a form says: text, choices, dates, times with the authority's zone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from platformlink.errors import FieldError

Fields = dict[str, list[str]]


def text(form: Fields, name: str, default: str = "") -> str:
    """Return the first value of a field, without blanks around it."""
    return (form.get(name) or [default])[0].strip()


def several(form: Fields, name: str) -> tuple[str, ...]:
    """Return all values of a field that are not blank."""
    return tuple(one.strip() for one in form.get(name, []) if one.strip())


def day(form: Fields, name: str, errors: list[FieldError]) -> date | None:
    """Return a date, or None where the field is blank; a wrong one is noted."""
    given = text(form, name)
    if not given:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError:
        message = "Give a date, such as 2026-11-24."
        errors.append(FieldError(f"/{name}", "no-date", message))
        return None


def instant(
    form: Fields, name: str, zone: ZoneInfo, errors: list[FieldError]
) -> datetime | None:
    """
    Return an instant from a date-and-time field of the authority's zone, or None.

    The page says which zone that is beside the field.
    """
    given = text(form, name)
    if not given:
        return None
    try:
        found = datetime.fromisoformat(given)
    except ValueError:
        message = "Give date and time, such as 2026-11-24T10:30."
        errors.append(FieldError(f"/{name}", "no-time", message))
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def by_pointer(
    errors: tuple[FieldError, ...] | list[FieldError],
) -> dict[str, FieldError]:
    """Return the first error of each field, by pointer."""
    found: dict[str, FieldError] = {}
    for error in errors:
        found.setdefault(error.pointer, error)
    return found
