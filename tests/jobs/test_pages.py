"""Saved pages imported: articles of their outlets, and what is no article kept aside."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

from api.bring_in import table
from db.pool import Database
from jobs.ingest import Summary, import_paths
from jobs.sources import Change, change
from tests.jobs import desk

NOW = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
TEXT = "".join(
    f"<p>Sentence {number} of the report says in so many words that the ferry to the island sails again.</p>"
    for number in range(8)
)


def page(headline: str, address: str | None, *, site: str = "The Harbour Post", text: str = TEXT) -> str:
    canonical = f'<link rel="canonical" href="{address}">' if address else ""
    return (
        f"<!DOCTYPE html><html lang='en'><head><title>{headline} | {site}</title>{canonical}"
        f'<meta property="og:site_name" content="{site}"><meta property="og:type" content="article">'
        '<meta property="article:published_time" content="2026-03-11T07:30:00+09:00">'
        f"</head><body><article><h1>{headline}</h1>{text}</article></body></html>"
    )


async def imported(database: Database, folder: Path) -> Summary:
    return await import_paths(database, [folder], clock=lambda: NOW, workers=1)


async def test_pages_become_articles_of_their_outlet(database: Database, tmp_path: Path) -> None:
    (tmp_path / "ferry.html").write_text(page("The ferry sails again", "https://harbour.example/ferry"))
    (tmp_path / "library.html.gz").write_bytes(
        gzip.compress(page("Library keeps its Sundays", "https://www.harbour.example/library").encode())
    )
    (tmp_path / "saved").write_text(page("A clinic on foot", "https://harbour.example/clinic"))
    (tmp_path / "feed.xml").write_text(
        "<rss version='2.0'><channel><title>Harbour Post</title><link>https://harbour.example/</link>"
        "<item><title>From the feed</title><link>https://harbour.example/feed</link></item></channel></rss>"
    )
    (tmp_path / "notes.json").write_text('{"notes": []}')
    summary = await imported(database, tmp_path)
    assert (summary.documents, summary.pages, summary.articles, summary.failed) == (4, 3, 4, [])
    assert [name for name, _ in summary.skipped] == [str(tmp_path / "notes.json")]
    rows = await database.rows("select name, article_count from sources")
    assert [tuple(row) for row in rows] == [("Harbour Post", 4)]
    row = (await database.rows("select * from articles where url like '%/library'"))[0]
    assert (row["headline"], row["published_text"]) == ("Library keeps its Sundays", "2026-03-11T07:30:00+09:00")
    assert (row["body_text"], row["page_extent"], row["page_fetched_at"]) == (None, "FULL", NOW)
    assert row["page_text"].startswith("Sentence 0 of the report")


async def test_an_outlet_is_called_by_its_own_name_else_by_its_host(database: Database, tmp_path: Path) -> None:
    (tmp_path / "named.html").write_text(page("The ferry sails again", "https://harbour.example/ferry"))
    (tmp_path / "nameless.html").write_text(
        "<html><head><link rel=canonical href='https://www.pier.example/a'><title>Old pier burns</title></head>"
        f"<body><h1>Old pier burns</h1>{TEXT}</body></html>"
    )
    await imported(database, tmp_path)
    rows = await database.rows("select name from sources order by sort_name")
    assert [row["name"] for row in rows] == ["pier.example", "The Harbour Post"]


async def test_what_is_no_article_is_kept_aside_with_its_reason(database: Database, tmp_path: Path) -> None:
    (tmp_path / "nowhere.html").write_text(page("A page from nowhere", None))
    (tmp_path / "home.html").write_text(page("The Harbour Post", "https://harbour.example/"))
    summary = await imported(database, tmp_path)
    assert (summary.articles, dict(summary.set_aside)) == (
        0,
        {"a home page": 1, "no address: the file does not say where it is from": 1},
    )
    # What they state is counted all the same.
    assert (summary.fields["headline"], summary.fields["date"], summary.fields["address"]) == (2, 2, 1)
    assert ("  with date", "2") in table(summary)
    rows = await database.rows("select set_aside, raw->'title'->>'value' as title from entries order by set_aside")
    assert [row["title"] for row in rows] == ["The Harbour Post", "A page from nowhere"]
    assert await database.value("select count(*) from sources") == 0
    again = await imported(database, tmp_path)
    assert (again.unchanged_documents, again.entries, again.pages) == (2, 0, 0)


async def test_a_page_that_was_saved_again_is_a_revision(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "ferry.html"
    file.write_text(page("The ferry sails again", "https://harbour.example/ferry"))
    await imported(database, tmp_path)
    again = await imported(database, tmp_path)
    assert (again.articles, again.revisions, again.unchanged_documents) == (0, 0, 1)
    file.write_text(page("The ferry sails twice", "https://harbour.example/ferry"))
    corrected = await imported(database, tmp_path)
    assert (corrected.articles, corrected.revisions) == (0, 1)


async def test_a_broken_page_stops_nothing(database: Database, tmp_path: Path) -> None:
    (tmp_path / "broken.html.gz").write_bytes(gzip.compress(page("Broken", None).encode())[:200])
    (tmp_path / "empty.html").write_bytes(b"")
    (tmp_path / "ferry.html").write_text(page("The ferry sails again", "https://harbour.example/ferry"))
    summary = await imported(database, tmp_path)
    assert summary.articles == 1
    assert summary.documents == 3
    assert "empty.html" in {Path(name).name for name, _ in summary.failed}


async def test_a_saved_page_lets_out_nothing_that_the_source_keeps_back(database: Database, tmp_path: Path) -> None:
    query = """query ($u: URL!) { article(by: {url: $u}) {
      headline body(as: TEXT) bodyAvailability revisions(first: 9) { totalCount nodes { body(as: TEXT) } }
    } }"""
    address = "https://harbour.example/1"
    await desk.bring(database, desk.feed(tmp_path / "a.xml", desk.item(1, body="Crews return …")))
    before = await desk.ask(database, query, u=address)
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "1.html").write_text(page("The ferry sails again", address))
    (tmp_path / "pages" / "2.html").write_text(page("Library keeps its Sundays", "https://harbour.example/2"))
    summary = await desk.bring(database, tmp_path / "pages", at=1)
    assert (summary.articles, summary.revisions, summary.texts) == (1, 0, 1)
    # What the feed carried is what it was, and an article that came as a page alone gives no text.
    assert await desk.ask(database, query, u=address) == before
    alone = (await desk.ask(database, query, u="https://harbour.example/2"))["article"]
    assert (alone["body"], alone["bodyAvailability"], alone["revisions"]["nodes"]) == (
        None,
        "RESTRICTED",
        [{"body": None}],
    )
    await change(database, "the-harbour-post", Change(serves_pages=True), now=NOW)
    for url in (address, "https://harbour.example/2"):
        told = (await desk.ask(database, query, u=url))["article"]
        assert (told["body"][:10], told["bodyAvailability"]) == ("Sentence 0", "FULL")
    await desk.assert_counted(database)


async def test_a_feed_that_tells_of_a_saved_page_is_served_and_the_page_stays(
    database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "1.html"
    file.write_text(page("The ferry sails again", "https://harbour.example/1"))
    await desk.bring(database, file)
    await desk.bring(database, desk.feed(tmp_path / "a.xml", desk.item(1, body="Crews return …")), at=1)
    row = (await database.rows("select * from articles"))[0]
    assert (row["headline"], row["body_text"], row["body_extent"]) == ("Ferry strike ends", "Crews return …", "EXCERPT")
    assert row["page_text"].startswith("Sentence 0 of the report")
    for words in ("crews", "island"):
        found = await desk.ask(database, "query ($q: String!) { search(query: $q) { totalCount } }", q=words)
        assert found["search"]["totalCount"] == 1


async def test_a_feed_in_a_page_is_a_feed(database: Database, tmp_path: Path) -> None:
    (tmp_path / "wrapped.xml").write_text(
        '<?xml version="1.0"?>\n<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml">\n<body>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Harbour Post</title><link href="https://harbour.example/"/>'
        '<entry><title>Ferry returns</title><link href="https://harbour.example/1"/></entry></feed></body></html>'
    )
    summary = await imported(database, tmp_path)
    assert (summary.pages, summary.articles) == (0, 1)
