"""Answers that are kept are never stale: two server processes, two writing ones, ten thousand reads."""

import asyncio
import random
import re
import sys
from collections.abc import Awaitable, Callable

import httpx2
import orjson

from tests.databases import execute
from tests.schema.conftest import EDITION
from tests.services import PLENTY, ROOT, answers, broadsheet, clean_environment, free_port

READS, READERS = 10_000, 8
WRITES = 100
ARTICLES = ["00000000-0000-7000-8000-000400000001", "00000000-0000-7000-8000-000400000002"]
LIST = "{articles(first:10){nodes{id headline}}}"


async def test_no_answer_is_older_than_what_was_committed_before_it_was_asked_for(database_url: str) -> None:
    await execute(database_url, EDITION.read_text())
    port = free_port()
    settings = {"database_url": database_url, "workers": "2", "log_level": "error", "budget_address": str(PLENTY)}
    with broadsheet("serve", port=str(port), **settings):
        await answers(f"http://127.0.0.1:{port}/readyz")
        # What is known to be committed, by article: read from the writer after its commit, before a request is sent.
        committed = dict.fromkeys(ARTICLES, 0)
        stale: list[str] = []
        reads = iter(range(READS))
        writers = [await _writer(database_url, article, committed) for article in ARTICLES]

        async def read_on(chance: random.Random) -> None:
            # A connection for each: the kernel deals them out over the processes.
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for number in reads:
                if number % (READS // (2 * WRITES)) == 0:
                    await writers[number // (READS // (2 * WRITES)) % 2]()
                article = chance.choice(ARTICLES)
                known = committed[article]
                query = LIST if chance.random() < 0.3 else f'{{article(by:{{id:"a_{article}"}}){{id headline}}}}'
                headlines = await _ask(reader, writer, query)
                if _number(headlines[f"a_{article}"]) < known:
                    stale.append(f"{query} told of {headlines[f'a_{article}']} after {known}")
            writer.close()
            await writer.wait_closed()

        await asyncio.gather(*(read_on(random.Random(seed)) for seed in range(READERS)))
        assert stale == []
        # Something was written, and most of what was read was kept: else nothing is proved.
        assert sum(committed.values()) > WRITES
        async with httpx2.AsyncClient() as client:
            metrics = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
        hits = re.findall(r'broadsheet_kept_answers_total\{outcome="hit"\} ([0-9.e+]+)', metrics)
        assert sum(map(float, hits)) > READS / 3


async def _writer(url: str, article: str, committed: dict[str, int]) -> Callable[[], Awaitable[None]]:
    """A writing process; calling what is returned asks it for one more headline and does not wait for it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.journeys.headlines", url, article, str(WRITES)),
        cwd=ROOT,
        env=clean_environment(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    lines, asks = process.stdout, process.stdin

    async def listen() -> None:
        while line := await lines.readline():
            committed[article] = int(line)

    listening = asyncio.create_task(listen())

    async def ask() -> None:
        assert not listening.done() or not listening.exception()
        asks.write(b"\n")

    return ask


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, query: str) -> dict[str, str]:
    """Headlines by id, of an article or a list."""
    body = orjson.dumps({"query": query})
    head = "POST /graphql HTTP/1.1\r\nHost: broadsheet.test\r\nContent-Type: application/json\r\nContent-Length: "
    writer.write(f"{head}{len(body)}\r\n\r\n".encode() + body)
    lines = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = re.search(r"content-length: ([0-9]+)", lines)
    assert lines.startswith("HTTP/1.1 200 ")
    assert length is not None
    data = orjson.loads(await reader.readexactly(int(length[1])))["data"]
    nodes = data["articles"]["nodes"] if "articles" in data else [data["article"]]
    return {node["id"]: node["headline"] for node in nodes}


def _number(headline: str) -> int:
    found = re.fullmatch(r"Headline ([0-9]+)", headline)
    return int(found[1]) if found else 0
