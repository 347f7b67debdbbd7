"""Random inputs over the data set, the same for every server and in every run on the same data."""

import random
from collections.abc import Mapping

import asyncpg

SEED = 20260301
ARTICLES = 4_000
QUERIES = 300
# How often a search page's query is found: in this many of 200,000 articles, and more or less in as many of others.
MATCHES = (30, 300)
PER = 200_000

Inputs = Mapping[str, tuple[str, ...]]

_TOPICS = "select slug from topics where article_count >= 20 order by id"
# The blocks of the table are drawn, not the rows, so that ten million articles need not be read.
_SAMPLE = """
select a.id::text, a.headline from articles a tablesample system ($1) repeatable (20260301)
where a.is_public order by md5(a.id::text) limit $2"""
_FOUND = """
select count(*) from (
  select 1 from articles a where a.search @@ websearch_to_tsquery('simple', $1) and a.is_public limit $2
) a"""


async def inputs(url: str) -> Inputs:
    """Topics' slugs, articles' ids and queries, by the page that takes them.

    RuntimeError: the data set is too small for it.
    """
    connection = await asyncpg.connect(url)
    try:
        topics = [row["slug"] for row in await connection.fetch(_TOPICS)]
        size, drawn = await _sample(connection)
        queries = await _queries(connection, [row["headline"] for row in drawn], size)
    finally:
        await connection.close()
    if not topics or not drawn:
        raise RuntimeError("There are not enough articles to ask for.")
    order = random.Random(SEED)
    return {
        "list": tuple(order.choices(topics, k=2_000)),
        "article": tuple(row["id"] for row in drawn),
        "search": tuple(order.choices(queries, k=2_000)),
        "typename": ("",),
    }


async def articles(url: str) -> tuple[str, ...]:
    """Articles' ids alone, as `inputs` draws them."""
    connection = await asyncpg.connect(url)
    try:
        _, drawn = await _sample(connection)
    finally:
        await connection.close()
    return tuple(row["id"] for row in drawn)


async def _sample(connection: "asyncpg.Connection[asyncpg.Record]") -> tuple[float, list[asyncpg.Record]]:
    """How many articles there are, about, and some of them with their headlines."""
    size = await connection.fetchval("select reltuples from pg_class where oid = 'articles'::regclass")
    part = min(100.0, 100 * 4 * ARTICLES / max(size, 1))
    return size, await connection.fetch(_SAMPLE, part, ARTICLES)


async def _queries(connection: "asyncpg.Connection[asyncpg.Record]", headlines: list[str], size: float) -> list[str]:
    """Queries of two words that stand in a headline, of more than three letters, and match as often as wanted."""
    least, most = (max(1, round(bound * size / PER)) for bound in MATCHES)
    drawn = random.Random(SEED)
    found: dict[str, None] = {}
    for headline in headlines:
        words = sorted(
            {word for word in headline.lower().split() if len(word) > 3 and word.isascii() and word.isalpha()}
        )
        if len(words) < 2:
            continue
        query = " ".join(drawn.sample(words, 2))
        if least <= await connection.fetchval(_FOUND, query, most + 1) <= most:
            found[query] = None
        if len(found) == QUERIES:
            return list(found)
    if not found:
        raise RuntimeError("No two words of a headline are found as often as wanted.")
    return list(found)
