"""Outlets as operators want them: policies, names and merges, with every count and line that comes of them."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from db.pool import Database
from jobs.keys import keys, new_key
from jobs.sources import BadSource, Change, NoSuchSource, change, merge, source, sources
from jobs.withhold import withhold
from tests.jobs.desk import NOW, ask, assert_counted, bring, feed, head, item, log, waits_for_a_lock

SERVED = """query ($url: URL!) { article(by: {url: $url}) {
  headline lead html: body text: body(as: TEXT) bodyAvailability source { slug }
  revisions(first: 1) { nodes { lead body } }
} }"""
CARRIED = "<content:encoded>&lt;p&gt;Crews return on Monday.&lt;/p&gt;&lt;p&gt;Talks go on.&lt;/p&gt;</content:encoded>"


async def served(database: Database, number: int) -> Any:
    return (await ask(database, SERVED, url=f"https://harbour.example/{number}"))["article"]


async def test_the_policy_decides_what_is_served(database: Database, tmp_path: Path) -> None:
    path = feed(
        tmp_path / "a.xml",
        item(1, more=CARRIED),
        item(2, headline="Only a headline", body=""),
        item(3, headline="Short", body="Crews return …"),
        item(4, headline="Page kept", body=""),
        item(5, headline="Page beside", body="Begins …"),
    )
    await bring(database, path)
    async with database.transaction() as connection:
        await connection.execute(
            """update articles set page_html = '<p>From the page.</p>', page_text = 'From the page.',
               page_fetched_at = $1, page_extent = 'FULL' where url like '%/4' or url like '%/5'""",
            NOW,
        )

    async def told() -> list[tuple[str, str | None]]:
        answers = [await served(database, number) for number in range(1, 6)]
        for answer in answers:
            # Text is there exactly where it is said to be.
            assert (answer["html"] is not None) == (answer["bodyAvailability"] in ("FULL", "EXCERPT"))
            assert (answer["text"] is None) == (answer["html"] is None)
        return [(answer["bodyAvailability"], answer["text"]) for answer in answers]

    whole = "Crews return on Monday.\n\nTalks go on."
    assert await told() == [
        ("FULL", whole), ("UNAVAILABLE", None), ("EXCERPT", "Crews return …"), ("RESTRICTED", None),
        ("EXCERPT", "Begins …"),
    ]  # fmt: skip
    slug = (await sources(database))[0].slug
    start = await head(database)
    await change(database, slug, Change(serves_pages=True), now=NOW)
    assert await told() == [
        ("FULL", whole), ("UNAVAILABLE", None), ("EXCERPT", "Crews return …"), ("FULL", "From the page."),
        ("FULL", "From the page."),
    ]  # fmt: skip
    lines = await log(database, start)
    assert lines[0][0] == "SOURCE_UPDATED"
    assert {(kind, was) for kind, _, was in lines[1:]} == {("ARTICLE_UPDATED", '{"text": true}')}
    assert len(lines) == 6

    await change(database, slug, Change(policy="EXCERPT"), now=NOW)
    assert await told() == [
        ("EXCERPT", "Crews return."), ("UNAVAILABLE", None), ("EXCERPT", "Crews return …"), ("RESTRICTED", None),
        ("EXCERPT", "Begins …"),
    ]  # fmt: skip
    assert (await served(database, 1))["revisions"]["nodes"][0]["body"] == "<p>Crews return.</p>"

    await change(database, slug, Change(policy="HEADLINE"), now=NOW)
    assert await told() == [
        ("RESTRICTED", None), ("UNAVAILABLE", None), ("RESTRICTED", None), ("RESTRICTED", None), ("RESTRICTED", None),
    ]  # fmt: skip
    assert (await served(database, 1))["lead"] is None
    start = await head(database)
    await change(database, slug, Change(policy="HEADLINE"), now=NOW)
    assert await log(database, start) == []


async def test_a_renamed_source_answers_to_its_old_names(database: Database, tmp_path: Path) -> None:
    await bring(database, feed(tmp_path / "a.xml", item(1)))
    start = await head(database)

    done = await change(
        database, "the-harbour-post", Change(name="Harbour Daily", publisher="Quay Press", country="gb"), now=NOW
    )

    assert (done.slug, done.name, done.publisher, done.country) == (
        "harbour-daily",
        "Harbour Daily",
        "Quay Press",
        "GB",
    )
    assert await log(database, start) == [("SOURCE_UPDATED", f"s_{done.id}", "{}")]
    for name in ("the-harbour-post", "harbour-daily"):
        assert (await ask(database, "query ($s: String!) { source(by: {slug: $s}) { slug name } }", s=name))[
            "source"
        ] == {"slug": "harbour-daily", "name": "Harbour Daily"}
    back = await change(database, "harbour-daily", Change(slug="the-harbour-post", country=""), now=NOW)
    assert (back.slug, back.country, back.slugs) == ("the-harbour-post", None, ("harbour-daily", "the-harbour-post"))


async def test_says_what_it_can_not_do(database: Database, tmp_path: Path) -> None:
    await bring(database, feed(tmp_path / "a.xml", item(1)))
    await bring(database, feed(tmp_path / "b.xml", item(1, host="other.example"), title="Other", host="other.example"))
    with pytest.raises(NoSuchSource, match="no source nobody"):
        await source(database, "nobody")
    for wanted in (Change(slug="other"), Change(slug="No Slug"), Change(name=" "), Change(country="GBR")):
        with pytest.raises(BadSource):
            await change(database, "the-harbour-post", wanted, now=NOW)
    with pytest.raises(BadSource, match="same source"):
        await merge(database, "other", "other", now=NOW)
    # A name whose slug is another's is taken all the same; only the slug stays.
    assert (await change(database, "the-harbour-post", Change(name="Other"), now=NOW)).slug == "the-harbour-post"


async def two(database: Database, folder: Path) -> list[Path]:
    """An outlet under two hosts: both have an article of guid 'same', one more each, and the same author."""
    paths = [
        feed(folder / "a.xml", item(1, guid="same"), item(2)),
        feed(
            folder / "b.xml",
            item(1, guid="same", host="m.example"), item(7, host="m.example"),
            title="Harbour mobile", host="m.example",
        ),
    ]  # fmt: skip
    await bring(database, *paths)
    return paths


async def test_two_sources_become_one(database: Database, tmp_path: Path) -> None:
    paths = await two(database, tmp_path)
    gone = await source(database, "harbour-mobile")
    start = await head(database)

    one = await merge(database, "harbour-mobile", "the-harbour-post", now=NOW)

    assert one.articles == 4
    assert one.hosts == ("harbour.example", "m.example")
    assert one.slugs == ("harbour-mobile", "the-harbour-post")
    assert len(one.feeds) == 2
    lines = await log(database, start)
    assert [line[:2] for line in lines[:2]] == [("SOURCE_UPDATED", f"s_{gone.id}"), ("SOURCE_UPDATED", f"s_{one.id}")]
    assert [(kind, json.loads(was)) for kind, _, was in lines[2:]] == [
        ("ARTICLE_UPDATED", {"source": f"s_{gone.id}"})
    ] * 2
    found = await ask(
        database,
        """{ source(by: {slug: "harbour-mobile"}) { slug articles(first: 9) { totalCount } }
             articles(first: 9, filter: {sources: ["harbour-mobile"]}) { totalCount } }""",
    )
    assert found["source"] == {"slug": "the-harbour-post", "articles": {"totalCount": 4}}
    assert found["articles"]["totalCount"] == 4
    assert await database.value("select count(*) from authors") == 1
    assert await database.value("select article_count from authors") == 4
    await assert_counted(database)

    before = await database.value("select count(*) from articles")
    for number, path in enumerate(paths):
        path.write_text(path.read_text().replace("Crews return.", f"Crews return now. {number}"))
    await bring(database, *paths, at=1)
    assert await database.value("select count(*) from articles") == before
    assert await database.value("select count(*) from sources") == 1
    await assert_counted(database)


async def test_a_merge_gives_nothing_back_that_is_withheld(database: Database, tmp_path: Path) -> None:
    await two(database, tmp_path)
    await withhold(database, "https://m.example/1", reason="R", now=NOW)

    await merge(database, "harbour-mobile", "the-harbour-post", now=NOW)
    await bring(database, feed(tmp_path / "c.xml", item(30, guid="same", headline="Again")), at=1)

    assert await database.value("select count(*) from articles where headline = 'Again' and is_public") == 0
    await assert_counted(database)


async def test_keys_have_the_texts_of_what_a_source_became(database: Database, tmp_path: Path) -> None:
    await two(database, tmp_path)
    await new_key(database, "One", sources=["harbour-mobile"], now=NOW)
    await new_key(database, "Both", sources=["harbour-mobile", "the-harbour-post"], now=NOW)
    before = await database.value("select version from keys_version")

    await merge(database, "harbour-mobile", "the-harbour-post", now=NOW)

    assert [key.sources for key in await keys(database)] == [("the-harbour-post",)] * 2
    assert await database.value("select version from keys_version") > before


async def test_beside_imports_every_count_stays_right(database: Database, tmp_path: Path) -> None:
    paths = await two(database, tmp_path)

    async def import_again() -> None:
        for hour in range(1, 5):
            feed(paths[0], *(item(n, headline=f"Part {hour}") for n in range(1, 6 + hour)))
            feed(paths[1], *(item(n, host="m.example", headline=f"Part {hour}") for n in range(1, 6 + hour)),
                 title="Harbour mobile", host="m.example")  # fmt: skip
            await bring(database, *paths, at=hour)

    async def set_about() -> None:
        for policy in ("EXCERPT", "FULL", "HEADLINE"):
            await change(database, "the-harbour-post", Change(policy=policy), now=NOW)
        await merge(database, "harbour-mobile", "the-harbour-post", now=NOW)

    await asyncio.gather(import_again(), set_about())

    assert await database.value("select count(*) from sources") == 1
    await assert_counted(database)


async def test_what_comes_in_while_a_merge_waits_moves_with_the_rest(database: Database, tmp_path: Path) -> None:
    """A feed that is known by its address, whose documents name another host: no lock of the merge keeps it out."""
    paths = await two(database, tmp_path)
    one, other = await source(database, "harbour-mobile"), await source(database, "the-harbour-post")
    await database.rows(
        "update feeds set site_url = 'https://renamed.example/' where source_id = $1 returning 1", one.id
    )
    async with database.transaction() as held:
        await held.fetch("select id from articles where source_id = $1 for no key update", one.id)
        merging = asyncio.create_task(merge(database, one.slug, other.slug, now=NOW))
        await waits_for_a_lock(database)
        start = await head(database)
        feed(paths[1], item(77, host="renamed.example"), title="Harbour mobile", host="renamed.example")
        await bring(database, paths[1], at=1)
    await merging
    await assert_counted(database)
    late = await database.value("select id from articles where url = 'https://renamed.example/77'")
    assert ("ARTICLE_UPDATED", f"a_{late}") in {(kind, node) for kind, node, _ in await log(database, start)}


async def test_two_operators_change_different_things(database: Database, tmp_path: Path) -> None:
    await two(database, tmp_path)
    before = await source(database, "the-harbour-post")
    async with database.transaction() as held:
        await held.execute("select from sources where id = $1 for no key update", before.id)
        both = [
            asyncio.create_task(change(database, before.slug, wanted, now=NOW))
            for wanted in (Change(publisher="Harbour Press"), Change(country="jp"))
        ]
        await waits_for_a_lock(database, 2)
    await asyncio.gather(*both)
    after = await source(database, before.slug)
    assert (after.publisher, after.country) == ("Harbour Press", "JP")


async def test_two_sources_that_want_one_slug(database: Database, tmp_path: Path) -> None:
    await two(database, tmp_path)
    done = await asyncio.gather(
        *(change(database, slug, Change(slug="quay"), now=NOW) for slug in ("harbour-mobile", "the-harbour-post")),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in done) == ["BadSource", "Source"]
