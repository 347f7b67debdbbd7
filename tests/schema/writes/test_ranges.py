"""A page of a long discussion, or of a queue, is read off ranges of indexes, whoever asks."""

import json
from typing import Any

import asyncpg

from schema.caller import ANONYMOUS, Caller
from tests.schema.writes.room import MODERATOR, Room, article, comment, uuid

# 6,000 comments, 30 deep; a tenth of the deepest is held.
LONG = """
insert into comments (id, article_id, parent_id, author_id, depth, thread_key, body_html, body_text, status, is_public,
  created_at, reply_count)
with recursive t as (
  select n, null::bigint as parent, 0 as depth, int8send(n) as key from generate_series(1::bigint, 200) n
  union all
  select n + 200, n, depth + 1, key || int8send(n + 200) from t where n + 200 <= 6000
)
select pg_temp.id(n), $1::uuid, pg_temp.id(parent), $2::uuid, depth, key, 'x', 'x',
  case when held then 'PENDING' else 'PUBLISHED' end, not held, timestamptz '2026-01-01' + n * interval '1 second',
  case when depth = 29 or n + 200 > 6000 or (depth = 28 and (n + 200) % 10 = 0) then 0 else 1 end
from t, lateral (select depth = 29 and n % 10 = 0 as held) h
order by n
"""
ID = """create function pg_temp.id(n bigint) returns uuid language sql strict return
  format('00000000-0000-7000-8002-%s', lpad(to_hex(n), 12, '0'))::uuid"""
TRUE_COUNTS = """
update articles a set comment_count = (select count(*) from comments c where c.article_id = a.id and c.is_public
  and c.placeholder is null);
update commenters m set comment_count = (select count(*) from comments c join articles a on a.id = c.article_id
  where c.author_id = m.id and c.is_public and c.placeholder is null and a.is_public);
analyze;
"""
SHOWN = "id body author { displayName } viewerHasReacted decisions { status } flags { reason }"
PAGE = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
REPLIES = f"replies(first: 3) {{ nodes {{ {SHOWN} }} {PAGE} }}"
ONE = f'article(by: {{id: "{article(2)}"}})'
QUERIES = {
    "replies": f"{{ {ONE} {{ comments {{ nodes {{ {SHOWN} {REPLIES} }} {PAGE} }} }} }}",
    "first": f"{{ {ONE} {{ thread(first: 20) {{ nodes {{ {SHOWN} parent {{ id }} }} {PAGE} }} }} }}",
    "last": f"{{ {ONE} {{ thread(last: 20) {{ nodes {{ {SHOWN} parent {{ id }} }} {PAGE} }} }} }}",
    "unmoderated": f"{{ moderationQueue(queue: UNMODERATED) {{ nodes {{ {SHOWN} }} {PAGE} }} }}",
    "pending": f"{{ moderationQueue(queue: PENDING) {{ nodes {{ {SHOWN} }} {PAGE} }} }}",
    "reported": f"{{ moderationQueue(queue: REPORTED) {{ nodes {{ {SHOWN} }} {PAGE} }} }}",
}
# What is read in the order of a count: fewer rows than the discussion has roots.
QUERIES |= {
    order: f"{{ {ONE} {{ comments(orderBy: {order}) {{ nodes {{ id }} {PAGE} }} }} }}"
    for order in ("NEWEST", "OLDEST", "MOST_REPLIES", "MOST_REACTIONS")
}
CALLERS: dict[str, Caller] = {"public": ANONYMOUS, "reader": Caller("reader", uuid(6, 3)), "moderator": MODERATOR}


def read_rows(plan: dict[str, Any]) -> float:
    """Rows that a plan reads from tables, those that it drops included."""
    found = sum(read_rows(each) for each in plan.get("Plans", ()))
    if "Relation Name" in plan:
        dropped = plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Index Recheck", 0)
        found += (plan["Actual Rows"] + dropped) * plan["Actual Loops"]
    return float(found)


async def rows_of(query: str, caller: Caller, room: Room, database_url: str) -> float:
    """Rows that are read for a query."""
    answer = await room.ask(query, caller)
    assert "errors" not in answer
    compiled = room.executor.compiled(room.executor.known(query, None), {}, caller)
    explain = f"explain (analyze, format json) {compiled.statement.sql}"
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("set plan_cache_mode = force_generic_plan")
        return read_rows(json.loads(await connection.fetchval(explain, *compiled.values({}, caller)))[0]["Plan"])
    finally:
        await connection.close()


async def test_a_page_reads_ranges_of_indexes(room: Room, database_url: str) -> None:
    async with room.database.transaction() as connection:
        await connection.execute(ID)
        await connection.execute(LONG, uuid(4, 2), uuid(6, 1))
        await connection.execute(TRUE_COUNTS)
    for name, query in QUERIES.items():
        for who, caller in CALLERS.items():
            if "moderationQueue" in query and who != "moderator":
                continue
            most = 300 if SHOWN in query else 100
            assert await rows_of(query, caller, room, database_url) < most, (name, who)


async def test_of_a_comment_that_many_reported_the_newest_reports_are_read(room: Room, database_url: str) -> None:
    query = f'{{ comment(id: "{comment(1)}") {{ flags {{ note }} }} }}'
    async with room.database.transaction() as connection:
        await connection.execute(
            "insert into flags (id, comment_id, reason, note, created_at)"
            " select gen_random_uuid(), $1, 'SPAM', n::text, timestamptz '2026-01-01' + n * interval '1 second'"
            " from generate_series(1, 1000) n",
            uuid(7, 1),
        )
        await connection.execute("update comments set flag_count = 1000 where id = $1", uuid(7, 1))
        await connection.execute("analyze flags")
    answer = await room.ask(query, MODERATOR)
    assert [int(flag["note"]) for flag in answer["data"]["comment"]["flags"]] == list(range(1000, 950, -1))
    assert await rows_of(query, MODERATOR, room, database_url) < 100
