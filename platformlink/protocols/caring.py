"""What may be said of the library: a review, a proposal, a channel's address. Pure."""

import msgspec

from platformlink.errors import Conflict, Denied, FieldError, Invalid, Missing
from platformlink.protocols.protocol import Channel, CooperationProtocol, Fact

LONGEST = 1000  # characters of a source or a reason


class NoSuchProposal(Missing):
    """No change was proposed under this number."""

    code = "no-such-proposal"
    title = "No such change was proposed"


class OwnProposal(Denied):
    """Four eyes: nobody decides about what they proposed."""

    code = "own-proposal"
    title = "A second person must decide about your proposal"


class AlreadyDecided(Conflict):
    """Somebody has accepted or declined it."""

    code = "already-decided"
    title = "Somebody has decided about this proposal"


class FileChanged(Conflict):
    """What stands at the place is no longer what the proposal began with."""

    code = "file-changed"
    title = "The file has changed at this place since"
    mend = "Propose the change again, from what stands there now."


class NothingChanged(Invalid):
    """The proposal leaves everything as it is."""

    code = "nothing-changed"
    title = "This changes nothing"


class WordsMissing(Invalid):
    """A review, a proposal or a confirmation says whence it knows."""

    code = "words-missing"
    title = "Say on what it rests"


class NoSuchChannel(Missing):
    """The protocol knows no such channel, or it must not be used."""

    code = "no-such-channel"
    title = "The protocol opens no such channel"


class NoSuchText(Missing):
    """No text of this platform was imported under this number."""

    code = "no-such-text"
    title = "No such text was imported"


class NoSuchSource(Invalid):
    """The file rests on no source of this name."""

    code = "no-such-source"
    title = "The file rests on no such source"


def source_id(protocol: CooperationProtocol, wanted: str) -> str:
    """
    Return the id of a source; where none is named, the platform's first own text.

    Raises: NoSuchSource, which names those that there are.
    """
    known = [one.id for one in protocol.sources]
    own = [one.id for one in protocol.sources if one.by == "platform"]
    chosen = wanted or next(iter(own or known), "")
    if chosen not in known:
        message = "Choose from: %(known)s."
        params = {"known": ", ".join(known)}
        error = FieldError("/source", "unknown", message, params)
        raise NoSuchSource(message, error, params=params)
    return chosen


def said(pointer: str, text: str) -> str:
    """
    Return a source or a reason without outer blanks.

    Raises: WordsMissing.
    """
    found = text.strip()
    if not found or len(found) > LONGEST:
        message = "Say it, in at most 1000 characters."
        raise WordsMissing("", FieldError(pointer, "required", message))
    return found


def fact_at(protocol: CooperationProtocol, pointer: str) -> Fact | None:
    """Return the fact at a JSON pointer, or None where there is none."""
    node: object = protocol
    for step in pointer.split("/")[1:]:
        if isinstance(node, tuple) and step in map(str, range(len(node))):
            node = node[int(step)]
        elif isinstance(node, msgspec.Struct):
            node = getattr(node, step, None)
        else:
            return None
    return node if isinstance(node, Fact) else None


def sources_of(protocol: CooperationProtocol, fact: Fact) -> str:
    """Return the titles of what a fact rests on, or of all that the file rests on."""
    titles = {one.id: one.title for one in protocol.sources}
    names = [titles[name] for name in fact.source if name in titles]
    return "; ".join(names)


def channel_of(protocol: CooperationProtocol, code: str) -> Channel:
    """
    Return a channel that may be used, or may once it is confirmed.

    Raises: NoSuchChannel.
    """
    for one in protocol.channels:
        if one.code == code and one.status in ("open", "unverified"):
            return one
    raise NoSuchChannel
