"""Withheld articles: gone from every read, and they stay gone whatever comes in again."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from db.ids import uuid7
from db.pool import Database
from jobs.due import write_due
from jobs.withhold import AddressShared, BadReason, NoSuchArticle, restore, withheld, withhold
from tests.jobs.desk import NOW, ask, assert_counted, bring, feed, head, item, log

URL = "https://harbour.example/1"
EVERYWHERE = """
query ($url: URL!, $id: ID!, $revision: ID!, $comment: ID!) {
  article(by: {url: $url}) { headline revisions(first: 5) { nodes { id } } thread(first: 5) { nodes { id } } }
  again: article(by: {id: $id}) { id }
  node(id: $id) { id }
  revision: node(id: $revision) { id }
  comment: node(id: $comment) { id }
  articles(first: 10) { nodes { url } totalCount }
  search(query: "pier OR ferry", first: 10) { edges { node { url } } totalCount }
  sources(first: 10) { nodes { slug articleCount latestArticleAt articles(first: 5) { nodes { url } } } }
  topics(first: 3, orderBy: MOST_ARTICLES) { nodes { slug articleCount articles(first: 5) { nodes { url } } } }
}
"""


async def comment(database: Database, article: Any) -> str:
    commenter, posted = uuid7(NOW), uuid7(NOW)
    async with database.transaction() as connection:
        await connection.execute(
            "insert into commenters (id, display_name, created_at, comment_count) values ($1, 'Reader', $2, 1)",
            commenter, NOW,
        )  # fmt: skip
        await connection.execute(
            """insert into comments (id, article_id, author_id, depth, thread_key, body_text, body_html, status,
               is_public, created_at) values ($1, $2, $3, 0, '', 'Well.', '<p>Well.</p>', 'PUBLISHED', true, $4)""",
            posted, article, commenter, NOW,
        )  # fmt: skip
        await connection.execute("update articles set comment_count = 1 where id = $1", article)
    return f"c_{posted}"


async def test_a_withheld_article_stays_gone(database: Database, tmp_path: Path) -> None:
    """Through re-import, revision, search, counts, threads and lookup by any of its addresses."""
    path = tmp_path / "harbour.xml"
    tracked = "https://harbour.example/1?utm_source=feed"
    await bring(database, feed(path, item(1, link=tracked), item(2, headline="New pier opens")))
    article = await database.value("select article_id from article_keys where value = $1", URL)
    revision = await database.value("select id from revisions where article_id = $1", article)
    named = {"id": f"a_{article}", "revision": f"r_{revision}", "comment": await comment(database, article)}
    before = await ask(database, EVERYWHERE, url=URL, **named)
    assert before["article"]
    assert before["comment"]
    assert before["articles"]["totalCount"] == 2
    assert await database.value("select sum(comment_count) from articles where is_public") == 1
    start = await head(database)

    done = await withhold(database, tracked, reason="Court order 7", now=NOW)

    assert (done.changed, done.is_public, done.reason) == (True, False, "Court order 7")
    assert await log(database, start) == [("ARTICLE_WITHDRAWN", f"a_{article}", "{}")]
    again = [
        feed(path, item(1, headline="Ferry strike ends, says union", link=tracked)),
        feed(tmp_path / "guid.xml", item(1, link="https://harbour.example/moved", headline="Ferry: moved")),
        feed(tmp_path / "address.xml", item(1, guid="another", headline="Ferry: another guid")),
        feed(tmp_path / "shared.xml", *(item(1, guid=f"new-{n}", headline=f"Ferry: live {n}") for n in range(2))),
        feed(tmp_path / "twice.xml", *(item(n, guid="harbour.example-1", headline=f"Ferry {n}") for n in (7, 8))),
        feed(tmp_path / "elsewhere.xml", item(9, link=URL, headline="Ferry copied"), title="Copy", host="copy.example"),
        feed(tmp_path / "learnt.xml", item(5, guid="another", headline="Ferry: by the guid that came later")),
    ]
    for hour, each in enumerate(again, 1):
        await bring(database, each, at=hour)
        for address in (URL, tracked, "https://harbour.example/moved"):
            now = await ask(database, EVERYWHERE, url=address, **named)
            assert [now[each] for each in ("article", "again", "node", "revision", "comment")] == [None] * 5
            assert now["articles"] == {"nodes": [{"url": "https://harbour.example/2"}], "totalCount": 1}
            assert [edge["node"]["url"] for edge in now["search"]["edges"]] == ["https://harbour.example/2"]
            assert now["search"]["totalCount"] == 1
            assert {source["articleCount"] for source in now["sources"]["nodes"]} <= {0, 1}
            assert now["topics"]["nodes"][0]["articleCount"] == 1
        await assert_counted(database)
    assert await database.value("select sum(comment_count) from articles where is_public") == 0
    lines = [line for line in await log(database, start) if line[1].startswith("a_")]
    assert lines == [("ARTICLE_WITHDRAWN", f"a_{article}", "{}")]

    later = NOW + timedelta(days=1)
    back = await restore(database, f"a_{article}", now=later)
    assert (back.changed, back.is_public, back.reason) == (True, True, "Court order 7")
    assert (await log(database, start))[-1] == ("ARTICLE_PUBLISHED", f"a_{article}", "{}")
    now = await ask(database, EVERYWHERE, url=URL, **named)
    assert now["article"]["headline"].startswith("Ferry")
    assert now["comment"]
    assert now["articles"]["totalCount"] == 2
    await assert_counted(database)
    kept = await database.rows("select reason, withheld_at, restored_at from withholdings")
    assert [tuple(row) for row in kept] == [("Court order 7", NOW, later)]


async def test_withholding_twice_keeps_the_first_reason(database: Database, tmp_path: Path) -> None:
    await bring(database, feed(tmp_path / "a.xml", item(1)))
    await withhold(database, URL, reason="First", now=NOW)
    start = await head(database)

    again = await withhold(database, URL, reason="Second", now=NOW + timedelta(hours=1))

    assert (again.changed, again.reason, again.since) == (False, "First", NOW)
    assert [each.reason for each in await withheld(database)] == ["First"]
    await restore(database, URL, now=NOW)
    assert not (await restore(database, URL, now=NOW)).changed
    assert len(await log(database, start)) == 1
    assert await withheld(database) == []
    await assert_counted(database)


async def test_an_embargo_does_not_bring_it_back_and_holds_after_it(database: Database, tmp_path: Path) -> None:
    await bring(database, feed(tmp_path / "a.xml", item(1)))
    await withhold(database, URL, reason="Held", now=NOW)
    async with database.transaction() as connection:
        await connection.execute("update articles set embargoed_until = $1", NOW + timedelta(hours=2))
    start = await head(database)

    assert await write_due(database, now=NOW + timedelta(hours=3)) == 0
    assert not (await restore(database, URL, now=NOW + timedelta(hours=1))).is_public
    assert await log(database, start) == []
    assert await write_due(database, now=NOW + timedelta(hours=3)) == 1
    await assert_counted(database)


async def test_says_what_it_can_not_do(database: Database, tmp_path: Path) -> None:
    shared = "https://harbour.example/live"
    await bring(
        database, feed(tmp_path / "a.xml", item(1), *(item(n, link=shared, headline=f"Live {n}") for n in (2, 3)))
    )
    with pytest.raises(NoSuchArticle, match=r"no article at https://harbour\.example/none"):
        await withhold(database, "https://harbour.example/none", reason="R", now=NOW)
    with pytest.raises(NoSuchArticle):
        await withhold(database, f"a_{uuid7(NOW)}", reason="R", now=NOW)
    with pytest.raises(BadReason):
        await withhold(database, URL, reason="  ", now=NOW)
    with pytest.raises(AddressShared, match="2 articles have this address"):
        await withhold(database, shared, reason="R", now=NOW)


async def test_beside_imports_every_count_stays_right(database: Database, tmp_path: Path) -> None:
    paths = [tmp_path / f"{n}.xml" for n in range(3)]
    items = [item(n) for n in range(1, 9)]
    await bring(database, feed(paths[0], *items))

    async def import_again() -> None:
        for hour in range(1, 5):
            told = [item(n, headline=f"Ferry strike, part {hour}") for n in range(1, 9)]
            fresh = [item(100 + 10 * hour + n) for n in range(3)]
            await bring(database, feed(paths[hour % 3], *told, *fresh), at=hour)

    async def to_and_fro(n: int) -> None:
        for _ in range(6):
            await withhold(database, f"https://harbour.example/{n}", reason="R", now=NOW)
            await restore(database, f"https://harbour.example/{n}", now=NOW)
        await withhold(database, f"https://harbour.example/{n}", reason="R", now=NOW)

    await asyncio.gather(import_again(), *(to_and_fro(n) for n in range(1, 5)))

    await assert_counted(database)
    gone = await database.rows("select url from articles where not is_public order by url")
    assert [row["url"] for row in gone] == [f"https://harbour.example/{n}" for n in range(1, 5)]
