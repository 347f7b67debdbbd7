"""The sample edition: whole, counted right, and completed when a load was cut off."""

import asyncio
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from db.pool import Database
from jobs.sample import EDITION, load_if_empty, read_discussions

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


async def contents(database: Database) -> dict[str, Any]:
    """Every row of every table, as text."""
    tables = await database.rows("select tablename from pg_tables where schemaname = 'public'")
    return {name: sorted(str(tuple(row)) for row in await database.rows(f"select * from {name}")) for (name,) in tables}


@pytest.fixture
async def loaded(database: Database) -> Database:
    assert await load_if_empty(database, now=NOW)
    return database


async def test_has_the_articles_of_every_outlet(loaded: Database) -> None:
    rows = await loaded.rows("select name, article_count from sources")
    assert {row["name"]: row["article_count"] for row in rows} == {
        "Harbour Times": 14,
        "汐見新聞": 9,
        "해온일보": 8,
        "Wendhafener Anzeiger": 8,
        "Diario de Valdecosta": 7,
        "Le Courrier de Brumont": 6,
        "Ledger & Field": 8,
        "The Night Ferry": 5,
    }


async def test_has_six_languages(loaded: Database) -> None:
    rows = await loaded.rows("select split_part(language, '-', 1) as language, count(*) as n from articles group by 1")
    assert {row["language"]: row["n"] for row in rows} == {"en": 28, "ja": 9, "ko": 7, "de": 8, "es": 7, "fr": 6}


async def test_keeps_the_corrected_articles_as_they_were(loaded: Database) -> None:
    rows = await loaded.rows(
        "select a.headline as now, r.headline, r.body_text like '%24 megawatt%' as slipped"
        " from revisions r join articles a on a.id = r.article_id"
        " where (select count(*) from revisions o where o.article_id = a.id) > 1 order by a.url, r.seen_at, r.id"
    )
    assert [tuple(row) for row in rows] == [
        (
            "Council votes 8–5 to keep the Tide Library open on Sundays",
            "Council votes 9–4 to keep the Tide Library open on Sundays",
            False,
        ),
        (
            "Council votes 8–5 to keep the Tide Library open on Sundays",
            "Council votes 8–5 to keep the Tide Library open on Sundays",
            False,
        ),
        ("The grain elevator that became a battery", "The grain elevator that became a battery", True),
        ("The grain elevator that became a battery", "The grain elevator that became a battery", False),
    ]


async def test_tells_the_rights_holder_from_the_source(loaded: Database) -> None:
    rows = await loaded.rows(
        "select s.name from articles a join sources s on s.id = a.source_id where a.rights_holder = 'Meridian Wire'"
        " order by a.url"
    )
    assert [row["name"] for row in rows] == ["해온일보", "Harbour Times", "Harbour Times", "Ledger & Field"]


async def test_tells_the_agency_and_the_dateline_from_the_text(loaded: Database) -> None:
    rows = await loaded.rows(
        "select s.name, a.dateline, a.body_text ~ '(Wire|©)' as told from articles a"
        " join sources s on s.id = a.source_id where a.credit = 'Meridian Wire' order by a.url"
    )
    assert [tuple(row) for row in rows] == [
        ("해온일보", "SHIOMI, Japan, Nov. 19", False),
        ("Harbour Times", "PORT LUMEN, Nov 20", False),
        ("Harbour Times", "SHIOMI, Japan, Nov 19", False),
        ("Ledger & Field", "PORT LUMEN, Nov. 20", True),
        ("Ledger & Field", "SHIOMI, Japan, Nov. 19", False),
    ]


async def test_keeps_aside_what_has_no_address_and_estimates_a_date(loaded: Database) -> None:
    assert await loaded.value("select count(*) from entries where set_aside is not null") == 1
    estimated = await loaded.rows("select headline from articles where published_estimated")
    assert [row["headline"] for row in estimated] == ["Una receta de 1931 devuelve el pan negro a los hornos"]


async def test_gives_every_discussion_in_full(loaded: Database) -> None:
    _, discussions = read_discussions(EDITION / "comments.json")
    rows = await loaded.rows(
        "select a.url, count(*) as n from comments c join articles a on a.id = c.article_id group by 1"
    )
    assert {row["url"]: row["n"] for row in rows} == {url: len(comments) for url, comments in discussions.items()}
    assert await loaded.value("select max(depth) from comments where is_public") == 4
    assert await loaded.value("select count(distinct placeholder) from comments where is_public") == 3
    held = await loaded.rows("select distinct status from comments where not is_public order by 1")
    assert [row["status"] for row in held] == ["PENDING", "REJECTED", "WITHHELD"]
    roles = await loaded.rows("select distinct role from commenters order by 1")
    assert [row["role"] for row in roles] == ["COMMENTER", "MEMBER", "MODERATOR", "STAFF"]


async def test_reads_a_discussion_depth_first_and_oldest_first(loaded: Database) -> None:
    url = "https://www.harbour-times.example/politics/tide-library-sundays"
    rows = await loaded.rows(
        "select c.depth, m.display_name from comments c join articles a on a.id = c.article_id"
        " join commenters m on m.id = c.author_id where a.url = $1 and c.is_public order by c.thread_key",
        url,
    )
    assert [(row["depth"], row["display_name"]) for row in rows] == [
        (0, "Tide Library Friends"),
        (1, "Quayside Nell"),
        (0, "Old Pilot"),
        (1, "Tide Library Friends"),
        (2, "Old Pilot"),
        (0, "eleven_knots"),
        (1, "Sorrel"),
        (2, "Desk Moderator"),
        (3, "eleven_knots"),
        (0, "brasswork"),
    ]


RECOUNTS = {
    "articles.comment_count": "select count(*) from articles a where comment_count <> (select count(*) from comments c"
    " where c.article_id = a.id and c.is_public and c.placeholder is null)",
    "comments.reply_count": "select count(*) from comments p where reply_count <> (select count(*) from comments c"
    " where c.parent_id = p.id and c.is_public)",
    "commenters.comment_count": "select count(*) from commenters m where comment_count <> (select count(*) from"
    " comments c where c.author_id = m.id and c.is_public and c.placeholder is null)",
    "sources.article_count": "select count(*) from sources s where article_count <> (select count(*) from articles a"
    " where a.source_id = s.id and a.is_public)",
    "topics.article_count": "select count(*) from topics t where article_count <> (select count(*)"
    " from article_topics x join articles a on a.id = x.article_id where x.topic_id = t.id and a.is_public)",
    "authors.article_count": "select count(*) from authors u where article_count <> (select count(*) from"
    " article_authors x join articles a on a.id = x.article_id where x.author_id = u.id and a.is_public)",
}


async def test_counters_equal_a_recount(loaded: Database) -> None:
    wrong = {name: await loaded.value(sql) for name, sql in RECOUNTS.items()}
    assert wrong == dict.fromkeys(RECOUNTS, 0)


async def test_logs_every_public_comment_after_its_article(loaded: Database) -> None:
    assert await loaded.value("select count(*) from comments where is_public") == await loaded.value(
        "select count(*) from changes where kind = 'COMMENT_POSTED'"
    )
    early = await loaded.value(
        "select count(*) from changes c where kind = 'COMMENT_POSTED' and not exists (select from changes a"
        " where a.kind = 'ARTICLE_PUBLISHED' and a.article_id = c.article_id and a.seq < c.seq)"
    )
    assert early == 0


async def test_spreads_over_the_topics(loaded: Database) -> None:
    bare = await loaded.rows(
        "select headline from articles a where not exists (select from article_topics x where x.article_id = a.id)"
    )
    assert [row["headline"] for row in bare] == []
    assert await loaded.value("select count(*) from topics where article_count > 0") >= 15


async def test_loading_again_changes_nothing(loaded: Database) -> None:
    before = await contents(loaded)
    assert not await load_if_empty(loaded, now=NOW)
    assert await contents(loaded) == before


@pytest.mark.parametrize("reached", ["feeds", "articles", "comments"])
async def test_completes_a_load_that_was_cut_off(database: Database, reached: str) -> None:
    """Cut off as soon as a first row of a table stands; the next load brings the rest, once."""
    load = asyncio.create_task(load_if_empty(database, now=NOW))
    while not load.done() and not await database.value(f"select exists (select from {reached})"):
        pass
    load.cancel()
    with pytest.raises(asyncio.CancelledError):
        await load
    assert await load_if_empty(database, now=NOW)
    _, discussions = read_discussions(EDITION / "comments.json")
    assert await database.value("select count(*) from comments") == sum(map(len, discussions.values()))
    assert await database.value("select count(*) from articles") == 65
    assert await database.value("select count(*) from revisions") == 67
    assert {name: await database.value(sql) for name, sql in RECOUNTS.items()} == dict.fromkeys(RECOUNTS, 0)


async def test_leaves_a_database_alone_that_has_other_sources(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(
            "with s as (insert into sources (id, slug, name, sort_name, created_at)"
            " values (gen_random_uuid(), 'own', 'Own', 'own', $1) returning id)"
            " insert into source_hosts (host, source_id) select 'news.invalid', id from s",
            NOW,
        )
    assert not await load_if_empty(database, now=NOW)
    assert await database.value("select count(*) from articles") == 0


def test_is_on_example_domains_alone() -> None:
    for path in EDITION.rglob("*.*"):
        hosts = set(re.findall(r"https?://([^/\"'<>\s:]+)", path.read_text(encoding="utf-8")))
        standards = {"www.w3.org", "purl.org", "search.yahoo.com", "www.itunes.com", "jsonfeed.org"}
        assert [host for host in hosts - standards if not host.endswith(".example")] == []


def test_shows_no_reply_below_a_held_comment(tmp_path: Path) -> None:
    reply = {"by": "b", "at": "2026-11-22T10:01:00Z", "text": "An answer"}
    held = {"by": "a", "at": "2026-11-22T10:00:00Z", "text": "Held", "status": "PENDING", "replies": [reply]}
    bare = {"by": "a", "at": "2026-11-22T10:02:00Z", "placeholder": "DELETED"}
    kept = {"by": "a", "at": "2026-11-22T10:03:00Z", "placeholder": "DELETED", "replies": [reply]}
    document = {"commenters": [], "discussions": [{"article": "x", "comments": [held, bare, kept]}]}
    path = tmp_path / "comments.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    _, discussions = read_discussions(path)
    assert [comment.is_public for comment in discussions["x"]] == [False, False, False, True, True]
