"""
A request or a case as one package that opens without this program.

    rows -> record, one for each request -> record.json, index.html, case.jsonld
    + sealed letters, + encrypted evidence if asked -> one ZIP, streamed, with hashes

Owns no table. `records` reads and tells what there is of a request; `linked` says it
in CASE and UCO. The ZIP itself is `web/zipping`.

Decisions
- 2026-11-25: A package is taken by whoever may see the request or the case, and says
  for what; the audit log keeps who, what, and why, before the first byte leaves.
- 2026-11-25: The evidence goes in as it is kept: encrypted. Each item that does is
  opened by that, so only who may open it takes it, and its custody says so.
- 2026-11-25: Nothing in a package tells when it was made or by whom, and no clock in
  it says how long is left: the same state gives the same bytes, and the hash of the
  list of hashes names the state. Who took it, and when, stands in the audit log.
- 2026-11-25: The audit log names a package by the hash of its list, before the first
  byte leaves: the list is made of the hashes that were kept, not of what was read. An
  exhibit that was damaged since goes in as it is, and does not fit its line.
- 2026-11-25: Whoever holds a package can ask without an account whether its list is
  one that was recorded, and learns nothing but when.
- 2026-11-25: What colleagues wrote beside a request goes in: whoever may take it may
  read that too. The button says so, since a package leaves the house.
- 2026-11-25: No BagIt: its `data/` folder hides the page that is to be opened first.
  The list of hashes has its format, so `sha256sum --check` reads it.
"""
