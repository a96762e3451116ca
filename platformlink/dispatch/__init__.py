"""
Dispatch: one sending of one letter through one channel, with its proof.

    queued -> sending -> delivered (the server took it: proof kept, clocks start)
       ^         |-----> failed    (surely refused: a person mends it)
       +---------+-----> uncertain (nobody knows: a person decides)

Owns `dispatch`. The row that waits is the outbox. Claim, send and confirm are three
transactions: at most one sending for each dispatch, whatever crashes in between.

Decisions
- 2026-11-24: a dispatch that stays in `sending` for two minutes is uncertain; nothing
  is ever sent again by itself once it may have gone out.
- 2026-11-24: the message id is written before the sending, so that a bounce or an
  answer finds its dispatch even if the worker died in between.
"""
