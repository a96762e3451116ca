"""
What leaves the house on paper: fields -> page -> PDF -> sealed letter, and its check.

    LetterFields ──compose──> Html ──Renderer──> Pdf ──Sealer──> SealedPdf ──> Letter
                                                                    │
             /verify, `platformlink verify` <── code, bytes, seal ──┘

The slice owns the letters and their register: a sealed letter never changes, a
correction is a new letter. It knows no request; who asks for a letter hands in all
that it prints.

Decided 2026-11-24:
- A letter prints nothing that is not in `LetterFields`, and the fields travel inside
  the PDF as `request.json`. Turned down: fields for the machine beside text for the
  reader, which sooner or later differ.
- One template per kind and one catalogue of phrases per language
  (`letter_templates/<kind>.html`, `letter_templates/phrases/<language>.po`). The
  template sets two languages side by side and prints data once. Turned down: a folder
  per language or per pair, whose layouts would have to agree line by line.
- Five extra files: `paper.py` (fields -> Html), `wording.py` (dates, characters),
  `codes.py`, the small part of the rules that people type and compare, `prints.py`,
  which reads in the templates themselves what each prints and which phrases rest on
  it, and `archive.py`, the actions that come after sealing. Turned down: a table of
  what templates print, which nobody would keep true.
- A seal gets its proof in two steps. What must not wait is issued at once, with a
  time-stamp if the service answers; revocation data and archive time-stamps follow by a
  job. They are kept as what is added to the letter's bytes, so that nothing can change
  those. Turned down: waiting for services while approving, and a copy in place of the
  letter.
- The seal certifies with "form filling and signing" (P=2), the narrowest that lets
  others sign; our letters have no other fields to fill. Turned down: "no changes",
  which no signature can follow, and a lock of all fields, which locks theirs too.
- The seal's time and certificate are printed by the page, as text that is read aloud
  and copied; the signature field over them stays empty. Turned down: an appearance
  drawn by the signing library, which embeds a second font and is no text.
- A number is taken by a lock of the sealing transaction, the smallest one that is free:
  two letters seal at once, and one that fails leaves no gap for ever. Turned down: a
  counter row, which lets letters queue for a second each.
- The public check is limited per address in the process (`web/limits`). Turned down: a
  table of addresses, which are personal data; 80 bits are what stops guessing.
- What stands in `REQUIRED` and `OPTIONAL` is all that a kind prints and carries.
"""
