"""What a message is, and whose answer: by a corpus, and for any bytes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platformlink.mailbox import messages, rules
from platformlink.mailbox.rules import Clue, Trust
from platformlink.responses.codes import Kind
from platformlink.values import Phrase

REPORT = b"""From: MAILER-DAEMON@mx.dcu.example
To: liaison@dcu.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce-1@mx.dcu.example>
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.dcu.example

Final-Recipient: rfc822; lawenforcement@snapchat.com
Action: %(action)s
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such mailbox
--b
Content-Type: text/rfc822-headers

Message-ID: <pl-42.abc@dcu.example>
Subject: PL-2026-000123
--b--
"""

# Subjects of machines that answer while nobody is there, in fifteen languages.
AUTOMATIC = (
    "Automatic reply: PL-2026-000123",
    "Auto-Reply: your request",
    "Out of Office: PL-2026-000123",
    "RE: Out of the office until Monday",
    "Përgjigje automatike: PL-2026-000123",
    "Jashtë zyre deri të hënën",
    "Automatische Antwort: Anfrage",
    "Abwesenheitsnotiz: Anfrage",
    "Réponse automatique : demande",
    "Absence du bureau",
    "Risposta automatica: richiesta",
    "Fuori sede: richiesta",
    "Respuesta automática: solicitud",
    "Fuera de la oficina",
    "Resposta automática: pedido",
    "Automatisch antwoord: verzoek",
    "Automatiskt svar: begäran",
    "Automatyczna odpowiedź: wniosek",
    "Automatická odpověď: žádost",
    "Αυτόματη απάντηση: αίτημα",
    "Автоматический ответ: запрос",
    "Аутоматски одговор: захтев",
    "Otomatik Yanıt: talep",
    "自動返信: リクエスト",
    "自动回复: 请求",
)
MACHINES = (
    "Auto-Submitted: auto-replied",
    "Auto-Submitted: auto-generated (rejected)",
    "X-Autoreply: yes",
    "X-Autorespond: case received",
    "Precedence: auto_reply",
    "Precedence: bulk",
)
PEOPLE: tuple[tuple[str, str], ...] = (
    ("We have preserved the account you named for 90 days.", "preservation_confirmed"),
    ("The data has been preserved until 1 March.", "preservation_confirmed"),
    ("Please provide the user id, since names change.", "need_more_info"),
    ("We are unable to identify any account with this name.", "need_more_info"),
    ("We found no records for this account.", "no_data"),
    ("The account does not exist.", "no_data"),
    ("We cannot comply with this request.", "refusal"),
    ("Your request has been denied.", "refusal"),
    ("Please direct your request to our Irish entity.", "redirect"),
    ("This needs mutual legal assistance.", "redirect"),
    ("Responsive records are attached.", "delivery"),
    ("The production is available for download.", "delivery"),
    ("We need more time to answer.", "delay_notice"),
    ("We will notify the user in ten days.", "user_notice"),
    ("Before we go on we must verify your identity.", "verification_call"),
    ("Thank you, it has been received. Case number 884.", "ack"),
    ("Good morning, thank you for calling.", "other"),
)


def message(
    text: str = "", subject: str = "Re: your letter", *headers: str
) -> messages.Message:
    lines = ["From: a@b.example", f"Subject: {subject}", *headers, "", text]
    return messages.read("\r\n".join(lines).encode())


@pytest.mark.parametrize("subject", AUTOMATIC)
def test_an_automatic_reply_is_known_by_its_subject(subject: str) -> None:
    made = message("We cannot comply. Your records are attached.", subject)

    assert rules.suggest(made).kind is Kind.AUTO_REPLY


@pytest.mark.parametrize("header", MACHINES)
def test_an_automatic_reply_is_known_by_its_headers(header: str) -> None:
    made = message("We have preserved the account.", "Re: PL-2026-000123", header)

    assert rules.suggest(made).kind is Kind.AUTO_REPLY


@pytest.mark.parametrize(("text", "kind"), PEOPLE)
def test_what_people_write_suggests_a_kind(text: str, kind: str) -> None:
    assert rules.suggest(message(text, "Re: PL-2026-000123")).kind == kind


def test_auto_submitted_no_is_a_person() -> None:
    made = message("We cannot comply.", "Re: x", "Auto-Submitted: no")

    assert rules.suggest(made).kind is Kind.REFUSAL


def test_a_bounce_says_what_the_server_said_and_returns_the_thread() -> None:
    made = messages.read(REPORT % {b"action": b"failed"})

    found = rules.suggest(made)

    assert found.kind is Kind.UNDELIVERED
    assert "550 5.1.1 no such mailbox" in str(found.why.params["said"])
    assert made.thread == ("<pl-42.abc@dcu.example>",)
    assert made.deliveries[0].recipient == "lawenforcement@snapchat.com"


def test_a_delay_on_the_way_is_no_bounce() -> None:
    made = messages.read(REPORT % {b"action": b"delayed"})

    assert rules.suggest(made).kind is Kind.AUTO_REPLY


@pytest.mark.parametrize(
    ("header", "trust"),
    [
        ("mx.dcu.example; dmarc=pass; spf=pass; dkim=pass", Trust.PROVEN),
        ("mx.dcu.example; dmarc=fail; spf=pass", Trust.FAILED),
        ("mx.dcu.example; spf=fail; dkim=none", Trust.FAILED),
        ("mx.dcu.example; spf=fail; dkim=pass", Trust.UNKNOWN),
        ("mx.dcu.example; none", Trust.UNKNOWN),
    ],
)
def test_trust_is_what_our_own_server_found(header: str, trust: Trust) -> None:
    assert rules.trust(message("x", "x", f"Authentication-Results: {header}")) is trust


def test_a_forged_result_below_ours_counts_for_nothing() -> None:
    made = message(
        "x",
        "x",
        "Authentication-Results: mx.dcu.example; dmarc=fail",
        "Authentication-Results: mx.dcu.example; dmarc=pass",
    )

    assert rules.trust(made) is Trust.FAILED


def clue(request_id: int, weight: int) -> Clue:
    return Clue(request_id, weight, Phrase("because"))


def test_thread_and_reference_of_one_request_make_it_certain() -> None:
    found = rules.match([clue(1, rules.THREAD), clue(1, rules.REFERENCE)])

    assert (found.request_id, found.is_certain) == (1, True)


def test_two_strong_names_leave_it_to_a_person() -> None:
    found = rules.match(
        [clue(1, rules.THREAD), clue(1, rules.ONLY_ONE), clue(2, rules.REFERENCE)]
    )

    assert (found.request_id, found.is_certain) == (1, False)


def test_a_tie_names_nobody() -> None:
    found = rules.match([clue(1, rules.REFERENCE), clue(2, rules.REFERENCE)])

    assert (found.request_id, found.is_certain) == (None, False)


def test_being_the_only_one_open_is_a_guess() -> None:
    assert not rules.match([clue(1, rules.ONLY_ONE)]).is_certain


def test_our_references_are_found_whatever_their_case() -> None:
    made = message("your pl-2026-000123 and XPL-2026-000124", "Re: PL-2026-000125")

    assert rules.references(made, "PL") == ("PL-2026-000125", "PL-2026-000123")


@given(st.binary(max_size=3000))
def test_no_bytes_are_so_strange_that_reading_fails(raw: bytes) -> None:
    made = messages.read(raw)

    assert rules.suggest(made).kind in set(Kind)
    assert not re.search(r"[\x00-\x08]", made.subject + made.text + made.sender)


PIECES = st.sampled_from(
    [
        *(b"From: ", b"Subject: ", b"Content-Type: multipart/mixed; boundary=b\r\n"),
        *(b"\r\n", b"--b\r\n", b"--b--", b"Content-Type: message/delivery-status\r\n"),
        *(b"Content-Type: message/rfc822\r\n", b"=?utf-8?b?////?=", b"a@b", b"<x@y>"),
        *(b"Content-Transfer-Encoding: base64\r\n", b"charset=nonsense", b";", b"\xff"),
        *(
            b"Content-Disposition: attachment; filename*=utf-8''%ff\r\n",
            b"Action: failed",
        ),
    ]
)


@given(st.lists(PIECES, max_size=25))
def test_no_pieces_of_mail_are_so_strange_either(pieces: list[bytes]) -> None:
    assert rules.suggest(messages.read(b"".join(pieces))).kind in set(Kind)
