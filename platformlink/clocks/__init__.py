"""
When a term ends: arithmetic, calendars, statutes, and running clocks.

This slice knows no request: it answers *when*, never *what then*.

    term + start + calendar -> rules.compute -> Computation -> a row of `clock`
    running -> paused -> running -> ended (met, missed, replaced, void)

Extra files: `terms` (the words: units, lengths, calendars), `calendars` (whose rest
days, from real data) and `sentences` (why it is due then, and how it is shown). Three,
because each is a matter of its own and `rules` stays arithmetic alone.

Decisions
- 2026-11-24: A clock keeps its ingredients, with the rest days that mattered, and no
  sentences: they are made anew from the ingredients, so that they cannot disagree.
- 2026-11-24: Hours are elapsed time. The reading that leaves out the broken first hour
  is named in a sentence; nobody is held to it, and nothing of ours relies on it.
- 2026-11-24: What is ours never moves forward; where the working day before would lie
  before the start, it stays on its last day.
- 2026-11-24: Lengths are written in ISO 8601 with one unit (`P90D`, `PT8H`, `P3W`,
  `P6M`, `P1Y`). ISO knows no working days: these are written `10 working days`.
- 2026-11-24: A pause moves the end by the days that the clock stood still (the day of
  the pause counts, the day of the resumption does not), in hours by elapsed time. The
  safe end of what is ours takes no account of pauses.
- 2026-11-25: Evidence of the start only ever gets better: sent, a machine's word, a
  person's word. What it replaces ends as `replaced` and stays, named by the new one.
- 2026-11-24: The next notice of a clock is a column with a partial index, so that a
  tick with nothing due touches no row.
"""
