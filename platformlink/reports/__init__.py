"""
What happened, counted: how fast and how well platforms answer.

Reads all tables below and writes none of them; owns `brief_mail` and `kept_report`.

    requests, responses, clocks -> facts -> rules.report -> page, JSON, CSV

`period` says which days, `scope` which requests their reader may count; `asked` is one
request as it is counted, `estimates` the statistics (Kaplan-Meier, Wilson), `worktime`
the measure of their time, `charts` the geometry of pictures; `rules` says what is
counted, `ourside` what is of ourselves, `official` what others define: their texts
stand in `standards`, what only they ask is read by `issuing`. `kept` is where pages and
files read. A report is `shown` in the reader's words: `showing` tells its figures,
`treated` the two mirrors, `ours` our own side, `sets` the official ones, `published`
theirs.

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
  situation with fewer than five requests, its key left out with it; nor what became of
  so few of one platform or month, nor what so few wait for in one unit. Units with few
  are told together. The whole is told: it is no cell, and who chooses the days of a
  report could subtract one from another anyway.
- 2026-11-25: A figure and the list behind it are counted by the same predicate, so they
  are of one length; what is no count of requests (accounts, cases) opens to those that
  it was counted of. The way is shown to whoever may read requests, whose right to count
  reaches exactly as far; the list asks for that right again in its query.
- 2026-11-25: A platform's own transparency figures are facts of its protocol file, with
  country, period, source and day of reading; an import of our own would have doubled
  the review that such facts have there.
- 2026-11-25: The brief is mailed to a list of the authority's file, `brief_to`, counted
  as for management. Each address is claimed before its mail is handed over: one that a
  crash breaks off is not sent again, since its readers have the way to the same brief.
- 2026-11-25: What is counted of more than a thousand requests is kept for an hour, and
  a job counts again what was read lately: 16,000 take six seconds to count and 60 ms to
  read. It says when it was counted, and has it counted again for who will wait. Sums in
  the database would have been a second definition of every figure.
"""
