"""The bytes of a message, read once: who, about what, to which thread. Pure."""

import re
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

import msgspec

MOST_TEXT = 20_000  # characters that a page shows and the rules look at
MESSAGE_ID = re.compile(r"<[^<>\s]{3,250}>")
VERDICT = re.compile(r"\b(dmarc|spf|dkim)\s*=\s*(\w+)", re.IGNORECASE)
NEVER_PRINTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Delivery(msgspec.Struct, frozen=True):
    """What a mail server reported of one recipient. Source: RFC 3464, 2.3."""

    action: str  # failed, delayed, delivered, relayed, expanded
    recipient: str
    status: str
    said: str


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules look at."""

    message_id: str
    thread: tuple[str, ...]  # message ids that it answers, or returns
    sender: str
    subject: str
    text: str
    files: tuple[str, ...]  # names of what is attached, as given
    headers: dict[str, str]  # those that say how it came to be, by lower-case name
    verdicts: dict[str, str]  # dmarc, spf, dkim as our own server found them
    deliveries: tuple[Delivery, ...]


TELLING = (
    *("auto-submitted", "x-autoreply", "x-autorespond", "x-auto-response-suppress"),
    *("precedence", "return-path", "x-failed-recipients", "x-ms-exchange-inbox-rules"),
)


def plain(value: object) -> str:
    """Return text that can be kept: no control characters, and no half of a sign."""
    whole = str(value or "").encode("utf-8", "replace").decode("utf-8")
    return NEVER_PRINTED.sub(" ", whole).strip()


def _header(message: EmailMessage, name: str) -> str:
    """Return a header as text; one that cannot be read counts as empty."""
    try:
        return plain(message.get(name, ""))
    except (ValueError, LookupError, AttributeError, IndexError, TypeError):
        return ""


def _ids(*values: str) -> tuple[str, ...]:
    found = [one for value in values for one in MESSAGE_ID.findall(value)]
    return tuple(dict.fromkeys(found))


def _content(part: MIMEPart) -> str:
    """Return the text of a part; what cannot be decoded is replaced."""
    try:
        return str(part.get_content())
    except (LookupError, ValueError, KeyError, AttributeError):
        raw = part.get_payload(decode=True)
        return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""


def _text(message: EmailMessage) -> str:
    """Return the plain text, or the words of the HTML where there is no other."""
    try:
        body = message.get_body(("plain", "html"))
    except (ValueError, LookupError, AttributeError, TypeError):
        return ""
    if body is None:
        return ""
    text = _content(body)
    if body.get_content_subtype() == "html":
        text = re.sub(r"<[^>]{0,2000}>", " ", text)
    return plain(text[:MOST_TEXT])


def _files(message: EmailMessage) -> Iterator[str]:
    for part in message.walk():
        try:
            name = part.get_filename()
        except (ValueError, LookupError, AttributeError, TypeError):
            name = ""
        if name:
            yield plain(name)[:255]


def _inside(part: EmailMessage) -> list[EmailMessage]:
    """Return the messages, or blocks of headers, that a part holds."""
    held: Any = part.get_payload()
    return held if isinstance(held, list) else []


def _deliveries(message: EmailMessage) -> Iterator[Delivery]:
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in _inside(part):
            action = plain(block.get("Action", "")).lower()
            if action:
                yield Delivery(
                    action,
                    plain(block.get("Final-Recipient", "")).partition(";")[2].strip(),
                    plain(block.get("Status", "")),
                    plain(block.get("Diagnostic-Code", ""))[:500],
                )


def _returned(message: EmailMessage) -> Iterator[str]:
    """Yield the message ids of what a report returns."""
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "text/rfc822-headers":
            yield from re.findall(r"(?im)^message-id:\s*(<[^<>\s]+>)", _content(part))
        elif kind == "message/rfc822":
            for inner in _inside(part):
                yield from _ids(str(inner.get("Message-ID", "")))


def arrived_at(raw: bytes) -> datetime | None:
    """
    Return when a message says that it came to us, or was written; None if it does not.

    The topmost trace is our own server's. Source: RFC 5321, 4.4.
    """
    message = message_from_bytes(raw, _class=EmailMessage, policy=policy.default)
    traces = [plain(one) for one in message.get_all("Received", [])[:1]]
    for text in (*(one.rpartition(";")[2] for one in traces), _header(message, "Date")):
        try:
            found = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError):
            continue
        if found.tzinfo is not None:
            return found
    return None


def of_file(name: str, text: str) -> Message:
    """Return what a file that is no message says: its name, and its words if any."""
    return Message(
        message_id="",
        thread=(),
        sender="",
        subject=plain(name)[:500],
        text=plain(text[:MOST_TEXT]),
        files=(),
        headers={},
        verdicts={},
        deliveries=(),
    )


def read(raw: bytes) -> Message:
    """Return what any bytes say as a message; never raises for hostile ones."""
    message = message_from_bytes(raw, _class=EmailMessage, policy=policy.default)
    results = message.get_all("Authentication-Results", [])
    verdicts = VERDICT.findall(str(results[0])) if results else []
    addresses = getaddresses([_header(message, "From")])
    return Message(
        message_id=next(iter(_ids(_header(message, "Message-ID"))), ""),
        thread=(
            *_ids(_header(message, "In-Reply-To"), _header(message, "References")),
            *_returned(message),
        ),
        sender=addresses[0][1].lower() if addresses else "",
        subject=_header(message, "Subject")[:500],
        text=_text(message),
        files=tuple(_files(message)),
        headers={
            name: value for name in TELLING if (value := _header(message, name).lower())
        },
        verdicts={name.lower(): found.lower() for name, found in reversed(verdicts)},
        deliveries=tuple(_deliveries(message)),
    )
