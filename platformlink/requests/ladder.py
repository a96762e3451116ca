"""What is done, step by step, while an answer stays away: the escalation. Pure."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

import msgspec

from platformlink.authority import Authority
from platformlink.values import Phrase

MOST_REMINDERS = 3


class Do(StrEnum):
    """One way to press for an answer, softer ones first."""

    REMIND = "remind"  # a reminder is drafted
    PHONE = "phone"  # the liaison officer is asked to call
    CONTACT = "contact"  # to write to the contact that was agreed, or the entity
    POINT = "point"  # to write to the 24/7 point of contact of the entity's State
    MANAGEMENT = "management"  # the managers are told


class LadderStep(msgspec.Struct, frozen=True):
    """What is done so many hours after the answer was due; `level` of a reminder."""

    after_hours: int
    do: Do
    level: int = 0


class Planned(msgspec.Struct, frozen=True):
    """A step with its moment; `state`: done, skipped, now, next, later, paused."""

    step: LadderStep
    at: datetime
    state: str


STEP_NAMES: Mapping[Do, str] = MappingProxyType(
    {
        Do.REMIND: "Reminder %(level)s is drafted",
        Do.PHONE: "Call them",
        Do.CONTACT: "Write to the agreed contact, or to the head of the entity",
        Do.POINT: "Write to the point of contact of their State",
        Do.MANAGEMENT: "Tell the managers",
    }
)
STEP_WORDS: Mapping[Do, str] = MappingProxyType(
    {
        Do.REMIND: "%(name)s: the answer is late; it was due on %(due_at)s.",
        Do.PHONE: "%(name)s: call them; the answer was due on %(due_at)s.",
        Do.CONTACT: (
            "%(name)s: escalate it to their contact; the answer was due on %(due_at)s."
        ),
        Do.POINT: (
            "%(name)s: escalate it to the point of contact of their State; the answer"
            " was due on %(due_at)s."
        ),
        Do.MANAGEMENT: (
            "%(name)s: nothing has helped; the answer was due on %(due_at)s."
        ),
    }
)


def ladder(authority: Authority, platform: str, kind: str) -> tuple[LadderStep, ...]:
    """
    Return the steps for a platform and kind, in the order of their time.

    The authority's file names them by `platform/kind`, `platform`, `kind` or `default`;
    the first that is there counts.
    """
    names = (f"{platform}/{kind}", platform, kind, "default")
    rungs = next((authority.ladders[x] for x in names if x in authority.ladders), ())
    found, reminders = [], 0
    for rung in sorted(rungs, key=lambda one: one.after_hours):
        do = Do(rung.do)
        reminders += do is Do.REMIND
        level = min(reminders, MOST_REMINDERS) if do is Do.REMIND else 0
        found.append(LadderStep(rung.after_hours, do, level))
    return tuple(found)


def reached(steps: Sequence[LadderStep], late_hours: int) -> LadderStep | None:
    """Return the last step whose time has come; None before the first."""
    passed = [one for one in steps if one.after_hours <= late_hours]
    return passed[-1] if passed else None


def level_reached(steps: Sequence[LadderStep], late_hours: int) -> int | None:
    """Return the firmest reminder whose time has come."""
    levels = [x.level for x in steps if x.after_hours <= late_hours and x.level]
    return max(levels, default=None)


def phrase(step: LadderStep, name: str, due_at: datetime) -> Phrase:
    """Return what a notice says when a step's time has come."""
    return Phrase(STEP_WORDS[step.do], {"name": name, "due_at": due_at})


def plan(
    steps: Sequence[LadderStep],
    due_at: datetime,
    now: datetime,
    *,
    sent_levels: Collection[int] = (),
    is_paused: bool = False,
) -> list[Planned]:
    """
    Return the steps with their moments, for as long as no answer comes.

    A reminder is done once it was sent, or skipped where a firmer one is due; any other
    step is done once its time has come. Nothing is pressed while they wait for us.
    """
    found: list[Planned] = []
    late_hours = int((now - due_at).total_seconds() // 3600)
    firmest = level_reached(steps, late_hours) or 0
    has_next = False
    for one in steps:
        at = due_at + timedelta(hours=one.after_hours)
        state = _settled(
            one, is_reached=at <= now, firmest=firmest, sent_levels=sent_levels
        )
        if not state and is_paused:
            state = "paused"
        elif not state:
            state, has_next = ("later" if has_next else "next"), True
        found.append(Planned(one, at, state))
    return found


def _settled(
    step: LadderStep, *, is_reached: bool, firmest: int, sent_levels: Collection[int]
) -> str:
    """Return what became of a step, or nothing where it is still to come."""
    if step.level in sent_levels or (is_reached and not step.level):
        return "done"
    if is_reached:
        return "skipped" if step.level < firmest else "now"
    return ""
