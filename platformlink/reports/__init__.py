"""
What happened, counted: how fast and how well platforms answer.

Reads all tables below and writes none of them; owns `brief_mail` alone.

    requests, responses, clocks -> queries.facts -> rules.report -> page, JSON, CSV

`asked` is one request as it is counted, `estimates` the statistics (Kaplan-Meier,
Wilson), `worktime` the measure of their time, `charts` the geometry of pictures;
`rules` says what is counted, `official` what others define: their texts stand in
`standards`, what only they ask is read by `issuing` and told by `sets`. Each is pure
arithmetic of its own, or the half of a file that would be too long to read.

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
- 2026-11-25: The official sets are counted for every footing, certificates apart; what
  is not recorded (enforcement, remedies, other countries) is said to be not answerable
  and never shown as 0. A mean is given only where the Regulation asks for one.
- 2026-11-25: Who may only count is told of no combination of data, addressee and
  situation with fewer than five requests, its key left out with it.
- 2026-11-25: A figure and the list behind it are counted by the same predicate, so they
  are of one length. The way is shown to whoever may read requests, whose right to count
  reaches exactly as far; the list asks for that right again in its query.
- 2026-11-25: A platform's own transparency figures are facts of its protocol file, with
  country, period, source and day of reading; an import of our own would have doubled
  the review that such facts have there.
- 2026-11-25: The brief is mailed to a list of the authority's file, `brief_to`, counted
  as for management. Each address is claimed before its mail is handed over: one that a
  crash breaks off is not sent again, since its readers have the way to the same brief.
"""
