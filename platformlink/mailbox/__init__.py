"""
What came by mail: read, matched to a request, filed or left for one click.

    IMAP -> a message -> kind suggested, request matched, sender weighed
    certain and moving nothing -> filed by the job; anything else -> the inbox

Owns `received_mail` and `mailbox_position`. `messages` reads the bytes of a message;
`rules` says what it is and to which request it belongs, with its reasons.

Decisions
- 2026-11-24: The job files by itself only what moves no clock (an automatic reply, a
  bounce), and only where thread or reference name one request. What could move one
  waits for a person, who has a suggestion.
- 2026-11-24: Nothing is deleted, moved or marked as read on the mail server.
- 2026-11-24: A message stays here with its bytes until a person files it; then they go
  into the vault as one item, attachments unopened.
- 2026-11-24: Only the topmost Authentication-Results counts: our own server wrote it.
  A message that failed it is marked, and never filed by the job.
"""
