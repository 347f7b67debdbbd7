"""Embargoes and expiries that feeds state."""

from datetime import timedelta
from pathlib import Path

import pytest

from db.pool import Database
from jobs.due import write_due
from tests.jobs.desk import NOW, ask, assert_counted, bring, feed, head, item, log

HOUR = timedelta(hours=1)
EMBARGO = "<prism:embargoDate>2026-03-12T{:02}:00:00Z</prism:embargoDate>"
EXPIRY = "<prism:expirationDate>2026-03-12T{:02}:00:00Z</prism:expirationDate>"


async def public(database: Database) -> list[str]:
    nodes = (await ask(database, "{ articles(first: 20, orderBy: OLDEST) { nodes { url } } }"))["articles"]["nodes"]
    return [node["url"].rpartition("/")[2] for node in nodes]


async def test_what_is_under_embargo_or_expired_is_not_seen(database: Database, tmp_path: Path) -> None:
    await bring(
        database,
        feed(
            tmp_path / "a.xml",
            item(1),
            item(2, more=EMBARGO.format(11)),
            item(3, more=EXPIRY.format(11)),
            item(4, more=EXPIRY.format(8)),
            item(5, more="<dcterms:valid>start=2026-03-12T08:00:00Z;end=2026-03-12T11:00:00Z</dcterms:valid>"),
        ),
    )
    assert await public(database) == ["1", "3", "5"]
    assert [kind for kind, _, _ in await log(database)].count("ARTICLE_PUBLISHED") == 3
    await assert_counted(database)

    assert await write_due(database, now=NOW + 2 * HOUR) == 3
    assert await public(database) == ["1", "2"]
    await assert_counted(database)


async def test_what_is_stated_later_holds_and_silence_frees_nothing(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    await bring(database, feed(path, item(1), item(2), item(3)))
    start = await head(database)

    await bring(database, feed(path, item(1, more=EMBARGO.format(15)), item(2, more=EXPIRY.format(15)), item(3)), at=1)

    assert await public(database) == ["2", "3"]
    assert [kind for kind, _, _ in await log(database, start)] == ["ARTICLE_WITHDRAWN", "ARTICLE_UPDATED"]
    await assert_counted(database)
    await bring(database, feed(path, item(1, headline="New words"), item(2), item(3)), at=2)
    assert await public(database) == ["2", "3"]
    await bring(database, feed(path, item(1, headline="New words", more=EMBARGO.format(10)), item(2), item(3)), at=3)
    assert await public(database) == ["1", "2", "3"]
    assert (await log(database, start))[-1][0] == "ARTICLE_PUBLISHED"
    await assert_counted(database)
    assert await write_due(database, now=NOW + 6 * HOUR) == 1
    assert await public(database) == ["1", "3"]
    await assert_counted(database)


@pytest.mark.parametrize("until", ["31/12/2099 10:00", "9999-12-31T23:59:59-12:00", "next week"])
async def test_an_embargo_that_nobody_can_read_lets_nothing_out(until: str, database: Database, tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    stated = f"<prism:embargoDate>{until}</prism:embargoDate>"
    done = await bring(database, feed(path, item(1, more=stated), item(2)))
    assert (done.articles, dict(done.set_aside)) == (1, {"an embargo that can't be read": 1})
    assert await public(database) == ["2"]
    await bring(database, feed(path, item(1, more=EMBARGO.format(8)), item(2)), at=1)
    assert await public(database) == ["1", "2"]
