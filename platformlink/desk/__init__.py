"""
Desk: pages that put several slices on one screen.

The request as a whole, the case, the board of what burns, the radar of holds, one's
own front page, one's notices, the emergency. It owns no table and takes no step
itself: its buttons go to the doors of the slices below.

Decisions
- 2026-11-24: the board asks the clocks, not the requests: one row is one clock, and
  what time decides is computed at the moment of looking.
- 2026-11-24: a manager's board shows numbers only; rows need the right to read.
- 2026-11-24: a fact of a protocol leads to the letters that print it by way of the
  letter's fields (`resting`); the templates say themselves which fields they print.
- 2026-11-25: a changed rest day is applied only with the fingerprint of the dates that
  were shown; moving what nobody saw was turned down. An administrator reads names of
  requests there, and of restricted cases a number.
- 2026-11-25: who comes back is told from the records themselves (`absence`), not from
  a list kept for them: nothing that happened can be missing in it. Since when says the
  sign-in before the last long break, so that a quick look resets nothing that a wider
  time would not show again.
- 2026-11-25: an open board hears only that something was recorded, and fetches itself
  with its reader's rights. As long as it does, its reader counts as present: who leaves
  the desk signs out, or is signed out at the end of the sign-in's life.
- 2026-11-25: several late answers are chased by one letter for each entity, as one
  platform's are; each is sealed, and queued where the first way is e-mail, in a
  transaction of its own, so that one refusal stops no other.
- 2026-11-25: one act for several related requests (`together`) is shown by doing it to
  each in a transaction that is thrown away, so that the preview refuses what the act
  would; then each is done in one of its own. Sending goes by e-mail only where that is
  the first way out: elsewhere a person enters the letter and brings the proof. A
  program does the same by `/api/v1/requests/together` and is answered a problem for
  each that is refused; sent again after a crash, it finds done what was done.
"""
