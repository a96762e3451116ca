"""The five reasons to say no. They know no HTTP; web/problems.py translates."""

import msgspec


class FieldError(msgspec.Struct, frozen=True):
    """
    One wrong field: a JSON pointer, a stable code, and how to mend it.

    ``message`` is a gettext msgid; ``params`` fill its ``%(name)s`` places.
    """

    pointer: str
    code: str
    message: str
    params: dict[str, str] = {}


class Refusal(Exception):
    """
    What every refusal carries: a stable code, a title, and the wrong fields.

    ``detail`` is a gettext msgid for people; ``params`` fill its places. ``mend``
    says on the refusal's own page, `/problems/<code>`, what to do about it.
    """

    code = "refused"
    title = "This could not be done"
    mend = "Check what was asked against the list of calls at /api/docs."

    def __init__(
        self,
        detail: str = "",
        *errors: FieldError,
        params: dict[str, str] | None = None,
    ) -> None:
        self.detail = detail or self.title
        self.errors = errors
        self.params = params or {}
        text = self.detail % self.params if self.params else self.detail
        where = ", ".join(f"{error.pointer} {error.code}" for error in errors)
        super().__init__(f"{text} ({where})" if where else text)


class Invalid(Refusal):
    """What was given is wrong; the fields say where and how to mend it."""

    code = "invalid"
    title = "Something here needs mending"
    mend = (
        "Each wrong field is named, with what it needs. Mend those, and send it again."
    )


class Denied(Refusal):
    """The caller may not do this."""

    code = "denied"
    title = "You may not do this"
    mend = "Ask somebody whose role allows it, or the administrator for the role."


class Missing(Refusal):
    """It is not there, or its existence is not this caller's to know."""

    code = "missing"
    title = "Nothing is here"
    mend = (
        "Check how it is written. What one may not know of is answered in the same way."
    )


class Conflict(Refusal):
    """It was right once, but not in the present state."""

    code = "conflict"
    title = "This no longer fits"
    mend = "Read it again: something has changed since. Then choose what it allows now."


class Upstream(Refusal):
    """Something outside failed; nobody knows how far it got."""

    code = "upstream"
    title = "Something outside did not answer"
    mend = "Nothing is lost. See what became of it before you try again."


class NotTaken(Upstream):
    """Something outside failed and surely took nothing: it may be tried again."""

    code = "not-taken"
    title = "Nothing was taken; it will be tried again"
    mend = "Wait a moment: it is tried again by itself."


class TurnedAway(NotTaken):
    """Something outside said no for good: trying again would change nothing."""

    code = "turned-away"
    title = "It was turned away"
    mend = "Correct what the answer names, then send it again."


class NotStarted(Upstream):
    """An embedded server could not be started, or does not answer."""

    code = "not-started"
    title = "An embedded server could not be started"
    mend = "Read the log that is named, or run: platformlink doctor"


class ChangedMeanwhile(Conflict):
    """Somebody else changed it since it was read."""

    code = "changed-meanwhile"
    title = "Somebody else changed this since you opened it"
    mend = "Read it again; put your change into what stands there now."
