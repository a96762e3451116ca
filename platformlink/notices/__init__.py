"""
Notices: what a person must be told, in the application and by e-mail.

Owns `notice`. A notice knows no request: it bears a sentence and the path of the page
where something can be done. Mail leaves from here without any personal data.

Decisions
- 2026-11-24: each notice has a key that is unique for its reader, so that a job that
  runs twice, late or in two workers tells everybody once.
- 2026-11-25: outside office hours mails wait, save what is urgent; in the application
  all of it stands at once. Turned down: keeping back the notice itself.
- 2026-11-25: a daily mail takes what was told before the office opened today, so that
  no table of sent digests is needed to make it one a day.
"""
