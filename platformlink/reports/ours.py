"""Our own side in the reader's words."""

import msgspec

from platformlink.reports import ourside
from platformlink.reports.estimates import Time
from platformlink.reports.ourside import HOUR_SECONDS, STEP_NAMES
from platformlink.reports.shown import Shown
from platformlink.requests.rules import STATE_NAMES


class OurStep(msgspec.Struct, frozen=True, kw_only=True):
    """How long one step of ours took; ``code`` is the figure that it is one of."""

    code: str
    name: str
    definition: str
    count: int
    half: str
    interval: str
    nine: str
    is_small: bool


class Backlog(msgspec.Struct, frozen=True, kw_only=True):
    """What waits with one unit in one state; without a key it does not open."""

    key: dict[str, str]
    unit: str
    state: str
    count: int
    oldest: str


class Ours(msgspec.Struct, frozen=True):
    """Our own side in the reader's words; times are in hours or days of the clock."""

    steps: list[OurStep]
    returned: str
    returns: tuple[int, int]  # by our own approver, of all
    backlog: list[Backlog]
    none: str  # said where nothing of it may be told


def _lasting(shown: Shown, hours: float | None) -> str:
    if hours is None:
        return shown.say("not yet")
    return shown.words.span(hours * HOUR_SECONDS)


def _step(shown: Shown, code: str, name: str, time: Time) -> OurStep:
    low, high = (_lasting(shown, x) for x in (time.median.low, time.median.high))
    return OurStep(
        code=code,
        name=shown.say(name),
        definition=shown.say(STEP_NAMES[name]),
        count=time.count,
        half=_lasting(shown, time.median.days),
        interval=shown.say("%(low)s to %(high)s", low=low, high=high),
        nine=_lasting(shown, time.p90.days),
        is_small=time.is_small,
    )


def _waiting(shown: Shown, one: ourside.Backlog) -> Backlog:
    span = (shown.report.as_of - one.oldest_at).total_seconds()
    return Backlog(
        key={"unit": one.unit, "state": one.state} if one.unit else {},
        unit=shown.unit(one.unit) if one.unit else shown.say("Several units"),
        state=shown.say(STATE_NAMES[one.state]),
        count=one.count,
        oldest=shown.words.span(span),
    )


def our_side(shown: Shown) -> Ours:
    """Return our own side: our steps, what our approver returned, what waits."""
    found = shown.report.ours
    returned = found.returned
    return Ours(
        steps=[
            _step(shown, "filed", "Filed to approved", found.approval),
            _step(shown, "approved", "Approved to sent", found.sending),
            _step(shown, "filed", "Filed to sent", found.whole),
        ],
        returned=shown.say(
            "%(numerator)s of %(denominator)s were returned by our own approver:"
            " %(percent)s, 95 %% interval %(interval)s.",
            numerator=returned.numerator,
            denominator=returned.denominator,
            percent=shown.words.percent(returned.value or 0),
            interval=shown.percents(returned),
        ),
        returns=(returned.numerator, returned.denominator),
        backlog=[_waiting(shown, one) for one in found.backlog],
        none=shown.say(
            "Fewer than five of any sort wait with us, or none."
            if shown.report.official.is_discreet
            else "Nothing waits with us."
        ),
    )
