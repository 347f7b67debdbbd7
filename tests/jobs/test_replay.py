"""A month of feeds: entries added, changed, turned back, dropped and brought again, counted by the script itself."""

import pytest

from db.pool import Database
from tests.benchmarks.replay import counted, invented, replay


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_month_of_feeds_counts_as_the_script_does(database: Database, seed: int) -> None:
    account = await replay(database, invented(seed), days=30, seed=seed)
    assert await counted(database) == (account.articles, account.revisions)
    assert min(account.articles, account.dropped, account.returned, account.turned_back) > 10
    assert account.revisions > account.articles
    # What is counted in rows, and what the log says.
    assert await database.value("select sum(article_count)::int from sources") == account.articles
    lines = await database.rows("select kind, count(*)::int as n from changes where kind like 'ARTICLE%' group by 1")
    assert {row["kind"]: row["n"] for row in lines} == {
        "ARTICLE_PUBLISHED": account.articles,
        "ARTICLE_UPDATED": account.revisions - account.articles,
    }
