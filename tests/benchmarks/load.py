"""What readers and the event loop feel of much, and of bad, coming in: `python -m tests.benchmarks.load`.

Ratios, not speeds: the p99 of a reader's query over HTTP while 10,000 entries are stored, by that of a quiet service;
and how long the event loop of the process that stores them is kept. Hostile feeds and pages are parsed first, within
the limits of a document. Everything runs on this machine, on an embedded Postgres of its own; the texts are invented.
"""

import argparse
import asyncio
import contextlib
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx2 as httpx

from db.embedded import running
from db.migrate import migrate
from db.pool import Database
from ingest.text import words
from jobs.parse import DocumentRefused, Limits, Parsers
from jobs.store import store

NOW = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
QUERY = "{ articles(first: 20) { nodes { id headline lead publishedAt source { name } image { url credit } } } }"
READERS = 4
_WORDS = words("ferry library orchard lighthouse tram clinic harbour school bridge market winter council river")


def rss(outlet: int, entries: int, seed: int = 1) -> bytes:
    """A feed of many entries, each with 150 words."""
    random_ = random.Random(f"{seed} {outlet}")
    home = f"https://outlet{outlet}.example/"
    items = []
    for number in range(entries):
        text = " ".join(random_.choices(sorted(_WORDS), k=150))
        items.append(
            f"<item><title>{text[:60]} {number}</title><link>{home}{number}</link><guid>{home}{number}</guid>"
            f"<description>&lt;p&gt;{text[:300]}.&lt;/p&gt;&lt;p&gt;{text[300:]}.&lt;/p&gt;</description></item>"
        )
    return (
        f"<rss version='2.0'><channel><title>Outlet {outlet}</title><link>{home}</link>{''.join(items)}</channel></rss>"
    ).encode()


def hostile() -> dict[str, bytes]:
    """Documents that would cost much, by what they are."""
    start = '<rss version="2.0"><channel><title>x</title><link>https://bad.example/</link>'
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY l0 "lol">{entities}]>{start}<item><title>&l9;</title></item>'
    external = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + start
    many = "".join(f"<item><guid>{n}</guid><title>{n}</title></item>" for n in range(200_000))
    end = "</channel></rss>"
    return {
        "feed: entity bomb": (bomb + end).encode(),
        "feed: external entity": (external + "<item><title>&f;</title></item>" + end).encode(),
        "feed: 200,000 items": (start + many + end).encode(),
        "feed: 100,000 levels": (start + "<item>" + "<a>" * 100_000 + end).encode(),
        "page: 100,000 levels": ("<html><body>" + "<div>" * 100_000 + "text").encode(),
        "page: 500,000 tags": ("<html><body>" + "<p>a</p>" * 500_000).encode(),
        "page: 200,000 attributes": ("<html><body><p " + " ".join(f"a{n}=1" for n in range(200_000)) + ">x").encode(),
        "page: one line of 10 MB": ("<html><body><p>" + "word " * 2_000_000).encode(),
        "page: 50,000 open comments": ("<html><body>" + "<!--" * 50_000).encode(),
        "page: JSON-LD of 100,000 levels": (
            "<html><head><script type='application/ld+json'>" + "[" * 100_000 + "</script><title>x</title>"
        ).encode(),
    }


class Lag:
    """How long the event loop was kept, in seconds; one observation every few milliseconds."""

    def __init__(self) -> None:
        self.kept: list[float] = []

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _watch(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.002)
            self.kept.append(time.perf_counter() - before - 0.002)

    def __str__(self) -> str:
        if len(self.kept) < 2:
            return "not seen"
        return f"most {1000 * max(self.kept):.0f} ms, p99 {1000 * p99(self.kept):.0f} ms"


def p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[98]


async def read(client: httpx.AsyncClient, until: asyncio.Event) -> list[float]:
    """Seconds of each answer that a reader gets."""
    took = []
    while not until.is_set():
        began = time.perf_counter()
        answer = await client.get("/graphql", params={"query": QUERY})
        answer.raise_for_status()
        took.append(time.perf_counter() - began)
        await asyncio.sleep(0.02)
    return took


async def read_for(base: str, until: asyncio.Event) -> list[float]:
    async with httpx.AsyncClient(base_url=base, timeout=30) as client:
        every = await asyncio.gather(*(read(client, until) for _ in range(READERS)))
    return [one for some in every for one in some]


async def bring(database: Database, parsers: Parsers, first: int, documents: int, entries: int, lag: Lag) -> float:
    """Parse and store documents, one after the other; the seconds that it took."""
    bodies = [rss(first + number, entries) for number in range(documents)]
    began = time.perf_counter()
    async with lag.watched():
        for number, body in enumerate(bodies):
            parsed = await parsers.parse(body, f"https://outlet{first + number}.example/feed", NOW)
            await store(database, parsed, clock=lambda: NOW)
    return time.perf_counter() - began


def ingest(address: str, first: int, documents: int, entries: int) -> None:
    """What the child process does: bring the entries in, and print what its event loop felt."""

    async def run() -> None:
        lag = Lag()
        database = await Database.open(address, size=4, statement_timeout=60, application_name="broadsheet load")
        try:
            async with Parsers(1, Limits()) as parsers:
                # The first document starts the processes.
                await bring(database, parsers, first + documents, 1, 10, Lag())
                seconds = await bring(database, parsers, first, documents, entries, lag)
        finally:
            await database.close()
        print(f"{documents * entries} entries in {documents} documents: {seconds:.1f} s; event loop kept: {lag}")

    asyncio.run(run())


async def readers(base: str, address: str, documents: int, entries: int, quiet: float) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(quiet, stop.set)
    alone = await read_for(base, stop)
    stop = asyncio.Event()
    reading = asyncio.create_task(read_for(base, stop))
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmarks.load", "--ingest", address, str(documents), str(entries)
    )
    await child.wait()
    stop.set()
    together = await reading
    before, during = p99(alone), p99(together)
    print(f"reader's p99: {1000 * before:.1f} ms quiet ({len(alone)} answers), {1000 * during:.1f} ms meanwhile")
    print(f"  ({len(together)} answers); ratio {during / before:.2f}")


async def attacks() -> None:
    async with Parsers(1, Limits()) as parsers:
        for name, body in hostile().items():
            lag, began = Lag(), time.perf_counter()
            async with lag.watched():
                try:
                    parsed = await parsers.parse(body, "https://bad.example/x", NOW, may_be_page=True)
                    told = f"{len(parsed.candidates)} entries, {parsed.beyond} beyond"
                except DocumentRefused as refused:
                    told = f"refused: {refused}"
            print(f"{name:34} {time.perf_counter() - began:5.1f} s  event loop kept: {lag}  {told}")


@contextmanager
def serving(address: str, port: int) -> Iterator[str]:
    environment = {
        **os.environ,
        "BROADSHEET_DATABASE_URL": address,
        "BROADSHEET_PORT": str(port),
        # Counted, and never spent.
        "BROADSHEET_BUDGET_ADDRESS": "2000000000",
    }
    process = subprocess.Popen([sys.executable, "-m", "api", "serve"], env=environment, stderr=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{base}/readyz").status_code == 200:
                    break
            time.sleep(0.1)
        yield base
    finally:
        process.terminate()
        process.wait(30)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=20)
    parser.add_argument("--entries", type=int, default=500, help="of each document")
    parser.add_argument("--port", type=int, default=8763)
    parser.add_argument("--quiet", type=float, default=8.0, help="seconds without anything coming in")
    parser.add_argument("--ingest", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.ingest:
        address, documents, entries = arguments.ingest
        ingest(address, 100, int(documents), int(entries))
        return
    asyncio.run(attacks())
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "data") as address:
        asyncio.run(migrate(address))
        ingest(address, 0, 4, 500)
        with serving(address, arguments.port) as base:
            asyncio.run(readers(base, address, arguments.documents, arguments.entries, arguments.quiet))


if __name__ == "__main__":
    main()
