"""From whom an answer comes: the platform's own domain, a strange one, a forged one."""

import re
from email.utils import parseaddr

from platformlink.errors import FieldError
from platformlink.protocols.agreement import Agreement
from platformlink.protocols.drafts import Finding, Severity
from platformlink.protocols.lookalikes import Doorkeeper, Lookalike, host_of
from platformlink.protocols.protocol import CooperationProtocol
from platformlink.responses.codes import Effect, Kind
from platformlink.responses.rules import EFFECTS
from platformlink.values import Phrase

SHORTEST = 3  # letters of a name: with one platform in view, fewer words are only words
LONGEST = 320  # characters of a mail address
FORGED = (
    "%(host)s looks like %(like)s of %(platform)s; it is no known host of theirs."
    " Record it as “Something else”, since a forgery moves no clock. If it is theirs"
    " after all, add it to the hosts of their protocol first."
)
BLANK = re.compile(r"\s")


def address_in(sender: str) -> str:
    """Return the mail address in what a mail says of its sender; "" for none."""
    found = parseaddr(sender.strip())[1]
    is_address = "@" in found and host_of(found) and not BLANK.search(found)
    return found if is_address and len(found) <= LONGEST else ""


class Senders:
    """Knows from which domains a platform writes to this authority."""

    def __init__(
        self, protocol: CooperationProtocol, agreement: Agreement | None
    ) -> None:
        contacts = agreement.contacts if agreement else ()
        self._platform = protocol.name
        self._keeper = Doorkeeper([protocol], shortest=SHORTEST, names=(protocol.slug,))
        self._agreed = {host_of(one.email) for one in contacts if one.email}

    def _is_known(self, host: str) -> bool:
        return host in self._agreed or self._keeper.is_own(host)

    def forged(self, sender: str) -> Lookalike | None:
        """Return which of the platform's domains a sender imitates, if any."""
        host = host_of(address_in(sender))
        return None if self._is_known(host) else self._keeper.resembles(host)

    def finding(self, sender: str) -> Finding | None:
        """Return what to say of a sender; nothing of one that is known."""
        host = host_of(address_in(sender))
        if not sender or self._is_known(host):
            return None
        if found := self.forged(sender):
            return Finding(
                severity=Severity.ERROR,
                pointer="/sender",
                code="lookalike",
                message=found.words,
                mend=Phrase(
                    "Answer nothing, open nothing, and call them by a number that you"
                    " knew before."
                ),
            )
        text = "%(host)s is no known domain of %(platform)s."
        return Finding(
            severity=Severity.WARNING,
            pointer="/sender",
            code="unknown-sender",
            message=Phrase(text, {"host": host, "platform": self._platform}),
            mend=Phrase("Make sure that it is theirs before you rely on it."),
        )

    def check(self, sender: str, kind: str) -> list[FieldError]:
        """Return what is wrong with a sender; a forged one moves no clock."""
        if not sender.strip():
            return []
        if not address_in(sender):
            message = "Give a mail address, such as name@example.com."
            return [FieldError("/sender", "unknown", message)]
        found = self.forged(sender)
        if found is None or kind not in set(Kind) or EFFECTS[Kind(kind)] is Effect.NONE:
            return []
        names = {key: str(value) for key, value in found.words.params.items()}
        return [FieldError("/sender", "lookalike", FORGED, names)]
