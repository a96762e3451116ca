"""
The ground of all pages: typed pages, problems, words, and what handlers may ask for.

    a handler returns  ->  a page (frozen struct)   pages.py shows it
                           a struct                 Litestar sends it as JSON
    or raises          ->  a refusal (errors.py)    problems.py: RFC 9457

Decisions
- 2026-11-24: a message catalogue is read from its .po file when the application is
  built; nothing compiled is kept.
- 2026-11-24: whatever the client says itself, it says in every language of LANGUAGES:
  `make words` collects, tests/house/test_words.py and test_reading.py watch. What the
  protocol files say stays in English: it is quoted from its sources.
- 2026-11-24: cross-site writes are stopped by a token in a cookie and in the form; a
  caller with a bearer token needs none, since no browser adds that by itself.
"""
