"""The edition for benchmarks is what the program itself would have written, on a small one."""

import asyncio
from uuid import UUID

import pytest

from db.migrate import migrate
from db.pool import Database
from ingest.search_text import tsvector
from tests.benchmarks.edition import load
from tests.databases import administer
from tests.jobs.desk import assert_counted

ARTICLES = 400


@pytest.fixture
async def edition(database_url: str, database: Database) -> Database:
    await load(database_url, ARTICLES)
    return database


async def test_an_edition_is_as_the_program_would_have_written_it(
    edition: Database, database_url: str, empty_database_url: str
) -> None:
    await search_vectors(edition)
    await counters(edition)
    await threads(edition)
    await topics(edition)
    await everything_hangs_together(edition)
    await indexes_are_there_again(database_url, empty_database_url)
    with pytest.raises(RuntimeError, match="articles already"):
        await load(database_url, ARTICLES)


async def search_vectors(database: Database) -> None:
    rows = await database.rows("select headline, lead, byline, body_text, search::text as search from articles")
    assert len(rows) == ARTICLES
    made = [tsvector(headline=r["headline"], lead=r["lead"], byline=r["byline"], body=r["body_text"]) for r in rows]
    as_stored = "select array_agg(s::tsvector::text order by n) from unnest($1::text[]) with ordinality as w (s, n)"
    assert [row["search"] for row in rows] == await database.value(as_stored, made)


async def counters(database: Database) -> None:
    await assert_counted(database)
    wrong = """
        select id from articles a where comment_count <> (
          select count(*) from comments c where c.article_id = a.id and c.is_public and c.placeholder is null)
        union all
        select id from comments p where reply_count <> (
          select count(*) from comments c where c.parent_id = p.id and c.is_public)
    """
    assert await database.rows(wrong) == []
    # There is something to count: uneven discussions, articles and comments that the public doesn't see.
    seen = await database.rows(
        "select (select max(comment_count) > 20 from articles) and (select min(comment_count) < 3 from articles)"
        " and (select bool_or(not is_public) from articles) and (select bool_or(not is_public) from comments)"
        " and (select bool_or(placeholder is not null) from comments) and (select max(depth) > 3 from comments)"
    )
    assert seen[0][0] is True


async def threads(database: Database) -> None:
    """Depth and key of every comment are what `comments.post` would have made of its parent, a placeholder has
    replies, and what hangs on a hidden comment is hidden."""
    wrong = """
        select c.id from comments c left join comments p on p.id = c.parent_id
        where c.depth <> coalesce(p.depth + 1, 0)
          or c.thread_key <> coalesce(p.thread_key, ''::bytea)
            || int8send((extract(epoch from c.created_at) * 1000000)::bigint)
            || substring(uuid_send(c.id) from 13 for 4)
          or c.article_id <> coalesce(p.article_id, c.article_id)
          or c.is_public and not coalesce(p.is_public, true)
          or c.placeholder is not null and c.reply_count = 0
          or c.created_at <= coalesce(p.created_at, '-infinity')
    """
    assert await database.rows(wrong) == []


async def topics(database: Database) -> None:
    """Three direct topics, and exactly the ones above them beside."""
    above = {row["id"]: row["broader_id"] for row in await database.rows("select id, broader_id from topics")}
    assert len(above) == 300
    rows = await database.rows(
        "select article_id, array_agg(topic_id) filter (where direct) as direct, array_agg(topic_id) as every"
        " from article_topics group by article_id"
    )
    assert len(rows) == ARTICLES

    def with_above(topic: UUID | None) -> set[UUID]:
        return set() if topic is None else {topic} | with_above(above[topic])

    for row in rows:
        assert len(row["direct"]) == 3
        assert set(row["every"]) == set[UUID]().union(*map(with_above, row["direct"]))


async def everything_hangs_together(database: Database) -> None:
    for sql in (
        "select a.url from articles a where not exists (select from revisions r where r.article_id = a.id"
        " and (r.content_hash, r.headline, r.lead, r.body_html, r.body_text)"
        " = (a.content_hash, a.headline, a.lead, a.body_html, a.body_text))",
        "select a.url from articles a where not exists (select from article_keys k where k.article_id = a.id"
        " and k.kind = 'url' and k.value = a.url)",
        "select a.url from articles a where not exists (select from entries e where e.article_id = a.id)",
        "select a.url from articles a where a.has_image <> exists (select from images i where i.article_id = a.id)",
        "select a.url from articles a join article_authors x on x.article_id = a.id"
        " join authors w on w.id = x.author_id where w.source_id <> a.source_id or position(w.name in a.byline) = 0",
        "select s.slug from sources s where not exists (select from slugs g where (g.noun, g.slug, g.id)"
        " = ('source', s.slug, s.id))",
        "select a.url from articles a where a.is_public <> (a.embargoed_until is null)",
        "select c.node from changes c left join articles a on a.id = c.article_id where a.is_public is not true",
    ):
        assert await database.rows(sql) == [], sql
    assert await database.value("select count(*) from sources") == 500
    assert await database.value("select count(*) from changes where kind = 'ARTICLE_PUBLISHED'") > 0


async def indexes_are_there_again(loaded: str, empty: str) -> None:
    await migrate(empty)
    of_all = (
        "select pg_get_indexdef(indexrelid) from pg_index where indrelid in (select oid from pg_class where"
        " relnamespace = 'public'::regnamespace) union all select conrelid::regclass || conname ||"
        " pg_get_constraintdef(oid) from pg_constraint where connamespace = 'public'::regnamespace order by 1"
    )
    before, after = await asyncio.gather(administer(empty, of_all), administer(loaded, of_all))
    assert [row[0] for row in after] == [row[0] for row in before]
