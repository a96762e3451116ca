"""
What happened, counted: how fast and how well platforms answer. Reads, never writes.

    requests, responses, clocks -> queries.facts -> rules.report -> page, JSON, CSV

`estimates` holds the statistics (Kaplan-Meier, Wilson), `worktime` the measure of
their time, `charts` the geometry of pictures; `rules` says what is counted. Three
extra files, since each is pure arithmetic of its own and `rules` reads better alone.

Decisions
- 2026-11-24: Time is *their* time: from the sending, in the zone and the calendar of
  whoever must answer, without rest days and without the days that they waited for us.
  What is counted in hours ignores calendars.
- 2026-11-24: What is still open counts as "at least so long" (Kaplan-Meier); a median
  that is not reached is "not yet", never a guess.
- 2026-11-24: In time is measured by the time that was agreed, published or our target
  when we sent, never by a date that was promised later; the three are never added up.
- 2026-11-24: A share says its numerator, its denominator and its 95 % interval
  (Wilson); below ten it is marked as too few to judge and nothing is ranked.
- 2026-11-24: Where the last step of the curve reaches all, the interval of the step
  before is kept: Greenwood's variance has no value there.
"""
