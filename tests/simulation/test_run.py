"""Letters leave a desk by SMTP or portal, and the answers come into its mailbox."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import msgspec
import pytest
from click.testing import CliRunner

from platformlink.adapters.mail import SmtpMailer
from platformlink.cli import main
from platformlink.dispatch.jobs import send_queued
from platformlink.mailbox.jobs import collect_mail
from platformlink.ports import Runtime
from platformlink.protocols.shelf import Library
from platformlink.simulation.post import Post, listening
from platformlink.simulation.rules import Answer, NoDemonstration
from platformlink.simulation.run import Options, answering, look, told
from tests import factories
from tests.desks import Desk
from tests.faults.conftest import FIELDS

pytestmark = pytest.mark.anyio

API = "/api/v1/requests"
LONG = timedelta(days=90)


@dataclasses.dataclass
class Play:
    """A desk whose letters go to simulated platforms, a day a second."""

    desk: Desk
    runtime: Runtime
    post: Post

    async def later(self) -> None:
        """Let the platforms do all that they will, and the desk read it."""
        await look(self.runtime, self.post, set())
        self.desk.clock.now += timedelta(seconds=LONG.days)
        await look(self.runtime, self.post, set())
        while await collect_mail(self.runtime, self.desk.clock.now):
            pass

    async def kinds(self, name: str) -> list[str]:
        given = (await self.desk.lea.get(f"{API}/{name}/responses")).json()
        return [one["kind"] for one in given]


async def happened(what: Callable[[], bool]) -> None:
    """Wait until it has; the platforms look once a second."""
    while not what():  # noqa: ASYNC110 - nobody rings for a test
        await asyncio.sleep(0.05)


@pytest.fixture
async def play(desk: Desk, library: Library) -> AsyncIterator[Play]:
    clock = desk.runtime.clock
    post = Post(library, desk.runtime.authority.sender, clock, seed=7, speed=86400)
    async with listening(post) as url:
        ports = dataclasses.replace(
            desk.runtime.ports,
            mailer=SmtpMailer(url, desk.runtime.authority.sender),
            mailbox=post,
        )
        yield Play(desk, dataclasses.replace(desk.runtime, ports=ports), post)


async def test_a_mailed_letter_reaches_its_platform_and_the_desk_reads_the_answers(
    play: Play, library: Library
) -> None:
    async with play.desk.runtime.sessions.begin() as session:
        bob = play.desk.bob.actor
        await factories.confirm_channels(session, library, "snapchat", bob)
    name = await play.desk.ready(**FIELDS, entity="")
    await play.desk.lea.post(f"{API}/{name}/dispatches", {"channel": "email"})

    assert await send_queued(play.runtime, play.desk.clock.now) == 1
    assert play.post.taken == {name: "mail"}
    await play.later()

    sent = [one.answer for one in play.post.sent if one.reference == name]
    filed = [one for one in sent if one in (Answer.AUTO_REPLY, Answer.BOUNCE)]
    assert len(await play.kinds(name)) == len(filed)
    assert f"{len(play.post.sent)} answers sent" in await told(play.runtime, play.post)


async def test_a_letter_that_went_by_a_portal_is_answered_once(play: Play) -> None:
    names = [await play.desk.sent() for _ in range(3)]

    await play.later()
    await play.later()

    sent = [(x.reference, x.answer) for x in play.post.sent if x.reference in names]
    assert {play.post.taken.get(one) for one in names} == {"portal"}
    assert sent
    assert len(sent) == len(set(sent))


async def test_nobody_answers_a_pdf_that_is_no_letter(play: Play) -> None:
    now = play.desk.clock.now

    assert not play.post.receive(b"%PDF-1.7 nothing", at=now)
    assert play.post.taken == {}


async def test_beside_a_desk_it_answers_by_itself_and_tells_at_the_end(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [await desk.sent() for _ in range(3)]

    async with answering(desk.runtime, Options(7, 1e9, None)) as beside:
        post = beside.ports.mailbox
        assert isinstance(post, Post)
        await happened(lambda: set(names) <= set(post.taken))
        desk.clock.now += timedelta(seconds=1)
        await happened(lambda: bool(post.sent))

    told = capsys.readouterr().out
    assert f"{len(post.taken)} letters received" in told
    assert f"{len(post.sent)} answers sent; the desk took in {len(post.sent)}" in told


async def test_it_refuses_a_desk_that_is_no_demonstration(runtime: Runtime) -> None:
    settings = msgspec.structs.replace(runtime.settings, is_demonstration=False)
    real = dataclasses.replace(runtime, settings=settings)

    with pytest.raises(NoDemonstration):
        async with answering(real, Options(7, 86400, None)):
            pass


def test_the_command_refuses_a_database_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://desk@127.0.0.1/desk")

    answer = CliRunner().invoke(main, ["simulate"])

    assert answer.exit_code == 1
    assert "demonstration only" in answer.output
