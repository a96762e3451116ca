"""Their time: elapsed, without rest days and without the days they waited for us."""

from bisect import bisect_right
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from platformlink.clocks.terms import Calendar, Pause

DAY = timedelta(days=1)


class Worktime:
    """
    Measures working time in one zone and calendar, for moments in a span of days.

    Each rest day of the calendar is left out from its midnight to the next. Without a
    calendar time is elapsed time. Moments outside the span are refused.
    """

    def __init__(
        self, zone: str, calendar: Calendar | None, first: date, last: date
    ) -> None:
        self._span = (first, last)
        self._zone = ZoneInfo(zone)
        self._starts: list[datetime] = []
        self._ends: list[datetime] = []
        self._rested = [timedelta()]  # in all rest days before the one of that number
        day = first
        while calendar and day <= last:
            if calendar.is_rest(day):
                self._rest(day)
            day += DAY

    def _rest(self, day: date) -> None:
        start, end = self._midnight(day), self._midnight(day + DAY)
        self._starts.append(start)
        self._ends.append(end)
        self._rested.append(self._rested[-1] + (end - start))

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._zone).astimezone(UTC)

    def _rest_until(self, moment: datetime) -> timedelta:
        """Return how much of the time before a moment was rest."""
        begun = bisect_right(self._starts, moment)
        if not begun:
            return timedelta()
        into = min(moment, self._ends[begun - 1]) - self._starts[begun - 1]
        return self._rested[begun - 1] + into

    def between(self, start_at: datetime, end_at: datetime) -> timedelta:
        """
        Return the working time from one aware instant to a later one; never negative.

        Raises: ValueError if one lies outside the span.
        """
        for moment in (start_at, end_at):
            day = moment.astimezone(self._zone).date()
            if not self._span[0] <= day <= self._span[1]:
                message = "the moment lies outside the span that was prepared"
                raise ValueError(message)
        if end_at <= start_at:
            return timedelta()
        rest = self._rest_until(end_at) - self._rest_until(start_at)
        return end_at - start_at - rest

    def of_clock(
        self, start_at: datetime, end_at: datetime, pauses: Collection[Pause]
    ) -> float:
        """Return the working days (of 24 hours) of a clock, without its pauses."""
        worked = self.between(start_at, end_at)
        for pause in pauses:
            worked -= self.between(
                max(pause.from_at, start_at), min(pause.to_at, end_at)
            )
        return max(worked, timedelta()) / DAY
