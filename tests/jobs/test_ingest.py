"""Feeds in, on a real Postgres: what is written, what is not, and what a crash leaves. All outlets are invented."""

import asyncio
import itertools
import json
import os
import shutil
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from db import changes
from db.changes import Kind, Line
from db.pool import Database
from ingest.search_text import fold
from ingest.topics import TOPICS
from jobs.ingest import Limits, Summary, import_paths

FEEDS = Path(__file__).parents[1] / "ingest" / "feeds"
NOW = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
TABLES = (
    *("sources", "source_hosts", "slugs", "feeds", "articles", "article_keys", "entries", "revisions", "images"),
    *("enclosures", "authors", "article_authors", "article_topics", "topics", "changes"),
)


@pytest.fixture
def feeds(tmp_path: Path) -> Path:
    """Every odd document, without what it is to become."""
    folder = tmp_path / "feeds"
    folder.mkdir()
    for file in FEEDS.iterdir():
        if file.suffix != ".json":
            shutil.copy(file, folder)
    return folder


async def bring(database: Database, *paths: Path, at: int = 0, **options: Any) -> Summary:
    return await import_paths(database, paths, **{"workers": 1, "clock": lambda: NOW + timedelta(hours=at), **options})


def write(path: Path, *items: str, title: str = "The Harbour Post", host: str = "harbour.example") -> Path:
    path.write_text(
        f'<rss version="2.0"><channel><title>{title}</title><link>https://{host}/</link><language>en</language>'
        f"{''.join(items)}</channel></rss>",
        encoding="utf-8",
    )
    return path


def item(
    number: int, *, headline: str = "Ferry strike ends", body: str = "Crews return.", host: str = "harbour.example",
    more: str = "",
) -> str:  # fmt: skip
    return (
        f"<item><title>{headline}</title><link>https://{host}/{number}</link><guid isPermaLink='false'>{host}-{number}"
        f"</guid><pubDate>Tue, 10 Mar 2026 08:{number % 60:02}:00 +0900</pubDate><description>{body}</description>"
        f"{more}</item>"
    )


async def state(database: Database) -> dict[str, Any]:
    """How many rows there are, and the newest transaction that touched one."""
    found = {}
    for table in TABLES:
        row = (await database.rows(f"select count(*), max(xmin::text::bigint) from {table}"))[0]
        found[table] = tuple(row)
    return found


async def shape(database: Database) -> list[Any]:
    """What readers could see, without ids and times of ours."""
    rows = await database.rows(
        "select s.slug, s.article_count, a.url, a.headline, a.body_text, a.published_text, a.language,"
        " (select count(*) from revisions r where r.article_id = a.id) as revisions,"
        " (select array_agg(k.kind || k.value order by k.kind, k.value) from article_keys k where k.article_id = a.id),"
        " (select array_agg(w.name order by x.position) from article_authors x join authors w on w.id = x.author_id"
        "   where x.article_id = a.id),"
        " (select array_agg(t.slug order by t.slug) from article_topics x join topics t on t.id = x.topic_id"
        "   where x.article_id = a.id)"
        " from articles a join sources s on s.id = a.source_id order by a.url, a.headline"
    )
    return [tuple(row) for row in rows]


async def check_counts(database: Database) -> None:
    """Every counter is what counting gives, and every article is whole."""
    for sql in (
        "select s.slug from sources s left join articles a on a.source_id = s.id and a.is_public group by s.id"
        " having s.article_count <> count(a.id) or s.latest_article_at is distinct from max(a.published_at)",
        "select t.slug from topics t left join article_topics x on x.topic_id = t.id group by t.id"
        " having t.article_count <> count(x.article_id)",
        "select w.slug from authors w left join article_authors x on x.author_id = w.id group by w.id"
        " having w.article_count <> count(x.article_id)",
        "select a.url from articles a where not exists (select from revisions r where r.article_id = a.id"
        " and r.content_hash = a.content_hash and r.headline = a.headline)",
        "select a.url from articles a where not exists (select from article_keys k where k.article_id = a.id)",
        "select a.url from articles a where not exists (select from entries e where e.article_id = a.id)",
        "select a.url from articles a where not exists (select from changes c where c.article_id = a.id"
        " and c.kind = 'ARTICLE_PUBLISHED')",
        "select a.url from articles a where a.has_image <> exists (select from images i where i.article_id = a.id)",
        "select a.url from articles a join article_topics x on x.article_id = a.id"
        " where x.published_at <> a.published_at",
        "select a.url from articles a join article_authors x on x.article_id = a.id"
        " where x.published_at <> a.published_at",
    ):
        assert await database.rows(sql) == [], sql


async def test_a_feed_becomes_articles_with_everything_that_hangs_on_them(database: Database) -> None:
    done = await bring(database, FEEDS / "rss20-content-encoded.xml", FEEDS / "rdf10-dublin-core.xml")
    assert (done.read, done.articles, done.failed) == (2, 3, [])
    article = (await database.rows("select * from articles where url like '%lighthouse'"))[0]
    assert article["published_text"] == "2026-03-09T21:30:00-03:30"
    assert article["published_at"] == datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
    assert (article["first_seen_at"], article["sort_updated_at"]) == (NOW, article["published_at"])
    assert await database.value("select search @@ '''volunteers''' from articles where id = $1", article["id"])
    assert await database.value("select array_agg(name order by name) from authors where article_count = 1") == [
        "Léa Morin", "Mara Quill", "Paul Szabó", "Tom Oduya",
    ]  # fmt: skip
    kinds = await database.value("select array_agg(kind order by seq) from changes")
    assert kinds == ["SOURCE_UPDATED", "ARTICLE_PUBLISHED", "SOURCE_UPDATED", "ARTICLE_PUBLISHED", "ARTICLE_PUBLISHED"]
    assert await database.value("select article_count from topics where slug = 'politics'") == 1
    await check_counts(database)


async def test_importing_everything_again_writes_nothing(database: Database, feeds: Path) -> None:
    first = await bring(database, feeds, workers=2)
    assert first.failed == []
    assert first.articles > 60
    before = await state(database)
    again = await bring(database, feeds, at=1)
    assert (again.articles, again.revisions, again.set_aside.total()) == (0, 0, 0)
    assert (again.unchanged_documents, again.entries) == (again.documents, 0)
    assert await state(database) == before
    await check_counts(database)


async def test_a_document_that_changed_around_its_entries_writes_nothing(database: Database, tmp_path: Path) -> None:
    feed = write(tmp_path / "a.xml", item(1), item(2))
    await bring(database, feed)
    before = await state(database)
    feed.write_text(feed.read_text().replace("<item>", "<lastBuildDate>now</lastBuildDate><item>", 1))
    done = await bring(database, feed, at=1)
    assert (done.read, done.unchanged_documents, done.entries) == (1, 1, 0)
    assert await state(database) == before


async def test_a_changed_headline_is_a_revision_of_the_same_article(database: Database, tmp_path: Path) -> None:
    feed = write(tmp_path / "a.xml", item(1, more="<category>Business</category><author>Mara Quill</author>"))
    await bring(database, feed)
    write(feed, item(1, headline="Ferry strike over", more="<category>Sport</category><author>Tom Oduya</author>"))
    done = await bring(database, feed, at=1)
    assert (done.articles, done.revisions) == (0, 1)
    article = (await database.rows("select * from articles"))[0]
    assert (article["headline"], article["updated_at"]) == ("Ferry strike over", NOW + timedelta(hours=1))
    assert (article["updated_text"], article["changed_at"]) == ("2026-03-12T10:00:00Z", NOW + timedelta(hours=1))
    assert await database.value("select count(*) from revisions") == 2
    line = (await database.rows("select * from changes order by seq desc limit 1"))[0]
    economy = await database.value("select id from topics where slug = 'economy'")
    assert (line["kind"], line["node"]) == ("ARTICLE_UPDATED", f"a_{article['id']}")
    assert json.loads(line["was"]) == {"headline": "Ferry strike ends", "topics": [f"t_{economy}"]}
    assert await database.value("select array_agg(slug) from topics where article_count > 0") == ["sport"]
    await check_counts(database)


async def test_content_that_was_there_before_changes_nothing(database: Database, tmp_path: Path) -> None:
    feed = tmp_path / "a.xml"
    await bring(database, write(feed, item(1)))
    await bring(database, write(feed, item(1, headline="Ferry strike over")), at=1)
    done = await bring(database, write(feed, item(1, more="<category>Business</category>")), at=2)
    assert (done.articles, done.revisions, done.unchanged) == (0, 0, 1)
    assert await database.value("select headline from articles") == "Ferry strike over"
    assert await database.value("select count(*) from entries") == 3


async def test_an_address_more_is_a_change_with_a_line(database: Database, tmp_path: Path) -> None:
    await bring(database, write(tmp_path / "a.xml", item(1)))
    article = await database.value("select id from articles")
    # The outlet moves the page, then another outlet gives its own address for the first one's.
    moved = item(1).replace("<link>https://harbour.example/1<", "<link>https://harbour.example/moved<")
    await bring(database, write(tmp_path / "a.xml", moved), at=1)
    link = "<link>https://harbour.example/1</link><guid isPermaLink='true'>https://harbour.example/1</guid>"
    entry = f"<entry>{link}".replace("<entry>", "<item><title>Seen</title>") + "</item>"
    await bring(database, write(tmp_path / "b.xml", entry, title="Planet", host="planet.example"), at=2)
    lines = await database.rows("select node, was, article_id from changes where kind = 'ARTICLE_UPDATED' order by seq")
    assert [tuple(line) for line in lines] == [(f"a_{article}", "{}", article)]
    assert await database.value("select changed_at from articles") == NOW + timedelta(hours=1)
    assert await database.value("select count(*) from article_keys where kind = 'url'") == 2


async def test_an_address_of_what_the_desk_withheld_is_claimed_in_silence(database: Database, tmp_path: Path) -> None:
    await bring(database, write(tmp_path / "a.xml", item(1)))
    async with database.transaction() as connection:
        await connection.execute("update articles set is_public = false, status = 'WITHHELD'")
    head = await database.value("select max(seq) from changes")
    moved = item(1).replace("<link>https://harbour.example/1<", "<link>https://harbour.example/moved<")
    await bring(database, write(tmp_path / "a.xml", moved), at=1)
    assert await database.value("select count(*) from article_keys where kind = 'url'") == 2
    assert await database.value("select max(seq) from changes") == head


async def test_less_of_the_text_never_replaces_more(database: Database, tmp_path: Path) -> None:
    whole = (
        "<![CDATA[<p>The first paragraph is here with words.</p><img src='https://harbour.example/1.jpg' alt='Quay'>"
        "<p>And the second one, which ends it.</p>]]>"
    )
    sound = "<enclosure url='https://harbour.example/1.mp3' type='audio/mpeg' length='1000'/>"
    feed = tmp_path / "a.xml"
    await bring(database, write(feed, item(1, body=whole, more=sound)))
    columns = "body_extent, body_text, word_count, has_image, kind, language"
    before = (await database.rows(f"select {columns} from articles"))[0]
    assert (before["word_count"], before["has_image"], before["kind"]) == (14, True, "AUDIO")
    kept = await bring(database, write(feed, item(1, body="The first paragraph …")), at=1)
    assert (kept.revisions, kept.unchanged) == (0, 1)
    renamed = await bring(database, write(feed, item(1, headline="New headline", body="The first …")), at=2)
    assert renamed.revisions == 1
    assert await database.value("select headline from articles") == "New headline"
    assert (await database.rows(f"select {columns} from articles"))[0] == before
    assert await database.value("select array_agg(alt) from images") == ["Quay"]
    assert await database.value("select count(*) from enclosures") == 1
    await check_counts(database)


async def test_another_outlet_adds_its_own_article_and_never_revises(database: Database, tmp_path: Path) -> None:
    await bring(database, write(tmp_path / "a.xml", item(1)))
    # An aggregator links to the same page; a partner prints the same text at an address of its own.
    linked = item(1, headline="Seen at the Post").replace("<guid isPermaLink='false'>harbour", "<guid>planet")
    await bring(database, write(tmp_path / "b.xml", linked, title="Planet Port", host="planet.example"), at=1)
    await bring(
        database, write(tmp_path / "c.xml", item(1, host="inland.example"), title="Inland", host="inland.example"), at=2
    )
    assert await database.value("select array_agg(headline || ' ' || url order by url) from articles") == [
        "Ferry strike ends https://harbour.example/1",
        "Ferry strike ends https://inland.example/1",
    ]
    assert await database.value("select count(*) from sources") == 3
    await check_counts(database)


async def test_a_date_that_is_missing_is_estimated_until_it_comes(database: Database, tmp_path: Path) -> None:
    feed = tmp_path / "a.xml"
    undated = item(1).split("<pubDate>")[0] + "<description>Crews return.</description></item>"
    await bring(database, write(feed, undated))
    row = (await database.rows("select published_at, published_text, published_estimated from articles"))[0]
    assert tuple(row) == (NOW, "2026-03-12T09:00:00Z", True)
    async with database.transaction() as connection:
        await connection.execute(
            """with added as (
                 insert into article_topics (article_id, topic_id, direct, confidence, assigned_by, published_at)
                 select a.id, t.id, true, 1, 'EDITOR', a.published_at from articles a, topics t where t.slug = 'labour'
                 returning topic_id
               ) update topics t set article_count = 1 from added where t.id = added.topic_id"""
        )
    await bring(database, write(feed, item(1, headline="Now dated")), at=1)
    row = (await database.rows("select published_text, published_estimated from articles"))[0]
    assert tuple(row) == ("2026-03-10T08:01:00+09:00", False)
    was = json.loads(await database.value("select was from changes order by seq desc limit 1"))
    assert was == {"headline": "Ferry strike ends", "publishedAt": "2026-03-12T09:00:00Z"}
    # The topic that an editor gave stays, with the time that is known now.
    assert await database.value("select published_at from article_topics") == datetime(2026, 3, 9, 23, 1, tzinfo=UTC)
    await check_counts(database)


async def test_what_can_be_no_article_is_kept_aside_with_its_reason(database: Database) -> None:
    done = await bring(database, FEEDS / "rss20-no-guid-no-date.xml")
    assert done.set_aside == {"no address": 2, "no headline and no text": 1}
    rows = await database.rows("select set_aside, raw from entries where article_id is null order by set_aside")
    assert [row["set_aside"] for row in rows] == ["no address", "no address", "no headline and no text"]
    assert any("Notice without an address" in row["raw"] for row in rows)


async def test_entries_beyond_the_limit_are_counted(database: Database, tmp_path: Path) -> None:
    feed = write(tmp_path / "a.xml", *(item(n) for n in range(10)))
    done = await bring(database, feed, limits=Limits(entries=4))
    assert (done.entries, done.articles, done.set_aside) == (10, 4, {"beyond the limit of entries": 6})
    before = await state(database)
    again = await bring(database, feed, limits=Limits(entries=4))
    assert (again.unchanged, again.set_aside) == (4, {"beyond the limit of entries": 6})
    assert await state(database) == before
    raised = await bring(database, feed)
    assert (raised.articles, raised.unchanged, raised.set_aside) == (6, 4, {})
    assert (await bring(database, feed)).unchanged_documents == 1


async def test_files_that_are_no_feeds_are_reported(database: Database, tmp_path: Path) -> None:
    write(tmp_path / "good.xml", item(1))
    (tmp_path / "unnamed").write_text((tmp_path / "good.xml").read_text().replace("harbour", "haven"))
    (tmp_path / "notes.txt").write_text("Just notes.")
    (tmp_path / "page.xml").write_text("<html><body>A page</body></html>")
    (tmp_path / "data.json").write_text('{"rows": []}')
    (tmp_path / "empty.rss").write_text("")
    (tmp_path / ".hidden.xml").write_text("<rss/>")
    done = await bring(database, tmp_path, tmp_path / "missing.xml")
    assert (done.documents, done.read, done.articles) == (5, 3, 2)
    assert {Path(name).name: reason for name, reason in done.failed} == {
        "empty.rss": "empty",
        "missing.xml": "No such file or directory",
    }
    assert [Path(name).name for name, _ in done.skipped] == ["data.json", "notes.txt"]
    # A page, whatever it is called; but it does not say where it is from.
    assert done.pages == done.set_aside.total() == 1


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(cpu_seconds=0), "took more than 0 seconds of processor time"),
        (Limits(wall_seconds=1), "took more than 1 seconds"),
        (Limits(memory_bytes=16 * 1024 * 1024), "needed more than 16 MiB of memory"),
        (Limits(document_bytes=1_000_000), "larger than 1,000,000 bytes"),
    ],
    ids=["processor", "time", "memory", "size"],
)
async def test_a_poison_document_costs_itself_only(
    database: Database, tmp_path: Path, limits: Limits, reason: str
) -> None:
    write(tmp_path / "b-poison.xml", *(item(n, body="A word or two. " * 300) for n in range(2_500)))
    write(tmp_path / "a.xml", item(1))
    write(tmp_path / "c.xml", item(2, host="inland.example"), host="inland.example")
    # Processes warm up on their own time.
    await bring(database, tmp_path / "a.xml")
    done = await bring(database, tmp_path, limits=limits, workers=1)
    assert [(Path(name).name, why) for name, why in done.failed] == [("b-poison.xml", reason)]
    assert (done.read, done.articles) == (2, 1)
    await check_counts(database)


async def test_imports_at_the_same_time_give_what_one_gives(database: Database, feeds: Path) -> None:
    await asyncio.gather(*(bring(database, feeds) for _ in range(3)))
    together = await shape(database)
    await check_counts(database)
    assert await database.value("select count(*) from changes where kind = 'ARTICLE_PUBLISHED'") == len(together)
    await bring(database, feeds, at=1)
    assert await shape(database) == together


# Whether anyone waits for the log.
WAITING = (
    "select exists (select from pg_locks where locktype = 'advisory' and not granted"
    " and database = (select oid from pg_database where datname = current_database()))"
)
IMPORT = """
import asyncio, sys
from datetime import datetime, UTC
from pathlib import Path
from db.pool import Database
from jobs.ingest import import_paths

def said(done, total, name):
    if done == int(sys.argv[3]):
        print("waits", flush=True)
        sys.stdin.readline()

async def main():
    database = await Database.open(sys.argv[1], statement_timeout=60)
    clock = lambda: datetime(2026, 3, 12, 9, tzinfo=UTC)
    await import_paths(database, [Path(sys.argv[2])], clock=clock, workers=1, progress=said)
    await database.close()

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.mark.parametrize("after", [1, 7, 15])
async def test_a_killed_import_leaves_no_half_article_and_is_completed(
    database: Database, database_url: str, tmp_path: Path, after: int
) -> None:
    """Killed where a transaction has written all but its lines in the log."""
    for n in range(20):
        host = f"outlet{n % 5}.example"
        write(
            tmp_path / f"{n:02}.xml",
            *(
                item(100 * n + k, host=host, more="<category>Sport</category><author>Ann Lee</author>")
                for k in range(30)
            ),
            title=f"Outlet {n % 5}",
            host=host,
        )
    script = tmp_path / "run.py"
    script.write_text(IMPORT)
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(script), database_url, str(tmp_path), str(after), stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdin is not None
    while (line := await process.stdout.readline()) != b"waits\n":
        assert line
    async with database.transaction() as connection:
        await changes.append(connection, [Line(Kind.SOURCE_UPDATED, "s_x")])
        process.stdin.write(b"\n")
        async with asyncio.timeout(30):
            while not await database.value(WAITING):
                await asyncio.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        await process.wait()
    await check_counts(database)
    assert await database.value("select count(*) from articles") == 30 * after
    done = await bring(database, tmp_path)
    assert done.failed == []
    assert await database.value("select count(*) from articles") == 600
    assert await database.value("select count(*) from sources") == 5
    await check_counts(database)


async def test_names_and_slugs_are_found_again_and_never_taken_twice(database: Database, tmp_path: Path) -> None:
    signed = "<author>Ann Lee</author>"
    await bring(database, write(tmp_path / "a.xml", item(1, more=signed)))
    await bring(database, write(tmp_path / "b.xml", item(2, more="<author>ANN LÉE</author>"), title="Another name"))
    await bring(
        database,
        write(tmp_path / "c.xml", item(1, host="inland.example", more=signed), host="inland.example"),
        write(tmp_path / "d.xml", item(1, host="minato.example", more="<author>山田花子記者</author>"), title="港新聞",
              host="minato.example"),
    )  # fmt: skip
    sources = await database.value("select array_agg(slug order by slug) from sources")
    assert sources == ["inland-example", "minato-example", "the-harbour-post"]
    rows = await database.rows("select name, slug, article_count from authors order by slug")
    assert [(row["name"], row["article_count"]) for row in rows] == [("Ann Lee", 2), ("Ann Lee", 1), ("山田花子", 1)]
    assert [row["slug"] for row in rows][:2] == ["ann-lee", "ann-lee-inland-example"]
    assert rows[2]["slug"].startswith("minato-example-")
    assert await database.value("select count(*) from slugs where noun <> 'topic'") == 6


async def test_each_document_is_first_seen_at_its_turn(database: Database, tmp_path: Path) -> None:
    """A search that began during an import must not find later articles in its past."""
    hours = itertools.count()
    write(tmp_path / "a.xml", item(1))
    write(tmp_path / "b.xml", item(2, host="inland.example"), host="inland.example")
    seen: list[datetime] = []

    def clock() -> datetime:
        seen.append(NOW + timedelta(hours=next(hours)))
        return seen[-1]

    await bring(database, tmp_path, clock=clock)
    later = await database.rows("select first_seen_at, changed_at from articles where url like '%inland%'")
    assert [tuple(row) for row in later] == [(seen[-1], seen[-1])]


async def test_an_authors_page_is_kept_once_it_is_known(database: Database, tmp_path: Path) -> None:
    def feed(n: int, *authors: dict[str, str]) -> Path:
        file = tmp_path / "a.json"
        items = [{"id": f"https://harbour.example/{n}", "title": f"Ferry {n}", "authors": authors}]
        about = {"title": "The Harbour Post", "home_page_url": "https://harbour.example/", "items": items}
        file.write_text(json.dumps({"version": "https://jsonfeed.org/version/1.1", **about}))
        return file

    async def pages() -> dict[str, str | None]:
        return {row["name"]: row["url"] for row in await database.rows("select name, url from authors")}

    await bring(database, feed(1, {"name": "Ann Lee"}, {"name": "Kim Ho", "url": "/people/kim"}))
    assert await pages() == {"Ann Lee": None, "Kim Ho": "https://harbour.example/people/kim"}
    await bring(database, feed(2, {"name": "ANN LEE", "url": "https://harbour.example/ann"}, {"name": "Kim Ho"}), at=1)
    await bring(database, feed(3, {"name": "Ann Lee", "url": "https://elsewhere.example/ann"}), at=2)
    assert await pages() == {
        "Ann Lee": "https://harbour.example/ann",
        "Kim Ho": "https://harbour.example/people/kim",
    }
    await check_counts(database)


async def test_progress_is_told(database: Database, tmp_path: Path) -> None:
    write(tmp_path / "a.xml", item(1))
    write(tmp_path / "b.xml", item(2))
    told: list[tuple[int, int, str]] = []
    await bring(database, tmp_path, progress=lambda *step: told.append(step))
    assert told == [(1, 2, "a.xml"), (2, 2, "b.xml")]


async def test_an_article_that_the_desk_withheld_is_revised_in_silence(database: Database, tmp_path: Path) -> None:
    feed = tmp_path / "a.xml"
    await bring(database, write(feed, item(1, more="<category>Sport</category>")))
    async with database.transaction() as connection:
        await connection.execute("update articles set is_public = false, status = 'WITHHELD'")
        await connection.execute("update sources set article_count = 0")
        await connection.execute("update topics set article_count = 0")
    head = await database.value("select max(seq) from changes")
    await bring(database, write(feed, item(1, headline="New", more="<category>Business</category>")), at=1)
    assert await database.value("select headline from articles") == "New"
    assert await database.value("select max(seq) from changes") == head
    assert await database.value("select sum(article_count) from topics") == 0


async def test_topics_of_the_migrations_are_those_of_the_program(database: Database) -> None:
    rows = await database.rows("select id, code, slug, name, sort_name, names from topics order by id")
    assert [(*tuple(r)[:5], json.loads(r["names"])) for r in rows] == [
        (topic.id, topic.code, topic.slug, topic.name, fold(topic.name), topic.names) for topic in TOPICS
    ]
    slugs = await database.rows("select id, slug from slugs where noun = 'topic' order by id")
    assert [tuple(row) for row in slugs] == [(topic.id, topic.slug) for topic in TOPICS]


async def test_a_key_of_another_import_is_met_by_trying_again(database: Database, tmp_path: Path) -> None:
    """Two sources that bring a third one's addresses at the same time: who comes second finds the first's article."""
    one, other = write(tmp_path / "a.xml", *(item(n) for n in range(200))), tmp_path / "b.xml"
    text = one.read_text()
    for path, name in ((one, "Planet"), (other, "Comet")):
        made = text.replace("harbour.example-", f"{name}-").replace("The Harbour Post", name)
        path.write_text(made.replace("<link>https://harbour.example/</link>", ""))
    await asyncio.gather(bring(database, one), bring(database, other))
    assert await database.value("select count(*) from articles") == 200
    assert await database.value("select count(*) from entries") == 400
    await check_counts(database)
