"""Pages give each row exactly once, whatever is inserted meanwhile and however many keys are equal."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import find
from db.ids import uuid7
from db.pool import Database
from db.select import RANKED
from ingest.search_text import tsvector
from schema.build import build_schema
from schema.caller import ANONYMOUS
from schema.execute import Executor

START = datetime(2026, 11, 1, tzinfo=UTC)
MANY = 1_000
SOURCE = UUID("00000000-0000-7000-8000-000100000001")

INSERT = """
insert into articles (id, source_id, url, is_public, headline, body_extent, language, published_at, published_text,
  published_estimated, sort_updated_at, first_seen_at, changed_at, word_count, has_image, comment_count, content_hash,
  search)
select i.id, $1, 'https://x.example/' || i.id, true, 'harbour ' || i.n, 'NONE', 'en', i.at, i.at::text, false, i.at,
  i.at, i.at, 1, false, i.comments, '', i.search::tsvector
from unnest($2::uuid[], $3::timestamptz[], $4::integer[], $5::text[]) with ordinality
  as i (id, at, comments, search, n)
"""


async def insert(database: Database, rows: list[tuple[datetime, int, str]], *, now: datetime) -> set[str]:
    """Articles by time of publication, comments and text; returns their global ids."""
    ids = [uuid7(now) for _ in rows]
    random.Random(1).shuffle(ids)
    times, comments = [row[0] for row in rows], [row[1] for row in rows]
    searches = [tsvector(headline=text) for _, _, text in rows]
    async with database.transaction() as connection:
        await connection.execute(INSERT, SOURCE, ids, times, comments, searches)
    return {f"a_{id_}" for id_ in ids}


@pytest.fixture
async def crowded(database: Database) -> tuple[Executor, Database, set[str]]:
    """A thousand articles with one timestamp and one rank among some with others."""
    async with database.transaction() as connection:
        await connection.execute(
            "insert into sources (id, slug, name, sort_name, created_at) values ($1, 'x', 'X', 'x', $2)", SOURCE, START
        )
    rows = [(START, 3, "harbour")] * MANY
    rows += [(START + timedelta(minutes=i - 20), i % 5, "harbour " * (1 + i % 3) + "quay") for i in range(40)]
    return Executor(build_schema(), database), database, await insert(database, rows, now=START)


PAGE = """query Page($first: Int, $after: String, $last: Int, $before: String) {
  page: %s { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
}"""
WAYS = {
    **{
        order: f"articles(orderBy: {order}, first: $first, after: $after, last: $last, before: $before)"
        for order in ("NEWEST", "OLDEST", "UPDATED", "MOST_COMMENTED")
    },
    **{
        f"search by {order}": f'search(query: "harbour", orderBy: {order}, first: $first, after: $after,'
        " last: $last, before: $before)"
        for order in ("RELEVANCE", "NEWEST", "OLDEST")
    },
}


async def page(executor: Executor, way: str, **variables: Any) -> Any:
    answer = await executor.execute(PAGE % WAYS[way], variables)
    found = orjson.loads(answer.body)
    assert "errors" not in found, found
    return found["data"]["page"]


async def walk(executor: Executor, way: str, size: int, *, backwards: bool, between: Any) -> list[str]:
    """All ids of a list, page by page, in the order of the list; `between` is awaited after every page."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        if backwards:
            got = await page(executor, way, last=size, before=cursor)
            found[:0] = [node["id"] for node in got["nodes"]]
            more, cursor = got["pageInfo"]["hasPreviousPage"], got["pageInfo"]["startCursor"]
        else:
            got = await page(executor, way, first=size, after=cursor)
            found += [node["id"] for node in got["nodes"]]
            more, cursor = got["pageInfo"]["hasNextPage"], got["pageInfo"]["endCursor"]
        assert len(got["nodes"]) == size or not more
        if not more:
            return found
        await between()


async def nothing() -> None:
    """What happens between the pages of a list that stands still."""


@pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
@pytest.mark.parametrize("way", WAYS)
async def test_each_article_comes_once_while_others_are_inserted(
    way: str, backwards: bool, crowded: tuple[Executor, Database, set[str]]
) -> None:
    executor, database, before = crowded
    for seed, size in ((1, 100), (2, 73)):
        dice = random.Random(seed)
        meanwhile: set[str] = set()

        async def insert_some(dice: random.Random = dice, seed: int = seed, meanwhile: set[str] = meanwhile) -> None:
            rows = [
                (START + timedelta(minutes=dice.choice((-30, -5, 0, 0, 5, 30))), dice.choice((0, 3, 9)), text)
                for text in ("harbour", "harbour harbour quay", "harbour " * 5)
            ]
            meanwhile |= await insert(database, rows, now=START + timedelta(days=seed))

        expected = before
        if way == "search by RELEVANCE":
            newest = await walk(executor, "search by NEWEST", 100, backwards=False, between=nothing)
            expected = set(newest[:RANKED])
        found = await walk(executor, way, size, backwards=backwards, between=insert_some)
        assert len(found) == len(set(found))
        assert expected <= set(found)
        assert meanwhile
        if way == "search by RELEVANCE":
            # The candidates are those of the first page: what is new since then waits for the next search.
            assert expected == set(found)
        before |= meanwhile


IN_ORDER = {
    "NEWEST": "published_at desc, id desc",
    "OLDEST": "published_at, id",
    "MOST_COMMENTED": "comment_count desc, id desc",
}


@pytest.mark.parametrize("few", [1, 1_000_000], ids=["found often", "found seldom"])
async def test_articles_of_many_volumes_come_in_their_order(
    few: int, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find, "FEW", few)
    async with database.transaction() as connection:
        await connection.execute(
            "insert into sources (id, slug, name, sort_name, created_at) values ($1, 'x', 'X', 'x', $2)", SOURCE, START
        )
    days = [*range(0, 4_000, 25), *range(7_300, 22_000, 700)]  # The last ones are before 1970.
    random.Random(2).shuffle(days)
    rows = [(START - timedelta(days=day), day % 7, "harbour quay" if day % 2 else "harbour") for day in days]
    await insert(database, rows, now=START)
    executor = Executor(build_schema(), database)
    for order, by in IN_ORDER.items():
        expected = [f"a_{row['id']}" for row in await database.rows(f"select id from articles order by {by}")]
        searches = [f'articles(filter: {{matching: "harbour"}}, orderBy: {order}']
        if order != "MOST_COMMENTED":
            searches += [f'search(query: "{query}", orderBy: {order}' for query in ("harbour", "harb* -port")]
        for search in searches:
            monkeypatch.setitem(WAYS, search, search + ", first: $first, after: $after, last: $last, before: $before)")
            for backwards in (False, True):
                assert await walk(executor, search, 30, backwards=backwards, between=nothing) == expected


@pytest.mark.parametrize("hours_ahead", [0, 48])
async def test_what_is_found_often_is_not_read_through_a_volume(hours_ahead: int, database: Database) -> None:
    """Whatever is dated ahead: many articles of the last hours hold the word."""
    async with database.transaction() as connection:
        await connection.execute(
            "insert into sources (id, slug, name, sort_name, created_at) values ($1, 'x', 'X', 'x', $2)", SOURCE, START
        )
    now = datetime.now(UTC)
    rows = [(now - timedelta(minutes=minute), 0, "harbour") for minute in range(60)]
    await insert(database, [*rows, (now + timedelta(hours=hours_ahead), 0, "quay")], now=now)
    executor = Executor(build_schema(), database)
    compiled = executor.compiled(executor.known('{ search(query: "harbour") { nodes { id } } }', None), {}, ANONYMOUS)
    plan = f"explain (analyze, costs off, timing off) {compiled.statement.sql}"
    lines = [row[0] for row in await database.rows(plan, *compiled.values({}, ANONYMOUS))]
    looks = [line for line in lines if 'Values Scan on "*VALUES*"' in line]
    assert looks
    assert all("never executed" in line for line in looks)


async def test_a_cursor_of_a_time_when_nothing_was_leads_to_the_newest(
    crowded: tuple[Executor, Database, set[str]],
) -> None:
    executor, *_ = crowded
    newest = await page(executor, "search by NEWEST", first=20)
    forged = "sn253402128000000000_ffffffff-ffff-ffff-ffff-ffffffffffff"
    found = await page(executor, "search by NEWEST", first=20, after=forged)
    assert found["nodes"] == newest["nodes"]


@pytest.mark.parametrize("few", [1, 1_000_000], ids=["found often", "found seldom"])
async def test_two_texts_have_to_be_found_both(
    few: int, crowded: tuple[Executor, Database, set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find, "FEW", few)
    executor, *_ = crowded
    both = "{ page: search(query: %s, first: 100%s) { totalCount nodes { id } } }"
    found = [
        orjson.loads((await executor.execute(both % each)).body)["data"]["page"]
        for each in (
            ('"harbour quay"', ""),
            ('"harbour"', ', filter: {matching: "quay"}'),
            ('"quay"', ', filter: {and: [{matching: "harbour"}, {matching: "harb*"}, {matching: "quay -ship"}]}'),
        )
    ]
    assert [each["totalCount"] for each in found] == [40, 40, 40]
    first, *others = ({node["id"] for node in each["nodes"]} for each in found)
    assert others == [first, first]


async def test_sources_without_articles_are_paged_like_the_others(database: Database) -> None:
    """The time that stands for never is the first moment of the year 1, which drivers like to call infinite."""
    async with database.transaction() as connection:
        await connection.execute(
            "insert into sources (id, slug, name, sort_name, created_at)"
            " select i, i::text, 'X', 'x', $2 from unnest($1::uuid[]) i",
            [uuid7(START) for _ in range(7)],
            START,
        )
    executor, found, cursor = Executor(build_schema(), database), [], None
    document = (
        "query ($after: String) { sources(orderBy: MOST_RECENT, first: 3, after: $after)"
        " { nodes { slug } pageInfo { hasNextPage hasPreviousPage endCursor } } }"
    )
    for number in range(3):
        got = orjson.loads((await executor.execute(document, {"after": cursor})).body)["data"]["sources"]
        assert got["pageInfo"]["hasPreviousPage"] == (number > 0)
        assert got["pageInfo"]["hasNextPage"] == (number < 2)
        cursor = got["pageInfo"]["endCursor"]
        found += [node["slug"] for node in got["nodes"]]
    assert len(found) == len(set(found)) == 7


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_any_walk_to_and_fro_agrees_with_the_whole(
    data: st.DataObject, crowded: tuple[Executor, Database, set[str]]
) -> None:
    """From any cursor: the page after it and the page before it are the neighbours in the whole list."""
    executor, _, before = crowded
    way = data.draw(st.sampled_from(sorted(WAYS)))
    whole: list[str] = []
    cursors: list[str] = []
    cursor = None
    while True:
        got = await page(executor, way, first=100, after=cursor)
        whole += [node["id"] for node in got["nodes"]]
        cursor = got["pageInfo"]["endCursor"]
        cursors.append(cursor)
        if not got["pageInfo"]["hasNextPage"]:
            break
    assert set(whole) <= before
    assert len(whole) == (min(RANKED, len(before)) if way == "search by RELEVANCE" else len(before))
    at = data.draw(st.integers(0, len(cursors) - 1))
    size = data.draw(st.integers(1, 100))
    end = min((at + 1) * 100, len(whole))
    following = await page(executor, way, first=size, after=cursors[at])
    assert [node["id"] for node in following["nodes"]] == whole[end : end + size]
    assert following["pageInfo"]["hasNextPage"] == (end + size < len(whole))
    assert following["pageInfo"]["hasPreviousPage"] is True
    previous = await page(executor, way, last=size, before=cursors[at])
    assert [node["id"] for node in previous["nodes"]] == whole[max(0, end - 1 - size) : end - 1]
    assert previous["pageInfo"]["hasPreviousPage"] == (end - 1 - size > 0)
    assert previous["pageInfo"]["hasNextPage"] is True
