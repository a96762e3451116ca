"""
Notices: what a person must be told, in the application and by e-mail.

Owns `notice`. A notice knows no request: it bears a sentence and the path of the page
where something can be done. Mail leaves from here without any personal data.

Decisions
- 2026-11-24: each notice has a key that is unique for its reader, so that a job that
  runs twice, late or in two workers tells everybody once.
"""
