"""
Identity: who is knocking.

Owns units, people (`app_user`), their sign-ins (`sign_in`), the keys of their calendars
(`calendar_key`), and the keys of writes already answered (`answered_key`, for
`Idempotency-Key`).

Extra files: `tokens` and `guards` (who is behind a web request), and `once` (a write
that comes twice): the third, because it guards writes as the others guard readers.

Decisions
- 2026-11-24: a token is a JWT that names a row of `sign_in`; each request looks that
  row up, so that signing out, disabling a person or changing roles works at once.
- 2026-11-24: after idling the row is over and the password is asked again; what was
  typed waits in the page and in the saved draft.
- 2026-11-25: a calendar program cannot sign in, so its address bears a key of 256 bits:
  shown once, kept as a hash, and gone with the account or a reset of the password.
"""
