"""Articles' pages fetched in full: asked for with the article, kept beside the feed's text, served where allowed."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from db.pool import Database
from ingest.fetch import Fetcher
from jobs import feeds
from jobs.pages import PAUSES, Pages, fetch_pages
from jobs.parse import Limits, Parsers, parse
from jobs.refresh import Refresher
from jobs.sources import Change, change
from jobs.store import store
from tests.ingest.server import Names, Server, made, redirect, serving
from tests.jobs.desk import ask, assert_counted
from tests.jobs.polling import LOOPBACK, NOW, Clock, rss
from tests.jobs.polling import item as entry
from tests.jobs.test_pages import TEXT, page

SLUG = "the-harbour-post"
HOST = "harbour.example"
QUERY = """query ($u: URL!) { article(by: {url: $u}) {
  headline lead body(as: TEXT) bodyAvailability wordCount dateline credit rights { notice }
} }"""


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serving() as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@asynccontextmanager
async def asking(database: Database, clock: Clock) -> AsyncIterator[tuple[Pages, Refresher]]:
    async with (
        Parsers(1, Limits()) as parsers,
        Fetcher("Broadsheet/test", dialling=LOOPBACK, resolve=Names()) as fetcher,
    ):
        yield (
            Pages(database, fetcher, parsers, clock=clock),
            Refresher(database, fetcher, parsers, clock=clock, at_once=4),
        )


@pytest.fixture
async def pages(database: Database, clock: Clock) -> AsyncIterator[Pages]:
    async with asking(database, clock) as (pages, _):
        yield pages


async def fetched(pages: Pages) -> int:
    """Ask for all that is due; how many there were."""
    asked = 0
    while taken := await pages.take(16):
        await asyncio.gather(*map(pages.ask, taken))
        asked += len(taken)
    return asked


def at(server: Server, name: str) -> str:
    return server.url(f"/{name}", HOST)


async def bring(
    database: Database, server: Server, *names: str, text: str = "Crews return.", headline: str = "About",
    now: datetime = NOW,
) -> None:  # fmt: skip
    """Store what the outlet's feed says of articles; another headline is another content."""
    site = server.url("/", HOST)
    items = "".join(
        f"<item><title>{headline} {name}</title><link>{site}{name}</link><guid isPermaLink='false'>{name}</guid>"
        f"<description>{text}</description></item>"
        for name in names
    )
    data = f"<rss version='2.0'><channel><title>The Harbour Post</title><link>{site}</link>{items}</channel></rss>"
    parsed = parse(data.encode(), f"{site}feed.xml", now=now, limits=Limits())
    await store(database, parsed, clock=lambda: now)


async def wanting(database: Database, server: Server, *names: str, text: str = "Crews return.") -> None:
    """An outlet whose pages are fetched, and articles of it."""
    await bring(database, server, "opening")
    await fetch_pages(database, SLUG, True)
    await bring(database, server, *names, text=text)


def offer(server: Server, name: str, *, text: str = TEXT, more: str = "") -> None:
    html = page(f"About {name}", at(server, name), text=text).replace("</head>", f"{more}</head>")
    server.answers[f"/{name}"] = made(body=html.encode(), Content_Type="text/html; charset=utf-8")


async def article(database: Database, name: str = "ferry") -> Any:
    return (await database.rows("select * from articles where url like '%/' || $1", name))[0]


async def waiting(database: Database) -> list[Any]:
    return await database.rows("select p.*, a.url from page_fetches p join articles a on a.id = p.article_id")


async def write(database: Database, sql: str, *args: Any) -> None:
    async with database.transaction() as connection:
        await connection.execute(sql, *args)


async def found(database: Database, text: str) -> int:
    said = await ask(database, "query ($t: String!) { search(query: $t) { totalCount } }", t=text)
    return int(said["search"]["totalCount"])


async def lines(database: Database) -> int:
    return int(await database.value("select count(*) from changes where kind = 'ARTICLE_UPDATED'"))


async def test_nothing_is_fetched_unless_the_operator_wants_it(database: Database, server: Server) -> None:
    await bring(database, server, "ferry")
    assert await waiting(database) == []
    assert await fetch_pages(database, SLUG, True)
    assert not await fetch_pages(database, SLUG, True)
    await bring(database, server, "ferry", "library")
    (row,) = await waiting(database)
    assert (row["url"], row["host"], row["due_at"]) == (at(server, "library"), HOST, NOW)
    # Nobody asks for what is no longer wanted.
    assert await fetch_pages(database, SLUG, False)
    assert await waiting(database) == []


async def test_a_pages_text_is_kept_beside_the_feeds(database: Database, server: Server, pages: Pages) -> None:
    offer(server, "ferry")
    await wanting(database, server, "ferry")
    before = await ask(database, QUERY, u=at(server, "ferry"))
    assert await fetched(pages) == 1
    assert await waiting(database) == []
    row = await article(database)
    assert (row["body_text"], row["body_extent"], row["page_extent"]) == ("Crews return.", "EXCERPT", "FULL")
    assert row["page_text"].startswith("Sentence 0 of the report")
    assert (row["page_fetched_at"], row["headline"]) == (NOW, "About ferry")
    assert server.targets() == ["/robots.txt", "/ferry"]
    after = await ask(database, QUERY, u=at(server, "ferry"))
    assert after["article"].pop("wordCount") > before["article"].pop("wordCount")
    assert after == before
    # All of it can be searched for, so that lists that search may have it now: one line.
    assert (await found(database, "island"), await found(database, "crews"), await lines(database)) == (1, 2, 1)
    await assert_counted(database)


async def test_a_page_is_served_where_the_source_says_so(database: Database, server: Server, pages: Pages) -> None:
    offer(server, "ferry")
    await wanting(database, server, "ferry")
    await change(database, SLUG, Change(serves_pages=True), now=NOW)
    told = await lines(database)
    await fetched(pages)
    said = (await ask(database, QUERY, u=at(server, "ferry")))["article"]
    assert (said["bodyAvailability"], said["wordCount"]) == ("FULL", len(said["body"].split()))
    assert said["body"].startswith("Sentence 0 of the report")
    assert await lines(database) == told + 1
    # The same page again tells nobody anything.
    await bring(database, server, "ferry", text="Crews return to work.")
    told = await lines(database)
    await fetched(pages)
    await write(
        database, "insert into page_fetches select id, $1, $2 from articles where url like '%/ferry'", HOST, NOW
    )
    assert await fetched(pages) == 1
    assert await lines(database) == told + 1


async def test_what_is_cut_out_of_a_page_becomes_fields(database: Database, server: Server, pages: Pages) -> None:
    text = (
        "<p>TOKYO (Kyodo) — The ferry to the island sails again after a week.</p>"
        + TEXT
        + "<p>[Copyright The Jiji Press, Ltd.]</p>"
    )
    offer(server, "ferry", text=text)
    await wanting(database, server, "ferry")
    await fetched(pages)
    said = (await ask(database, QUERY, u=at(server, "ferry")))["article"]
    assert (said["dateline"], said["credit"], said["rights"]["notice"]) == (
        "TOKYO", "Kyodo", "[Copyright The Jiji Press, Ltd.]"
    )  # fmt: skip
    assert "Jiji" not in (await article(database))["page_text"]


async def test_a_paywalls_beginning_takes_no_fuller_texts_place(
    database: Database, server: Server, pages: Pages
) -> None:
    closed = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>'
    offer(
        server, "ferry", text="<p>The ferry to the island sails again, says its owner in a short word.</p>", more=closed
    )
    offer(
        server,
        "pier",
        text="<p>The pier in the harbour is open again, says its owner in a short word.</p>",
        more=closed,
    )
    await wanting(database, server, "ferry", text="Crews of the island return on Monday. " * 40)
    await bring(database, server, "pier", text="Open.")
    await change(database, SLUG, Change(serves_pages=True), now=NOW)
    await fetched(pages)
    assert (await article(database))["page_text"] is None
    said = (await ask(database, QUERY, u=at(server, "ferry")))["article"]
    assert (said["bodyAvailability"], said["wordCount"]) == ("FULL", 280)
    # Where the feed had less, it is what it is: a beginning.
    said = (await ask(database, QUERY, u=at(server, "pier")))["article"]
    assert (said["bodyAvailability"], said["body"][:8]) == ("EXCERPT", "The pier")


async def test_another_articles_page_is_not_kept(database: Database, server: Server, pages: Pages) -> None:
    offer(server, "lottery")
    server.answers["/ferry"] = redirect(302, "/lottery")
    await wanting(database, server, "ferry")
    await fetched(pages)
    assert "/lottery" in server.targets()
    row = await article(database)
    assert (row["page_text"], await found(database, "island")) == (None, 0)


async def test_a_page_goes_when_the_feed_corrects_its_article(
    database: Database, server: Server, pages: Pages, clock: Clock
) -> None:
    offer(server, "ferry")
    await wanting(database, server, "ferry")
    await change(database, SLUG, Change(serves_pages=True), now=NOW)
    await fetched(pages)
    clock.forward(hours=1)
    await bring(database, server, "ferry", text="Crews stay away.", headline="Correction:", now=clock.at)
    server.answers["/ferry"] = made(404)
    said = (await ask(database, QUERY, u=at(server, "ferry")))["article"]
    assert (said["headline"], said["body"]) == ("Correction: ferry", "Crews stay away.")
    # The page is asked for anew.
    assert await fetched(pages) == 1
    assert (await found(database, "island"), await waiting(database)) == (0, [])


@pytest.mark.parametrize("status", [404, 410])
async def test_a_page_that_is_gone_is_forgotten(database: Database, server: Server, pages: Pages, status: int) -> None:
    offer(server, "ferry")
    await wanting(database, server, "ferry")
    await fetched(pages)
    server.answers["/ferry"] = made(status)
    await write(
        database, "insert into page_fetches select id, $1, $2 from articles where url like '%/ferry'", HOST, NOW
    )
    assert await fetched(pages) == 1
    row = await article(database)
    assert (row["page_text"], row["page_extent"], row["page_fetched_at"], row["word_count"]) == (None, "NONE", None, 2)
    assert await found(database, "island") == 0


async def test_an_expiry_that_only_the_page_states_holds(database: Database, server: Server, pages: Pages) -> None:
    offer(server, "ferry", more='<meta name="robots" content="unavailable_after: 2026-03-01T00:00:00Z">')
    await wanting(database, server, "ferry")
    await fetched(pages)
    assert await ask(database, QUERY, u=at(server, "ferry")) == {"article": None}
    await assert_counted(database)


async def test_robots_are_heeded_and_a_refusal_is_final(database: Database, server: Server, pages: Pages) -> None:
    offer(server, "ferry")
    server.answers["/robots.txt"] = made(body=b"User-agent: *\nDisallow: /")
    await wanting(database, server, "ferry")
    await fetched(pages)
    assert server.targets() == ["/robots.txt"]
    assert (await article(database))["page_text"] is None
    assert await waiting(database) == []


async def test_what_passes_is_tried_again_and_given_up_one_day(
    database: Database, server: Server, pages: Pages, clock: Clock
) -> None:
    server.answers["/ferry"] = made(503)
    await wanting(database, server, "ferry")
    for pause in PAUSES:
        assert await fetched(pages) == 1
        (row,) = await waiting(database)
        assert (row["due_at"], row["began_at"]) == (clock.at + pause, None)
        clock.at = row["due_at"]
    assert await fetched(pages) == 1
    assert await waiting(database) == []
    # What the feed says anew is asked for anew; the server's own word comes first.
    server.answers["/ferry"] = made(503, Retry_After="86400")
    await bring(database, server, "ferry", headline="Again", now=clock.at)
    assert await fetched(pages) == 1
    assert [row["due_at"] for row in await waiting(database)] == [clock.at + timedelta(days=1)]


async def test_a_page_that_is_no_article_changes_nothing(database: Database, server: Server, pages: Pages) -> None:
    server.answers["/ferry"] = made(body=b"<html><head><title>404 not found</title></head><body><p>Lost</body></html>")
    await wanting(database, server, "ferry")
    await fetched(pages)
    assert (await article(database))["page_text"] is None
    assert await waiting(database) == []


async def test_nobody_asks_for_a_withheld_articles_page(database: Database, server: Server, pages: Pages) -> None:
    await wanting(database, server, "ferry")
    await write(database, "update articles set status = 'WITHHELD', is_public = false")
    assert await fetched(pages) == 1
    assert (server.requests, await waiting(database)) == ([], [])


async def test_what_is_wanted_again_while_it_is_asked_for_stays(
    database: Database, server: Server, pages: Pages, clock: Clock
) -> None:
    offer(server, "ferry")
    await wanting(database, server, "ferry")
    (taken,) = await pages.take(16)
    clock.forward(seconds=1)
    await bring(database, server, "ferry", headline="Again", now=clock.at)
    await pages.ask(taken)
    (row,) = await waiting(database)
    assert row["due_at"] == clock.at


async def test_a_killed_worker_leaves_pages_that_are_asked_for_again(
    database: Database, server: Server, pages: Pages, clock: Clock
) -> None:
    offer(server, "ferry")
    await wanting(database, server, "ferry")
    assert len(await pages.take(16)) == 1
    assert await pages.take(16) == []
    clock.forward(minutes=1)
    assert await fetched(pages) == 1
    assert (await article(database))["page_text"]


async def test_a_hosts_pages_come_one_after_the_other_and_leave_room_for_a_feed(
    database: Database, server: Server, clock: Clock
) -> None:
    names = [f"p{number}" for number in range(6)]
    await wanting(database, server, *names)
    hanging = asyncio.Event()

    async def slow(writer: asyncio.StreamWriter) -> None:
        await hanging.wait()
        writer.write(made(404))

    for name in names:
        server.answers[f"/{name}"] = slow
    await feeds.add(database, at(server, "late.xml"), now=NOW)
    server.answers["/late.xml"] = made(body=rss(entry(1, site=HOST)))
    async with asking(database, clock) as (pages, refresher):
        (first,) = await pages.take(16)
        assert await pages.take(16) == []
        under_way = asyncio.create_task(pages.ask(first))
        while "/p0" not in server.targets():
            await asyncio.sleep(0.01)
        # While it hangs, the feed of that host is asked, and other hosts' pages are taken.
        assert [done.url for done in await refresher.all_due()] == [at(server, "late.xml")]
        await write(database, "update page_fetches set host = 'pier.example' where due_at = $1", NOW)
        assert len(await pages.take(16)) == 1
        hanging.set()
        await under_way


async def test_pages_wait_for_a_host_whose_places_feeds_have(database: Database, server: Server, pages: Pages) -> None:
    await wanting(database, server, "ferry")
    for number in range(2):
        await feeds.add(database, at(server, f"{number}.xml"), now=NOW)
    assert len(await feeds.take(database, now=NOW, most=16, per_host=2)) == 2
    assert await pages.take(16) == []


async def test_asking_for_pages_is_one_statement_whatever_their_number(database: Database, server: Server) -> None:
    await wanting(database, server, *(f"p{number}" for number in range(300)))
    assert len(await waiting(database)) == 300
    assert await database.value("select count(*) from jobs.pgqueuer") == 0


async def test_the_worker_fetches_pages_and_a_stop_loses_none(
    database: Database, database_url: str, server: Server
) -> None:
    site = server.url("/", "127.0.0.1")
    asked = asyncio.Event()

    async def slow(writer: asyncio.StreamWriter) -> None:
        # A page that takes its reader many seconds.
        text = "".join(
            f"<div><p>Some <b>words</b> of the {n}th paragraph, told at length.</p></div>" for n in range(7000)
        )
        writer.write(made(body=page("About ferry", site + "ferry", text=text).encode(), Content_Type="text/html"))
        asked.set()

    server.answers["/ferry"] = slow
    items = f"<item><title>About ferry</title><link>{site}ferry</link><description>Crews</description></item>"
    for more in ("<item><title>Opening</title><guid>x</guid><link>https://a.example/1</link></item>", items):
        data = f"<rss version='2.0'><channel><title>The Harbour Post</title><link>{site}</link>{more}</channel></rss>"
        await store(database, parse(data.encode(), f"{site}f.xml", now=NOW, limits=Limits()), clock=lambda: NOW)
        await fetch_pages(database, SLUG, True)
    settings = {
        "DATABASE_URL": database_url, "ALLOW_PRIVATE_NETWORKS": "true", "GRACEFUL_SECONDS": "1"
    }  # fmt: skip
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "api", "worker",
        env={**os.environ, **{f"BROADSHEET_{name}": value for name, value in settings.items()}},
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    await asyncio.wait_for(asked.wait(), 60)
    worker.send_signal(signal.SIGTERM)
    await asyncio.wait_for(worker.wait(), 60)
    # Whether or not it was read in time: what was not kept is asked for again.
    kept = (await article(database))["page_text"] is not None
    assert len(await waiting(database)) == (0 if kept else 1)
