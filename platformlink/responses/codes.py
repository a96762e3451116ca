"""The codes of answers, outcomes and reasons, with their words for people. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

import msgspec

from platformlink.requests.rules import Outcome, Usefulness


class Kind(StrEnum):
    """What a message is."""

    AUTO_REPLY = "auto_reply"
    UNDELIVERED = "undelivered"
    ACK = "ack"
    PRESERVATION_CONFIRMED = "preservation_confirmed"
    PRESERVATION_RENEWED = "preservation_renewed"
    PRESERVATION_REFUSED = "preservation_refused"
    PRESERVATION_ENDED = "preservation_ended"
    NEED_MORE_INFO = "need_more_info"
    DELAY_NOTICE = "delay_notice"
    DELIVERY = "delivery"
    NO_DATA = "no_data"
    REFUSAL = "refusal"
    REDIRECT = "redirect"
    COST_NOTICE = "cost_notice"
    CHALLENGE = "challenge"
    USER_NOTICE = "user_notice"
    VERIFICATION_CALL = "verification_call"
    OTHER = "other"


class Effect(StrEnum):
    """What a kind does to the request and its clocks."""

    NONE = "none"  # stops no clock
    ACKNOWLEDGES = "acknowledges"  # a person or a case system has it
    ASKS = "asks"  # their clock stands still, ours runs
    ANSWERS = "answers"  # final, unless more is promised


class Fault(StrEnum):
    """Whose fault a refusal or a return is."""

    OURS = "ours"
    THEIRS = "theirs"
    LAW = "law"
    CIRCUMSTANCE = "circumstance"


KIND_NAMES: dict[Kind, str] = {
    Kind.AUTO_REPLY: "Automatic reply",
    Kind.UNDELIVERED: "Not delivered",
    Kind.ACK: "Acknowledgement",
    Kind.PRESERVATION_CONFIRMED: "Preservation confirmed",
    Kind.PRESERVATION_RENEWED: "Preservation renewed",
    Kind.PRESERVATION_REFUSED: "Preservation refused",
    Kind.PRESERVATION_ENDED: "Preservation ended",
    Kind.NEED_MORE_INFO: "They need more from us",
    Kind.DELAY_NOTICE: "They need more time",
    Kind.DELIVERY: "Data given",
    Kind.NO_DATA: "No data",
    Kind.REFUSAL: "Refusal",
    Kind.REDIRECT: "Ask somebody else",
    Kind.COST_NOTICE: "They ask for a fee",
    Kind.CHALLENGE: "Legal objection",
    Kind.USER_NOTICE: "The account holder is told",
    Kind.VERIFICATION_CALL: "They check who we are",
    Kind.OTHER: "Something else",
}

OUTCOME_NAMES: dict[Outcome, str] = {
    Outcome.FULL: "All of it",
    Outcome.PARTIAL: "A part",
    Outcome.NO_DATA: "No data",
    Outcome.REFUSED: "Refused",
    Outcome.REDIRECTED: "Redirected",
    Outcome.PRESERVED_ONLY: "Preserved",
    Outcome.VOLUNTARY_EMERGENCY: "Given voluntarily in an emergency",
    Outcome.NOT_ASSESSED: "Not assessed yet",
}

USEFULNESS_NAMES: Mapping[Usefulness, str] = MappingProxyType(
    {
        Usefulness.IDENTIFIED: "It identified a person",
        Usefulness.ADVANCED: "It advanced the case",
        Usefulness.NO_HELP: "It was no help",
    }
)

FAULT_NAMES: dict[Fault, str] = {
    Fault.OURS: "Ours",
    Fault.THEIRS: "Theirs",
    Fault.LAW: "The law",
    Fault.CIRCUMSTANCE: "Circumstance",
}


class Reason(msgspec.Struct, frozen=True):
    """Why it was not all: words for people, and whose fault a refusal is."""

    name: str
    fault: Fault | None = None


LATER_INSTALMENT = "later_instalment"

WHY_PARTIAL: dict[str, Reason] = {
    "identifiers_missing": Reason("Some accounts are missing"),
    "data_types_missing": Reason("Some data types are missing"),
    "content_withheld": Reason("Content withheld, the rest given"),
    "window_truncated": Reason("The period was cut short"),
    "redacted": Reason("Redacted"),
    "partly_expired": Reason("Retention had expired for a part"),
    LATER_INSTALMENT: Reason("A later instalment is promised"),
}

WHY_NO_DATA: dict[str, Reason] = {
    "account_not_found": Reason("Account not found"),
    "identifier_not_valid": Reason("Identifier not valid for this service"),
    "deleted_before": Reason("Deleted before the request"),
    "retention_expired": Reason("Retention expired"),
    "never_collected": Reason("Never collected"),
    "end_to_end_encrypted": Reason("End-to-end encrypted, not held"),
    "outside_date_range": Reason("Outside the date range"),
    "held_by_another_entity": Reason("Held by another entity"),
    "preservation_lapsed": Reason("The preservation had lapsed"),
}


def _with(fault: Fault, **names: str) -> dict[str, Reason]:
    return {code: Reason(name, fault) for code, name in names.items()}


WHY_REFUSED: dict[str, Reason] = {
    **_with(
        Fault.OURS,
        letterhead_missing="No letterhead, signature or date",
        address_not_official="Not an official address",
        wrong_form_or_channel="Wrong form or channel",
        wrong_file_type="Wrong file type",
        wrong_language="Not in an accepted language",
        officer_details_missing="Officer’s details missing",
        requester_not_verified="They cannot verify who asks",
        wrong_entity="Wrong legal entity",
        legal_basis_missing="Legal basis not cited",
        wrong_kind_of_order="Wrong kind of order",
        offence_not_described="Offence not described, or no link to the platform",
        too_broad="Too broad, or without dates",
        identifier_missing="Identifier missing or ambiguous",
        duplicate="A duplicate of an earlier request",
        no_emergency="Emergency threshold not met",
    ),
    **_with(
        Fault.LAW,
        legal_assistance_required="Legal assistance or a local court order required",
        warrant_required="Content needs a warrant",
        dual_criminality="Dual criminality",
        privileged_person="Privileged or immune person",
        free_expression="Free expression, or political",
        conflict_of_law="Conflict with local law",
        not_proportionate="Necessity or proportionality",
    ),
    **_with(
        Fault.THEIRS,
        policy="Their policy says no",
        technically_impossible="Technically impossible",
        cost="Resources or cost",
        no_reason="No reason given",
    ),
    **_with(
        Fault.CIRCUMSTANCE,
        order_expired="Order expired or withdrawn",
        outside_jurisdiction="Account outside the jurisdiction",
    ),
}

REASONS: dict[str, Reason] = WHY_PARTIAL | WHY_NO_DATA | WHY_REFUSED

WANTED: dict[str, str] = {
    "stable_identifier": "A stable id or URL",
    "narrower_dates": "Narrower dates",
    "data_types": "The data types by name",
    "legal_basis": "The legal basis",
    "order_copy": "A copy of the order",
    "translation": "A translation",
    "signature": "Signature or letterhead",
    "officer_verification": "Proof who the officer is",
    "offence_facts": "Facts of the offence",
    "emergency_facts": "Facts of the emergency",
    "user_notification": "Our position on telling the user",
    "case_number": "A case number",
}
