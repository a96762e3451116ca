"""Fields -> Html: the letter's templates, sandboxed, in all its languages."""

import csv
import hashlib
import io
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import jinja2
import msgspec
import segno
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from platformlink import documents
from platformlink.letters import codes, forms, rules, telling, wording
from platformlink.letters.rules import LetterFields, LetterKind, OpenRequest
from platformlink.letters.wording import Said, Voice
from platformlink.values import Html

STYLE = "letter.css"
FORM = "form.html"
FAR = date(9999, 12, 31)
QR_ERROR = "m"


def _finish(value: object) -> object:
    """Name the hidden characters of every text that a template prints."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return wording.shown(value)
    return value


def _breakable(text: str) -> Markup:
    """Return an identifier that may break after a slash, and is otherwise as read."""
    parts = wording.shown(text).replace("\n", "⟨U+000A⟩").split("/")
    return Markup("/<wbr>").join(escape(part) for part in parts)


def _grouped(digits: str) -> Markup:
    """Return a hash in two halves, each on a line of its own."""
    halves = [digits[place : place + 32] for place in range(0, len(digits), 32)]
    return Markup("<br>").join(escape(wording.shown(one)) for one in halves)


def _in_language(said: tuple[Said, ...], language: str) -> str:
    return next((one.text for one in said if one.language == language), said[0].text)


@cache
def environment(folder: Path) -> jinja2.Environment:
    """Return the sandbox in which a folder's templates run; they see no file."""
    made = ImmutableSandboxedEnvironment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_finish,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        breakable=_breakable,
        is_digits=str.isdigit,
        notes=wording.notes,
        paragraphs=wording.paragraphs,
        in_language=_in_language,
        grouped=_grouped,
        thousands=lambda number: f"{number:,}".replace(",", "\N{NO-BREAK SPACE}"),
        utc_time=lambda value: value.astimezone(UTC).strftime("%H:%M"),
        utc_year=lambda value: str(value.astimezone(UTC).year),
        year=lambda value: str(value.year),
    )
    return made


def _lapsing(rows: tuple[OpenRequest, ...]) -> tuple[OpenRequest, ...]:
    """Return a reminder's lines, what lapses first before all others."""
    return tuple(sorted(rows, key=lambda row: (row.held_until_on or FAR, row.sent_on)))


def _joined(voice: Voice, *texts: rules.Texts) -> tuple[Said, ...]:
    """Return texts one after the other in each language, parted by semicolons."""
    given = [one for one in texts if any(one.values())]
    said = [
        Said(language, "; ".join(wording.chosen(one, language) for one in given) + ".")
        for language in voice.languages
    ]
    return wording.merged(said)


def _together(voice: Voice, *parts: tuple[Said, ...]) -> tuple[Said, ...]:
    """Return sentences one after the other in each language."""
    said = [
        Said(
            language, " ".join(filter(None, (_in_language(p, language) for p in parts)))
        )
        for language in voice.languages
    ]
    return wording.merged(said)


def _short(voice: Voice, value: date) -> tuple[Said, ...]:
    """Return day and month, as large figures of the key line show them."""
    moment = value.astimezone(UTC) if isinstance(value, datetime) else value
    return tuple(Said(one, wording.day_month(moment, one)) for one in voice.languages)


def _qr(fields: LetterFields) -> Markup:
    """
    Return the QR code of the verification address, as SVG.

    In upper case it fits the alphanumeric mode, whose modules are larger.
    """
    issue = fields.issue
    address = f"{issue.verify_url}/{codes.grouped(issue.code)}".upper() if issue else ""
    code = segno.make(address or "PREVIEW", error=QR_ERROR, boost_error=False)
    drawing = io.BytesIO()
    code.save(drawing, kind="svg", xmldecl=False, border=0, omitsize=True, nl=False)
    return Markup(drawing.getvalue().decode())  # noqa: S704 - segno's own drawing


def _voices(voice: Voice, zone: ZoneInfo) -> dict[str, object]:
    """Return the functions with which a template speaks."""

    def moments(value: datetime) -> tuple[Said, ...]:
        return tuple(Said(one, wording.moment(value, one)) for one in voice.languages)

    def locals_(value: datetime) -> tuple[Said, ...]:
        return tuple(
            Said(one, wording.local(value, zone, one)) for one in voice.languages
        )

    return {
        "both": voice.both,
        "count": voice.count,
        "texts": voice.texts,
        "days": voice.days,
        "day_in_line": lambda value: voice.day_in_line(_utc_day(value)),
        "days_short": lambda value: _short(voice, value),
        "moments": moments,
        "locals": locals_,
        "joined": lambda *texts: _joined(voice, *texts),
        "together": lambda *parts: _together(voice, *parts),
        "plain": lambda text: Said("", text),
        "offset": lambda value: wording.offset(value, zone),
        "local_time": lambda value: value.astimezone(zone).strftime("%H:%M"),
    }


def _utc_day(value: date) -> date:
    return value.astimezone(UTC).date() if isinstance(value, datetime) else value


def _second(value: datetime, voice: Voice) -> str:
    """Return an instant to the second, in UTC: 24 November 2026, 09:42:17 UTC."""
    utc = value.astimezone(UTC)
    return f"{voice.day_in_line(utc.date())}, {utc:%H:%M:%S} UTC"


def _names(folder: Path, languages: tuple[str, ...]) -> rules.Texts:
    """Return the name of the authentic language, in each language."""
    voice = Voice(folder, languages)
    english = {"sq": "Albanian", "en": "English"}.get(languages[0], languages[0])
    return {one: voice.say(one, english) for one in languages}


def _values(folder: Path, fields: LetterFields, now: datetime) -> dict[str, object]:
    """Return what a template may print beside the fields themselves."""
    languages = fields.sender.languages[:2]
    voice = Voice(folder, languages)
    issue = fields.issue
    zone = ZoneInfo(fields.sender.zone)
    dated_on = issue.dated_on if issue else now.astimezone(zone).date()
    rows = _lapsing(fields.open)
    values = {
        "fields": fields,
        "languages": languages,
        "language_names": _names(folder, languages),
        "reference": issue.reference if issue else "–",
        "code": codes.grouped(issue.code) if issue else "–",
        "verify_host": urlsplit(issue.verify_url).netloc if issue else "–",
        "date": voice.day_in_line(dated_on),
        "counted_on": dated_on,
        "sealed_at": _second(issue.sealed_at, voice) if issue else "",
        "certificate": codes.short_fingerprint(issue.certificate) if issue else "",
        "qr": _qr(fields),
        "items_on_page": rules.ITEMS_ON_PAGE,
        "open_requests": rows,
        "first_open": min(rows, key=lambda row: row.sent_on, default=None),
        "first_to_lapse": rows[0] if rows and rows[0].held_until_on else None,
    }
    return values | _voices(voice, zone) | _sheets(folder, fields, voice)


def template_of(fields: LetterFields) -> str:
    """Return the template of a letter: of its form if it has one, else of its kind."""
    return FORM if fields.form else f"{fields.kind}.html"


def _sheets(folder: Path, fields: LetterFields, voice: Voice) -> dict[str, object]:
    """Return the prescribed form in each language, if the letter has one."""
    form = forms.named(folder, fields.form)
    if form is None:
        return {}
    zone = ZoneInfo(fields.sender.zone)
    speakers = [telling.Speaker(voice, one, zone) for one in voice.languages]
    return {
        "sheets": [forms.sheet(form, fields, one) for one in speakers],
        "form": {"title": form.title, "lead": form.lead, "ask": form.ask},
        "source": form.short,
    }


def compose(folder: Path, fields: LetterFields, *, now: datetime) -> Html:
    """
    Return the page of a letter; the same fields and templates give the same page.

    ``now`` dates a preview; a letter that is issued bears its own date.
    """
    template = environment(folder).get_template(template_of(fields))
    return Html(template.render(_values(folder, fields, now), is_first_page=False))


def compose_first_page(folder: Path, fields: LetterFields, *, now: datetime) -> Html:
    """Return what stands on a letter's first page, for a quick look."""
    template = environment(folder).get_template(template_of(fields))
    return Html(template.render(_values(folder, fields, now), is_first_page=True))


def targets_csv(fields: LetterFields) -> bytes:
    """Return annex A as CSV: number, kind, identifier, second identifier, seen."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\r\n")
    writer.writerow(["number", "kind", "identifier", "other", "seen", "image"])
    for number, item in enumerate(fields.items, start=1):
        seen_at = item.seen_at.astimezone(UTC).isoformat() if item.seen_at else ""
        seen = seen_at or (item.seen_on.isoformat() if item.seen_on else "")
        kind = wording.chosen(item.kind, "en")
        writer.writerow([number, kind, item.identifier, item.other, seen, item.image])
    return table.getvalue().encode()


def fingerprint(folder: Path) -> str:
    """Return the SHA-256 of all templates, phrases and pictures of a folder."""
    whole = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.suffix in {".html", ".css", ".svg", ".po", ".yaml"}:
            whole.update(str(file.relative_to(folder)).encode())
            whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()


@cache
def _read(file: Path, version: int) -> LetterFields:
    return documents.decode(file.read_bytes(), LetterFields, file=file.name)


def _invented(folder: Path) -> LetterFields:
    """Return the invented fields of a folder; they are read again once changed."""
    file = folder / "sample.yaml"
    return _read(file, file.stat().st_mtime_ns)


def sample(folder: Path, kind: LetterKind) -> LetterFields:
    """
    Return invented fields of a kind, for previews and galleries.

    Raises: DocumentWrong.
    """
    fields = _invented(folder)
    if kind is LetterKind.EMERGENCY_DISCLOSURE:  # it has one page
        fields = msgspec.structs.replace(
            fields, items=fields.items[:1], data=fields.data[:2]
        )
    return rules.trimmed(msgspec.structs.replace(fields, kind=kind))


def sample_form(folder: Path, code: str) -> LetterFields:
    """
    Return invented fields of a prescribed form.

    Raises: DocumentWrong, KeyError.
    """
    form = forms.named(folder, code)
    if form is None:
        raise KeyError(code)
    fields = _invented(folder)
    known = set(form.data or rules.CATEGORIES)
    fields = msgspec.structs.replace(
        fields,
        kind=form.kinds[0],
        form=code,
        data=tuple(one for one in fields.data if one.category in known),
        hold=fields.hold if form.kinds[0] in rules.HOLDS else None,
        emergency=fields.emergency if form.kinds[0] in rules.ALARMS else None,
        custodian=fields.custodian if forms.passes_by_state(form) else None,
        answers={
            one.id: {"en": next(iter(one.choices), "–")}
            for one in form.fields
            if one.value == "answer" and one.required
        },
    )
    return forms.trimmed(form, fields)
