"""What happened in the invented half year: one scene for each request."""

from enum import StrEnum
from random import Random

import msgspec


class Fate(StrEnum):
    """How far a request has come."""

    DRAFT = "draft"
    RETURNED = "returned"
    IN_REVIEW = "in_review"
    READY = "ready"
    SENT = "sent"
    OVERDUE = "overdue"
    AUTO_REPLY = "auto_reply"
    ACKNOWLEDGED = "acknowledged"
    NEEDS_US = "needs_us"
    PARTLY = "partly"
    ANSWERED = "answered"
    CLOSED_FULL = "closed_full"
    CLOSED_NONE = "closed_none"
    CLOSED_REFUSED = "closed_refused"  # too broad: our fault
    CLOSED_POLICY = "closed_policy"  # their policy
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    CONFIRMED = "confirmed"  # a preservation that the platform confirmed
    UNRATIFIED = "unratified"
    RATIFIED = "ratified"


class Scene(msgspec.Struct, frozen=True):
    """One request: when (days ago), by whom, of which platform and account."""

    days_ago: float
    author: str
    platform: str
    kind: str
    fate: Fate
    account_kind: str
    account: str
    case: int


class Story(msgspec.Struct, frozen=True):
    """One invented case."""

    title: str
    offence: str
    article: str
    urgency: str
    author: str
    narrative: str


STORIES: tuple[Story, ...] = (
    Story(
        "extortion of a minor",
        "Extortion of a minor",
        "Criminal Code, article 151",
        "urgent",
        "ana",
        "A girl of 15 was asked for money by an unknown person who threatened to send"
        " private pictures of her to her school.",
    ),
    Story(
        "grooming",
        "Making contact with a child for sexual purposes",
        "Criminal Code, article 108/b",
        "urgent",
        "mira",
        "An adult who posed as a boy of 14 wrote to a child of 12 for three weeks and"
        " then proposed a meeting.",
    ),
    Story(
        "card fraud",
        "Computer fraud",
        "Criminal Code, article 143/b",
        "routine",
        "dritan",
        "A page in the name of a delivery service took card data from 31 people.",
    ),
    Story(
        "threats",
        "Threat by means of computer systems",
        "Criminal Code, article 84/a",
        "routine",
        "ana",
        "A journalist was threatened with death in messages from one account.",
    ),
    Story(
        "account theft",
        "Unauthorised computer access",
        "Criminal Code, article 192/b",
        "routine",
        "mira",
        "The accounts of two schools were taken over and used to spread links.",
    ),
    Story(
        "fake profile",
        "Computer forgery",
        "Criminal Code, article 186/a",
        "routine",
        "dritan",
        "A profile in the name of a teacher published invented statements.",
    ),
)

# Fate, kind, and roughly how many days ago it was filed.
OPEN: tuple[tuple[Fate, str, float], ...] = (
    (Fate.DRAFT, "preservation", 0.1),
    (Fate.DRAFT, "preservation", 0.3),
    (Fate.DRAFT, "disclosure", 1.2),
    (Fate.DRAFT, "disclosure", 2),
    (Fate.DRAFT, "disclosure", 5),
    (Fate.DRAFT, "disclosure", 8),
    (Fate.DRAFT, "preservation", 12),
    (Fate.RETURNED, "disclosure", 1),
    (Fate.RETURNED, "preservation", 0.6),
    (Fate.RETURNED, "disclosure", 3),
    (Fate.IN_REVIEW, "preservation", 0.2),
    (Fate.IN_REVIEW, "preservation", 0.4),
    (Fate.IN_REVIEW, "disclosure", 0.5),
    (Fate.IN_REVIEW, "disclosure", 0.7),
    (Fate.IN_REVIEW, "disclosure", 1.5),
    (Fate.READY, "preservation", 0.3),
    (Fate.READY, "disclosure", 1),
    (Fate.SENT, "preservation", 1),
    (Fate.SENT, "disclosure", 4),
    (Fate.AUTO_REPLY, "preservation", 2),
    (Fate.OVERDUE, "disclosure", 36),
    (Fate.OVERDUE, "disclosure", 33),
    (Fate.OVERDUE, "disclosure", 45),
    (Fate.ACKNOWLEDGED, "disclosure", 6),
    (Fate.ACKNOWLEDGED, "preservation", 58),
    (Fate.CONFIRMED, "preservation", 88),
    (Fate.CONFIRMED, "preservation", 87),
    (Fate.CONFIRMED, "preservation", 40),
    (Fate.CONFIRMED, "preservation", 12),
    (Fate.NEEDS_US, "disclosure", 11),
    (Fate.NEEDS_US, "disclosure", 9),
    (Fate.PARTLY, "disclosure", 21),
    (Fate.ANSWERED, "disclosure", 18),
    (Fate.UNRATIFIED, "emergency_disclosure", 0.4),
    (Fate.RATIFIED, "emergency_disclosure", 9),
    (Fate.WITHDRAWN, "disclosure", 30),
    (Fate.CANCELLED, "preservation", 15),
    (Fate.CANCELLED, "disclosure", 41),
    (Fate.CANCELLED, "preservation", 66),
    (Fate.CANCELLED, "disclosure", 97),
    (Fate.CANCELLED, "preservation", 133),
)
CLOSED: tuple[Fate, ...] = (
    *(Fate.CLOSED_FULL, Fate.CLOSED_REFUSED, Fate.CLOSED_FULL, Fate.CLOSED_NONE),
    *(Fate.CLOSED_FULL, Fate.CLOSED_FULL, Fate.CLOSED_POLICY),
)
CLOSED_COUNT = 12
WORDS = (
    "lumi",
    "era",
    "agon",
    "bora",
    "deti",
    "kumbull",
    "arka",
    "mali",
    "zana",
    "ylli",
)
# What stands for an account of each platform, and how often the platform is asked.
ACCOUNTS: dict[str, tuple[str, str, int]] = {
    "tiktok": ("username", "https://www.tiktok.com/@{name}", 18),
    "meta": ("facebook_user_id", "{number}", 17),
    "google": ("google_email", "{name}@gmail.com", 14),
    "snapchat": ("username", "{plain}", 5),
    "x": ("handle", "@{plain}", 2),
    "discord": ("user_id", "{number}", 2),
    "roblox": ("user_id", "{short}", 2),
}


def _value(pattern: str, random: Random) -> str:
    first, second = random.choice(WORDS), random.choice(WORDS)
    number = random.randint(10**16, 10**17)
    return pattern.format(
        name=f"{first}.{second}{random.randint(1, 99)}",
        plain=f"{first}_{second}{random.randint(1, 99)}",
        number=number,
        short=number % 10**9,
    )


def scenes(platforms: set[str], seed: int = 17) -> list[Scene]:
    """Return the scenes, the oldest first: about sixty, in every state."""
    random = Random(seed)  # noqa: S311 - a story, not a secret
    closed = [
        (CLOSED[n % len(CLOSED)], "disclosure", 25 + n * 155 / CLOSED_COUNT)
        for n in range(CLOSED_COUNT)
    ]
    known = [slug for slug in ACCOUNTS if slug in platforms]
    weights = [ACCOUNTS[slug][2] for slug in known]
    found = []
    for number, (fate, kind, days) in enumerate((*OPEN, *closed)):
        platform = random.choices(known, weights)[0]
        account_kind, pattern, _ = ACCOUNTS[platform]
        value = _value(pattern, random)
        story = number % len(STORIES)
        found.append(
            Scene(
                days + random.random() * 0.05,
                STORIES[story].author,
                platform,
                kind,
                fate,
                account_kind,
                value,
                story,
            )
        )
    return sorted(found, key=lambda one: -one.days_ago)
