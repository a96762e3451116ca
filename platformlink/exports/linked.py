"""
A case in CASE and UCO, as JSON-LD: who asked whom, for what, and what came. Pure.

Source: CASE 1.4 and UCO 1.4, whose shapes `case_validate` checks.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import msgspec

from platformlink.evidence.schemas import CustodyOut
from platformlink.exports.schemas import (
    CaseOut,
    EvidenceOut,
    LetterOut,
    Record,
)
from platformlink.requests.schemas import EventOut, TargetOut
from platformlink.responses.schemas import AnswerOut
from platformlink.values import in_utc

Node = dict[str, Any]
SPACE = UUID("6f1d6b5e-5a0c-5c55-9d0e-7a4f0a5a2f11")  # of the names that we give
UCO = "https://ontology.unifiedcyberontology.org/uco/"
CONTEXT = {
    "case-investigation": "https://ontology.caseontology.org/case/investigation/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    **{
        f"uco-{one}": f"{UCO}{one}/"
        for one in ("action", "core", "identity", "observable", "types")
    },
}


class Names:
    """IRIs of things: the same thing of the same desk has the same name for ever."""

    def __init__(self, base_url: str) -> None:
        self.base = f"{base_url.rstrip('/')}/id/"

    def of(self, kind: str, *key: object) -> str:
        """Return the IRI of a thing, by what it is and its key there."""
        whole = "/".join(str(one) for one in (self.base, kind, *key))
        return f"kb:{kind}-{uuid5(SPACE, whole)}"


def _ref(name: str) -> Node:
    return {"@id": name}


def _typed(kind: str, value: object) -> Node:
    return {"@type": f"xsd:{kind}", "@value": str(value)}


def _at(moment: datetime) -> Node:
    return _typed("dateTime", in_utc(moment).isoformat())


def _plain(**fields: object) -> Node:
    """Return the core properties of a thing that say anything."""
    return {f"uco-core:{name}": value for name, value in fields.items() if value}


def investigation(
    base_url: str, authority: str, told: list[Record], case: CaseOut
) -> bytes:
    """Return the whole as JSON-LD, indented, with its keys in order."""
    names = Names(base_url)
    nodes: dict[str, Node] = {}
    asker = names.of("organization", "authority")
    nodes[asker] = _organization(asker, authority)
    for one in told:
        for node in _Request(names, asker, one).nodes():
            nodes[node["@id"]] = node
    whole = names.of("investigation", case.id)
    root = {
        "@id": whole,
        "@type": "case-investigation:Investigation",
        **_plain(name=case.reference, description=[case.offence]),
        "uco-core:startTime": _at(case.opened_at),
        "case-investigation:investigationForm": "case",
        "case-investigation:focus": [case.offence],
        "case-investigation:relevantAuthorization": [
            _ref(at)
            for at, one in nodes.items()
            if one["@type"] == "case-investigation:Authorization"
        ],
        "uco-core:object": [_ref(at) for at in nodes],
    }
    graph = [root, *nodes.values()]
    document = {"@context": {"kb": names.base, **CONTEXT}, "@graph": graph}
    return msgspec.json.format(msgspec.json.encode(document, order="sorted"), indent=2)


def _organization(name: str, called: str) -> Node:
    return {"@id": name, "@type": "uco-identity:Organization", **_plain(name=called)}


class _Request:
    """One request: its authorisation, accounts, letters, acts, answers and exhibits."""

    def __init__(self, names: Names, asker: str, told: Record) -> None:
        self.names, self.asker, self.told = names, asker, told
        self.id = told.request.id
        self.platform = names.of("organization", "platform", told.request.platform)
        self.order = names.of("authorization", self.id)
        self.before: str | None = None  # the act that came before, in this request

    def nodes(self) -> Iterator[Node]:
        """Yield everything, what is named before what names it."""
        told = self.told
        yield _organization(self.platform, told.request.platform_name)
        yield from self._authorization()
        for target in told.targets:
            yield from self._account(target)
        for letter in told.letters:
            yield from self._letter(letter)
        for event in enumerate(told.events):
            yield self._event(*event)
        for answer in told.answers:
            yield self._answer(answer)
        for item in told.evidence:
            yield from self._exhibit(item)

    def _authorization(self) -> Iterator[Node]:
        request, order = self.told.request, self.told.request.authorisation or {}
        if not request.instrument and not order:
            return
        named = [str(order[x]) for x in ("authority", "number", "on") if order.get(x)]
        yield {
            "@id": self.order,
            "@type": "case-investigation:Authorization",
            **_plain(
                name=request.instrument, description=[", ".join(named)] * bool(named)
            ),
            "case-investigation:authorizationType": request.instrument or "order",
            "case-investigation:authorizationIdentifier": [
                str(order.get("number") or request.name)
            ],
        }

    def _account(self, target: TargetOut) -> Iterator[Node]:
        name = self.names.of("account", target.id)
        yield {
            "@id": name,
            "@type": "uco-observable:DigitalAccount",
            **_plain(name=target.normalised, description=[target.kind, target.value]),
            "uco-core:hasFacet": [
                {
                    "@id": self.names.of("account-facet", target.id),
                    "@type": "uco-observable:AccountFacet",
                    "uco-observable:accountIdentifier": target.normalised,
                    "uco-observable:accountIssuer": _ref(self.platform),
                }
            ],
        }

    def _file(
        self, kind: str, key: object, name: str, *hashes: tuple[str, str]
    ) -> Node:
        """Return a file by its name, with the hash of each of its forms."""
        return {
            "@id": self.names.of(kind, key),
            "@type": "uco-observable:File",
            **_plain(name=name),
            "uco-core:hasFacet": [
                {
                    "@id": self.names.of(f"{kind}-file-facet", key),
                    "@type": "uco-observable:FileFacet",
                    "uco-observable:fileName": name,
                },
                {
                    "@id": self.names.of(f"{kind}-content-facet", key),
                    "@type": "uco-observable:ContentDataFacet",
                    "uco-observable:hash": [
                        self._hash(kind, key, form, value)
                        for form, value in hashes
                        if value
                    ],
                },
            ],
        }

    def _hash(self, kind: str, key: object, form: str, value: str) -> Node:
        return {
            "@id": self.names.of(f"{kind}-hash", key, form),
            "@type": "uco-types:Hash",
            "uco-types:hashMethod": "SHA256",
            "uco-types:hashValue": _typed("hexBinary", value),
        }

    def _letter(self, letter: LetterOut) -> Iterator[Node]:
        name = letter.file.rsplit("/", 1)[-1]
        made = self._file("letter", letter.id, name, ("file", letter.file_sha256))
        yield made | _plain(description=[f"{letter.reference}: {letter.kind}"])

    def _act(self, name: str, called: str, at: datetime, **more: object) -> Node:
        """Return an act, which knows the one before it."""
        node: Node = {
            "@id": name,
            "@type": "case-investigation:InvestigativeAction",
            **_plain(name=called),
            "uco-action:startTime": _at(at),
            "uco-action:endTime": _at(at),
            **{f"uco-action:{key}": value for key, value in more.items() if value},
        }
        if self.before:
            node["case-investigation:wasInformedBy"] = [_ref(self.before)]
        self.before = name
        return node

    def _event(self, place: int, event: EventOut) -> Node:
        told = self.told
        name = self.names.of("investigative-action", self.id, "event", place)
        accounts = [_ref(self.names.of("account", one.id)) for one in told.targets]
        has_order = told.request.instrument or told.request.authorisation
        node = self._act(
            name,
            event.verb,
            event.occurred_at,
            performer=_ref(self.asker),
            object=accounts,
            instrument=[_ref(self.order)] if has_order else [],
        )
        words = [x for x in (event.text, event.actor, event.proof) if x]
        return node | _plain(description=words)

    def _answer(self, answer: AnswerOut) -> Node:
        name = self.names.of("investigative-action", self.id, "answer", answer.id)
        node = self._act(
            name,
            answer.kind,
            answer.received_at,
            performer=_ref(self.platform),
            participant=[_ref(self.asker)],
        )
        said = [
            f"{one.target} {one.category or 'account'}: {one.outcome}"
            for one in answer.items
        ]
        return node | _plain(description=[*said, *answer.reasons])

    def _exhibit(self, one: EvidenceOut) -> Iterator[Node]:
        item = one.item
        hashes = ("received", item.sha256), ("encrypted", item.kept_sha256)
        file = self._file("evidence", item.id, item.name, *hashes)
        facets = file["uco-core:hasFacet"]
        facets[0]["uco-observable:sizeInBytes"] = _typed("integer", item.size_bytes)
        yield file
        exhibit = self.names.of("provenance-record", item.id)
        yield {
            "@id": exhibit,
            "@type": "case-investigation:ProvenanceRecord",
            **_plain(name=item.name, object=[_ref(file["@id"])]),
            "case-investigation:exhibitNumber": f"{self.told.request.name}/{item.id}",
        }
        for place, line in enumerate(one.custody):
            yield self._custody(
                item.id, place, line, [_ref(exhibit), _ref(file["@id"])]
            )

    def _custody(
        self, item_id: int, place: int, line: CustodyOut, things: list[Node]
    ) -> Node:
        name = self.names.of("investigative-action", "custody", item_id, place)
        act = self._act(
            name, line.verb, line.at, performer=_ref(self.asker), object=things
        )
        words = [x for x in (line.who, line.purpose, line.to, line.authority) if x]
        return act | _plain(description=words)
