"""
Simulated platforms: they take the desk's letters and answer, each by its protocol.

    a letter (SMTP on loopback, or a hand-off recorded) -> plan -> messages -> mailbox

For training, demonstrations and measurements. `rules` plans, `texts` and `messages`
write, `post` takes letters and fills the port Mailbox, `run` puts it beside a
demonstration.

Decisions
- 2026-11-25: A message comes in through the port that IMAP fills, so that the desk's
  own job reads, matches and files it; turned down: an IMAP server, which a new machine
  lacks.
- 2026-11-25: Only the platforms are fast. The desk's clock stays right, since it
  refuses to date anything by a wrong one.
- 2026-11-25: It runs on a demonstration only, and says no anywhere else.
"""
