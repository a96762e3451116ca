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
    (``protocol``, ``agreement``), the reader (``shelf``), canonical forms and
    recognition (``identifiers``, ``recognition``), whom to address (``regions``), what
    is left (``retention``), drafts, what they ask for and must carry (``drafts``,
    ``asking``, ``needs``, ``targets``), what a reviewer of files looks for (``review``,
    ``patterns``), versions and proposals (``changes``, ``patches``), forged doors
    (``lookalikes``), published texts (``guidelines``, ``watching``), those who care for
    all that (``caring``, ``reviewing``), and what pages say of it (``showing``).
2026-11-24: a word that a fact still holds counts for half a year and for one version:
    what a file says anew, nobody has confirmed. Carrying words over was turned down.
2026-11-24: a file for a later day lies beside the one in force, its day in its name
    (tiktok@2027-01-01.yaml); a folder of its own was turned down, since it hides it.
2026-11-24: the first letter to an address waits for the word of a second person, once
    for each address; an emergency passes and is marked.
2026-11-24: a proposal changes the text of one place, so that comments and order stay,
    and leaves as a patch: the files are changed where they are versioned, not here.
2026-11-24: what joins the library with our own requests (who asked before, which rest
    on an older version, which drafts a new text touches) stands in ``desk``.
2026-11-24: plain YAML words stay text (NO is Norway); the parser's events are read,
    so that no alias, tag or depth can harm.
2026-11-24: a pattern that could backtrack for seconds is refused by its structure,
    not by trying: a trial depends on the machine.
2026-11-25: whose police asks may decide whom it addresses, so the library knows the
    authority's country; whoever names an addressee must say who asks.
2026-11-25: what a text says that we could not read is ``unread``, so that no page tells
    it as "not published". A second kind of unknown value was turned down: it is a
    question of how we know.
2026-11-24: the types of a file stay in one module of some 700 lines (``protocol``),
    since it is the schema and is read from top to bottom; parted by section, each part
    would stand on a fourth with the words that all of them share.
"""
