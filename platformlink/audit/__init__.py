"""
Audit: who did what, and when; append-only and chained.

Owns the table `audit_entry`, which the application's database role can neither
change nor delete, and `audit_head`, which says how long the chain must be.

    h(n) = SHA-256( 0x01 | h(n-1) | SHA-256(canonical JSON of entry n) )

Decisions
- 2026-11-24: entries are collected during a transaction and chained just before its
  commit, so that the lock on the head is held for one insert, not for the rendering
  of a letter. Turned down: chaining by a job later, which leaves a window.
- 2026-11-24: entries hold references and hashes, never texts or identifiers, so that
  personal data can be erased without breaking the chain.
"""
