"""
The types of a cooperation protocol: all that one platform's file may say.

Every fact bears its ``confidence`` and, by name, the ``source`` it rests on. What
nobody has established is written ``unknown``, never left to be guessed.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta

from platformlink.documents import Strict

Code = Annotated[
    str,
    Meta(
        pattern="^[a-z][a-z0-9_]*$",
        max_length=60,
        description="a short name of small letters, digits and _, such as: chat_logs",
    ),
]
Slug = Annotated[
    str,
    Meta(
        pattern="^[a-z0-9][a-z0-9-]*$",
        max_length=60,
        description="a short name of small letters, digits and -, such as: epic-games",
    ),
]
Country = Annotated[
    str,
    Meta(
        pattern="^[A-Z]{2}$",
        description="a country in two capital letters (ISO 3166-1), such as: IE",
    ),
]
Language = Annotated[
    str,
    Meta(
        pattern="^[a-z]{2,3}$",
        description="a language in two or three small letters (ISO 639), such as: en",
    ),
]
Text = Annotated[str, Meta(min_length=1, max_length=4000)]
Host = Annotated[
    str,
    Meta(
        pattern=r"^([a-z0-9-]+\.)+[a-z]{2,24}$",
        max_length=253,
        description="a host in small letters without https://, such as: example.com",
    ),
]
Regex = Annotated[str, Meta(min_length=1, max_length=400)]
Span = Annotated[
    str,
    Meta(
        pattern="^[1-9][0-9]{0,3} (hour|day|working day|week|month|year)s?$",
        description="a length of time, such as: 24 hours, 3 working days, 12 months",
    ),
]
MaybeSpan = Annotated[
    str,
    Meta(
        pattern="^(unknown|[1-9][0-9]{0,3} (hour|day|working day|week|month|year)s?)$",
        description="a length of time, such as: 20 working days; or unknown",
    ),
]
Kept = Annotated[
    str,
    Meta(
        pattern="^(unknown|until_deleted|account_life|not_kept|"
        "[1-9][0-9]{0,3} (hour|day|week|month|year)s?)$",
        description="a length of time, such as: 90 days; or until_deleted,"
        " account_life, not_kept, unknown",
    ),
]
MaybeCountry = Annotated[
    str,
    Meta(
        pattern="^([A-Z]{2}|unknown)$",
        description="a country in two capital letters (ISO 3166-1), such as: IE;"
        " or unknown",
    ),
]
Unknown = Literal["unknown"]
Days = Annotated[int, Meta(ge=1, le=3660)] | Unknown
Count = Annotated[int, Meta(ge=0, le=1000)] | Unknown


class Confidence(StrEnum):
    """
    How we know: official text, somebody else's, our own knowledge, or not at all.

    *unread*: a text says it that we could not read, or not to its end.
    """

    SOURCED = "sourced"
    SECONDARY = "secondary"
    BACKGROUND = "background"
    UNREAD = "unread"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """What is asked of a platform."""

    PRESERVATION = "preservation"
    PRESERVATION_EXTENSION = "preservation_extension"
    DISCLOSURE = "disclosure"
    EMERGENCY_DISCLOSURE = "emergency_disclosure"


class Category(StrEnum):
    """Data by intrusiveness, least first."""

    SUBSCRIBER = "subscriber"
    USER_IDENTIFICATION = "user_identification"
    TRAFFIC = "traffic"
    CONTENT = "content"


class Force(StrEnum):
    """On which footing data is asked for."""

    COMPULSORY = "compulsory"
    VOLUNTARY = "voluntary"
    STATE_TO_STATE = "state_to_state"


class Support(StrEnum):
    """Whether a platform takes a kind of request."""

    ACCEPTED = "accepted"
    DISCRETIONARY = "discretionary"
    UNKNOWN = "unknown"
    NONE = "none"


class Basis(StrEnum):
    """Who says a figure: the platform, a statute, a treaty, or we for safety's sake."""

    STATED = "stated"
    STATUTORY = "statutory"
    TREATY = "treaty"
    ASSUMED = "assumed"


class Fact(Strict, frozen=True, kw_only=True):
    """What every fact bears: how we know it, whence, and when it was last checked."""

    confidence: Confidence
    source: tuple[Slug, ...] = ()  # ids of `sources`
    checked_on: date | None = None  # else the date of its sources' copies
    note: Text | None = None


class ForWhom(Fact, frozen=True, kw_only=True):
    """A fact that may hold for some asking countries or services only."""

    requesters: tuple[Country, ...] = ()  # none named: every country
    requesters_except: tuple[Country, ...] = ()
    services: tuple[Code, ...] = ()  # none named: every service


class Statement(ForWhom, frozen=True, kw_only=True):
    """A fact in a sentence."""

    text: Text


class Source(Strict, frozen=True, kw_only=True):
    """Where facts come from: a text, whose it is, its own date, and our copy's date."""

    id: Slug
    title: Text
    by: Literal["platform", "authority", "third_party"]
    url: (
        Annotated[str, Meta(pattern="^https?://", description="an address with http")]
        | None
    ) = None
    dated: Text | None = None  # as the text itself says
    copied_on: date | None = None
    note: Text | None = None


class Service(Fact, frozen=True, kw_only=True):
    """One service of a platform; ``sunset_on`` when it ended."""

    code: Code
    name: Text
    sunset_on: date | None = None


class Lifecycle(Fact, frozen=True, kw_only=True):
    """Whether the platform still lives, and what may remain if not."""

    status: Literal["active", "restricted", "closed", "merged"] = "active"
    since_on: date | None = None
    merged_into: Slug | None = None
    last_retention_on: date | None = None  # the last day on which data may have existed
    text: Text | None = None


class Address(Fact, frozen=True, kw_only=True):
    """A postal address; the day of ``valid_until`` is the last one."""

    text: Text
    valid_from: date | None = None
    valid_until: date | None = None


class Entity(ForWhom, frozen=True, kw_only=True):
    """
    A legal person, and for whose users it answers.

    ``regions`` hold country codes, names of ``regions`` of the file, ``EU``, ``EEA``,
    ``anywhere``, or ``elsewhere`` (what no other entity of the same service names).
    ``role``: *process* is addressed, *contract* only holds the user's contract,
    *agent* takes delivery for another, *authority* is a foreign authority that must
    be asked instead of the platform.
    """

    code: Code
    name: Text
    role: Literal["process", "contract", "agent", "authority"] = "process"
    country: MaybeCountry
    regions: tuple[Text, ...] = ()
    regions_except: tuple[Text, ...] = ()
    attention: Text | None = None
    addresses: tuple[Address, ...] = ()
    languages: tuple[Language, ...] = ()
    route: Text | None = None  # the legal route to it, in a sentence
    valid_from: date | None = None
    valid_until: date | None = None
    facts_from: date | None = None  # for facts that happened since
    facts_until: date | None = None


class Region(Fact, frozen=True, kw_only=True):
    """A named set of countries, as the platform draws it."""

    code: Code
    countries: tuple[Country, ...]
    text: Text | None = None


class Addressing(Statement, frozen=True, kw_only=True):
    """By what the entity is chosen, in a sentence and as a key."""

    by: Literal[
        "target_country",
        "requester_country",
        "service",
        "one_for_all",
        "facts_date",
        "unknown",
    ]


class Verified(Strict, frozen=True, kw_only=True):
    """Who has confirmed that a channel is the platform's own, when and how."""

    by: Text
    on: date
    how: Text


class Channel(ForWhom, frozen=True, kw_only=True):
    """
    A way for a letter to reach the platform.

    ``status``: *open* may be used; *unverified* waits for somebody to confirm it;
    *refused* is known and must not be used; *retired* was once right.
    """

    code: Code
    kind: Literal[
        "portal",
        "web_form",
        "email",
        "post",
        "fax",
        "phone",
        "api",
        "agent",
        "authority",
    ]
    name: Text
    status: Literal["open", "unverified", "refused", "retired"]
    address: Text | None = None  # URL, mail address, number; None: the entity's own
    aliases: tuple[Text, ...] = ()  # other hosts that are the same door
    kinds: tuple[Kind, ...] = ()  # none named: all
    who: Text | None = None  # who may use it, in a sentence
    needs_account: bool = False
    lead_time: Span | None = None  # until an account is opened
    subject_word: Text | None = None
    languages: tuple[Language, ...] = ()
    hours: Text | None = None
    verified: Verified | None = None


class Hold(ForWhom, frozen=True, kw_only=True):
    """How long data is held for a requester; several figures are alternatives."""

    days: Days
    or_days: tuple[int, ...] = ()
    basis: Basis | None = None  # of a number of days it must be said
    most: Count = "unknown"  # of extensions; only on extensions

    def __post_init__(self) -> None:
        """Refuse a figure of which nobody knows whose word it is."""
        if self.basis is None and self.days != "unknown":
            message = f"basis: whose figure is it? allowed here: {', '.join(Basis)}"
            raise ValueError(message)


class Condition(Statement, frozen=True, kw_only=True):
    """What must follow, and within how long of the request, or the hold ends."""

    within: Span


class Preservation(Statement, frozen=True, kw_only=True):
    """Whether and how data is set aside. ``starts``: from what the days count."""

    support: Support
    holds: tuple[Hold, ...] = ()
    starts: Literal["sent", "received", "acknowledged", "unknown"] = "unknown"
    is_snapshot: bool | Unknown = "unknown"
    condition: Condition | None = None


class Extension(Statement, frozen=True, kw_only=True):
    """Whether a hold may be renewed: for how long, how often, filed when at latest."""

    support: Support
    holds: tuple[Hold, ...] = ()
    file_days_before: Annotated[int, Meta(ge=0, le=365)] | None = None
    is_separate_request: bool = False


class Disclosure(Statement, frozen=True, kw_only=True):
    """Whether data is given on a request from this desk."""

    support: Support


class Emergency(Statement, frozen=True, kw_only=True):
    """When data is given without process, because life is in danger."""

    support: Support
    criteria: tuple[Text, ...] = ()
    gives: tuple[Category, ...] = ()  # none named: not stated


class OtherRequest(Statement, frozen=True, kw_only=True):
    """A kind of request beyond the four: inquiry, freeze, removal, withheld access."""

    code: Code
    name: Text


class Requests(Strict, frozen=True, kw_only=True):
    """What may be asked, kind by kind."""

    preservation: Preservation
    preservation_extension: Extension
    disclosure: Disclosure
    emergency_disclosure: Emergency
    others: tuple[OtherRequest, ...] = ()


class Footing(Statement, frozen=True, kw_only=True):
    """
    Which process is enough for which data, and whether it binds.

    ``process`` lists alternatives, each of which is enough.
    """

    categories: tuple[Category, ...] = ()  # none named: all
    items: tuple[Code, ...] = ()  # of `data`, where a category is too coarse
    entities: tuple[Code, ...] = ()  # none named: all
    process: tuple[
        Literal[
            "police_request",
            "prosecutor_order",
            "court_order",
            "warrant",
            "local_process",
            "mutual_legal_assistance",
            "letters_rogatory",
            "cloud_act",
            "production_order_eu",
            "second_protocol",
            "us_subpoena",
            "us_court_order",
            "us_warrant",
            "foreign_order",
            "not_available",
        ],
        ...,
    ]
    force: Literal["compulsory", "voluntary", "state_to_state", "unknown"]
    is_discretionary: bool = False


class BirthDate(Strict, frozen=True, kw_only=True):
    """A date inside an id: milliseconds = (id >> shift_bits) + epoch_ms."""

    shift_bits: Annotated[int, Meta(ge=0, le=62)]
    epoch_ms: Annotated[int, Meta(ge=0)]


class Step(StrEnum):
    """One step of bringing an identifier into its canonical form."""

    STRIP_AT = "strip_at"
    LOWER = "lower"
    UPPER = "upper"
    NO_SPACES = "no_spaces"
    NO_DOTS = "no_dots"
    NO_FRAGMENT = "no_fragment"
    NO_QUERY = "no_query"
    NO_SLASH = "no_slash"
    HTTPS = "https"
    PHONE = "phone"
    EMAIL = "email"
    GMAIL = "gmail"
    HEX = "hex"


class Identifier(ForWhom, frozen=True, kw_only=True):
    """
    A kind of identifier: its shape, how it is found, and whether it is accepted.

    ``pattern`` is matched against the whole canonical value. ``links`` are matched
    against an address without its scheme, on one of the platform's ``hosts``, from its
    begin to a slash, a query or its end; the value is the group ``value``. ``bare``:
    when a value alone in a text is taken for one: never, beside one of the ``cues``,
    also after an at sign, or always, by its shape. A mail address on one of the
    ``mail_domains`` is one for certain.
    """

    kind: Code
    name: Text
    accepted: Literal["preferred", "accepted", "auxiliary", "never", "unknown"]
    example: Text | None = None
    pattern: Regex | None = None
    normal: tuple[Step, ...] = ()
    links: tuple[Regex, ...] = ()
    link_example: Text | None = None
    short_links: tuple[Host, ...] = ()  # hosts that only redirect; never fetched
    reserved: tuple[Text, ...] = ()  # values that are pages, not accounts
    page: Text | None = None  # canonical address, with {value}
    bare: Literal["no", "with_cue", "with_at", "by_shape"] = "no"
    cues: tuple[Text, ...] = ()
    mail_domains: tuple[Host, ...] = ()
    seen_on: Literal["required", "advised", "no"] = "no"
    companions: tuple[Text, ...] = ()  # what must stand beside it, in words
    check: Literal["none", "luhn"] = "none"
    born: BirthDate | None = None
    has_secret: bool = False  # a part that opens content: masked in lists and logs
    find: Text | None = None  # where an officer finds it


class Identification(Statement, frozen=True, kw_only=True):
    """Which kinds identify an account: any one of these sets, each set whole."""

    any_of: tuple[tuple[Text, ...], ...]


class Limit(Statement, frozen=True, kw_only=True):
    """Above how many targets something more is needed."""

    above: Annotated[int, Meta(ge=0)]


class Need(StrEnum):
    """What a request must carry. Those the desk fills by itself need no check."""

    PERIOD = "period"
    DATA = "data"
    SEEN_ON = "seen_on"
    SCREENSHOT = "screenshot"
    ITEM_URL = "item_url"
    NARRATIVE = "narrative"
    OFFENCE = "offence"
    LINK = "link_with_platform"
    RELEVANCE = "relevance"
    LEGAL_BASIS = "legal_basis"
    PROCESS = "process_document"
    NOTICE = "notice_position"
    NON_DISCLOSURE = "non_disclosure_order"
    CHILD_REFERENCE = "ncmec_number"
    URGENCY = "urgency_reason"
    EMERGENCY = "emergency_facts"
    PERSON = "person_in_danger"
    AUTHORITY = "authority"
    COURT = "court"
    OFFICER_NAME = "officer_name"
    OFFICER_BADGE = "officer_badge"
    OFFICER_EMAIL = "officer_email"
    OFFICER_PHONE = "officer_phone"
    SUPERVISOR = "supervisor"
    CASE = "case_reference"
    LETTERHEAD = "letterhead"
    SIGNATURE = "signature"
    DATE = "date"
    TRANSLATION = "translation"
    PLATFORM_REFERENCE = "platform_reference"
    DECLARATION = "declaration"
    TIME_ZONE = "time_zone"
    NETWORK = "network_and_asset"
    PRODUCT = "product"


class Required(Statement, frozen=True, kw_only=True):
    """Something that a request must carry, for which kinds, and when."""

    need: Need
    kinds: tuple[Kind, ...] = ()  # none named: all
    only_if: (
        Literal["child", "order", "time_sensitive", "court", "us_agency"] | None
    ) = None
    say: Text | None = None  # words to set down, for a declaration


class Languages(Fact, frozen=True, kw_only=True):
    """Accepted languages; with ``or_translation`` another one beside it."""

    accepted: tuple[Language, ...]  # empty: not known
    or_translation: bool = False
    text: Text | None = None


class Form(Strict, frozen=True, kw_only=True):
    """How a request must look."""

    languages: Languages
    files: tuple[Literal["pdf", "docx", "txt", "csv", "xlsx"], ...] = ()
    is_month_spelled_out: bool = False
    zone: Text | None = None  # of the times in requests and answers
    rules: tuple[Statement, ...] = ()


class Retention(Fact, frozen=True, kw_only=True):
    """
    For how long data exists, counted from an event.

    ``keeps`` unknown with ``text``: something is said, but no figure.
    """

    keeps: Kept
    counts_from: Literal[
        "creation", "view", "delivery", "closure", "deletion", "last_use", "unknown"
    ] = "creation"
    what: Text | None = None  # the part of the item, where it is not the whole
    text: Text | None = None


class DataItem(ForWhom, frozen=True, kw_only=True):
    """What the platform holds, in its own words, and how intrusive it is."""

    code: Code
    name: Text
    category: Category
    holds: Text
    is_available: bool = True  # False: asked for in vain, such as encrypted content
    retention: tuple[Retention, ...] = ()


class Notice(Statement, frozen=True, kw_only=True):
    """Whether the user is told: by default, and what stops or delays it."""

    kinds: tuple[Kind, ...] = ()  # none named: all
    default: Literal["yes", "no", "may", "where_law_requires", "unknown"]
    categories: tuple[Category, ...] = ()  # none named: all
    stopped_by: tuple[
        Literal[
            "law",
            "court_order",
            "police_order",
            "request",
            "child_exploitation",
            "emergency",
            "risk_to_person",
            "counterproductive",
            "terrorism",
            "drugs",
            "compromised_account",
        ],
        ...,
    ] = ()
    must_state_position: bool = False
    must_end: bool = False  # an order without an end date is refused
    longest: Span | None = None
    objection: Span | None = None  # how long the user may object
    is_copied: bool = False  # the user gets a copy of the request


class SideEffect(Statement, frozen=True, kw_only=True):
    """What a request may set off that the suspect can notice."""

    kind: Literal["account_closed", "account_restricted", "user_warned", "other"]
    kinds: tuple[Kind, ...] = ()
    ask: Text | None = None  # what to ask for, to avoid it


class Time(Statement, frozen=True, kw_only=True):
    """How soon an answer comes, as the platform publishes it."""

    what: Literal["acknowledgement", "response"]
    within: MaybeSpan
    kinds: tuple[Kind, ...] = ()


class Cost(Statement, frozen=True, kw_only=True):
    """What answers cost; amounts as printed by the platform."""

    amount: Text | None = None


class Published(Fact, frozen=True, kw_only=True):
    """
    What the platform publishes of one asking country.

    Requests in a period, both days included, and the percentage of them in which it
    produced some data.
    """

    country: Country
    from_on: date
    until_on: date
    requests: Annotated[int, Meta(ge=0)]
    produced_percent: Annotated[float, Meta(ge=0, le=100)] | Unknown


class Reliability(Strict, frozen=True, kw_only=True):
    """How far the file as a whole can be trusted, and why."""

    grade: Literal["high", "medium", "low"]
    why: Text


class Review(Strict, frozen=True, kw_only=True):
    """When the file was last gone through, and when it must be again."""

    last_on: date
    next_on: date


class CooperationProtocol(Strict, frozen=True, kw_only=True):
    """Everything known of how one platform cooperates with police."""

    slug: Slug
    name: Text
    also_known_as: tuple[Text, ...] = ()
    about: Text
    hosts: tuple[Host, ...] = ()  # the platform's own; their subdomains count
    effective_on: date | None = None  # a file may lie here before it holds
    reliability: Reliability
    review: Review
    lifecycle: Lifecycle
    services: tuple[Service, ...]
    regions: tuple[Region, ...] = ()
    addressing: Addressing
    entities: tuple[Entity, ...]
    channels: tuple[Channel, ...]
    requests: Requests
    legal: tuple[Footing, ...]
    identifiers: tuple[Identifier, ...]
    identification: tuple[Identification, ...] = ()
    limits: tuple[Limit, ...] = ()
    required: tuple[Required, ...]
    form: Form
    data: tuple[DataItem, ...]
    notice: tuple[Notice, ...]
    side_effects: tuple[SideEffect, ...] = ()
    times: tuple[Time, ...] = ()
    delivery: tuple[Statement, ...] = ()
    costs: tuple[Cost, ...] = ()
    refusals: tuple[Statement, ...] = ()
    figures: tuple[Statement, ...] = ()
    published: tuple[Published, ...] = ()
    notes: tuple[Statement, ...] = ()
    beware: tuple[Statement, ...] = ()  # look-alikes and wrong doors
    sources: tuple[Source, ...]


def applies(fact: ForWhom, *, requester: str = "", service: str = "") -> bool:
    """Say whether a fact holds for an asking country and a service; "" is any."""
    if requester and fact.requesters and requester not in fact.requesters:
        return False
    if requester and requester in fact.requesters_except:
        return False
    return not (service and fact.services and service not in fact.services)
