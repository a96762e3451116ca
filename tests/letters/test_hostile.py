"""Whatever is typed prints as text, fetches nothing, and is never obeyed."""

import asyncio
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pikepdf
import pypdfium2
import pytest

from platformlink.letters import paper, rules, wording
from platformlink.letters.rules import Item, LetterFields, LetterKind
from platformlink.ports import Runtime
from platformlink.values import Pdf
from tests.letters.conftest import TEMPLATES, issue, sample

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 24, 9, 42, 17, tzinfo=UTC)
ACTIVE = {"/JS", "/JavaScript", "/Launch", "/URI", "/OpenAction", "/AA", "/GoToR"}


def page(fields: LetterFields, now: datetime = NOW) -> Any:  # noqa: ANN401 - Html
    issued = msgspec.structs.replace(fields, issue=issue(NOW))
    return paper.compose(TEMPLATES, issued, now=now)


async def drawn(runtime: Runtime, fields: LetterFields) -> Pdf:
    """Rendered without tags and archive, in half the time."""
    return await runtime.ports.renderer.preview(page(fields))


async def rendered(runtime: Runtime, fields: LetterFields) -> Pdf:
    return await runtime.ports.renderer.render(page(fields))


def text_of(pdf: Pdf) -> str:
    """What a reader of the PDF sees, without the breaks of lines."""
    document = pypdfium2.PdfDocument(pdf)
    pages = [one.get_textpage().get_text_bounded() for one in document]
    document.close()
    return "".join(pages).replace("\r", "").replace("\n", "")


def everywhere(poison: str) -> LetterFields:
    """A preservation with a text in each of its free fields, in both languages."""
    texts = {"sq": poison, "en": poison}
    fields = sample(
        facts=texts,
        nexus=texts,
        necessity=texts,
        urgency=texts,
        service=poison,
        report_number=poison,
        items=(Item(kind=texts, identifier=poison, image=poison),),
        offence=rules.Offence(name=texts, provision=texts, penalty=texts),
        officer=rules.Person(name=poison, office=texts, email=poison, phone=poison),
        annexes=(rules.Annex(letter="B", title=texts),),
    )
    addressee = rules.Addressee(name=poison, lines=(poison,), channel=texts)
    sender = msgspec.structs.replace(fields.sender, unit=texts, contact_email=poison)
    return msgspec.structs.replace(fields, addressee=addressee, sender=sender)


class Ear:
    """A server on loopback that counts who calls."""

    def __init__(self) -> None:
        self.calls = 0

    async def hear(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.calls += 1
        writer.close()


async def test_no_address_in_any_field_is_ever_called(runtime: Runtime) -> None:
    ear = Ear()
    server = await asyncio.start_server(ear.hear, "127.0.0.1", 0)
    host = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    poison = (
        f'<img src="{host}/a"><link rel=stylesheet href="{host}/b">'
        f"<style>@import url({host}/c); p {{ background: url({host}/d) }}</style>"
        '<object data="file:///etc/hostname"></object>'
    )

    async with server:
        pdf = await rendered(runtime, everywhere(poison))

    assert ear.calls == 0
    assert "file:///etc/hostname" in text_of(pdf)


async def test_what_looks_like_pdf_stays_text_and_starts_nothing(
    runtime: Runtime,
) -> None:
    poison = "(x) Tj ET endstream endobj 9 0 obj << /S /JavaScript /JS (app.alert) >>"

    pdf = await rendered(runtime, everywhere(poison))

    assert "/JavaScript" in text_of(pdf)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        named = {key for one in document.objects for key in keys(one)}
    assert named & ACTIVE == set()


def keys(value: Any) -> Iterator[str]:  # noqa: ANN401 - any PDF object
    """Yield the keys and names of an object and of what it holds directly."""
    if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
        items = value.stream_dict if isinstance(value, pikepdf.Stream) else value
        for key, inner in items.items():
            yield key
            if isinstance(inner, pikepdf.Name):
                yield str(inner)
            elif not getattr(inner, "is_indirect", True):
                yield from keys(inner)


async def test_hidden_characters_are_named_in_the_pdf_and_never_stand_in_it(
    runtime: Runtime,
) -> None:
    pdf = await rendered(runtime, everywhere("left\u202etxt.exe\u200b\x07"))

    seen = text_of(pdf)
    assert "⟨U+202E⟩" in seen
    assert not wording.HIDDEN.search(seen.replace("\ufffe", "").replace("\x02", ""))


async def test_a_long_narrative_goes_over_pages(runtime: Runtime) -> None:
    long = " ".join(["fjala"] * 2_000)

    pdf = await drawn(runtime, sample(facts={"en": long}))

    assert len(pypdfium2.PdfDocument(pdf)) > 4
    assert text_of(pdf).count("fjala") == 2_000


@pytest.mark.parametrize("name", ["facts", "nexus", "necessity", "urgency", "reason"])
def test_a_hundred_thousand_characters_are_refused_by_name(name: str) -> None:
    long = {name: {"en": "x" * 100_000}}
    fields = msgspec.structs.replace(sample(), **long)

    with pytest.raises(rules.LetterWrong) as refusal:
        rules.check_length(fields)

    assert [one.pointer for one in refusal.value.errors] == [f"/{name}/en"]


SCRIPTS = ("@пример", "@παράδειγμα", "@مثال", "@🦊fox", "@ünïcødé")


async def test_two_hundred_targets_in_all_scripts_print(runtime: Runtime) -> None:
    items = tuple(
        Item(kind={"en": "Account"}, identifier=f"{name}{number:03}")
        for number, name in enumerate((*SCRIPTS, *["@user"] * 195))
    )

    seen = text_of(await drawn(runtime, sample(items=items)))

    for script in SCRIPTS:
        assert set(script) <= set(seen)
    assert all(f"{number:03}" in seen for number in range(200))


async def test_names_as_long_as_they_may_be_print_whole(runtime: Runtime) -> None:
    name = "Ministria" + "e" * 200
    fields = sample(addressee=rules.Addressee(name=name, lines=(name,)))

    seen = text_of(await drawn(runtime, fields))

    assert seen.count("e" * 200) >= 2


async def test_the_same_letter_has_the_same_bytes_on_another_day(
    runtime: Runtime,
) -> None:
    fields = sample(LetterKind.PRESERVATION)

    today = await runtime.ports.renderer.render(page(fields))
    later = await runtime.ports.renderer.render(page(fields, NOW + timedelta(days=40)))

    assert today == later
