"""What simulated platforms do and write, and that the desk's own rules can read it."""

from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import msgspec
import pytest

from platformlink.letters import paper
from platformlink.letters.rules import Issue, LetterFields, LetterKind
from platformlink.mailbox import messages
from platformlink.mailbox import rules as mailbox
from platformlink.protocols.shelf import Library
from platformlink.simulation.messages import Letter, made
from platformlink.simulation.rules import (
    LANGUAGES,
    MEANT,
    Answer,
    Manner,
    Plan,
    expected,
    plan,
)
from platformlink.simulation.texts import languages

ROOT = Path(__file__).parent.parent.parent
NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
FIRST = (Answer.AUTO_REPLY, Answer.BOUNCE)


def fields(number: int, kind: LetterKind = LetterKind.DISCLOSURE) -> LetterFields:
    issue = Issue(
        reference=f"PL-2026-{number:06d}",
        code="7KQ4M2XDR9TBV6HC",
        dated_on=NOW.date(),
        verify_url="https://dcu.example/verify",
        sealed_at=NOW,
        certificate="ab" * 32,
    )
    made = paper.sample(ROOT / "letter_templates", kind)
    return msgspec.structs.replace(made, issue=issue)


@pytest.fixture(scope="session")
def plans(library: Library) -> list[Plan]:
    kinds = (LetterKind.DISCLOSURE, LetterKind.PRESERVATION)
    return [
        plan(7, library.get("snapchat"), fields(number, kind), is_mail=True)
        for number, kind in product(range(150), kinds)
    ]


def letter(library: Library, **changes: str) -> Letter:
    given = {
        "to": "lawenforcement@snapchat.com",
        "message_id": "<dispatch-1@dcu.example>",
    }
    return Letter(
        fields=fields(123),
        protocol=library.get("snapchat"),
        desk="desk@dcu.example",
        **(given | changes),
    )


def test_the_same_seed_does_the_same_and_another_one_does_not(library: Library) -> None:
    def all_of(seed: int) -> list[Plan]:
        protocol = library.get("snapchat")
        return [plan(seed, protocol, fields(x), is_mail=True) for x in range(30)]

    assert all_of(7) == all_of(7)
    assert all_of(7) != all_of(8)


def test_every_manner_and_every_answer_comes(plans: list[Plan]) -> None:
    assert {one.manner for one in plans} == set(Manner)
    assert {x.answer for one in plans for x in one.answers} == set(Answer)


def test_who_is_on_time_answers_within_the_time_and_who_is_late_does_not(
    plans: list[Plan], library: Library
) -> None:
    promised = expected(library.get("snapchat"), "disclosure", "response")
    on_time = [one for one in plans if one.manner is Manner.ON_TIME]
    late = [one for one in plans if one.manner is Manner.LATE]

    assert all(one.answers[-1].after <= promised for one in on_time)
    assert all(one.answers[-1].after > promised for one in late)


def test_who_never_answers_sends_nothing_and_a_machine_nothing_else(
    plans: list[Plan],
) -> None:
    never = [one for one in plans if one.manner is Manner.NEVER]
    automatic = [one for one in plans if one.manner is Manner.AUTOMATIC]

    assert {one.answers for one in never} == {()}
    assert all([x.answer in FIRST for x in one.answers] == [True] for one in automatic)


def test_a_portal_bounces_nothing(library: Library) -> None:
    protocol = library.get("tiktok")
    found = [plan(7, protocol, fields(x), is_mail=False) for x in range(100)]

    assert not {x.answer for one in found for x in one.answers} & set(FIRST)


def test_the_protocols_own_time_counts(library: Library) -> None:
    one_working_day = expected(library.get("proton"), "disclosure", "acknowledgement")

    assert one_working_day == timedelta(days=7) / 5


def test_each_language_has_each_answer() -> None:
    wanted = set(Answer) - {Answer.BOUNCE}

    assert set(languages()) == set(LANGUAGES)
    assert all(set(one.answers) == wanted for one in languages().values())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("answer", Answer)
def test_the_desk_takes_an_answer_for_what_it_is(
    answer: Answer, language: str, library: Library
) -> None:
    message = messages.read(made(letter(library), answer, language, NOW))

    assert mailbox.suggest(message).kind == MEANT[answer]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("answer", set(Answer) - {Answer.WRONG_REFERENCE})
def test_an_answer_names_its_letter_by_thread_or_reference(
    answer: Answer, language: str, library: Library
) -> None:
    message = messages.read(made(letter(library), answer, language, NOW))
    ours = mailbox.references(message, "PL")

    assert message.thread == ("<dispatch-1@dcu.example>",)
    assert set(ours) <= {"PL-2026-000123"}


def test_a_wrong_reference_is_ours_in_form_and_leads_nowhere(library: Library) -> None:
    message = messages.read(made(letter(library), Answer.WRONG_REFERENCE, "en", NOW))

    assert message.thread == ()
    assert mailbox.references(message, "PL") == ("PL-2026-900123",)


def test_a_bounce_is_a_report_of_the_failure(library: Library) -> None:
    message = messages.read(made(letter(library), Answer.BOUNCE, "en", NOW))

    (delivery,) = message.deliveries
    assert (delivery.action, delivery.status) == ("failed", "5.1.1")
    assert delivery.recipient == "lawenforcement@snapchat.com"


def test_an_automatic_reply_says_so_in_its_headers(library: Library) -> None:
    message = messages.read(made(letter(library), Answer.AUTO_REPLY, "sq", NOW))

    assert message.headers["auto-submitted"] == "auto-replied"


def test_a_part_has_its_records_attached(library: Library) -> None:
    message = messages.read(made(letter(library), Answer.PART, "en", NOW))

    assert message.files == (f"{letter(library).theirs}-part.csv",)


def test_what_came_by_a_portal_is_answered_from_the_platforms_own_host(
    library: Library,
) -> None:
    by_portal = letter(library, to="", message_id="")
    message = messages.read(made(by_portal, Answer.ACK, "en", NOW))

    assert message.sender == f"records@{library.get('snapchat').hosts[0]}"
    assert mailbox.trust(message) is mailbox.Trust.PROVEN
