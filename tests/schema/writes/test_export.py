"""What a reader takes along, however much it is: in pieces, each a page read off an index."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest

from db.pool import Database
from db.statements import statements
from schema.writes import erase
from schema.writes.desk import Desk
from schema.writes.export import LISTS, PAGE, export
from tests.schema.writes.room import MINATO, Room, comment, uuid
from tests.schema.writes.test_ranges import read_rows

MANY = 5 * PAGE + 7
# So many numbers twice: for one commenter ($1) and for another ($2).
NUMBERS = """create temp table n on commit drop as
  select n, format('00000000-0000-7000-9000-%s', lpad(to_hex(n), 12, '0'))::uuid as id,
    case when n % 2 = 0 then $1::uuid else $2::uuid end as who, timestamptz '2026-01-01' + n / 3 * interval '1 s' as at
  from generate_series(1, 2 * $3::integer) n"""
# A comment for each, under one article, and one of everything for each comment.
COMMENTS = """insert into comments (id, article_id, author_id, depth, thread_key, body_html, body_text, body_markdown,
    status, is_public, created_at)
  select id, $1, who, 0, int8send(n), '<p>x</p>', 'x', 'x', 'REJECTED', false, at from n"""
MUCH = (
    "insert into reactions select id, who, at from n",
    "insert into flags (id, comment_id, commenter_id, reason, created_at) select id, id, who, 'SPAM', at from n",
    """insert into decisions (id, comment_id, status, rule, note, decided_at, decided_by)
       select id, id, 'REJECTED', null, 'No.', at, who from n""",
    "insert into idempotency_keys select who, 'key ' || n, '', id, at from n",
    "update comments c set reaction_count = 1, flag_count = 1 from n where n.id = c.id",
)


async def fill(database: Database, many: int) -> None:
    """Give Minato and another many of everything."""
    async with database.transaction() as connection:
        await connection.execute(NUMBERS, uuid(6, 3), uuid(6, 1), many)
        await connection.execute(COMMENTS, uuid(4, 1))
        for sql in MUCH:
            await connection.execute(sql)
    async with database.transaction() as connection:
        await connection.execute("analyze")


async def whole(pieces: AsyncIterator[str]) -> Any:
    return orjson.loads("".join([piece async for piece in pieces]))


async def test_much_comes_in_pieces_each_thing_once(room: Room) -> None:
    await fill(room.database, MANY)
    pieces = [piece async for piece in await export(Desk(room.database), uuid(6, 3))]
    found = orjson.loads("".join(pieces))
    for name, noun, _ in LISTS:
        own = {"comments": "author_id", "decisions": "decided_by"}.get(noun, "commenter_id")
        table = "idempotency_keys" if noun == "idempotency" else noun
        kept = await room.database.value(f"select count(*) from {table} where {own} = $1", uuid(6, 3))
        assert kept >= MANY
        keys = [json.dumps(each, sort_keys=True) for each in found[name]]
        assert len(keys) == len(set(keys)) == kept
    times = [each["createdAt"] for each in found["comments"]]
    assert times == sorted(times)
    assert max(piece.count('"markdown"') for piece in pieces) == PAGE


async def test_a_page_reads_a_range_of_an_index(room: Room, database_url: str) -> None:
    await fill(room.database, 4 * MANY)
    middle = UUID(f"00000000-0000-7000-9000-{MANY:012x}")
    keys: dict[str, tuple[Any, ...]] = {
        "comments": (datetime(2026, 1, 1, 0, 5, tzinfo=UTC), middle),
        "idempotency": ("key 2",),
    }
    connection = await asyncpg.connect(database_url)
    await connection.execute("set plan_cache_mode = force_generic_plan")
    try:
        for _, noun, _ in LISTS:
            sql = f"explain (analyze, format json) {statements(noun)['export']}"
            plan = json.loads(await connection.fetchval(sql, uuid(6, 3), *keys.get(noun, (middle,)), PAGE))[0]["Plan"]
            assert plan["Actual Rows"] == PAGE
            assert read_rows(plan) <= 4 * PAGE + 2, noun
    finally:
        await connection.close()


@pytest.mark.parametrize("texts", [True, False])
async def test_it_ends_well_whatever_happens_meanwhile(room: Room, texts: bool) -> None:
    await fill(room.database, MANY)
    desk = Desk(room.database)
    pieces = await export(desk, uuid(6, 3))
    begun = [await anext(pieces) for _ in range(3)]
    late = (await room.post(MINATO, "Meanwhile."))["id"]
    found = orjson.loads("".join(begun + [piece async for piece in pieces]))
    assert [each["id"] for each in found["comments"]][-1] == late
    assert comment(3) in [each["id"] for each in found["comments"]]
    pieces = await export(desk, uuid(6, 3))
    begun = [await anext(pieces) for _ in range(3)]
    await erase.commenter(desk, uuid(6, 3), texts=texts)
    found = orjson.loads("".join(begun + [piece async for piece in pieces]))
    assert (len(found["comments"]), found["flags"]) == (PAGE, [])


async def test_an_article_that_nobody_may_see_has_no_address(room: Room) -> None:
    written = "select a.is_public, a.url from comments c join articles a on a.id = c.article_id where c.author_id = $1"
    rows = await room.database.rows(written, uuid(6, 1))
    assert {row["is_public"] for row in rows} == {True, False}
    found = await whole(await export(Desk(room.database), uuid(6, 1)))
    told = {each["articleUrl"] for each in found["comments"]}
    assert told == {row["url"] if row["is_public"] else None for row in rows}
