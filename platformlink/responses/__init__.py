"""
What comes back: each thing that a platform did, classified, item by item.

    a message -> kind -> effect -> requests.actions.take, clocks
    an item (account x data category) -> outcome, reasons -> outcome of the request

Owns `response` and `response_item`. Received is apart from recorded. A correction is
a new response that names the one it corrects; neither is ever erased. `actions` keeps
it, `effects` moves clocks and holds by it. `codes` holds the closed lists; `proposals`
what may be done after a refusal, and `next_steps` opens it to people: the slice is
large since an answer has many sides.

Decisions
- 2026-11-24: An automatic reply, a bounce and what still needs reading stop no clock.
- 2026-11-24: A delivery moves the request to `answered`, or to `partly_answered` where
  more is promised (the reason *later_instalment*).
- 2026-11-24: `until` means by kind: the end of a hold (preservation), of a link
  (delivery), of their silence (user notice), or the promised date (delay notice).
- 2026-11-24: Where no items are given, the kind says the outcome for all that was
  asked (a refusal: refused); a delivery without items is *not assessed*.
- 2026-11-24: For one item the response received last counts.
- 2026-11-24: A tie of no data and refused is called refused: the worse of the two.
- 2026-11-25: A proposal is a reason code, what the protocol names, and the authority's
  own instruments; it makes a draft, never a letter, and its author looks at it first.
- 2026-11-25: Only a receipt that they name moves a start (`arrived`), by a machine or,
  better, by a person. An acknowledgement that is silent on it moves nothing: the time
  counts from the sending, else who acknowledges late would gain by it. Nor does a bare
  day move what hours count.
- 2026-11-25: While they wait for us nothing is proposed: the supplement is the way.
"""
