"""Which article an entry is about: what feeds may say of each other's addresses and guids."""

from datetime import timedelta
from pathlib import Path

import pytest

from db.pool import Database
from jobs.parse import Limits, parse
from jobs.store import Stored, store
from jobs.withhold import restore, withhold
from tests.jobs.desk import NOW, ask, bring, feed, head, item, log

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}"><title>{host}</title>
<link href="https://{host}/"/><updated>2026-03-10T08:00:00Z</updated>{entries}</feed>"""


def entry(guid: str, headline: str, *links: str) -> str:
    return (
        f"<entry><id>{guid}</id><title>{headline}</title><updated>2026-03-10T08:00:00Z</updated>{''.join(links)}"
        "<summary>Crews return.</summary></entry>"
    )


def link(address: str, language: str = "") -> str:
    tag = f' hreflang="{language}"' if language else ""
    return f'<link rel="alternate" href="{address}"{tag}/>'


async def polled(database: Database, address: str, document: str, *, at: int = 0) -> Stored:
    """Store a document that was found on the web, so many hours later."""
    now = NOW + timedelta(hours=at)
    parsed = parse(document.encode(), address, now=now, limits=Limits())
    return await store(database, parsed, clock=lambda: now)


async def articles(database: Database) -> dict[str, str]:
    rows = await database.rows("select url, headline from articles where is_public order by url")
    return {row["url"]: row["headline"] for row in rows}


async def test_a_feed_has_no_say_about_other_sites_addresses(database: Database) -> None:
    theirs = [f"https://victim.example/news/{number}" for number in range(5)]
    greedy = entry("x", "Buy our pills", link("https://evil.example/x"), *map(link, theirs))
    await polled(database, "https://evil.example/f", ATOM.format(language="en", host="evil.example", entries=greedy))
    own = "".join(entry(f"v{n}", f"Story {n}", link(address)) for n, address in enumerate(theirs))
    done = await polled(
        database, "https://victim.example/f", ATOM.format(language="en", host="victim.example", entries=own)
    )
    assert done.articles == 5
    assert (await articles(database))["https://evil.example/x"] == "Buy our pills"


async def test_an_address_goes_to_the_source_whose_it_is(database: Database) -> None:
    """An aggregator told of it first; it keeps its article, and the address leads to the source's own."""
    address = "https://harbour.example/ferry"
    told = ATOM.format(language="en", host="planet.example", entries=entry("p", "Seen at the Post", link(address)))
    await polled(database, "https://planet.example/f", told)
    start = await head(database)
    own = ATOM.format(language="en", host="harbour.example", entries=entry("h", "Ferry returns", link(address)))
    assert (await polled(database, "https://harbour.example/f", own)).articles == 1
    found = (await ask(database, "query ($u: URL!) { article(by: {url: $u}) { headline } }", u=address))["article"]
    assert found["headline"] == "Ferry returns"
    assert [kind for kind, _, _ in await log(database, start)] == [
        "SOURCE_UPDATED", "ARTICLE_PUBLISHED", "ARTICLE_UPDATED"
    ]  # fmt: skip
    # And so it stays, whoever comes next.
    assert (await polled(database, "https://planet.example/f", told.replace("Seen", "Read"), at=1)).revisions == 1
    found = (await ask(database, "query ($u: URL!) { article(by: {url: $u}) { headline } }", u=address))["article"]
    assert found["headline"] == "Ferry returns"


async def test_an_article_in_two_languages_is_two(database: Database) -> None:
    both = (link("https://x.example/fr/2", "fr"), link("https://x.example/en/2", "en"))
    english = ATOM.format(language="en", host="x.example", entries=entry("e2", "Council votes", *both[::-1]))
    french = ATOM.format(language="fr", host="x.example", entries=entry("f2", "Le conseil vote", *both))
    await polled(database, "https://x.example/en", english)
    await polled(database, "https://x.example/fr", french)
    assert await articles(database) == {
        "https://x.example/en/2": "Council votes",
        "https://x.example/fr/2": "Le conseil vote",
    }


async def test_a_guid_counts_within_its_feed(database: Database) -> None:
    for section, headline in (("news", "Bridge stays"), ("sport", "Late win")):
        document = ATOM.format(
            language="en", host="x.example", entries=entry("101", headline, link(f"https://x.example/{section}/a"))
        )
        assert (await polled(database, f"https://x.example/{section}/feed", document)).articles == 1
    # An address that changes while the guid stays is the same article.
    moved = ATOM.format(language="en", host="x.example", entries=entry("101", "Late win", link("https://x.example/b")))
    assert (await polled(database, "https://x.example/sport/feed", moved, at=1)).articles == 0
    assert len(await articles(database)) == 2


@pytest.mark.parametrize(
    "again",
    [
        "http://www.harbour.example/1", "https://harbour.example/1/", "https://harbour.example//1",
        "https://harbour.example/1?from=rss", "https://harbour.example/1?cmpid=x",
        "https://harbour.example/1;jsessionid=A1", "https://harbour.example/1#!x", "https://harbour.example/1%20",
    ],
)  # fmt: skip
async def test_what_is_withheld_stays_away_however_its_address_is_written(
    again: str, database: Database, tmp_path: Path
) -> None:
    await bring(database, feed(tmp_path / "a.xml", item(1)))
    await withhold(database, "http://www.harbour.example/1/", reason="Court order", now=NOW)
    await bring(database, feed(tmp_path / "b.xml", item(1, link=again, guid="another"), item(2)), at=1)
    assert list(await articles(database)) == ["https://harbour.example/2"]
    # Nor is another article taken for it.
    await bring(database, feed(tmp_path / "c.xml", item(1, link="https://harbour.example/1?id=2", guid="third")), at=1)
    assert "https://harbour.example/1?id=2" in await articles(database)
    await restore(database, "https://harbour.example/1", now=NOW)
    assert "https://harbour.example/1" in await articles(database)
    assert await database.value("select count(*) from article_keys where kind = 'withheld'") == 0
