"""How long what is announced waits, and what a decision must say. Pure."""

from datetime import date, datetime, timedelta

from platformlink.errors import FieldError, Invalid, Missing

NOTICE = timedelta(days=14)  # from the announcement of an emptying to the emptying


class KeepingInvalid(Invalid):
    """The decision to keep records is not complete."""

    code = "keeping-invalid"
    title = "These records cannot be kept like this"


class NothingToDecide(Missing):
    """The case is not due, was decided on already, or is not this person's."""

    code = "nothing-to-decide"
    title = "Nothing waits for a decision here"


def before(now: datetime, days: int) -> datetime:
    """Return the instant that lies so many days of 24 hours before now."""
    return now - timedelta(days=days)


def emptied_at(announced_at: datetime) -> datetime:
    """Return from when on an announced draft may be emptied."""
    return announced_at + NOTICE


def check_keeping(
    reason: str, until_on: date | None, today: date, *, most_days: int
) -> date:
    """
    Return the day of a decision that has a reason, no further off than records rest.

    Raises: KeepingInvalid.
    Source: Directive (EU) 2016/680, art. 5 (periodic review).
    """
    errors = []
    if not reason.strip():
        message = "Say in a sentence why these records are still needed."
        errors.append(FieldError("/reason", "required", message))
    last_on = today + timedelta(days=most_days)
    if until_on is None or not today < until_on <= last_on:
        message = "Give a day after today, by %(last_on)s at the latest."
        found = FieldError("/until", "out-of-range", message, {"last_on": f"{last_on}"})
        errors.append(found)
    if errors or until_on is None:
        raise KeepingInvalid("", *errors)
    return until_on
