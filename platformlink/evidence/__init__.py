"""
Files that never change: what a platform gave us, and who has had it since.

    parts -> whole -> hashed and encrypted in one pass -> the vault
    an item -> custody events: received, opened, handed over, checked, damaged

Owns `evidence_item`, `evidence_part` and `custody_event`. A *vaulted* item is kept
here; a *registered* one is only named: its hash was made in the officer's browser, and
the material never enters the system.

Decisions
- 2026-11-24: The server encrypts with age to the authority's recipients and holds none
  of their keys: it cannot read what it keeps, so it cannot show, unpack or leak it.
  What is opened here is the encrypted file.
- 2026-11-24: An upload comes in parts, so that a broken line or a restart costs one
  part. They are encrypted to a key of this upload alone, which is forgotten when the
  whole has been hashed, encrypted anew and kept.
- 2026-11-24: Two hashes stand beside each item: of what came, which a court asks for,
  and of what is kept, which a job can check without being able to read it.
- 2026-11-24: Whoever opens an item gives a purpose; custody only grows.
"""
