"""Simulated platforms beside a demonstration: its letters go to them, and come back."""

import asyncio
import contextlib
import dataclasses
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from platformlink import wiring
from platformlink.adapters.mail import SmtpMailer
from platformlink.mailbox import jobs as mailbox
from platformlink.mailbox.rules import State
from platformlink.ports import Runtime
from platformlink.simulation import queries
from platformlink.simulation.post import Post, Sent, listening
from platformlink.simulation.queries import Read
from platformlink.simulation.rules import MEANT, Answer, NoDemonstration

LOOKS_AFTER_SECONDS = 1.0
JOB = "collect_mail"


class Options(msgspec.Struct, frozen=True):
    """How the platforms behave, how fast, and for how long (None: until stopped)."""

    seed: int
    speed: float
    for_seconds: float | None


async def look(runtime: Runtime, post: Post, known: set[int]) -> int:
    """Hand over what went out beside the mail; let the platforms send what is due."""
    async with runtime.sessions() as session:
        for one in await queries.handed(session, known):
            known.add(one.dispatch)
            post.receive(
                one.pdf,
                at=runtime.clock(),
                to=one.address if one.is_mail else "",
                message_id=one.message_id,
            )
    came = post.send_due()
    if came:
        await runtime.ports.bell.ring(JOB)
    return came


async def _keep_looking(runtime: Runtime, post: Post, options: Options) -> None:
    known: set[int] = set()
    loop = asyncio.get_running_loop()
    ends = loop.time() + (options.for_seconds or float("inf"))
    while loop.time() < ends:
        await look(runtime, post, known)
        await asyncio.sleep(LOOKS_AFTER_SECONDS)
    signal.raise_signal(signal.SIGINT)  # what Ctrl-C does: all ends in order


@asynccontextmanager
async def answering(runtime: Runtime, options: Options) -> AsyncIterator[Runtime]:
    """
    Yield a runtime whose letters go to simulated platforms; tell at the end.

    Raises: NoDemonstration.
    """
    if not runtime.settings.is_demonstration:
        raise NoDemonstration
    post = Post(
        wiring.library_of(runtime.settings, requester=runtime.authority.country),
        runtime.authority.sender,
        runtime.clock,
        seed=options.seed,
        speed=options.speed,
    )
    async with listening(post) as url:
        mailer = SmtpMailer(url, runtime.authority.sender)
        ports = dataclasses.replace(runtime.ports, mailer=mailer, mailbox=post)
        beside = dataclasses.replace(runtime, ports=ports)
        looking = asyncio.create_task(_keep_looking(beside, post, options))
        try:
            yield beside
        finally:
            looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await looking
            while await mailbox.collect_mail(beside, runtime.clock()):
                pass
            print(await told(beside, post))  # noqa: T201 - what the command is for


async def told(runtime: Runtime, post: Post) -> str:
    """Return the table: letters received, answers sent, what the desk made of them."""
    async with runtime.sessions() as session:
        found = await queries.read(session, [one.sha256 for one in post.sent])
    by_hash = {one.sha256: one for one in found}
    ways = _listed(Counter(post.taken.values()))
    manners = _listed(Counter(post.manners.values()))
    head = ("answer", "sent", "filed", "waits", "no request", "wrong one", "as meant")
    lines = [_line(head)]
    for answer in Answer:
        sent = [one for one in post.sent if one.answer is answer]
        if sent:
            lines.append(_line((answer, *map(str, counted(sent, by_hash)))))
    return "\n".join(
        [
            f"\n{len(post.taken)} letters received ({ways}), treated: {manners}",
            f"{len(post.sent)} answers sent; the desk took in {len(found)}\n",
            *lines,
        ]
    )


def counted(sent: list[Sent], read: dict[str, Read]) -> tuple[int, ...]:
    """
    Return how many were sent, filed by the desk, and wait for a person there.

    Then how many were matched to no request, to a wrong one, and read as meant.
    """
    pairs = [(one, read[one.sha256]) for one in sent if one.sha256 in read]
    return (
        len(sent),
        sum(x.state == State.FILED for _, x in pairs),
        sum(x.state == State.WAITING for _, x in pairs),
        sum(x.reference is None for _, x in pairs),
        sum(x.reference not in (None, one.reference) for one, x in pairs),
        sum(x.kind == MEANT[one.answer] for one, x in pairs),
    )


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))


def _line(cells: tuple[str, ...]) -> str:
    return f"{cells[0]:<18}" + "".join(f"{one:>12}" for one in cells[1:])
