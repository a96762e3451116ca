"""Prescribed forms: every field of the instrument, filled before it is sealed."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from platformlink import authority as authorities
from platformlink import documents
from platformlink.letters import forms, paper, rules, telling
from platformlink.letters.forms import AnyForm, Field
from platformlink.letters.rules import LetterFields, LetterWrong
from tests.conftest import ROOT
from tests.letters.conftest import TEMPLATES, issue

NOW = datetime(2026, 11, 24, 9, 42, 17, tzinfo=UTC)
CODES = forms.codes(TEMPLATES)
REASONS = ("facts", "nexus", "necessity", "urgency")
SECRET = "ONLY THE STATE MAY READ THIS"

# What each instrument demands, by the ids of its own fields.
# Source: ETS 185 art. 29(2), 30, 18(3), 31; CETS 224 art. 7(3), 7(4), 9(3);
# Regulation (EU) 2023/1543 annexes I and II; 18 U.S.C. 2703(f); UNODC model forms.
DEMANDED: dict[str, set[str]] = {
    "budapest-29": {f"29(2)({letter})" for letter in "abcdef"}
    | {"1", "2", "5", "9", "10", "16", "17"},
    "budapest-30": {"30(1)a", "30(1)b", "4", "9", "10", "11", "11a", "17"},
    "tcy-subscriber": {"4", "5", "8", "9", "10", "10a", "10b", "11", "12", "13", "17"},
    "sap-7": {f"7(3)({letter})" for letter in "abcdf"}
    | {f"7(4)({letter})" for letter in "abcdf"},
    "sap-9": {f"9(3)({letter})" for letter in "abcdefg"},
    "unodc-preservation": {"1.1", "1.3", "1.5", "2.1", "2.2", "3.1", "3.2", "3.3"}
    | {"4.1", "4.2", "4.3", "4.4", "4.5", "5.1", "5.3", "5.4"},
    "unodc-extension": {"1.1", "1.3", "1.5", "3.1", "3.2", "3.3", "4.3"},
    "unodc-disclosure": {"1.1", "1.3", "1.5", "2.2", "3.1", "3.3"}
    | {"4.1", "4.3", "4.4", "4.6", "4.7", "5.3", "5.6"},
    "unodc-emergency": {"1.5", "1.6", "1.7", "2.2", "3.1", "3.2", "3.3", "3.4", "4.4"},
    "us-2703f": {"1", "5", "7", "8", "9", "11", "12", "14", "16", "20"},
    "epoc": {"A.1", "A.2", "A.4", "B.1", "B.2", "C.1", "E.1", "F.0", "G.a", "G.b"}
    | {"G.b ii", "G.d", "H.1", "I.1", "I.3", "I.4", "I.6", "I.7", "I.9", "L.a", "L.b"},
    "epoc-notification": {"A.1", "A.2", "B.1", "E.1", "F.0", "G.b", "M.1", "M.2"},
    "epoc-pr": {"A.1", "A.2", "A.4", "B.1", "C.1", "D.0", "E.a", "E.b", "F.1", "F.4"},
    "mla-sheet": {"1.1", "1.3", "1.6", "2.1", "2.2", "2.3", "2.4", "2.5", "3.1"}
    | {"3.2", "3.3", "3.4", "3.5", "3.6", "4.1", "4.3"},
}


def form_of(code: str) -> AnyForm:
    found = forms.named(TEMPLATES, code)
    assert found is not None
    return found


def filled(code: str) -> LetterFields:
    """A letter that lacks nothing of a form."""
    fields = paper.sample_form(TEMPLATES, code)
    form = form_of(code)
    answers = {
        one.id: {"en": next(iter(one.choices), "said")}
        for one in form.fields
        if one.value == "answer"
    }
    return msgspec.structs.replace(fields, answers=answers)


def text_of(fields: LetterFields) -> str:
    issued = msgspec.structs.replace(fields, issue=issue(NOW))
    page = paper.compose(TEMPLATES, issued, now=NOW)
    return page + rules.encode(issued).decode()


def without(fields: LetterFields, field: Field) -> LetterFields:
    """The letter with nothing from which a field could be filled."""
    blank = {one.name: one.default for one in msgspec.structs.fields(LetterFields)}
    emptied = {name: blank[name] for name in telling.SOURCES[field.value].carries}
    if field.value == "addressee":
        emptied["addressee"] = rules.Addressee(name="")
    if field.value == "custodian":
        emptied["addressee"] = rules.Addressee(name="")
    if field.value == "answer":
        emptied["answers"] = {}
    emptied = {
        name: {} if value is msgspec.NODEFAULT else value
        for name, value in emptied.items()
    }
    return msgspec.structs.replace(fields, **emptied)


def test_every_form_is_known_here() -> None:
    assert set(DEMANDED) == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_what_the_instrument_demands_is_mandatory(code: str) -> None:
    mandatory = {one.id for one in form_of(code).fields if one.required}

    assert DEMANDED[code] - mandatory == set()


@pytest.mark.parametrize("code", CODES)
def test_no_two_fields_share_an_id(code: str) -> None:
    ids = [one.id for one in form_of(code).fields]

    assert sorted(set(ids)) == sorted(ids)


@pytest.mark.parametrize("code", CODES)
def test_a_full_form_passes(code: str) -> None:
    forms.check(form_of(code), filled(code), TEMPLATES)


GIVEN_BY_THE_DESK = {
    *("date", "reference", "authority", "country", "signatory", "contact"),
    *("languages", "verify", "status", "deadline", "return", "secrecy", "says"),
}
MANDATORY = [
    (code, one)
    for code in CODES
    for one in form_of(code).fields
    if one.required and one.value not in GIVEN_BY_THE_DESK
]


@pytest.mark.parametrize(
    ("code", "field"), MANDATORY, ids=[f"{code} {one.id}" for code, one in MANDATORY]
)
def test_a_missing_mandatory_field_is_named(code: str, field: Field) -> None:
    fields = without(filled(code), field)

    with pytest.raises(LetterWrong) as refusal:
        forms.check(form_of(code), fields, TEMPLATES)

    named = {one.params.get("id") for one in refusal.value.errors}
    assert field.id in named


@pytest.mark.parametrize("code", CODES)
def test_it_prints_each_field_in_each_language_and_each_identifier_once(
    code: str,
) -> None:
    issued = msgspec.structs.replace(filled(code), issue=issue(NOW))
    page = paper.compose(TEMPLATES, issued, now=NOW)

    for one in form_of(code).fields:
        assert page.count(f'<td class="w-id">{one.id}</td>') == 2
    assert page.count(issued.items[0].other) == 1


def test_other_data_than_the_form_is_for_are_refused() -> None:
    fields = filled("sap-7")
    traffic = rules.DataItem(category="traffic", name={"en": "Log-ins"})
    fields = msgspec.structs.replace(fields, data=(*fields.data, traffic))

    with pytest.raises(LetterWrong) as refusal:
        forms.check(form_of("sap-7"), fields, TEMPLATES)

    assert [one.code for one in refusal.value.errors] == ["not-in-form"]


CERTIFICATES = ["epoc", "epoc-pr"]


@pytest.mark.parametrize("code", CERTIFICATES)
def test_a_certificate_carries_no_reasons_whatever_it_is_given(code: str) -> None:
    told = {name: {"en": SECRET} for name in REASONS}
    secret = rules.Confidentiality(None, basis={"en": SECRET}, reason={"en": SECRET})
    danger = rules.Emergency(danger={"en": SECRET}, averts={"en": SECRET})
    given = msgspec.structs.replace(
        filled(code),
        **told,
        confidentiality=secret,
        emergency=danger,
        answers={"M.1": {"en": SECRET}, "M.2": {"en": SECRET}},
    )

    assert SECRET in rules.encode(given).decode()
    assert SECRET not in text_of(forms.trimmed(form_of(code), given))


@pytest.mark.parametrize("value", [*REASONS, "danger", "averts"])
def test_a_certificate_that_would_tell_reasons_cannot_be_read(
    tmp_path: Path, value: str
) -> None:
    text = (TEMPLATES / "forms" / "epoc.yaml").read_text(encoding="utf-8")
    told = f'      - {{id: "L.c", label: "Other information", value: {value}}}\n'
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "epoc.yaml").write_text(text + told, encoding="utf-8")

    with pytest.raises(documents.DocumentWrong):
        forms.named(tmp_path, "epoc")


def test_the_copy_for_the_state_tells_the_reasons() -> None:
    fields = msgspec.structs.replace(
        filled("epoc-notification"), facts={"en": SECRET}, necessity={"en": SECRET}
    )

    assert text_of(fields).count(SECRET) >= 4


@pytest.mark.parametrize(("country", "offered"), [("AL", False), ("DE", True)])
def test_certificates_are_offered_to_member_states_alone(
    tmp_path: Path, country: str, *, offered: bool
) -> None:
    text = (ROOT / "platformlink" / "demo" / "authority.yaml").read_text("utf-8")
    text = text.replace("country: AL\n", f"country: {country}\n", 1)
    text = text.replace("form: us-2703f", "form: epoc-pr")
    file = tmp_path / "authority.yaml"
    file.write_text(text, encoding="utf-8")

    found = authorities.load(file)

    assert any(one.form == "epoc-pr" for one in found.instruments) is offered
    members = {code for code in CODES if "2023/1543" in form_of(code).source}
    assert members == set(authorities.CERTIFICATES)
