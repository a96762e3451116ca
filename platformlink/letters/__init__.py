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
- Two extra files: `paper.py` (fields -> Html) and `wording.py` (dates, characters).
"""
