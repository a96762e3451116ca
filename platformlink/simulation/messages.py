"""A planned answer as the bytes that a mail server hands over (RFC 5322). Pure."""

import hashlib
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import msgspec

from platformlink.letters.rules import LetterFields
from platformlink.protocols.lookalikes import host_of, hosts_of
from platformlink.protocols.protocol import CooperationProtocol
from platformlink.simulation.rules import Answer
from platformlink.simulation.texts import written

WITH_RECORDS = (
    *(Answer.DELIVERY, Answer.PART, Answer.INSTALMENT, Answer.WRONG_REFERENCE),
)
RECORDS = "account,at,event,address\n%(account)s,%(at)s,%(event)s,192.0.2.17\n"
EVENTS = {Answer.PART: "registration", Answer.INSTALMENT: "login"}


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A letter as a platform received it; without `message_id` it came by a portal."""

    fields: LetterFields
    protocol: CooperationProtocol
    desk: str  # the address to which answers go
    to: str = ""
    message_id: str = ""

    @property
    def reference(self) -> str:
        """Return our reference, as the letter bears it."""
        return self.fields.issue.reference if self.fields.issue else ""

    @property
    def theirs(self) -> str:
        """Return the number under which the platform keeps it."""
        digest = hashlib.sha256(self.reference.encode()).hexdigest()
        return f"{self.protocol.slug[:4].upper()}-{int(digest[:8], 16) % 10**7:07d}"

    @property
    def host(self) -> str:
        """Return the host from which the platform writes."""
        own = self.protocol.hosts or tuple(sorted(hosts_of(self.protocol)))
        return host_of(self.to) if "@" in self.to else own[0]


def _other(reference: str) -> str:
    """Return a reference of the same form that is not this one: digits are swapped."""
    head, _, digits = reference.rpartition("-")
    return f"{head}-{9 * 10 ** (len(digits) - 1) + int(digits)}"


def made(letter: Letter, answer: Answer, language: str, now: datetime) -> bytes:
    """Return a message of the platform; the same arguments give the same bytes."""
    if answer is Answer.BOUNCE:
        return _bounce(letter, now)
    message = _headed(letter, answer, now)
    subject, text = written(
        answer,
        language,
        ours=letter.reference,
        theirs=letter.theirs,
        wrong=_other(letter.reference),
        platform=letter.protocol.name,
    )
    message["Subject"] = subject
    message.set_content(text)
    if answer is Answer.AUTO_REPLY:  # RFC 3834, section 5
        message["Auto-Submitted"] = "auto-replied"
        message["X-Auto-Response-Suppress"] = "All"
    if answer in WITH_RECORDS:
        _attach(message, letter, answer, now)
    return message.as_bytes(policy=SMTP)


def _headed(letter: Letter, answer: Answer, now: datetime) -> EmailMessage:
    """Return a message that goes to the desk; what it answers, it names."""
    message, host = EmailMessage(policy=SMTP), letter.host
    # Written by the desk's own mail server on arrival: RFC 8601.
    message["Authentication-Results"] = (
        f"{host_of(letter.desk)}; spf=pass smtp.mailfrom={host}; dmarc=pass"
        f" header.from={host}"
    )
    message["From"] = f"{letter.protocol.name} <{_sender(letter)}>"
    message["To"] = letter.desk
    message["Date"] = format_datetime(now)
    digest = hashlib.sha256(f"{letter.reference}/{answer}".encode()).hexdigest()
    message["Message-ID"] = f"<{digest[:24]}@{host}>"
    if letter.message_id and answer is not Answer.WRONG_REFERENCE:
        message["In-Reply-To"] = message["References"] = letter.message_id
    return message


def _sender(letter: Letter) -> str:
    return letter.to if "@" in letter.to else f"records@{letter.host}"


def _attach(
    message: EmailMessage, letter: Letter, answer: Answer, now: datetime
) -> None:
    accounts = [one.identifier for one in letter.fields.items] or ["-"]
    facts = {"account": accounts[0], "at": now.isoformat()}
    records = RECORDS % {**facts, "event": EVENTS.get(answer, "registration, login")}
    message.add_attachment(
        records.encode(),
        maintype="text",
        subtype="csv",
        filename=f"{letter.theirs}-{answer}.csv",
    )


def _bounce(letter: Letter, now: datetime) -> bytes:
    """Return a delivery status notification. Source: RFC 3464, RFC 6522."""
    relay = f"mx.{host_of(letter.desk)}"
    message = EmailMessage(policy=SMTP)
    message["From"] = f"Mail Delivery System <MAILER-DAEMON@{relay}>"
    message["To"] = letter.desk
    message["Date"] = format_datetime(now)
    message["Subject"] = "Undelivered Mail Returned to Sender"
    message["Message-ID"] = f"<bounce-{letter.theirs}@{relay}>"
    message["Auto-Submitted"] = "auto-replied"
    message.set_content(f"Your message could not be delivered to {letter.to}.\n")
    status = EmailMessage(policy=SMTP)
    status["Reporting-MTA"] = f"dns; {relay}"
    recipient = EmailMessage(policy=SMTP)
    recipient["Final-Recipient"] = f"rfc822; {letter.to}"
    recipient["Action"] = "failed"
    recipient["Status"] = "5.1.1"
    recipient["Diagnostic-Code"] = "smtp; 550 5.1.1 no such mailbox here"
    headers = f"Message-ID: {letter.message_id}\nSubject: {letter.reference}\n"
    message.make_mixed()
    message.attach(_report([status, recipient]))
    returned = EmailMessage(policy=SMTP)
    returned.set_content(headers, subtype="rfc822-headers")
    message.attach(returned)
    message.replace_header("Content-Type", "multipart/report")
    message.set_param("report-type", "delivery-status")
    return message.as_bytes(policy=SMTP)


def _report(blocks: list[EmailMessage]) -> EmailMessage:
    report = EmailMessage(policy=SMTP)
    report["Content-Type"] = "message/delivery-status"
    for one in blocks:
        report.attach(one)
    return report
