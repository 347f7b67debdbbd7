"""Articles' pages fetched in full: asked for with the article, kept beside the feed's text, served where allowed."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest

from db.pool import Database
from db.queue import Handler, run_jobs
from ingest.fetch import Fetcher
from jobs.pages import JOB, PAUSES, fetch_pages, page_handler
from jobs.parse import Limits, Parsers, parse
from jobs.sources import Change, change
from jobs.store import store
from tests.ingest.server import Names, Server, made, serving
from tests.jobs.polling import LOOPBACK, NOW, Clock
from tests.jobs.test_pages import page

SLUG = "the-harbour-post"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serving() as running:
        yield running


@pytest.fixture
async def handler(database: Database) -> AsyncIterator[Handler]:
    async with (
        Parsers(1, Limits()) as parsers,
        Fetcher("Broadsheet/test", dialling=LOOPBACK, resolve=Names()) as fetcher,
    ):
        yield page_handler(database, fetcher, parsers, Clock())


async def bring(database: Database, server: Server, *names: str, text: str = "Crews return.") -> None:
    site = server.url("/", "harbour.example")
    items = "".join(
        f"<item><title>About {name}</title><link>{site}{name}</link><guid isPermaLink='false'>{name}</guid>"
        f"<description>{text}</description></item>"
        for name in names
    )
    data = f"<rss version='2.0'><channel><title>The Harbour Post</title><link>{site}</link>{items}</channel></rss>"
    parsed = parse(data.encode(), f"{site}feed.xml", now=NOW, limits=Limits())
    await store(database, parsed, clock=lambda: NOW)


def offer(server: Server, name: str) -> None:
    address = server.url(f"/{name}", "harbour.example")
    server.answers[f"/{name}"] = made(body=page(f"About {name}", address).encode(), Content_Type="text/html")


async def jobs(database: Database) -> list[bytes]:
    sql = "select payload from jobs.pgqueuer where entrypoint = 'page' order by id"
    return [row["payload"] for row in await database.rows(sql)]


async def article(database: Database) -> Any:
    return (await database.rows("select * from articles"))[0]


async def lines(database: Database) -> int:
    return int(await database.value("select count(*) from changes where kind = 'ARTICLE_UPDATED'"))


async def test_nothing_is_fetched_unless_the_operator_wants_it(database: Database, server: Server) -> None:
    await bring(database, server, "ferry")
    assert await jobs(database) == []
    assert await fetch_pages(database, SLUG, True)
    assert not await fetch_pages(database, SLUG, True)
    await bring(database, server, "ferry", "library")
    (payload,) = await jobs(database)
    wanted = await database.value("select headline from articles where id = $1", orjson.loads(payload)["article"])
    assert wanted == "About library"


async def test_a_worker_keeps_the_pages_text_beside_the_feeds(
    database: Database, database_url: str, server: Server, handler: Handler
) -> None:
    offer(server, "ferry")
    await bring(database, server)
    await fetch_pages(database, SLUG, True)
    await bring(database, server, "ferry")
    stop = asyncio.Event()
    worker = asyncio.create_task(run_jobs(database_url, {JOB: handler}, stop=stop))
    while (await article(database))["page_text"] is None:
        await asyncio.sleep(0.02)
    stop.set()
    await worker
    row = await article(database)
    assert row["body_text"] == "Crews return."
    assert row["page_text"].startswith("Sentence 0 of the report")
    assert (row["page_fetched_at"], row["headline"]) == (NOW, "About ferry")
    assert server.targets() == ["/robots.txt", "/ferry"]
    # Readers see what they saw before.
    assert await lines(database) == 0


async def test_a_page_that_is_served_is_told_of(database: Database, server: Server, handler: Handler) -> None:
    offer(server, "ferry")
    await bring(database, server)
    await fetch_pages(database, SLUG, True)
    await change(database, SLUG, Change(serves_pages=True), now=NOW)
    await bring(database, server, "ferry")
    (payload,) = await jobs(database)
    await handler(payload)
    assert await lines(database) == 1
    await handler(payload)
    assert await lines(database) == 1


async def test_robots_are_heeded_and_a_refusal_is_final(database: Database, server: Server, handler: Handler) -> None:
    offer(server, "ferry")
    server.answers["/robots.txt"] = made(body=b"User-agent: *\nDisallow: /")
    await bring(database, server)
    await fetch_pages(database, SLUG, True)
    await bring(database, server, "ferry")
    (payload,) = await jobs(database)
    await handler(payload)
    assert server.targets() == ["/robots.txt"]
    assert (await article(database))["page_text"] is None
    assert len(await jobs(database)) == 1


async def test_what_passes_is_tried_again_and_given_up_one_day(
    database: Database, server: Server, handler: Handler
) -> None:
    server.answers["/ferry"] = made(503)
    await bring(database, server)
    await fetch_pages(database, SLUG, True)
    await bring(database, server, "ferry")
    for attempt in range(len(PAUSES) + 1):
        payload = (await jobs(database))[-1]
        assert orjson.loads(payload)["attempt"] == attempt
        await handler(payload)
    assert len(await jobs(database)) == len(PAUSES) + 1


async def test_a_page_that_is_no_article_changes_nothing(database: Database, server: Server, handler: Handler) -> None:
    server.answers["/ferry"] = made(body=b"<html><head><title>404 not found</title></head><body><p>Lost</body></html>")
    await bring(database, server)
    await fetch_pages(database, SLUG, True)
    await bring(database, server, "ferry")
    await handler((await jobs(database))[0])
    assert (await article(database))["page_text"] is None


async def test_a_job_for_what_is_no_longer_wanted_asks_nobody(
    database: Database, server: Server, handler: Handler
) -> None:
    await bring(database, server)
    await fetch_pages(database, SLUG, True)
    await bring(database, server, "ferry")
    await fetch_pages(database, SLUG, False)
    await handler((await jobs(database))[0])
    assert server.requests == []
