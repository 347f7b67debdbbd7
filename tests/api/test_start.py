"""The start page at /."""

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import httpx2
import pytest

from api.app import create_app
from api.settings import Settings
from api.start import absolute, render, since
from db.pool import Database
from jobs.sample import load_if_empty
from tests.services import client_of

NOW = datetime(2025, 6, 18, 12, tzinfo=UTC)
COUNTS = {"articles": 1, "sources": 2, "topics": 17, "comments": 12_345}
ARTICLE = {
    "headline": "Ferry timetable changes",
    "url": "https://harbour.example/ferry",
    "language": "en",
    "publishedAt": "2025-06-18T19:45:00+09:00",
    "commentCount": 1,
    "source": {"name": "Harbour Times", "language": None},
}


class Page(HTMLParser):
    """A page's elements with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


async def test_the_sample_edition_is_on_it(client: httpx2.AsyncClient, database: Database) -> None:
    await load_if_empty(database, now=datetime.now(UTC))
    answer = await client.get("/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = Page(answer.text)
    assert len(page.all("time")) == 15
    assert {"ja", "ko", "de", "es"} & {heading.get("lang") for heading in page.all("h3")}
    assert await database.value("select sum(article_count) from sources") == await database.value(
        "select count(*) from articles where is_public"
    )
    total = await database.value("select count(*) from articles where is_public")
    assert f"{total}articles" in page.text or f"articles{total}" in page.text.replace("\n", "")
    for link in page.all("a"):
        if str(link["href"]).startswith("/"):
            assert (await client.get(str(link["href"]))).status_code in (200, 400), link


async def test_an_empty_database_says_how_to_fill_it(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/")
    assert answer.status_code == 200
    assert "broadsheet import" in answer.text


async def test_everything_it_loads_comes_from_here(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/")
    page = Page(answer.text)
    assets = [str(link["href"]) for link in page.all("link")]
    assert assets
    assert not page.all("script")
    assert not page.all("style")
    for address in assets:
        asset = await client.get(address)
        assert asset.status_code == 200
        assert "immutable" in asset.headers["cache-control"]
        assert "http" not in asset.text.replace("http://www.w3.org/2000/svg", "")


async def test_without_the_database_it_fails_cleanly(settings: Settings) -> None:
    nowhere = settings.model_copy(update={"database_url": "postgresql://nobody@127.0.0.1:1/nothing"})
    app = create_app(nowhere)
    async with app.router.lifespan_context(app), client_of(app) as client:
        answer = await client.get("/")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")


def test_what_feeds_wrote_is_escaped() -> None:
    bad = "<script>alert(1)</script>\"'&$counts"
    article = ARTICLE | {
        "headline": bad,
        "language": '"><script>',
        "source": {"name": bad, "language": bad},
        "url": 'https://x.example/"onmouseover="alert(1)',
    }
    html = render(COUNTS, [article], version="1", now=NOW)
    page = Page(html)
    assert not page.all("script")
    assert bad in page.text
    assert not [attributes for _, attributes in page.elements if "onmouseover" in attributes]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//elsewhere.example", "ftp://x.example"])
def test_only_web_addresses_become_links(url: str) -> None:
    html = render(COUNTS, [ARTICLE | {"url": url}], version="1", now=NOW)
    assert url not in html
    assert "Ferry timetable changes" in html


def test_headlines_carry_time_source_and_language() -> None:
    html = render(COUNTS, [ARTICLE, ARTICLE | {"language": "ja", "headline": "連絡船"}], version="1", now=NOW)
    page = Page(html)
    assert page.all("time")[0] == {"datetime": "2025-06-18T19:45:00+09:00", "title": "18 June 2025, 19:45 (+09:00)"}
    assert "1 hour ago" in page.text
    assert "Harbour Times" in page.text
    assert [heading.get("lang") for heading in page.all("h3")] == [None, "ja"]
    assert "12,345" in page.text
    assert "1 comment" in page.text


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(seconds=-30), "just now"),
        (timedelta(seconds=61), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(days=2), "2 days ago"),
        (timedelta(days=28), "21 May 2025"),
        (timedelta(days=-2), "20 June 2025"),
    ],
)
def test_times_are_told_from_now(ago: timedelta, text: str) -> None:
    assert since(NOW - ago, NOW) == text


def test_absolute_times_keep_their_offset() -> None:
    assert absolute("2025-06-18T10:45:00Z") == "18 June 2025, 10:45 (UTC)"
    assert absolute("2025-06-01T10:05:00-03:30") == "1 June 2025, 10:05 (-03:30)"
