"""
Requests: what is asked of a platform, its life, and the only writer of its state.

    draft -> in_review -> ready -> sent -> acknowledged -> answered -> closed
      ^         |           |       |          |   ^
      +-returned+--edited---+       |       needs_us, partly_answered
    cancelled (never sent)          withdrawn (after sending, by a sealed letter)

Owns `platform_request`, `target`, `hold`, `request_event`, `reminder` and
`draft_template`. The state
table is `rules.MOVES`; `actions.take` asks it, writes the event and the audit entry,
and alone assigns `state`. What goes out (`dispatch`) and what comes back
(`responses`) stand above and call `take`. A letter goes through `gathering` (its rows),
`composing` (what it says) and `sealing`; `judging` says what stands against a draft,
`editing` shows it beside the form, `starting` spares typing it again.

Decisions
- 2026-11-24: what time decides (overdue, lapsing) is never a state; clocks say it.
- 2026-11-24: a request bears the reference of its first sealed letter for life; a
  letter that replaces it has a reference of its own, which leads here as well.
- 2026-11-24: the draft's own id is ten random letters, so that nobody counts drafts.
- 2026-11-25: what a draft starts from fills only what is empty. A template is its
  unit's and holds what is alike from case to case: no account, no fact of a case.
"""
