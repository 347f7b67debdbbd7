"""Who sees what of the fixed edition: the public, readers, moderators, and keys that have a source in full."""

from typing import Any
from uuid import UUID

import orjson
import pytest

from schema.caller import ANONYMOUS, Caller
from schema.execute import Executor


def _uuid(noun: int, number: int) -> UUID:
    return UUID(f"00000000-0000-7000-8000-{noun:04x}{number:08x}")


def comment(number: int) -> str:
    return f"c_{_uuid(7, number)}"


HELD = comment(6)
ONDINE = Caller("reader", _uuid(6, 1))
AUTHOR_OF_HELD = Caller("reader", _uuid(6, 4))
MODERATOR = Caller("moderator", _uuid(6, 2), role="MODERATOR")
BY_SCOPE = Caller("moderator", scopes=frozenset({"moderate"}))
PARTNER = Caller(full_sources=(_uuid(1, 2), _uuid(1, 3)))

HELD_ONE = f"""{{ node(id: "{HELD}") {{ id }}
  comment(id: "{HELD}") {{ body(as: TEXT) status author {{ displayName }} }} }}"""
DISCUSSION = f"""{{ article(by: {{id: "a_{_uuid(4, 1)}"}}) {{
  commentCount comments {{ totalCount nodes {{ id }} }} thread {{ totalCount nodes {{ id }} }} }} }}"""


async def data(executor: Executor, query: str, caller: Caller) -> Any:
    answer = await executor.execute(query, caller=caller)
    found = orjson.loads(answer.body)
    assert "errors" not in found, found
    return found["data"]


@pytest.mark.parametrize("caller", [ANONYMOUS, ONDINE, PARTNER])
async def test_a_held_comment_does_not_exist_for_others(caller: Caller, reader: Executor) -> None:
    assert await data(reader, HELD_ONE, caller) == {"node": None, "comment": None}
    article = (await data(reader, DISCUSSION, caller))["article"]
    assert article["comments"]["totalCount"] == 2
    assert article["thread"]["totalCount"] == 5
    assert HELD not in str(article)


@pytest.mark.parametrize("caller", [AUTHOR_OF_HELD, MODERATOR, BY_SCOPE])
async def test_its_author_and_moderators_see_it(caller: Caller, reader: Executor) -> None:
    found = await data(reader, HELD_ONE, caller)
    assert found["node"] == {"id": HELD}
    assert found["comment"] == {"body": "held", "status": "PENDING", "author": {"displayName": "Held only"}}
    article = (await data(reader, DISCUSSION, caller))["article"]
    assert article["comments"]["totalCount"] == 3
    assert article["thread"]["totalCount"] == 6
    assert article["thread"]["nodes"][-1] == {"id": HELD}
    # What stands on a row counts what the public sees, for every caller.
    assert article["commentCount"] == (await data(reader, DISCUSSION, ANONYMOUS))["article"]["commentCount"]


@pytest.mark.parametrize("caller", [ANONYMOUS, ONDINE, MODERATOR])
async def test_what_its_author_deleted_is_gone_for_all(caller: Caller, reader: Executor) -> None:
    found = await data(reader, f'{{ comment(id: "{comment(4)}") {{ body placeholder author {{ id }} }} }}', caller)
    assert found == {"comment": {"body": None, "placeholder": "DELETED", "author": None}}


@pytest.mark.parametrize("caller", [ANONYMOUS, ONDINE, MODERATOR, PARTNER])
async def test_a_withheld_article_and_what_hangs_on_it_exist_for_nobody(caller: Caller, reader: Executor) -> None:
    article, below = f"a_{_uuid(4, 7)}", comment(8)
    query = f"""{{ node(id: "{article}") {{ id }} article(by: {{id: "{article}"}}) {{ id }}
      below: node(id: "{below}") {{ id }} comment(id: "{below}") {{ id }}
      viewer {{ comments {{ totalCount nodes {{ id }} }} }} }}"""
    found = await data(reader, query, caller)
    viewer = found.pop("viewer")
    assert set(found.values()) == {None}
    assert below not in str(viewer)


async def test_a_comment_that_was_removed_is_whole_for_its_author_and_moderators(edition: Executor) -> None:
    async with edition.database.transaction() as connection:
        await connection.execute(
            "update comments set placeholder = 'REMOVED', status = 'REJECTED' where id = $1", _uuid(7, 1)
        )
    query = f'{{ comment(id: "{comment(1)}") {{ body(as: TEXT) placeholder author {{ displayName }} }} }}'
    whole = {"body": "First & foremost", "placeholder": "REMOVED", "author": {"displayName": "Ondine"}}
    for caller in (ONDINE, MODERATOR):
        assert (await data(edition, query, caller))["comment"] == whole
    for caller in (ANONYMOUS, AUTHOR_OF_HELD):
        gone = {"body": None, "placeholder": "REMOVED", "author": None}
        assert (await data(edition, query, caller))["comment"] == gone


ARTICLES = (
    "{ articles { nodes { lead body(as: TEXT) bodyAvailability source { slug } revisions { nodes { body } } } } }"
)


async def test_a_key_has_some_sources_in_full(edition: Executor) -> None:
    async with edition.database.transaction() as connection:
        await connection.execute(
            "update articles set page_html = '<p>whole</p>', page_text = 'whole', page_extent = 'FULL',"
            " page_fetched_at = now() where source_id = $1",
            _uuid(1, 3),
        )
    public, partner = [
        {found["source"]["slug"]: found for found in (await data(edition, ARTICLES, caller))["articles"]["nodes"]}
        for caller in (ANONYMOUS, PARTNER)
    ]
    assert public["küsten-bote"]["bodyAvailability"] == "RESTRICTED"
    assert public["küsten-bote"]["body"] is None
    assert partner["küsten-bote"]["bodyAvailability"] == "FULL"
    assert partner["küsten-bote"]["body"] == "whole"
    assert partner["harbour-times"] == public["harbour-times"]


async def test_the_public_has_statements_of_its_own(edition: Executor) -> None:
    """What others may see costs the public nothing."""
    known = edition.known("{ articles { nodes { body } } }", None)
    texts = {caller: edition.compiled(known, {}, caller).statement.sql for caller in (ANONYMOUS, ONDINE, PARTNER)}
    assert texts[ANONYMOUS] == texts[ONDINE]
    assert "any($1" in texts[PARTNER]


LONG = """
insert into comments (id, article_id, parent_id, author_id, depth, thread_key, body_html, body_text, status, is_public,
  created_at)
select gen_random_uuid(), '00000000-0000-7000-8000-000400000002', null, '00000000-0000-7000-8000-000600000001', 0,
  int8send(n), 'x', 'x', 'PUBLISHED', n % 50 > 0, timestamptz '2026-11-22 10:00:00+00' + n * interval '1 second'
from generate_series(1, 5000) n
"""


@pytest.mark.parametrize("list_", ["comments(first: 20)", "comments(orderBy: NEWEST, last: 5)", "thread(last: 20)"])
@pytest.mark.parametrize("caller", [ANONYMOUS, ONDINE, MODERATOR])
async def test_a_page_of_a_long_discussion_is_read_off_an_index(list_: str, caller: Caller, edition: Executor) -> None:
    known = edition.known(
        f'{{ article(by: {{id: "a_{_uuid(4, 2)}"}}) {{ it: {list_} {{ nodes {{ id body }} }} }} }}', None
    )
    compiled = edition.compiled(known, {}, caller)
    async with edition.database.transaction() as connection:
        await connection.execute(LONG)
        await connection.execute("analyze comments")
        rows = await connection.fetch(f"explain {compiled.statement.sql}", *compiled.values({}, caller))
    text = "\n".join(row[0] for row in rows)
    assert "Seq Scan on comments" not in text
    assert f"comments_{'' if caller is ANONYMOUS else 'all_'}{'thread' if 'thread' in list_ else 'roots'}" in text


# -- the viewer


VIEWER = (
    "{ viewer { commenter { displayName role } comments { totalCount nodes { id status } } replies { nodes { id } } } }"
)


@pytest.mark.parametrize("caller", [ANONYMOUS, BY_SCOPE, PARTNER])
async def test_only_readers_are_viewers(caller: Caller, reader: Executor) -> None:
    assert await data(reader, VIEWER, caller) == {"viewer": None}


async def test_a_viewer_sees_all_that_they_wrote_and_what_others_answered(reader: Executor) -> None:
    found = (await data(reader, VIEWER, AUTHOR_OF_HELD))["viewer"]
    assert found["commenter"] == {"displayName": "Held only", "role": "COMMENTER"}
    assert found["comments"] == {"totalCount": 1, "nodes": [{"id": HELD, "status": "PENDING"}]}
    assert found["replies"] == {"nodes": []}
    found = (await data(reader, VIEWER, ONDINE))["viewer"]
    # The newest first; not the one on a withheld article, nor an answer of one's own.
    assert [one["id"] for one in found["comments"]["nodes"]] == [comment(5), comment(4), comment(1)]
    assert [one["id"] for one in found["replies"]["nodes"]] == [comment(3), comment(2)]


async def test_a_viewers_lists_are_paged(reader: Executor) -> None:
    async def page(name: str, arguments: str) -> Any:
        query = f"{{ viewer {{ {name}({arguments}) {{ nodes {{ id }} pageInfo {{ endCursor hasNextPage }} }} }} }}"
        return (await data(reader, query, ONDINE))["viewer"][name]

    for name in ("comments", "replies"):
        met, after, more = [], "", True
        while more:
            found = await page(name, f"first: 1 {after}")
            met += found["nodes"]
            after, more = f'after: "{found["pageInfo"]["endCursor"]}"', found["pageInfo"]["hasNextPage"]
        assert met == (await page(name, "first: 100"))["nodes"]


async def test_both_ways_tell_the_same_viewer(reader: Executor) -> None:
    query = """{ viewer { __typename commenter { id __typename }
      comments(first: 2) { edges { cursor node { id article { url } } } } } }"""
    by_core = await reader._by_core(reader.known(query, None), {}, ONDINE)
    assert orjson.loads(by_core.body)["data"] == await data(reader, query, ONDINE)
