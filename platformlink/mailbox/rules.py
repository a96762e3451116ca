"""What a message is, to which request it belongs, and how far that is certain. Pure."""

import re
from collections.abc import Iterable
from enum import StrEnum

import msgspec

from platformlink.errors import Conflict, FieldError, Invalid, Missing
from platformlink.mailbox.messages import Message
from platformlink.responses.codes import Kind
from platformlink.values import Phrase

MOVES_NOTHING = (Kind.AUTO_REPLY, Kind.UNDELIVERED)


class State(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"  # for a person
    FILED = "filed"
    SET_ASIDE = "set_aside"  # it is about no request


class Trust(StrEnum):
    """What our own server found of the sender. Source: RFC 8601."""

    PROVEN = "proven"
    FAILED = "failed"
    UNKNOWN = "unknown"


class NoSuchMail(Missing):
    """There is no such message."""

    code = "no-such-mail"
    title = "There is no such message"


class MailSettled(Conflict):
    """Somebody filed it, or set it aside, before."""

    code = "mail-settled"
    title = "This message was dealt with before"


class MailInvalid(Invalid):
    """The message cannot be filed like this."""

    code = "mail-invalid"
    title = "The message cannot be filed like this"


class FileUnknown(Invalid):
    """A dropped file is none that the inbox takes."""

    code = "file-unknown"
    title = "The inbox takes .eml, .msg, .pdf and .zip"
    mend = "Put any other file into the vault, on the request's page of evidence."


class NothingDropped(Invalid):
    """No file came, or more than are taken at once."""

    code = "nothing-dropped"
    title = "Choose at least one file, and at most 50"


class Form(StrEnum):
    """What a dropped file is, by the ending of its name."""

    MESSAGE = "eml"
    OUTLOOK = "msg"
    DOCUMENT = "pdf"
    ARCHIVE = "zip"  # never unpacked: only its name says something


def form_of(name: str) -> Form:
    """
    Return what a dropped file is.

    Raises: FileUnknown.
    """
    ending = name.rpartition(".")[2].lower()
    if ending not in set(Form):
        raise FileUnknown("", FieldError("/files", "unknown", FileUnknown.title))
    return Form(ending)


class Suggestion(msgspec.Struct, frozen=True):
    """What a message is taken for, and why."""

    kind: Kind
    why: Phrase


# Subjects of automatic replies as mail programs write them, by language.
# Source: RFC 3834 leaves the words open; these are those of Exchange, Gmail, Outlook,
# Zimbra and Lotus in the languages of the platforms' desks and of our neighbours.
AUTOMATIC = re.compile(
    r"^\s*(?:re:\s*)?(?:"
    r"auto(?:matic)?[- ]?(?:reply|response|acknowledg\w+)|out of (?:the )?office|"
    r"përgjigj[eë] automatike|jashtë zyre|"
    r"automatische (?:antwort|beantwortung)|abwesen\w+|"
    r"réponse automatique|absent du bureau|absence du bureau|"
    r"risposta automatica|fuori (?:sede|ufficio)|"
    r"respuesta automática|fuera de (?:la )?oficina|resposta automática|"
    r"automatisch antwoord|automatiskt? svar|automatisk svar|automaattinen vastaus|"
    r"automatyczna odpowiedź|automatická odpověď|automatski odgovor|"
    r"automatyczna|αυτόματη απάντηση|автоматический ответ|аутоматски одговор|"
    r"автоматичен отговор|otomatik yanıt|自動返信|自动回复|자동 회신"
    r")",
    re.IGNORECASE,
)
AUTOMATIC_HEADERS: tuple[tuple[str, str], ...] = (
    ("auto-submitted", r"auto-(?:replied|generated|notified)"),  # RFC 3834, 5
    ("x-autoreply", r".+"),
    ("x-autorespond", r".+"),
    ("precedence", r"auto_reply|bulk|junk"),
)
# What people at platforms write, by the kind that it suggests. The first that is found
# counts: what asks or refuses goes before what gives.
SAID: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    (Kind.VERIFICATION_CALL, (r"verify (?:that )?you(?:r identity| are)",)),
    (
        Kind.NEED_MORE_INFO,
        (
            r"(?:please|kindly|you must|you need to) (?:provide|supply|clarify)",
            r"(?:please|kindly|you must|you need to) (?:specify|resubmit|confirm)",
            r"additional information|more information (?:is )?(?:needed|required)",
            r"unable to (?:locate|identify) (?:the|an|any) (?:account|user) with",
            r"ju lutemi (?:na )?(?:jepni|dërgoni|saktësoni|plotësoni|sqaroni)",
            r"informacion(?:e)? (?:të )?(?:shtesë|tjera)",
        ),
    ),
    (
        Kind.REDIRECT,
        (
            r"(?:direct|address|submit|send) (?:your|this|the) request to",
            r"(?:wrong|different|another|correct) (?:legal )?entity",
            r"mutual legal assistance",
            r"drejtoj(?:eni|uni) |ndihm(?:ë|ës|ën) juridike",
        ),
    ),
    (
        Kind.PRESERVATION_CONFIRMED,
        (
            r"(?:has|have) been preserved|we (?:have )?preserved",
            r"preservation (?:request )?(?:is|was|has been) (?:confirmed|completed)",
            r"të dhënat .{0,60}(?:u ruajtën|janë ruajtur)",
        ),
    ),
    (
        Kind.NO_DATA,
        (
            r"no (?:records?|data|information|responsive) |does not exist",
            r"(?:could|did) not find any|not (?:associated|registered) with",
            r"nuk (?:gjetëm|u gjet|u gjetën|kemi) asnjë|nuk ekziston",
        ),
    ),
    (
        Kind.REFUSAL,
        (
            r"(?:cannot|can not|unable to|will not) (?:comply|disclose|provide)",
            r"(?:cannot|can not|unable to|will not) (?:process|assist|fulfil)",
            r"(?:is|was|has been) (?:rejected|denied|refused|declined)",
            r"nuk mund (?:ta|t'i|të) (?:përmbush|plotëso|jap|zbulo|ndihmo)\w*",
            r"(?:u|është) (?:refuzua|rrëzua|refuzuar|rrëzuar)\b",
        ),
    ),
    (
        Kind.USER_NOTICE,
        (r"(?:will|have|has) (?:notif\w+|inform\w+) (?:the|our) (?:user|account)",),
    ),
    (
        Kind.DELAY_NOTICE,
        (
            r"(?:need|require|request) (?:more|additional) time",
            r"delay(?:ed)? (?:in|our)|backlog|will (?:respond|reply) by",
            r"më shumë kohë|vonohe(?:t|mi)|zgjatje (?:të|e) afatit",
        ),
    ),
    (
        Kind.DELIVERY,
        (
            r"attached|enclosed|available (?:for|to) download|download link",
            r"production of (?:records|documents)",
            r"responsive (?:records|documents) (?:are|have)",
            r"bashkë?lidhur|bashkëngjitur",
        ),
    ),
    (
        Kind.ACK,
        (
            r"(?:have|has been|was) received|acknowledge receipt",
            r"(?:case|ticket|reference) (?:number|id|#)|is (?:being|under) review",
            r"(?:morëm|kemi marrë) kërkesën|numri (?:ynë )?i çështjes",
        ),
    ),
)


def trust(message: Message, *, is_dropped: bool = False) -> Trust:
    """
    Say whether the sender is proven, by what our own server wrote on arrival.

    A file that was dropped here proves nothing: whoever made it wrote that line too.
    """
    found = message.verdicts
    if found.get("dmarc") == "pass":
        return Trust.UNKNOWN if is_dropped else Trust.PROVEN
    if found.get("dmarc") == "fail" or (
        found.get("spf") in ("fail", "softfail") and found.get("dkim") != "pass"
    ):
        return Trust.FAILED
    return Trust.UNKNOWN


def _is_automatic(message: Message) -> bool:
    return bool(AUTOMATIC.search(message.subject)) or any(
        re.search(pattern, message.headers.get(name, ""))
        for name, pattern in AUTOMATIC_HEADERS
    )


def suggest(message: Message) -> Suggestion:
    """
    Return what a message is taken for.

    A machine's words are never taken for a person's: what is automatic is looked at
    first, whatever its text says.
    """
    failed = [one for one in message.deliveries if one.action == "failed"]
    if failed:
        said = failed[0].said or failed[0].status
        why = "The mail server could not deliver it: %(said)s"
        return Suggestion(Kind.UNDELIVERED, Phrase(why, {"said": said}))
    if message.deliveries:
        why = "A mail server reports on a delivery that goes on"
        return Suggestion(Kind.AUTO_REPLY, Phrase(why))
    if _is_automatic(message):
        return Suggestion(Kind.AUTO_REPLY, Phrase("A machine wrote it"))
    for kind, patterns in SAID:
        found = re.search("|".join(patterns), message.text, re.IGNORECASE)
        if found:
            why = "It says “%(words)s”"
            words = " ".join(found.group(0).split())
            return Suggestion(kind, Phrase(why, {"words": words}))
    return Suggestion(Kind.OTHER, Phrase("Nothing in it is known; it must be read"))


def suggest_file(name: str, message: Message) -> Suggestion:
    """Return what a dropped file, or a message without such a name, is taken for."""
    if name and form_of(name) is Form.ARCHIVE:
        return Suggestion(Kind.DELIVERY, Phrase("Data comes in archives"))
    return suggest(message)


class Clue(msgspec.Struct, frozen=True):
    """One reason to take a message for the answer to a request."""

    request_id: int
    weight: int
    why: Phrase


THREAD, REFERENCE, THEIR_REFERENCE, ONLY_ONE = 8, 8, 4, 1
CERTAIN = 8


class Match(msgspec.Struct, frozen=True):
    """Which request a message belongs to, if any, and why it is thought so."""

    request_id: int | None
    is_certain: bool
    reasons: tuple[Phrase, ...]


def match(clues: Iterable[Clue]) -> Match:
    """
    Return the request with the heaviest clues; none where two weigh the same.

    It is certain where thread or reference name it and name no other.
    """
    weights: dict[int, int] = {}
    held = list(clues)
    for one in held:
        weights[one.request_id] = weights.get(one.request_id, 0) + one.weight
    ranked = sorted(weights, key=lambda one: -weights[one])
    if not ranked or (len(ranked) > 1 and weights[ranked[0]] == weights[ranked[1]]):
        return Match(None, is_certain=False, reasons=tuple(one.why for one in held[:3]))
    best = ranked[0]
    strong = {one.request_id for one in held if one.weight >= CERTAIN}
    return Match(
        best,
        is_certain=strong == {best},
        reasons=tuple(one.why for one in held if one.request_id == best),
    )


def references(message: Message, prefix: str) -> tuple[str, ...]:
    """Return our own references that a message names: PL-2026-000123."""
    # In a file's name an underscore may stand beside it.
    pattern = rf"(?<![A-Za-z0-9]){re.escape(prefix)}-\d{{4}}-\d{{6,}}(?!\d)"
    found = re.findall(pattern, f"{message.subject}\n{message.text}", re.IGNORECASE)
    return tuple(dict.fromkeys(one.upper() for one in found))


def is_filed_at_once(
    message: Message, suggestion: Suggestion, matched: Match, *, is_forged: bool
) -> bool:
    """Say whether a job may file it: it moves nothing, and its request is certain."""
    return (
        suggestion.kind in MOVES_NOTHING
        and matched.is_certain
        and not is_forged
        and trust(message) is not Trust.FAILED
    )
