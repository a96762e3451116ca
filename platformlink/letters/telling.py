"""How each value of a prescribed form is said, in one language."""

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from platformlink.letters import rules, wording
from platformlink.letters.rules import GAP, LetterFields, Texts
from platformlink.letters.wording import Voice


class Speaker(msgspec.Struct, frozen=True):
    """Says everything in one language."""

    voice: Voice
    language: str
    zone: ZoneInfo

    def say(self, text: str, **params: object) -> str:
        """Return a phrase."""
        return self.voice.say(self.language, text, **params)

    def text(self, *texts: Texts) -> list[str]:
        """Return given texts, without those that say nothing."""
        found = (wording.chosen(one, self.language).strip() for one in texts)
        return [one for one in found if one]

    def day(self, value: date) -> str:
        """Return a date."""
        return wording.day(value, self.language)

    def moment(self, value: datetime) -> str:
        """Return an instant, in UTC and here."""
        here = value.astimezone(self.zone)
        shift = wording.offset(value, self.zone)
        utc = wording.moment(value, self.language)
        return f"{utc} UTC ({here:%H:%M}, {shift})"


Lines = Callable[[LetterFields, Speaker], list[str]]


def _authority(f: LetterFields, s: Speaker) -> list[str]:
    return s.text(f.sender.name, f.sender.unit, f.sender.address)


def _person(one: rules.Person | None, s: Speaker) -> list[str]:
    if one is None or not one.name.strip():
        return []
    first = ", ".join(filter(None, (one.name, *s.text(one.office), one.number)))
    second = " · ".join(filter(None, (one.email, one.phone)))
    return [first, second] if second else [first]


def _addressee(one: rules.Addressee | None) -> list[str]:
    if one is None or not one.name.strip():
        return []
    return [one.name, ", ".join(one.lines)] if one.lines else [one.name]


def _contact(f: LetterFields, s: Speaker) -> list[str]:
    name = " ".join(s.text(f.sender.contact_name))
    reached = f"{f.sender.contact_phone} · {f.sender.contact_email}"
    return [name, reached]


def _languages(f: LetterFields, s: Speaker) -> list[str]:
    names = [wording.language_name(one, s.language) for one in f.sender.languages]
    return [", ".join(names)]


def _verify(f: LetterFields, s: Speaker) -> list[str]:
    return [
        s.say(
            "By the code at the foot of each page, or at the number that %(domain)s "
            "publishes.",
            domain=f.sender.mail_domain,
        )
    ]


def _measure(f: LetterFields, s: Speaker) -> list[str]:
    return s.text(f.footing.name, f.footing.citation) if f.footing else []


def _authorisation(f: LetterFields, s: Speaker) -> list[str]:
    if f.authorisation is None:
        return []
    made = f.authorisation
    return [
        s.say(
            "%(authority)s, No. %(number)s, %(on)s.",
            authority=made.authority,
            number=made.number,
            on=made.on,
        )
    ]


def _items(f: LetterFields, s: Speaker) -> list[str]:
    if not f.items:
        return []
    number = len(f.items)
    return [s.voice.counted(s.language, "%(num)s item: page 1, section 1.",
                            "%(num)s items: page 1, section 1.", number)]  # fmt: skip


def _data(f: LetterFields, s: Speaker, *categories: str) -> list[str]:
    """Return the data of some categories (none: all), as page 1 names them."""
    return [
        f"{'abcdefghijklmnopqrstuvwxyz'[place % 26]}  {' '.join(s.text(one.name))}"
        for place, one in enumerate(f.data)
        if not categories or one.category in categories
    ]


def _period(f: LetterFields, s: Speaker) -> list[str]:
    if f.period is None:
        return []
    start, end = s.moment(f.period.from_at), s.moment(f.period.to_at)
    return [
        s.say("from %(start)s, included", start=start),
        s.say("to %(end)s, not included", end=end),
    ]


def _hold(f: LetterFields, s: Speaker) -> list[str]:
    if f.hold is None or not f.hold.days:
        return []
    return [
        s.say(
            "%(days)s days; if you receive this today, to the end of %(until)s.",
            days=f.hold.days,
            until=f.hold.until_on,
        )
    ]


def _process(f: LetterFields, s: Speaker) -> list[str]:
    process_on = f.hold.process_on if f.hold else None
    process_on = process_on or (f.emergency.process_on if f.emergency else None)
    if process_on is None:
        return []
    return [
        s.say(
            "A request for mutual legal assistance will follow, by %(on)s.",
            on=process_on,
        )
    ]


def _answer_by(f: LetterFields, s: Speaker) -> list[str]:
    return [s.moment(f.answer_by_at)] if f.answer_by_at else []


def _return(f: LetterFields, s: Speaker) -> list[str]:
    return [
        s.say(
            "Electronically, unchanged, to %(email)s or through your own portal; "
            "with our reference, and for what is not given the reason.",
            email=f.sender.contact_email,
        )
    ]


def _secrecy(f: LetterFields, s: Speaker) -> list[str]:
    if f.confidentiality is None:
        return [s.say("We do not ask you to keep this request from the user.")]
    until = f.confidentiality.until_on
    if until is None:
        return [s.say("Please do not tell the user until we say that you may.")]
    return [
        s.say("Please do not tell the user before the end of %(until)s.", until=until)
    ]


def _secrecy_reason(f: LetterFields, s: Speaker) -> list[str]:
    kept = f.confidentiality
    return s.text(kept.basis, kept.reason) if kept else []


def _earlier(f: LetterFields, s: Speaker) -> list[str]:
    if f.earlier is None:
        return []
    if not f.earlier.platform_reference:
        return [
            s.say(
                "our letter %(reference)s of %(on)s.",
                reference=f.earlier.reference,
                on=f.earlier.dated_on,
            )
        ]
    theirs = f.earlier.platform_reference
    return [
        s.say(
            "our letter %(reference)s of %(on)s, your reference %(theirs)s.",
            reference=f.earlier.reference,
            on=f.earlier.dated_on,
            theirs=theirs,
        )
    ]


def _offence(part: str) -> Lines:
    return lambda f, s: s.text(getattr(f.offence, part)) if f.offence else []


def _said(name: str) -> Lines:
    return lambda f, s: [
        one for text in s.text(getattr(f, name)) for one in wording.paragraphs(text)
    ]


def _danger(name: str) -> Lines:
    return lambda f, s: s.text(getattr(f.emergency, name)) if f.emergency else []


# By value: which of the letter's fields it prints, how, and where a draft gives it.
class Source(msgspec.Struct, frozen=True):
    """Where a value comes from."""

    lines: Lines
    carries: tuple[str, ...] = ()
    pointer: str = "/instrument"


SOURCES: dict[str, Source] = {
    "date": Source(lambda f, s: [s.day(f.issue.dated_on) if f.issue else GAP]),
    "reference": Source(lambda f, s: [f.issue.reference if f.issue else GAP]),
    "authority": Source(_authority),
    "country": Source(
        lambda f, s: [wording.country_name(f.sender.country, s.language)]
    ),
    "officer": Source(lambda f, s: _person(f.officer, s), ("officer",)),
    "signatory": Source(lambda f, s: _person(f.signatory, s)),
    "supervisor": Source(lambda f, s: _person(f.supervisor, s), ("supervisor",)),
    "contact": Source(_contact),
    "languages": Source(_languages),
    "verify": Source(_verify),
    "addressee": Source(lambda f, s: _addressee(f.addressee), pointer="/entity"),
    "custodian": Source(
        lambda f, s: _addressee(f.custodian or f.addressee), ("custodian",), "/entity"
    ),
    "measure": Source(_measure, ("footing",)),
    "authorisation": Source(_authorisation, ("authorisation",), "/authorisation"),
    "offence": Source(_offence("name"), ("offence",), "/case"),
    "provision": Source(_offence("provision"), ("offence",), "/case"),
    "penalty": Source(_offence("penalty"), ("offence",), "/case"),
    "items": Source(_items, ("items",), "/targets"),
    "data": Source(_data, ("data",), "/data"),
    "subscriber": Source(lambda f, s: _data(f, s, "subscriber"), ("data",), "/data"),
    "user_identification": Source(
        lambda f, s: _data(f, s, "user_identification"), ("data",), "/data"
    ),
    "traffic": Source(lambda f, s: _data(f, s, "traffic"), ("data",), "/data"),
    "content": Source(lambda f, s: _data(f, s, "content"), ("data",), "/data"),
    "categories": Source(lambda f, s: [], ("data",), "/data"),
    "period": Source(_period, ("period",), "/period"),
    "hold": Source(_hold, ("hold",)),
    "process": Source(_process, ("hold", "emergency")),
    "answer_by": Source(_answer_by, ("answer_by_at",)),
    "deadline": Source(lambda f, s: [], ("answer_by_at",)),
    "status": Source(lambda f, s: []),
    "return": Source(_return),
    "secrecy": Source(_secrecy, ("confidentiality",), "/confidentiality"),
    "secrecy_reason": Source(_secrecy_reason, ("confidentiality",), "/confidentiality"),
    "earlier": Source(_earlier, ("earlier",)),
    "report_number": Source(
        lambda f, s: [f.report_number] if f.report_number else [],
        ("report_number",),
        "/report_number",
    ),
    "annexes": Source(
        lambda f, s: [f"{x.letter}  {' '.join(s.text(x.title))}" for x in f.annexes],
        ("annexes",),
    ),
    "says": Source(lambda f, s: []),
    "answer": Source(lambda f, s: []),
    "facts": Source(_said("facts"), ("facts",), "/narrative"),
    "nexus": Source(_said("nexus"), ("nexus",), "/nexus"),
    "necessity": Source(_said("necessity"), ("necessity",), "/necessity"),
    "urgency": Source(_said("urgency"), ("urgency",), "/urgency_reason"),
    "danger": Source(_danger("danger"), ("emergency",), "/danger"),
    "averts": Source(_danger("averts"), ("emergency",), "/averts"),
}

# Parts of a field that only some values print, and what stands there instead.
PARTS: dict[str, dict[str, tuple[str, object]]] = {
    "offence": {
        "name": ("offence", {}),
        "provision": ("provision", {}),
        "penalty": ("penalty", {}),
    },
    "confidentiality": {
        "basis": ("secrecy_reason", {}),
        "reason": ("secrecy_reason", {}),
    },
    "hold": {"process": ("", {}), "process_on": ("process", None)},
    "emergency": {
        "danger": ("danger", {}),
        "averts": ("averts", {}),
        "process_on": ("process", None),
        "supervisor_told_at": ("", None),
    },
}
