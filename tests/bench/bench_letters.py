"""Sealing a letter through the desk, beside bare WeasyPrint and bare pyHanko."""

import asyncio
import io
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import click
import msgspec
import psutil
import psycopg
import weasyprint
from psycopg import sql
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from sqlalchemy import text

from platformlink import authority
from platformlink.adapters import (
    db,
    imap,
    mail,
    opening,
    pdf,
    postgres,
    posting,
    schema,
    seal,
    typesetting,
    vault,
)
from platformlink.adapters.queue import QueueBell
from platformlink.adapters.workers import Workers
from platformlink.audit import actions as audit
from platformlink.identity.tables import Unit, User
from platformlink.letters import actions, paper
from platformlink.letters.rules import Issue, LetterFields, LetterKind
from platformlink.migrations.metadata import METADATA
from platformlink.ports import Ports, Runtime
from platformlink.settings import Settings
from platformlink.values import Html

ROOT = Path(__file__).parent.parent.parent
TEMPLATES = ROOT / "letter_templates"
SERVER = Path(os.environ.get("PLATFORMLINK_TEST_DIR", "/tmp/platformlink-tests"))  # noqa: S108 - where the tests keep theirs
NOW = datetime.now(UTC)  # a demonstration seal is valid from today
PASSPHRASE = "a passphrase of the bench alone, long"
ALONE, BATCH, WAITING = 9, 40, 50
LOOKED_EVERY = 10  # letters
CORES = 2
assert METADATA.tables, "no table was found"


@asynccontextmanager
async def desk(folder: Path) -> AsyncIterator[Runtime]:
    """Yield a desk on a database of its own, its workers warm."""
    server = postgres.start(SERVER, "template_for_tests")
    name = f"bench_letters_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        made = sql.SQL("create database {} template template0")
        connection.execute(made.format(sql.Identifier(name)))
    url = server.replace("/template_for_tests", f"/{name}")
    schema.upgrade(url)
    engine = db.connect(url, pool_size=WAITING)
    settings = Settings(secret=PASSPHRASE, data_dir=folder, is_demonstration=True)
    workers = Workers(CORES, warm_up=partial(pdf.warm_up, TEMPLATES))
    yield Runtime(
        settings=settings,
        authority=authority.load(ROOT / "platformlink/demo/authority.yaml"),
        sessions=db.sessions(
            engine, before_commit=audit.chain, after_rollback=audit.forget
        ),
        ports=Ports(
            renderer=pdf.WeasyRenderer(TEMPLATES, workers),
            sealer=seal.from_settings(settings, workers),
            mailer=mail.NoMailer(),
            vault=vault.from_settings(settings, ()),
            mailbox=imap.NoMailbox(),
            bell=QueueBell("redis://127.0.0.1:1"),
            poster=posting.HttpPoster(),
            reader=opening.BoundedReader(),
        ),
        clock=lambda: NOW,
        templates=TEMPLATES,
        protocols=ROOT / "protocols",
    )
    workers.close()
    await engine.dispose()
    with psycopg.connect(server, autocommit=True) as connection:
        dropped = sql.SQL("drop database {} with (force)")
        connection.execute(dropped.format(sql.Identifier(name)))


def fields() -> LetterFields:
    """Return a preservation of two pages and a reply sheet, not yet issued."""
    return paper.sample(TEMPLATES, LetterKind.PRESERVATION)


def issued() -> LetterFields:
    """Return the same letter, issued."""
    issue = Issue(
        reference="PL-2026-000001",
        code="7KQ4M2XDR9TBV6HC",
        dated_on=NOW.date(),
        verify_url="http://127.0.0.1:8000/verify",
        sealed_at=NOW,
        certificate="ab" * 32,
    )
    return msgspec.structs.replace(fields(), issue=issue)


def page() -> Html:
    """Return its HTML."""
    return paper.compose(TEMPLATES, issued(), now=NOW)


def median_of(act: Callable[[], object]) -> float:
    """Return the median seconds of doing something again and again, warm."""
    act()
    taken = []
    for _ in range(ALONE):
        started = time.perf_counter()
        act()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def shares() -> str:
    """Return what takes the time of a warm first page, and what fonts cost."""
    desk, letter = typesetting.desk(TEMPLATES), issued()
    html = paper.compose_first_page(TEMPLATES, letter, now=NOW)
    document = desk.layout(html, pdf.STYLE)
    steps = {
        "filling the template": lambda: paper.compose_first_page(
            TEMPLATES, letter, now=NOW
        ),
        "reading HTML": lambda: weasyprint.HTML(string=html, base_url=typesetting.BASE),
        "all of the layout": lambda: desk.layout(html, pdf.STYLE),
        "writing the PDF": document.write_pdf,
        "the same with whole fonts": lambda: document.write_pdf(full_fonts=True),
    }
    taken = {name: median_of(step) * 1000 for name, step in steps.items()}
    return ", ".join(f"{name} {found:.0f} ms" for name, found in taken.items())


def bare(html: str, key: Path) -> int:
    """Render and sign as their own documentation does; return the size."""
    fetcher = typesetting.Bundled(TEMPLATES)
    style = (TEMPLATES / "letter.css").read_text(encoding="utf-8")
    rendered = weasyprint.HTML(
        string=html, base_url=typesetting.BASE, url_fetcher=fetcher
    ).write_pdf(
        stylesheets=[
            weasyprint.CSS(string=style, base_url=typesetting.BASE, url_fetcher=fetcher)
        ],
        pdf_variant="pdf/a-3b",
        pdf_tags=True,
    )
    signer = signers.SimpleSigner.load_pkcs12(str(key), passphrase=PASSPHRASE.encode())
    wanted = signers.PdfSignatureMetadata(
        field_name="Seal", subfilter=SigSeedSubFilter.PADES, certify=True
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(rendered))
    signed = signers.sign_pdf(writer, wanted, signer=signer)
    return len(signed.getbuffer())


async def person(runtime: Runtime, code: str = "bench") -> int:
    """Return the id of somebody who may seal."""
    async with runtime.sessions.begin() as session:
        unit = Unit(code=code)
        session.add(unit)
        await session.flush()
        user = User(
            email=f"{code}@dcu.example",
            name="Bench",
            unit_id=unit.id,
            roles=["approver"],
            password_hash="-",
            created_at=NOW,
        )
        session.add(user)
        await session.flush()
        return user.id


async def seal_one(runtime: Runtime, actor_id: int) -> float:
    """
    Seal one letter in a transaction of its own; return its seconds.

    The letter belongs to no request here: its foreign key is checked at the commit,
    which is why the transaction is rolled back after all else was done.
    """
    started = time.perf_counter()
    async with runtime.sessions() as session:
        await actions.seal(
            session,
            runtime,
            fields(),
            request_id=1,
            actor_id=actor_id,
            now=NOW,
        )
        await session.exec(text("select 1"))  # type: ignore[call-overload]
        taken = time.perf_counter() - started
        await session.rollback()
    return taken


def bare_seconds(html: str, key: Path) -> tuple[float, float]:
    """Return the median of one letter alone, and letters a second on all cores."""
    with ProcessPoolExecutor(CORES, mp_context=get_context("forkserver")) as pool:
        list(pool.map(bare, [html] * CORES * 2, [key] * CORES * 2))
        alone = []
        for _ in range(ALONE):
            started = time.perf_counter()
            pool.submit(bare, html, key).result()
            alone.append(time.perf_counter() - started)
        started = time.perf_counter()
        list(pool.map(bare, [html] * BATCH, [key] * BATCH))
        rate = BATCH / (time.perf_counter() - started)
    return statistics.median(alone), rate


async def ours_seconds(runtime: Runtime) -> tuple[float, float, float]:
    """Return one letter alone, letters a second, and the p95 with 50 waiting."""
    actor_id = await person(runtime)
    await asyncio.gather(*(seal_one(runtime, actor_id) for _ in range(CORES * 2)))
    alone = [await seal_one(runtime, actor_id) for _ in range(ALONE)]
    started = time.perf_counter()
    waited = await asyncio.gather(*(seal_one(runtime, actor_id) for _ in range(BATCH)))
    rate = BATCH / (time.perf_counter() - started)
    many = await asyncio.gather(*(seal_one(runtime, actor_id) for _ in range(WAITING)))
    assert waited
    return statistics.median(alone), rate, statistics.quantiles(many, n=20)[-1]


async def preview_seconds(runtime: Runtime) -> float:
    """Return the median of a warm first page, as one types."""
    taken = []
    for _ in range(ALONE):
        started = time.perf_counter()
        await actions.preview_first_page(runtime, fields(), now=NOW)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def megabytes() -> float:
    """Return the memory of this process and of its workers, shared pages in parts."""
    first = psutil.Process()
    family = [first, *first.children(recursive=True)]
    shares: list[float] = [one.memory_full_info().pss / 1e6 for one in family]
    return sum(shares)


async def batch_megabytes(runtime: Runtime, letters: int) -> tuple[float, float]:
    """
    Return the most memory in the first third of a batch, and in the last.

    Workers are renewed after some hundred letters, so that their memory is a saw: what
    must be flat is the height of its teeth.
    """
    actor_id = await person(runtime, "batch")
    seats = asyncio.Semaphore(CORES * 2)
    seen: list[float] = []

    async def one() -> None:
        async with seats:
            await seal_one(runtime, actor_id)
        seen.append(0.0 if len(seen) % LOOKED_EVERY else megabytes())

    await asyncio.gather(*(one() for _ in range(letters)))
    third = letters // 3
    return max(seen[:third]), max(seen[-third:])


async def measure(letters: int) -> None:
    """Measure both, and print ratios."""
    with tempfile.TemporaryDirectory() as folder:
        async with desk(Path(folder)) as runtime:
            key = seal.demonstration_path(runtime.settings)
            bare_alone, bare_rate = bare_seconds(page(), key)
            alone, rate, p95 = await ours_seconds(runtime)
            first, parts = await preview_seconds(runtime), shares()
            warm, end = await batch_megabytes(runtime, letters)
    print(
        f"letters: approve to sealed {alone * 1000:.0f} ms, "
        f"bare {bare_alone * 1000:.0f} ms, "
        f"ratio {alone / bare_alone:.2f} (aim at most 1.30)\n"
        f"letters: sealed a second on {CORES} cores {rate:.2f}, "
        f"bare {bare_rate:.2f}, ratio {rate / bare_rate:.2f} (aim at least 0.90)\n"
        f"letters: p95 of approve to sealed with {WAITING} waiting {p95:.1f} s\n"
        f"letters: first page of a preview, warm {first * 1000:.0f} ms (aim 400)\n"
        f"letters: of it {parts}\n"
        f"letters: memory of {letters} in one batch: {warm:.0f} MB at most in its "
        f"first third, {end:.0f} MB in its last, "
        f"ratio {end / warm:.2f} (aim at most 1.10)"
    )


@click.command()
@click.option("--letters", default=100, help="Letters of the batch; 1000 at leisure.")
def main(letters: int) -> None:
    """Run the bench."""
    asyncio.run(measure(letters))


if __name__ == "__main__":
    main()
