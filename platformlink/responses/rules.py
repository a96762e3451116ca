"""What an answer means: its effect, the outcome, and what may be recorded. Pure."""

from collections import Counter
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from platformlink.errors import Conflict, FieldError, Invalid
from platformlink.requests.rules import MOVES, CloseIn, Outcome, State, Step
from platformlink.responses.codes import (
    LATER_INSTALMENT,
    REASONS,
    WANTED,
    Effect,
    Fault,
    Kind,
)
from platformlink.values import in_utc

EFFECTS: dict[Kind, Effect] = {
    Kind.AUTO_REPLY: Effect.NONE,
    Kind.UNDELIVERED: Effect.NONE,
    Kind.OTHER: Effect.NONE,
    Kind.ACK: Effect.ACKNOWLEDGES,
    Kind.DELAY_NOTICE: Effect.ACKNOWLEDGES,
    Kind.USER_NOTICE: Effect.ACKNOWLEDGES,
    Kind.VERIFICATION_CALL: Effect.ACKNOWLEDGES,
    Kind.PRESERVATION_ENDED: Effect.ACKNOWLEDGES,
    Kind.NEED_MORE_INFO: Effect.ASKS,
    Kind.COST_NOTICE: Effect.ASKS,
    Kind.CHALLENGE: Effect.ASKS,
    Kind.PRESERVATION_CONFIRMED: Effect.ANSWERS,
    Kind.PRESERVATION_RENEWED: Effect.ANSWERS,
    Kind.PRESERVATION_REFUSED: Effect.ANSWERS,
    Kind.DELIVERY: Effect.ANSWERS,
    Kind.NO_DATA: Effect.ANSWERS,
    Kind.REFUSAL: Effect.ANSWERS,
    Kind.REDIRECT: Effect.ANSWERS,
}

# What a kind says of every item, where the items are not told one by one.
IMPLIED: dict[Kind, Outcome] = {
    Kind.PRESERVATION_CONFIRMED: Outcome.PRESERVED_ONLY,
    Kind.PRESERVATION_RENEWED: Outcome.PRESERVED_ONLY,
    Kind.PRESERVATION_REFUSED: Outcome.REFUSED,
    Kind.DELIVERY: Outcome.NOT_ASSESSED,
    Kind.NO_DATA: Outcome.NO_DATA,
    Kind.REFUSAL: Outcome.REFUSED,
    Kind.REDIRECT: Outcome.REDIRECTED,
}


class ResponseInvalid(Invalid):
    """The response cannot be recorded like this; each field is named."""

    code = "response-invalid"
    title = "The response cannot be recorded like this"


class NotSentYet(Conflict):
    """Nothing was sent, so nothing can have come back."""

    code = "not-sent-yet"
    title = "This request has not been sent"


class NoSuchResponse(Conflict):
    """There is no such response on this request, or it was corrected before."""

    code = "no-such-response"
    title = "There is no such response to correct"


class ItemIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    What we got of one account in one category; "" for the account as a whole.

    `target` is the account's number, or its identifier as it was typed.
    """

    target: int | str
    outcome: str
    category: str = ""
    reasons: tuple[str, ...] = ()


def step_for(kind: Kind, state: State, *, is_more_promised: bool) -> Step | None:
    """
    Return the step that a response means for a request in a state, or None.

    What a state does not allow is recorded and moves nothing: a second
    acknowledgement, data after the end.
    """
    wanted: dict[Effect, tuple[Step, ...]] = {
        Effect.NONE: (),
        Effect.ACKNOWLEDGES: (Step.ACKNOWLEDGE,),
        Effect.ASKS: (Step.ASK, Step.CHALLENGE),
        Effect.ANSWERS: (Step.ANSWER_PARTLY if is_more_promised else Step.ANSWER,),
    }
    return next((s for s in wanted[EFFECTS[kind]] if (state, s) in MOVES), None)


def is_more_promised(kind: Kind, reasons: Collection[str]) -> bool:
    """Say whether a delivery is one of several."""
    return kind is Kind.DELIVERY and LATER_INSTALMENT in reasons


def derive(outcomes: Collection[Outcome]) -> Outcome:
    """
    Return the outcome of a request from those of its items.

    All alike: that one; any data: partial; else what most of them are, the worse of
    two that are as many.
    """
    told = [one for one in outcomes if one is not Outcome.NOT_ASSESSED]
    counts: Counter[Outcome] = Counter(told)
    if not counts:
        return Outcome.NOT_ASSESSED
    if len(counts) == 1 and len(outcomes) == len(told):
        return next(iter(counts))
    if any(counts[one] for one in DATA):
        return Outcome.PARTIAL
    return max(WORSE_LAST, key=lambda one: (counts[one], WORSE_LAST.index(one)))


DATA = (Outcome.FULL, Outcome.PARTIAL, Outcome.VOLUNTARY_EMERGENCY)
WORSE_LAST = (
    Outcome.PRESERVED_ONLY,
    Outcome.REDIRECTED,
    Outcome.NO_DATA,
    Outcome.REFUSED,
)


def faults(reasons: Collection[str]) -> frozenset[Fault]:
    """Return whose fault a refusal or a return is; several may share it."""
    known = (REASONS[code].fault for code in reasons if code in REASONS)
    return frozenset(fault for fault in known if fault)


def check_times(
    received_at: datetime, sent_at: datetime | None, now: datetime
) -> list[FieldError]:
    """
    Return what is wrong with the moment of a response.

    Raises: NotSentYet.
    """
    if sent_at is None:
        raise NotSentYet
    # People tell the minute, so what came in the minute of the sending came after it.
    if received_at < sent_at.replace(second=0, microsecond=0):
        message = "It came before the letter was sent. Give the moment it arrived."
        return [FieldError("/received_at", "before-dispatch", message)]
    if received_at > now:
        message = "This moment has not come yet."
        return [FieldError("/received_at", "in-the-future", message)]
    return []


def check_codes(reasons: Collection[str], wanted: Collection[str]) -> list[FieldError]:
    """Return which codes of a response are unknown."""
    strange = [("/reasons", code) for code in reasons if code not in REASONS]
    strange += [("/wanted", code) for code in wanted if code not in WANTED]
    return [
        FieldError(where, "unknown", "There is no code %(code)s.", {"code": code})
        for where, code in strange
    ]


def check_closing(fields: CloseIn) -> None:
    """
    Let pass a closing whose reasons are known, and fit how it ended.

    Raises: ResponseInvalid.
    """
    errors = check_codes(fields.reasons, ())
    if fields.outcome == Outcome.FULL and fields.reasons:
        message = "Where all was given, there is no reason why not."
        errors.append(FieldError("/reasons", "not-with-full", message))
    if errors:
        raise ResponseInvalid("", *errors)


def check_items(
    items: Collection[ItemIn],
    targets: Collection[int | str],
    categories: Collection[str],
) -> list[FieldError]:
    """Return what is wrong with the items, each by its own pointer."""
    found = []
    for place, item in enumerate(items):
        at = f"/items/{place}"
        if item.target not in targets:
            message = "This account does not belong to the request."
            found.append(FieldError(f"{at}/target", "unknown", message))
        if item.category and item.category not in categories:
            message = "This category was not asked for."
            found.append(FieldError(f"{at}/category", "not-asked", message))
        found += _check_outcome(item, at)
    keys = Counter((item.target, item.category) for item in items)
    if any(count > 1 for count in keys.values()):
        message = "Name each account and category once."
        found.append(FieldError("/items", "twice", message))
    return found


def _check_outcome(item: ItemIn, at: str) -> list[FieldError]:
    found = []
    if item.outcome not in set(Outcome):
        message = "Choose one of: %(codes)s."
        codes = {"codes": ", ".join(Outcome)}
        found.append(FieldError(f"{at}/outcome", "unknown", message, codes))
    found += [
        msgspec.structs.replace(error, pointer=f"{at}/reasons")
        for error in check_codes(item.reasons, ())
    ]
    if item.outcome == Outcome.FULL and item.reasons:
        message = "Where all was given, there is no reason why not."
        found.append(FieldError(f"{at}/reasons", "not-with-full", message))
    return found


class Until(msgspec.Struct, frozen=True):
    """A day or an instant; neither where nothing was named."""

    on: date | None = None
    at: datetime | None = None

    def last_day(self, zone: ZoneInfo) -> date | None:
        """Return the last day in a zone, or None."""
        if self.at is None:
            return self.on
        return (self.at - timedelta(microseconds=1)).astimezone(zone).date()


def parse_until(text: str, pointer: str = "/until") -> Until:
    """
    Return what a date or an instant with an offset says; nothing of nothing.

    Raises: ResponseInvalid.
    """
    try:
        if len(text) <= len("2026-12-01"):
            return Until(on=date.fromisoformat(text)) if text else Until()
        return Until(at=in_utc(datetime.fromisoformat(text)))
    except ValueError:
        message = "Give a day (2026-12-01), or an instant with its offset."
        raise ResponseInvalid("", FieldError(pointer, "malformed", message)) from None


def check_arrival(
    kind: str, arrived: Until, sent_at: datetime, received_at: datetime
) -> list[FieldError]:
    """
    Return what is wrong with the moment at which the request is said to have arrived.

    A day is a day anywhere: where they sit, it may be another one than here.
    """
    if arrived == Until():
        return []
    if kind == Kind.UNDELIVERED:
        message = "What was not delivered did not arrive."
        return [FieldError("/arrived", "not-delivered", message)]
    begins, ends = _extent(arrived)
    if ends < sent_at.replace(second=0, microsecond=0):
        message = "It cannot arrive before it was sent."
        return [FieldError("/arrived", "before-dispatch", message)]
    if begins > received_at:
        message = "It cannot arrive after they answered."
        return [FieldError("/arrived", "after-response", message)]
    return []


def _extent(moment: Until) -> tuple[datetime, datetime]:
    """Return the first and the last instant that a moment can be, in any zone."""
    if moment.on is None:
        at = moment.at or datetime.max.replace(tzinfo=UTC)
        return at, at
    day = datetime.combine(moment.on, time(), UTC)
    return day - timedelta(hours=14), day + timedelta(hours=36)


def started_at(
    arrived: Until, sent_at: datetime, received_at: datetime, zone: ZoneInfo
) -> datetime:
    """
    Return the start that a named receipt means, between the sending and the answer.

    A day alone means its last instant in the zone of whoever must act: what we hold
    them to takes the latest reading.
    """
    named = arrived.at
    if arrived.on is not None:
        named = datetime.combine(arrived.on, time.max, zone).astimezone(UTC)
    return min(max(named or sent_at, sent_at), received_at)
