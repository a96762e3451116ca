"""A report on its way to a reader: in which words, and what things are called."""

import re
from datetime import date

import msgspec

from platformlink.authority import Authority, said
from platformlink.clocks.terms import Source
from platformlink.protocols.shelf import Library, UnknownPlatform
from platformlink.reports import standards
from platformlink.reports.estimates import Quantile, Share
from platformlink.reports.rules import Report
from platformlink.requests.rules import KIND_NAMES, STATE_NAMES, Kind
from platformlink.responses.codes import FAULT_NAMES, OUTCOME_NAMES, REASONS
from platformlink.values import Phrase
from platformlink.web.words import Words

SOURCE_NAMES = {
    Source.AGREED: "agreed",
    Source.STATED: "stated by them",
    Source.OWN: "our own target",
    Source.LAW: "set by law",
    Source.PROMISED: "promised",
}
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
NAMES: dict[str, dict[str, str]] = {
    "source": {one.value: name for one, name in SOURCE_NAMES.items()},
    "outcome": {one.value: name for one, name in OUTCOME_NAMES.items()},
    "fault": {one.value: name for one, name in FAULT_NAMES.items()},
    "state": {one.value: name for one, name in STATE_NAMES.items()},
}


def kind_name(kind: str) -> str:
    """Return what a kind of request is called, untranslated."""
    return KIND_NAMES[Kind(kind)] if kind in set(Kind) else "All"


class Voice(msgspec.Struct, frozen=True):
    """In which words something is said, and by which names."""

    words: Words
    library: Library
    authority: Authority

    def name(self, slug: str) -> str:
        """Return a platform's name; its slug where no file knows it any more."""
        try:
            return self.library.get(slug).name
        except UnknownPlatform:
            return slug

    def unit(self, code: str) -> str:
        """Return a unit's name; its code where the authority has none of it."""
        return self._units().get(code, code)

    def _units(self) -> dict[str, str]:
        language = self.words.language
        return {one.code: said(one.name, language) for one in self.authority.units}

    def value(self, dimension: str, value: str) -> str:
        """Return what one value of a dimension is called."""
        if dimension == "platform":
            return self.name(value)
        if dimension == "unit" and value in self._units():
            return self.unit(value)
        if dimension == "month" and MONTH.fullmatch(value):
            return self.words.month(date.fromisoformat(f"{value}-01"))
        if dimension in {"ground", "reason"} and value in REASONS:
            return self.say(REASONS[value].name)
        return self.say(NAMES.get(dimension, standards.VALUE_NAMES).get(value, value))

    def say(self, text: str, **params: str | int) -> str:
        """Return a sentence in the reader's language."""
        return self.words.say(Phrase(text, dict(params)))


class Shown(Voice, frozen=True):
    """A report on its way to a page: in which words, by which names, of which kind."""

    report: Report
    kind: str = "all"

    def days(self, days: float | None) -> str:
        """Return days as people read them; not reached is not yet."""
        if days is None:
            return self.say("not yet")
        return self.words.number(round(days, 1) if days < 10 else round(days))  # noqa: PLR2004 - two digits say enough

    def between(self, found: Quantile) -> str:
        """Return the interval of a time; one that has not begun has no end either."""
        if found.low is None:
            return self.say("not yet")
        low, high = self.days(found.low), self.days(found.high)
        return self.say("%(low)s to %(high)s", low=low, high=high)

    def percents(self, share: Share) -> str:
        """Return the interval of a share."""
        low, high = (round(100 * one) for one in share.interval)
        return self.say("%(low)s to %(high)s", low=low, high=high)
