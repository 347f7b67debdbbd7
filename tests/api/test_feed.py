"""`broadsheet feed` and the worker, as processes against a real server. All outlets are invented."""

import asyncio
import socket
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from db.pool import Database
from tests.api.test_cli import call
from tests.ingest.server import Server, made, redirect, serving
from tests.jobs.polling import item, rss
from tests.services import broadsheet, free_port

TABLES = ("sources", "feeds", "articles", "entries", "revisions", "article_keys", "changes", "slugs", "topics")


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serving() as running:
        yield running


def here(server: Server, path: str) -> str:
    return server.url(path, host="127.0.0.1")


async def feed(url: str, *command: str, private: bool = True) -> CompletedProcess[str]:
    """`broadsheet feed …`, while the test's server answers."""
    variables = {"allow_private_networks": "true"} if private else {}
    return await asyncio.to_thread(call, "feed", *command, database_url=url, **variables)


async def rows(database: Database) -> dict[str, object]:
    """How many rows there are, and the newest transaction that touched one."""
    return {
        table: tuple((await database.rows(f"select count(*), max(xmin::text::bigint) from {table}"))[0])
        for table in TABLES
    }


async def test_a_feed_is_added_listed_paused_resumed_and_removed(
    database: Database, database_url: str, server: Server
) -> None:
    url = here(server, "/feed.xml")
    server.answers["/feed.xml"] = made(body=rss(item(1), item(2, "Harbour dredged")), ETag='"one"')
    done = await feed(database_url, "add", url)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[:2] == [
        f"Added The Harbour Post: {url}",
        "  2 new articles, 0 revisions, 0 unchanged, 0 set aside",
    ]
    # What was read to see whether it is a feed is not asked for twice.
    assert server.targets() == ["/feed.xml"]
    assert await database.value("select count(*) from articles") == 2

    again = await feed(database_url, "add", url)
    assert again.returncode == 1
    assert "here already" in again.stderr

    listed = (await feed(database_url, "list")).stdout
    assert listed.splitlines()[0].split()[:2] == ["Last", "success"]
    assert url in listed
    assert (await feed(database_url, "list", "--failing")).stdout == "No feed fails.\n"

    assert (await feed(database_url, "pause", url)).stdout == f"Paused: {url}\n"
    assert "paused" in (await feed(database_url, "list")).stdout
    assert (await feed(database_url, "refresh")).stdout == "0 feeds were due.\n"
    assert (await feed(database_url, "resume", url)).returncode == 0
    server.answers["/feed.xml"] = made(304)
    assert (await feed(database_url, "refresh")).stdout.startswith("1 feed was due.\n")
    assert server.requests[-1].headers["if-none-match"] == '"one"'

    server.answers["/feed.xml"] = made(503, Retry_After="3600")
    refreshed = await feed(database_url, "refresh", url)
    assert refreshed.returncode == 1
    assert "BUSY" in refreshed.stdout
    failing = (await feed(database_url, "list", "--failing")).stdout
    assert "BUSY" in failing
    assert "the server asks for 1 hour" in failing

    exported = (await feed(database_url, "export")).stdout
    assert [each.get("xmlUrl") for each in ET.fromstring(exported).iter("outline")] == [url]

    assert (await feed(database_url, "remove", url)).returncode == 0
    assert (await feed(database_url, "list")).stdout.startswith("No feeds.")
    assert await database.value("select count(*) from articles") == 2
    gone = await feed(database_url, "pause", url)
    assert (gone.returncode, gone.stdout) == (1, "")


async def test_a_sites_address_finds_its_feeds(database: Database, database_url: str, server: Server) -> None:
    server.answers |= {
        "/": made(
            body=b"<html><head><link rel=alternate type=application/rss+xml href=/broken.xml>"
            b"<link rel=alternate type=application/rss+xml href=/news.xml title=News>"
            b"<link rel=alternate type=application/rss+xml href=/sport.xml title=Sport></head></html>",
            Content_Type="text/html",
        ),
        "/news.xml": made(body=rss(item(1))),
    }
    done = await feed(database_url, "add", here(server, "/"))
    assert done.returncode == 0, done.stderr
    assert here(server, "/news.xml") in done.stdout.splitlines()[0]
    assert f"{here(server, '/sport.xml')}  (Sport)" in done.stdout
    assert "/sport.xml" not in server.targets()
    assert await database.value("select count(*) from feeds") == 1


async def test_what_is_no_feed_is_not_added(database: Database, database_url: str, server: Server) -> None:
    server.answers["/page"] = made(body=b"<html><p>Nothing here.</p></html>", Content_Type="text/html")
    done = await feed(database_url, "add", here(server, "/page"))
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "Nothing was added" in done.stderr
    refused = await feed(database_url, "add", here(server, "/page"), private=False)
    assert refused.returncode == 1
    assert "loopback" in refused.stderr
    assert await database.value("select count(*) from feeds") == 0

    # Nothing is no page: no feeds are looked for around it.
    server.answers["/empty"] = made(body=b"\n")
    asked = len(server.requests)
    empty = await feed(database_url, "add", here(server, "/empty"))
    assert "no feed: empty" in empty.stderr
    assert len(server.requests) == asked + 1
    missing = await feed(database_url, "add", here(server, "/nowhere"))
    assert missing.stderr.endswith("NOT_FOUND: nothing is there (404). Nothing was added.\n")


async def test_a_feed_that_moved_is_added_where_it_is(database: Database, database_url: str, server: Server) -> None:
    server.answers |= {"/old.xml": redirect(301, "/new.xml"), "/new.xml": made(body=rss(item(1)))}
    done = await feed(database_url, "add", here(server, "/old.xml"))
    assert done.returncode == 0, done.stderr
    assert await database.value("select url from feeds") == here(server, "/new.xml")


async def test_a_list_of_feeds_is_added(database: Database, database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "feeds.opml"
    file.write_text(
        '<opml version="2.0"><body><outline text="Ports">'
        '<outline text="The Harbour Post" type="rss" xmlUrl="https://harbour.example/feed.xml"/>'
        '<outline text="Night Ferry" type="rss" xmlUrl="https://ferry.example/feed.xml"/>'
        '<outline text="Odd" type="rss" xmlUrl="ftp://odd.example/feed.xml"/></outline></body></opml>'
    )
    done = await feed(database_url, "add", str(file))
    assert done.returncode == 1
    assert done.stdout.startswith("Feeds added: 2; here already: 0.")
    assert "ftp://odd.example/feed.xml" in done.stderr
    assert await database.value("select count(*) from feeds where standing = 'ACTIVE' and source_id is null") == 2
    again = await feed(database_url, "add", str(file))
    assert again.stdout.startswith("Feeds added: 0; here already: 2.")

    file.unlink()
    for name in (str(file), "feeds.opml", str(tmp_path)):
        missing = await feed(database_url, "add", name)
        assert missing.returncode == 1
        assert missing.stderr.startswith(f"{name} can't be read: ")
        assert len(missing.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "command",
    [
        ("feed", "list"), ("feed", "export"), ("article", "withheld"), ("source", "list"), ("source", "show", "x"),
        ("topics", "mapped"),
    ],
)  # fmt: skip
async def test_what_only_reads_does_not_migrate(empty_database_url: str, command: tuple[str, ...]) -> None:
    done = await asyncio.to_thread(call, *command, database_url=empty_database_url)
    assert done.returncode == 1
    assert done.stderr.startswith("The tables are not up to date: 0001_first_edition")
    assert done.stderr.endswith("Run `broadsheet migrate`.\n")
    database = await Database.open(empty_database_url, size=1)
    try:
        assert await database.value("select count(*) from pg_tables where schemaname = 'public'") == 0
    finally:
        await database.close()


async def test_check_tells_all_and_writes_nothing(database: Database, database_url: str, server: Server) -> None:
    url = here(server, "/feed.xml")
    server.answers["/feed.xml"] = made(body=rss(item(1), item(2, "Harbour dredged")))
    assert (await feed(database_url, "add", url)).returncode == 0
    kept, other = item(1), item(9, "Elsewhere", site="ferry.example")
    nowhere = "<item><title>No address</title></item>"
    server.answers["/feed.xml"] = made(
        body=rss(kept, item(2, "Harbour dredged at last"), item(3, "Lighthouse sold"), item(3, "Lighthouse sold"),
                 nowhere, more="<ttl>120</ttl>")
    )  # fmt: skip
    server.answers["/other.xml"] = made(
        body=rss(item(1, "Strike over"), other, title="Ferry", site="https://f.example")
    )
    before = await rows(database)

    done = await feed(database_url, "check", url)
    assert done.returncode == 0, done.stderr
    assert "Source       The Harbour Post\n" in done.stdout
    assert "Would become 1 NEW, 1 REVISED, 1 KNOWN, 1 REPEATED, 1 SET_ASIDE" in done.stdout
    assert "the feed asks for 2 hours" in done.stdout
    assert 'is "Harbour dredged" (a_' in done.stdout
    assert "stands in the document already, as entry 3" in done.stdout
    assert "no address" in done.stdout

    done = await feed(database_url, "check", here(server, "/other.xml"))
    assert "Source       Ferry (new)\n" in done.stdout
    assert 'is "Ferry strike ends" (a_' in done.stdout
    assert "of The Harbour Post, which is not this feed's to change" in done.stdout
    assert await rows(database) == before

    # What it said comes true.
    refreshed = await feed(database_url, "refresh", url)
    assert "  1 new articles, 1 revisions, 1 unchanged, 1 set aside" in refreshed.stdout


def test_a_port_for_metrics_that_is_taken_is_named(database_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = call("worker", database_url=database_url, worker_metrics_port=str(port))
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(
        f"The worker's metrics can't be served on 127.0.0.1, port {port}: Address already in use."
    )


async def test_the_worker_asks_what_is_due(database: Database, database_url: str, server: Server) -> None:
    url = here(server, "/feed.xml")
    server.answers["/feed.xml"] = made(body=rss(item(1)))
    port = free_port()
    settings = {"allow_private_networks": "true", "contact": "https://harbour.example/bots"}
    with broadsheet("worker", database_url=database_url, worker_metrics_port=str(port), **settings) as worker:
        assert (await feed(database_url, "add", url, "--unseen")).returncode == 0
        async with asyncio.timeout(30):
            while not await database.value("select count(*) from feeds where last_success_at is not null"):
                await asyncio.sleep(0.05)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /metrics HTTP/1.0\r\n\r\n")
        metrics = (await reader.read()).decode()
        writer.close()
        worker.terminate()
        assert await asyncio.to_thread(worker.wait, 30) == 0
    assert 'broadsheet_feed_fetches_total{outcome="fetched"} 1.0' in metrics
    assert 'broadsheet_ingest_entries_total{outcome="published"} 1.0' in metrics
    assert server.requests[0].headers["user-agent"] == "Broadsheet/0.1.0 (+https://harbour.example/bots)"
    assert await database.value("select headline from articles") == "Ferry strike ends"
