"""A site's feeds from its page."""

import pytest

from ingest.discover import MAX_CANDIDATES, Candidate, Found, candidates, usual
from tests.pace import measured

PAGE = b"""<!doctype html><html><head>
<title>Harbour Times</title>
<link rel="stylesheet" href="/feed.css">
<link rel="alternate" type="application/rss+xml" title="Harbour Times &raquo; Comments" href="/comments/feed/">
<link rel="alternate" type="application/rss+xml" title=" Harbour
 Times " href="/feed/">
<link rel="ALTERNATE home" type="Application/Atom+XML; charset=utf-8" href="atom?x=1&amp;y=2#top">
<link rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/1">
<link rel="alternate" type="application/json" title="JSON" href="/feed.json">
<link rel="alternate" hreflang="de" href="/de/feed/">
<link rel="alternate" type="text/html" href="/amp">
<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
<link rel="alternate" type="application/rss+xml" href="http://feeds.example@127.0.0.1/">
<link rel="alternate" type="application/rss+xml">
</head><body>
<a href="/sport/rss.xml"><b>Sport</b>  news</a> <a href="/feedback">Say</a> <a href="/feed/">Again</a>
<a href="https://feeds.example/about">About</a> <a href="mailto:rss@harbour.example">Mail</a>
</body></html>"""


def test_a_page_announces_and_links_to_feeds() -> None:
    assert candidates(PAGE, "https://harbour.example/news/today") == (
        Candidate("https://harbour.example/feed/", Found.ANNOUNCED, "Harbour Times"),
        Candidate("https://harbour.example/news/atom?x=1&y=2", Found.ANNOUNCED),
        Candidate("https://harbour.example/feed.json", Found.ANNOUNCED, "JSON"),
        Candidate("https://harbour.example/sport/rss.xml", Found.LINKED, "Sport news"),
        Candidate("https://harbour.example/comments/feed/", Found.ANNOUNCED, "Harbour Times » Comments"),
    )


def test_a_base_is_heeded() -> None:
    page = b'<base href="//other.example/x/"><link rel=alternate type="application/rss+xml" href=rss>'
    assert candidates(page, "https://harbour.example/") == (
        Candidate("https://other.example/x/rss", Found.ANNOUNCED),
    )  # fmt: skip


def test_what_is_called_a_feed_goes_before_the_usual_places() -> None:
    for link in (b'<a href="b.xml">RSS</a>', b'<link rel=alternate type="text/xml" title="News (RSS)" href=b.xml>'):
        page = b'<base href="https://other.example/x/">' + link
        assert candidates(page, "https://harbour.example/")[0].url == "https://other.example/x/b.xml"
    # By the address that it is: what is relative to a folder of feeds.
    page = b'<base href="/feeds/"><a href="news">News</a>'
    assert candidates(page, "https://harbour.example/")[0].url == "https://harbour.example/feeds/news"


def test_without_an_announcement_the_usual_places_are_tried() -> None:
    found = candidates(b'<p>Welcome <a href="/rss">RSS</a>', "https://harbour.example/blog/post?x=1")
    assert found[0] == Candidate("https://harbour.example/rss", Found.LINKED, "RSS")
    assert {candidate.found for candidate in found[1:]} == {Found.USUAL}
    urls = [candidate.url for candidate in found]
    assert urls[1] == "https://harbour.example/blog/feed"
    assert "https://harbour.example/atom.xml" in urls
    assert len(set(urls)) == len(urls)


def test_no_address_has_no_usual_places() -> None:
    assert usual("mailto:desk@harbour.example") == []


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b"\x00\xff\xfe" * 1000,
        b"<div>" * 50_000,
        b"".join(b'<link rel=alternate type="application/rss+xml" href="/%d">' % n for n in range(30_000)),
        b"<a href='/rss" + b"/rss" * 200_000 + b"'>x",
        b"<a '" * 500_000,
        b'<a x="' * 500_000,
        b"<a href=/rss>" * 500_000,
        b"<a href=/rss><div><p>" * 50_000,
    ],
    ids=["nothing", "noise", "deep", "many", "long", "open quotes", "half tags", "open links", "open blocks"],
)
def test_hostile_pages_are_harmless(page: bytes) -> None:
    with measured() as spent:
        assert len(candidates(page, "https://harbour.example/")) <= MAX_CANDIDATES
    assert spent.seconds < 2
