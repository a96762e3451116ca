"""
What came by mail or was dropped here: read, matched, filed or left for one click.

    IMAP, a dropped .eml -> a message -> kind suggested, request matched, sender weighed
    a dropped .msg -> headers and text; a .pdf -> its words; a .zip -> only its name
    certain and moving nothing -> filed by the job; anything else -> the inbox

Owns `received_mail` and `mailbox_position`. `messages` reads the bytes of a message,
`dropping` files that a person brings; `rules` says what it is and to which request it
belongs, with its reasons.

Decisions
- 2026-11-24: The job files by itself only what moves no clock (an automatic reply, a
  bounce), and only where thread or reference name one request. What could move one
  waits for a person, who has a suggestion.
- 2026-11-24: Nothing is deleted, moved or marked as read on the mail server.
- 2026-11-24: A message stays here with its bytes until a person files it; then they go
  into the vault as one item, attachments unopened.
- 2026-11-24: Only the topmost Authentication-Results counts: our own server wrote it.
  A message that failed it is marked, and never filed by the job.
- 2026-11-25: A dropped file waits in the same list and is filed by the same press. It
  is read in a process apart, for its words alone; an archive is never unpacked. Its
  sender is never called proven: whoever made the file wrote its headers too.
- 2026-11-25: A .msg is read with `olefile`: `extract-msg` is GPL, and reads far more.
"""
