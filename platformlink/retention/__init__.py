"""
Retention: what is emptied after its time, and whose records wait for a decision.

A draft that nobody worked on is announced to its author, and emptied two weeks later.
A case that has long been over is laid before a person, who says why it is kept, and
until when. Owns `case_review`.

Decisions
- 2026-11-25: an emptied draft stays as a cancelled request without accounts, texts and
  comments: its history is append-only and names it.
- 2026-11-25: nothing of a request that was ever sealed is removed. Its letters, history
  and custody are made so that they cannot be, and without them nobody could prove what
  was asked. Turned down: blanking the rows around a letter that says the same.
- 2026-11-25: the clock of a machine that runs a year ahead for a day empties nothing:
  between the announcement and the emptying lie two weeks.
- 2026-11-25: an administrator decides on cases that are open to all, on a restricted
  one its lead alone, since nobody else may learn that it exists.
"""
