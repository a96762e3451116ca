"""
Webhooks: what happens to requests, told to other programs by signed POSTs.

Owns `webhook_place` (how far a receiver was read to) and `webhook_delivery` (one event
for one receiver, until it was taken or given up after a day).

Decisions
- 2026-11-25: the history of requests is the outbox: what was kept is told, and
  what was rolled back never is. Turned down: a second table written beside it.
- 2026-11-25: a receiver may get an event twice, never none: each bears its number.
- 2026-11-25: of a restricted case nothing is told, and never a name, account or text.
- 2026-11-25: each receiver has a secret of its own, so that one of them can neither
  read as another nor speak as us to it; two are valid while one changes. They stand in
  a setting, not in the authority's file, which many may read.
"""
