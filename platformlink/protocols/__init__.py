"""
How platforms cooperate, as data: the files of ``protocols/`` and their versions.

    protocols/tiktok.yaml --shelf--> CooperationProtocol --rules--> findings,
    (one file a platform)                 |                         addressee, hold
                                          +--identifiers--> accounts in a text

The slice owns the types of a protocol, the shelf that reads the files, the pinned
versions in the database, recognition, and every question that a protocol answers.

2026-11-24: a version is the SHA-256 of the file's bytes, without a number that
    someone must remember to raise; a request pins it and decodes its own copy.
2026-11-24: every fact bears its confidence, and its sources by name, beside the
    value. A wrapper type for each value was turned down: files became unreadable.
2026-11-24: a figure of a statute or a treaty is marked so by ``basis``, so that no
    page shows it as a platform's promise.
2026-11-24: more than two extra files, each one matter of the slice: the types
    (``protocol``), the reader (``shelf``), canonical forms and recognition
    (``identifiers``, ``recognition``), whom to address (``regions``), what is left
    (``retention``), drafts and their accounts (``drafts``, ``targets``), and what a
    reviewer of files looks for (``review``, ``patterns``).
2026-11-24: plain YAML words stay text (NO is Norway); the parser's events are read,
    so that no alias, tag or depth can harm.
2026-11-24: a pattern that could backtrack for seconds is refused by its structure,
    not by trying: a trial depends on the machine.
"""
