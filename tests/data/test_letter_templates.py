"""Each letter template, by name: whole, in every language, and deaf to injection."""

import html as html_module
import re
from datetime import UTC, date, datetime
from pathlib import Path

import jinja2
import msgspec
import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from platformlink.letters import forms, paper, telling, wording
from platformlink.letters.rules import (
    ALWAYS,
    OPTIONAL,
    REQUIRED,
    Item,
    LetterFields,
    LetterKind,
)
from tests.letters.conftest import issue, sample

TEMPLATES = Path(__file__).parent.parent.parent / "letter_templates"
NOW = datetime(2026, 11, 24, 9, 42, 17, tzinfo=UTC)
KINDS = list(LetterKind)
FORMS = forms.codes(TEMPLATES)
SAMPLES = {
    **{str(kind): paper.sample(TEMPLATES, kind) for kind in KINDS},
    **{code: paper.sample_form(TEMPLATES, code) for code in FORMS},
}
# What the data carry for programs: shown as words, as a place, or not at all.
NOT_PRINTED = {
    *("version", "protocol_version", "category", "instrument", "force", "zone"),
    *("country", "languages", "expected", "verify_url", "is_demonstration", "kind"),
    *("form", "is_faxed"),
}


def page(fields: LetterFields) -> str:
    issued = msgspec.structs.replace(fields, issue=issue(NOW))
    return paper.compose(TEMPLATES, issued, now=NOW)


def text_of(html: str) -> str:
    """The page as a reader sees it: no tags, no breaks within identifiers."""
    plain = re.sub(r"<[^>]+>", "", html.replace("<wbr>", ""))
    return html_module.unescape(plain)


def form_words() -> set[str | tuple[str, ...]]:
    """The words of the prescribed forms, and those of their values."""
    found: set[str | tuple[str, ...]] = set()
    for code in FORMS:
        form = forms.named(TEMPLATES, code)
        assert form is not None
        found |= {form.title, form.lead, form.ask, *(one.title for one in form.parts)}
        for one in form.fields:
            found |= {one.label, one.says, *one.choices.values()}
    with Path(telling.__file__).open("rb") as source:
        for _, message, _, _ in extract("python", source, {"say": None}):
            found.add(message if isinstance(message, str) else tuple(message))
    return found - {""}


def messages() -> set[str | tuple[str, ...]]:
    found = form_words()
    for file in TEMPLATES.glob("*.html"):
        with file.open("rb") as source:
            for _, _, message, _ in babel_extract(source, ["both", "count"], [], {}):
                parts = (message,) if isinstance(message, str) else message or ()
                given = tuple(one for one in parts if one)
                if given:  # else it is a word of a form, found there
                    found.add(given if len(given) > 1 else given[0])
    return found


@pytest.mark.parametrize("name", SAMPLES)
def test_it_makes_a_page_of_its_sample(name: str) -> None:
    html = page(SAMPLES[name])

    assert "PL-2026-000123" in html
    assert "7KQ4-M2XD-R9TB-V6HC" in html
    assert 'id="seal"' in html


@pytest.mark.parametrize("kind", KINDS)
def test_it_needs_no_more_than_it_must(kind: LetterKind) -> None:
    full = sample(kind)
    needed = {name: getattr(full, name) for name in (*ALWAYS, *REQUIRED[kind])}

    assert page(LetterFields(**needed))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_preview_is_marked_and_has_no_place_for_a_seal(name: str) -> None:
    html = paper.compose(TEMPLATES, SAMPLES[name], now=NOW)

    assert "PREVIEW" in html
    assert 'id="seal"' not in html


@pytest.mark.parametrize("name", SAMPLES)
def test_a_demonstration_cannot_be_mistaken(name: str) -> None:
    assert "DEMONSTRATION" in page(SAMPLES[name])


def test_every_phrase_is_in_every_catalogue() -> None:
    for file in (TEMPLATES / "phrases").glob("*.po"):
        with file.open("rb") as source:
            known = {one.id for one in read_po(source) if one.string and not one.fuzzy}

        assert {as_id(one) for one in messages()} - known == set()


def as_id(message: str | tuple[str, ...]) -> str | tuple[str, ...]:
    return tuple(message) if isinstance(message, tuple) else message


def leaves(value: object, name: str = "") -> list[tuple[str, str]]:
    """Every text of the data, with the name of its field."""
    if isinstance(value, dict):
        pairs = value.items()
        return [leaf for key, one in pairs for leaf in leaves(one, inherit(name, key))]
    if isinstance(value, list):
        return [leaf for one in value for leaf in leaves(one, name)]
    return [(name, value)] if isinstance(value, str) and value else []


def inherit(name: str, key: str) -> str:
    """A language is no field of its own."""
    return name if key in {"sq", "en"} else key


def shown_forms(text: str) -> list[str]:
    """How a value of the data may look in print."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return [wording.day_month(date.fromisoformat(text), "en")]
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}T.*", text):
        moment = datetime.fromisoformat(text)
        return [f"{moment:%H:%M}"]
    if re.fullmatch(r"[0-9a-f]{64}", text):
        return [f"{text[:4].upper()} {text[4:8].upper()}", text]
    if re.fullmatch(r"[0-9A-Z]{16}", text):
        return ["7KQ4-M2XD-R9TB-V6HC"]
    return [" ".join(text.split())]


@pytest.mark.parametrize("name", SAMPLES)
def test_what_the_data_say_is_what_is_printed(name: str) -> None:
    fields = msgspec.structs.replace(SAMPLES[name], issue=issue(NOW))
    printed = " ".join(text_of(page(SAMPLES[name])).split())
    printed = printed.replace(" · ", " ").replace("nëntor November", "November")

    unprinted = [
        (name, text)
        for name, text in leaves(msgspec.to_builtins(fields))
        if name not in NOT_PRINTED and not is_printed(text, printed)
    ]

    # The address is printed in the authentic language alone.
    assert [one for one in unprinted if one[0] != "address"] == []


def is_printed(text: str, printed: str) -> bool:
    return any(form.strip(".") in printed for form in shown_forms(text))


@pytest.mark.parametrize("kind", KINDS)
def test_fields_a_kind_does_not_print_are_not_carried(kind: LetterKind) -> None:
    names = {*ALWAYS, *REQUIRED[kind], *OPTIONAL[kind]}
    empty = {f.name: f.default for f in msgspec.structs.fields(LetterFields)}

    others = set(LetterFields.__struct_fields__) - names

    assert all(getattr(sample(kind), one) in (empty[one], {}) for one in others)


HOSTILE = (
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}",
    "</style><style>* { display: none }",
    '"><img src="file:///etc/passwd">',
    "(Title) Tj ET endstream endobj",
    "%(reference)s %s %",
    "\u202eevil\u200b\x00",
)


def poisoned(value: object, poison: str) -> object:
    """The same data with every free text replaced."""
    if isinstance(value, dict):
        return {key: poisoned_at(key, one, poison) for key, one in value.items()}
    if isinstance(value, list):
        return [poisoned(one, poison) for one in value]
    return value


def poisoned_at(key: str, value: object, poison: str) -> object:
    if key in {*NOT_PRINTED, "dated_on", "on"} or key.endswith(("_on", "_at")):
        return value
    return poison if isinstance(value, str) else poisoned(value, poison)


@pytest.mark.parametrize("poison", HOSTILE)
@pytest.mark.parametrize("name", SAMPLES)
def test_whatever_stands_in_a_field_prints_as_text(name: str, poison: str) -> None:
    clean = page(SAMPLES[name])
    data = poisoned(msgspec.to_builtins(SAMPLES[name]), poison)
    fields = msgspec.convert(data, LetterFields)

    html = page(fields)

    assert tags(html) <= tags(clean) | NOTE_TAGS
    assert wording.shown(poison) in text_of(html)


NOTE_TAGS = {"span", "bdi", "wbr", "br"}


def tags(html: str) -> set[str]:
    return set(re.findall(r"<([a-z0-9]+)", html))


def test_a_template_reaches_no_file_and_no_private_attribute() -> None:
    environment = paper.environment(TEMPLATES)

    for source in (
        "{{ ''.__class__.__mro__ }}",
        "{{ fields.__class__.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os }}",
    ):
        with pytest.raises(jinja2.exceptions.SecurityError):
            environment.from_string(source).render(fields=sample())
    with pytest.raises(jinja2.exceptions.TemplateNotFound):
        environment.from_string("{% include '../pyproject.toml' %}").render()


def test_a_hole_in_a_template_is_an_error() -> None:
    with pytest.raises(jinja2.exceptions.UndefinedError):
        paper.environment(TEMPLATES).from_string("{{ nobody }}").render()


def test_a_long_list_goes_to_an_annex_with_its_csv() -> None:
    many = tuple(
        Item(kind={"en": "Account"}, identifier=f"@user{number}")
        for number in range(200)
    )

    html = page(sample(items=many))

    assert "Annex A: 200 items" in html
    assert html.count("@user") == 200
    assert paper.targets_csv(sample(items=many)).count(b"\r\n") == 201
