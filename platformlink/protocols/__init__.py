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
2026-11-24: more than two extra files: the types (``protocol``), the reader
    (``shelf``) and recognition (``identifiers``) are read by different people.
"""
