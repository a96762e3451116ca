"""
Cases: what requests belong to, and who may see it.

Owns `case_file` and `case_member`. The one place where visibility becomes SQL:
`queries.seen_by(actor)` stands in the WHERE of every read above.

Decisions
- 2026-11-24: a restricted case is seen by its members alone, whatever their roles;
  for all others it does not exist (404), not even for the auditor.
"""
