"""What tests of the operator's desk share: feeds to bring in, questions that readers ask, and a recount."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from db.pool import Database
from jobs.ingest import Summary, import_paths
from schema.build import build_schema
from schema.execute import Executor

NOW = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)

# Each counter beside what it should say, and how often a time stands beside another that it should be.
RECOUNT = """
select 'source ' || slug as what, article_count as said,
  (select count(*) from articles a where a.source_id = s.id and a.is_public) as is
from sources s
union all
select 'latest of ' || slug, extract(epoch from sort_latest_at)::bigint, coalesce((
  select extract(epoch from max(a.published_at))::bigint from articles a where a.source_id = s.id and a.is_public
), extract(epoch from timestamptz '0001-01-01 00:00:00+00')::bigint) from sources s
union all
select 'topic ' || slug, article_count, (
  select count(*) from article_topics x join articles a on a.id = x.article_id where x.topic_id = t.id and a.is_public
) from topics t
union all
select 'author ' || slug, article_count, (
  select count(*) from article_authors x join articles a on a.id = x.article_id where x.author_id = u.id and a.is_public
) from authors u
union all
select 'commenter ' || display_name, comment_count, (
  select count(*) from comments c join articles a on a.id = c.article_id
  where c.author_id = m.id and c.is_public and c.placeholder is null and a.is_public
) from commenters m
union all
select 'times beside topics of ' || a.url, count(*), count(*) filter (where x.published_at = a.published_at)
from articles a join article_topics x on x.article_id = a.id group by a.id
union all
select 'times beside authors of ' || a.url, count(*), count(*) filter (where x.published_at = a.published_at)
from articles a join article_authors x on x.article_id = a.id group by a.id
"""

WAITING = """select count(*) from pg_stat_activity
where datname = current_database() and wait_event_type = 'Lock' and state = 'active'"""


def feed(path: Path, *items: str, title: str = "The Harbour Post", host: str = "harbour.example") -> Path:
    path.write_text(
        f'<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>{title}</title><link>https://{host}/</link><language>en</language>"
        f"{''.join(items)}</channel></rss>",
        encoding="utf-8",
    )
    return path


def item(
    number: int, *, headline: str = "Ferry strike ends", body: str = "Crews return.", host: str = "harbour.example",
    guid: str | None = None, link: str | None = None, more: str = "",
) -> str:  # fmt: skip
    return (
        f"<item><title>{headline}</title><link>{link or f'https://{host}/{number}'}</link>"
        f"<guid isPermaLink='false'>{guid or f'{host}-{number}'}</guid>"
        f"<pubDate>Tue, 10 Mar 2026 08:{number % 60:02}:00 +0900</pubDate><description>{body}</description>"
        f"<dc:creator>Ann Lee</dc:creator><category>Sport</category>{more}</item>"
    )


async def bring(database: Database, *paths: Path, at: int = 0) -> Summary:
    """Import, so many hours later."""
    return await import_paths(database, paths, clock=lambda: NOW + timedelta(hours=at), workers=1)


async def ask(database: Database, query: str, **variables: Any) -> Any:
    """The data of a GraphQL answer that has no errors."""
    answer = await Executor(build_schema(), database).execute(query, variables, None)
    told = orjson.loads(answer.body)
    assert "errors" not in told, told["errors"]
    return told["data"]


async def assert_counted(database: Database) -> None:
    """Every counter says what a recount says."""
    wrong = [tuple(row) for row in await database.rows(RECOUNT) if row["said"] != row["is"]]
    assert wrong == []


async def log(database: Database, after: int = 0) -> list[tuple[str, str, str]]:
    """Lines of the log: kind, node, and what was (JSON)."""
    rows = await database.rows("select kind, node, was from changes where seq > $1 order by seq", after)
    return [(row["kind"], row["node"], row["was"]) for row in rows]


async def head(database: Database) -> int:
    number: int = await database.value("select coalesce(max(seq), 0) from changes")
    return number


async def waits_for_a_lock(database: Database, at_least: int = 1) -> None:
    """Return once so many sessions of this database wait for others' locks."""
    async with asyncio.timeout(20):
        while await database.value(WAITING) < at_least:
            await asyncio.sleep(0.02)
