"""Topics loaded, categories mapped, and articles given their topics anew."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from db.pool import Database
from ingest.mediatopics import UnreadableTopics
from jobs.topics import Loaded, NoSuchTopic, give_anew, load, map_category, mapped, unmap_category
from jobs.withhold import withhold
from tests.jobs.desk import NOW, ask, assert_counted, bring, feed, head, item, log

FILE = Path(__file__).parents[1] / "ingest" / "mediatopics" / "topics.json"


def about(number: int, *categories: str) -> str:
    return item(number, more="".join(f"<category>{each}</category>" for each in categories)).replace(
        "<category>Sport</category>", "", 1
    )


async def topics(database: Database, number: int) -> tuple[list[str], list[str]]:
    """Slugs of an article's own topics, and of the broader ones that it is found by."""
    rows = await database.rows(
        """select t.slug, x.direct from article_topics x join topics t on t.id = x.topic_id
           join articles a on a.id = x.article_id where a.url = $1 order by t.slug""",
        f"https://harbour.example/{number}",
    )
    return [row["slug"] for row in rows if row["direct"]], [row["slug"] for row in rows if not row["direct"]]


def changed(**concepts: dict[str, Any]) -> bytes:
    """The file with some concepts changed, by the last digits of their codes."""
    document = json.loads(FILE.read_bytes())
    for concept in document["conceptSet"]:
        concept.update(concepts.get(f"n{concept['qcode'][-1]}", {}))
    return json.dumps(document).encode()


async def give(database: Database) -> int:
    return await give_anew(database, await database.value("select version from topic_meaning"), now=NOW)


async def test_the_file_is_loaded_once(database: Database) -> None:
    start, before = await head(database), await database.value("select count(*) from topics")

    assert await load(database, FILE.read_bytes(), now=NOW) == Loaded(4, 4, 3, 1, 1)

    assert await database.value("select count(*) from topics") == before + 3
    lines = await log(database, start)
    assert [line[0] for line in lines] == ["TOPIC_UPDATED"] * 4
    found = await ask(
        database,
        """{ topic(by: {code: "medtop:29900002"}) { slug english: name(language: "en") german: name(language: "de-AT")
             portuguese: name(language: "pt") broader { slug broader { slug narrower { slug } } } }
             sport: topic(by: {slug: "sport"}) { japanese: name(language: "ja") name(language: "en") } }""",
    )
    assert found["topic"] == {
        "slug": "kelp-rowing", "english": "Kelp rowing", "german": "Tangrudern", "portuguese": "Remo de algas",
        "broader": {"slug": "tidal-games", "broader": {"slug": "sport", "narrower": [{"slug": "tidal-games"}]}},
    }  # fmt: skip
    assert found["sport"] == {"japanese": "スポーツ", "name": "Sport"}
    assert await database.value("select retired_at from topics where slug = 'pebble-skating'") == NOW

    start = await head(database)
    assert await load(database, FILE.read_bytes(), now=NOW) == Loaded(4, 4, 0, 0, 1)
    assert await log(database, start) == []


async def test_categories_mean_topics_by_code_by_name_and_by_the_operators_word(
    database: Database, tmp_path: Path
) -> None:
    await load(database, FILE.read_bytes(), now=NOW)
    await map_category(database, "Ocean Desk", "kelp-rowing", now=NOW)
    path = feed(
        tmp_path / "a.xml",
        about(1, "medtop:29900002"),
        about(2, "TANGRUDERN"),
        about(3, "昆布漕ぎ"),
        about(4, "News/Sport/Kelp rowing"),
        about(5, "ocean desk"),
        about(6, "Climate", "tidal games"),
        about(7, "pebble skating"),
        about(8, "medtop:29900003"),
        about(9, "Nothing known"),
    )

    await bring(database, path)

    kelp = (["kelp-rowing"], ["sport", "tidal-games"])
    assert [await topics(database, number) for number in range(1, 10)] == [
        kelp, kelp, kelp, kelp, kelp,
        (["environment", "tidal-games"], ["sport"]),
        # Retired: no longer found by name, and kept where its code is given.
        ([], []), (["pebble-skating"], ["sport", "tidal-games"]), ([], []),
    ]  # fmt: skip
    await assert_counted(database)
    found = await ask(database, '{ articles(first: 1, filter: {topics: ["sport"]}) { totalCount } }')
    assert found["articles"]["totalCount"] == 7


async def test_articles_are_given_their_topics_anew(database: Database, tmp_path: Path) -> None:
    path = feed(tmp_path / "a.xml", about(1, "Tangrudern"), about(2, "Sport"), about(3, "Tangrudern"))
    await bring(database, path)
    await withhold(database, "https://harbour.example/3", reason="R", now=NOW)
    assert await topics(database, 1) == ([], [])
    await load(database, FILE.read_bytes(), now=NOW)
    start = await head(database)

    assert await give(database) == 2

    assert await topics(database, 1) == (["kelp-rowing"], ["sport", "tidal-games"])
    assert await topics(database, 3) == (["kelp-rowing"], ["sport", "tidal-games"])
    lines = await log(database, start)
    assert [(kind, json.loads(was)) for kind, _, was in lines] == [("ARTICLE_UPDATED", {"topics": []})]
    await assert_counted(database)
    assert await give(database) == 0

    # The tree changes: what was below sport lies below the environment.
    moved = changed(n1={"broader": ["http://cv.iptc.org/newscodes/mediatopic/06000000"], "prefLabel": {"en": "Tide"}})
    done = await load(database, moved, now=NOW)
    assert (done.new, done.changed) == (0, 1)
    start = await head(database)
    assert await give(database) == 2
    assert await topics(database, 1) == (["kelp-rowing"], ["environment", "tidal-games"])
    lines = await log(database, start)
    ids = {row["slug"]: f"t_{row['id']}" for row in await database.rows("select id, slug from topics")}
    assert [sorted(json.loads(was)["topics"]) for _, _, was in lines] == [
        sorted(ids[slug] for slug in ("kelp-rowing", "tidal-games", "sport"))
    ]
    await assert_counted(database)

    assert await map_category(database, "tangrudern", "medtop:15000000", now=NOW) == "Sport"
    assert await mapped(database) == [("tangrudern", "sport")]
    await give(database)
    assert await topics(database, 1) == (["sport"], [])
    await unmap_category(database, "Tangrudern", now=NOW)
    await give(database)
    assert await topics(database, 1) == (["kelp-rowing"], ["environment", "tidal-games"])
    await assert_counted(database)
    assert await database.value("select count(*) from jobs.pgqueuer where entrypoint = 'topics'") > 0


async def test_an_editors_topic_stays_and_its_broader_ones_follow_the_tree(database: Database, tmp_path: Path) -> None:
    await load(database, FILE.read_bytes(), now=NOW)
    await bring(database, feed(tmp_path / "a.xml", about(1, "Climate")))
    async with database.transaction() as connection:
        await connection.execute(
            """insert into article_topics select a.id, t.id, true, 0.5, 'EDITOR', a.published_at
               from articles a, topics t where t.slug = 'kelp-rowing'"""
        )
        await connection.execute("update topics set article_count = 1 where slug = 'kelp-rowing'")

    await give(database)

    assert await topics(database, 1) == (["environment", "kelp-rowing"], ["sport", "tidal-games"])
    kept = await database.rows("select assigned_by, confidence from article_topics where not direct")
    assert {tuple(row) for row in kept} == {("EDITOR", 0.5)}
    await assert_counted(database)


async def test_a_topic_that_is_not_there_can_not_be_meant(database: Database) -> None:
    with pytest.raises(NoSuchTopic, match="no topic nothing"):
        await map_category(database, "Desk", "nothing", now=NOW)


async def test_beside_imports_every_count_stays_right(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    await bring(database, feed(path, *(about(n, "Tangrudern", "Climate") for n in range(1, 9))))
    moved = changed(n1={"broader": ["http://cv.iptc.org/newscodes/mediatopic/06000000"]})

    async def import_again() -> None:
        for hour in range(1, 5):
            told = (about(n, "Tangrudern").replace("Crews", f"{hour} crews") for n in range(1, 9 + hour))
            await bring(database, feed(path, *told), at=hour)

    async def change_tree() -> None:
        for data in (FILE.read_bytes(), moved, FILE.read_bytes()):
            await load(database, data, now=NOW)
            await give(database)

    await asyncio.gather(import_again(), change_tree())

    await assert_counted(database)
    await give(database)
    assert await topics(database, 1) == (["kelp-rowing"], ["sport", "tidal-games"])
    await assert_counted(database)


async def test_of_many_changes_only_the_last_goes_through_all_articles(database: Database, tmp_path: Path) -> None:
    await bring(database, feed(tmp_path / "a.xml", item(1)))
    for category in ("Ferries", "Tides", "Piers"):
        await map_category(database, category, "sport", now=NOW)
    await map_category(database, "Sport", "weather", now=NOW)
    jobs = [row["payload"] for row in await database.rows("select payload from jobs.pgqueuer order by id")]
    assert len(jobs) == 4
    assert [await give_anew(database, int(payload), now=NOW) for payload in jobs] == [0, 0, 0, 1]


async def test_two_files_make_no_ring(database: Database) -> None:
    def concept(code: int, broader: int | None) -> dict[str, object]:
        above = {"broader": [f"medtop:{broader}"]} if broader else {}
        return {"qcode": f"medtop:{code}", "prefLabel": {"en-GB": f"Tides {code}"}, **above}

    await load(database, json.dumps([concept(29999901, 29999902), concept(29999902, None)]).encode(), now=NOW)
    with pytest.raises(UnreadableTopics, match="no end of broader"):
        await load(database, json.dumps([concept(29999902, 29999901)]).encode(), now=NOW)


async def test_control_characters_are_no_part_of_a_name(database: Database) -> None:
    data = json.dumps([{"qcode": "medtop:29999901", "prefLabel": {"en-GB": "Ti\0des"}}]).encode()
    assert (await load(database, data, now=NOW)).new == 1
    assert await database.value("select name from topics where code = 'medtop:29999901'") == "Tides"
