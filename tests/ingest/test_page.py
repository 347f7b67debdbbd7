"""Golden pairs: an invented page, and what is read of it. `pytest --update` rewrites the latter."""

import gzip
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any

import orjson
import pytest

from ingest import page, page_article, page_fields
from ingest.article import Content, Extent
from ingest.dates import Moment
from ingest.page import NotArticle, Page, UnreadablePageError

PAGES = Path(__file__).parent / "pages"
CASES = sorted(path.stem for path in PAGES.glob("*.html"))
NOW = datetime(2026, 12, 1, tzinfo=UTC)


def case(name: str) -> tuple[str, str | None]:
    """A page, and the address of its first line."""
    head, text = (PAGES / f"{name}.html").read_text(encoding="utf-8").split("\n", 1)
    return text, head.removeprefix("<!-- read as:").removesuffix("-->").strip() or None


def read(name: str) -> Page:
    text, address = case(name)
    return page.read(text.encode(), address, now=NOW)


def plain(value: Any) -> Any:
    if isinstance(value, Moment):
        return value.text
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    return {name: plain(one) for name, one in value.items()} if isinstance(value, dict) else value


def shown(found: Page) -> str:
    fields = {name: plain(getattr(found, name)) for name in Page.__dataclass_fields__ if name != "image"}
    fields["image"] = asdict(found.image) if found.image else None
    said = {name: value for name, value in fields.items() if value not in (None, [], "", {})}
    return orjson.dumps(said, option=orjson.OPT_INDENT_2).decode().replace("</p><", "</p>\\n<") + "\n"


def html(body: str, head: str = "", title: str = "Council keeps the swing bridge") -> bytes:
    return f"<html lang=en><head><title>{title}</title>{head}</head><body>{body}</body></html>".encode()


STORY = (
    "<article><p>Harbour Bay will keep its swing bridge. The council voted 9 to 4 on Tuesday to repair the steel deck"
    " instead of building a tunnel under the channel.</p><p>The repair costs 14 million crowns and takes two winters,"
    " said Mayor Ann Lee after the vote, and a fifth opening a day begins before midnight.</p></article>"
)


@pytest.mark.parametrize("name", CASES)
def test_a_page_is_read(name: str, golden: Callable[[Path, str], None]) -> None:
    golden(PAGES / f"{name}.json", shown(read(name)))


def test_the_rules_are_these(golden: Callable[[Path, str], None]) -> None:
    lines = [f"{field}: {place}" for field, places in page_fields.RULES.items() for place in places]
    golden(PAGES / "rules.txt", "\n".join(lines) + "\n")


_VALUES = {"published": "2026-03-10T18:05:00+01:00", "modified": "2026-03-11T18:05:00+01:00", "language": "en-NZ",
           "image": "https://img.example/a.jpg", "canonical": "https://www.paper.example/story", "paywall": "false",
           "authors": "Ann Lee"}  # fmt: skip


@pytest.mark.parametrize(
    ("field", "place"),
    [
        (field, place)
        for field, places in page_fields.RULES.items()
        for place in places
        if not place.startswith("html:")
    ],
)
def test_each_place_alone_gives_its_field(field: str, place: str) -> None:
    value = _VALUES.get(field, "The swing bridge of the bay")
    kind, _, name = place.partition(":")
    if kind == "ld":
        node: Any = value
        for part in reversed(name.split(".")):
            node = {part: node}
        data = orjson.dumps({"@type": "NewsArticle", "name": "x", **node}).decode()
        head = f'<script type="application/ld+json">{data}</script>'
    elif kind == "meta":
        head = f'<meta name="{name}" content="{value}">'
    elif kind == "link":
        head = f'<link rel="{name}" href="{value}">'
    else:
        head = ""
    mark = f'<meta itemprop="{name}" content="{value}">' if kind == "micro" else ""
    body = f'<div itemscope itemtype="https://schema.org/NewsArticle">{mark}{STORY}</div>'
    tree = page._tree(html(body, head, title="").decode())
    assert value in page_fields.Sources(tree, "", None).at(place)
    assert (place, value) in list(page_fields.Sources(tree, "", None).read(field))


@pytest.mark.parametrize("field", sorted(page_fields.RULES))
def test_an_earlier_place_wins(field: str) -> None:
    places = [place for place in page_fields.RULES[field] if place.startswith("meta:")]
    head = "".join(f'<meta name="{place[5:]}" content="value {at}">' for at, place in reversed(list(enumerate(places))))
    sources = page_fields.Sources(page._tree(html(STORY, head).decode()), "", None)
    assert [value for place, value in sources.read(field) if place.startswith("meta:")] == [
        f"value {at}" for at in range(len(places))
    ]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Council keeps bridge | Harbour Post", "Council keeps bridge"),
        ("Council keeps bridge - Harbour Post", "Council keeps bridge"),
        ("Harbour Post: Council keeps bridge", "Council keeps bridge"),
        ("Council keeps bridge – Local – Harbour Post", "Council keeps bridge – Local"),
        ("Council keeps bridge · harbourpost.example", "Council keeps bridge"),
        ("Council keeps bridge - The Harbour Post Online", "Council keeps bridge"),
        ("Council keeps bridge｜Harbour Post", "Council keeps bridge"),
        ("Council: bridge stays", "Council: bridge stays"),
        ("Harbour Post wins prize", "Harbour Post wins prize"),
        ("A - B - C", "A - B - C"),
    ],
)
def test_headlines_lose_the_name_of_the_site(title: str, expected: str) -> None:
    head = '<meta property="og:site_name" content="Harbour Post">'
    assert page.read(html(STORY, head, title), "https://www.harbourpost.example/a", now=NOW).headline == expected


@pytest.mark.parametrize(
    ("encoding", "header", "declared"),
    [
        ("utf-8", None, None),
        ("utf-8", "iso-8859-1", "shift_jis"),
        ("utf-8-sig", "euc-jp", None),
        ("utf-16", None, "utf-8"),
        ("utf-16-le", None, None),
        ("shift_jis", None, "shift_jis"),
        ("shift_jis", "Shift_JIS", "utf-8"),
        ("euc-jp", "euc-jp", None),
        ("euc-jp", "nonsense", "euc-jp"),
    ],
)
def test_the_encoding_is_found(encoding: str, header: str | None, declared: str | None) -> None:
    text, address = case("japanese")
    if declared:
        text = text.replace("<head>", f'<head><meta charset="{declared}">')
    found = page.read(text.encode(encoding), address, charset=header, now=NOW)
    assert found.headline == "旋回橋の存続決まる 市議会が9対4で可決"
    assert "水路をまたぐ旋回橋" in found.body_html


def test_windows_letters_in_a_latin_page() -> None:
    data = html(STORY + "<p>“Café” – costs 3 €</p>", '<meta charset="iso-8859-1">', "“Café” – 3 €").decode()
    assert page.read(data.encode("cp1252"), None, now=NOW).headline == "“Café” – 3 €"


def test_a_packed_page() -> None:
    text, address = case("microdata")
    assert page.read(gzip.compress(text.encode()), address, now=NOW) == read("microdata")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"   ", "empty"),
        (b"%PDF-1.7 ...", "another kind"),
        (b"\x1f\x8b\x08\x00broken", "broken"),
        (b"<p>" + b"x" * (page.MAX_BYTES + 1), "larger"),
        (gzip.compress(b"x" * (page.MAX_BYTES + 1)), "larger"),
    ],
)
def test_what_is_no_page_says_why(data: bytes, why: str) -> None:
    with pytest.raises(UnreadablePageError, match=why):
        page.read(data, None, now=NOW)


@pytest.mark.parametrize(
    "hostile",
    [
        "<div>" * 40_000 + STORY,
        STORY + "<p>x" * 100_000,
        "<div " + " ".join(f'a{at}="x"' for at in range(40_000)) + ">" + STORY,
        '<script type="application/ld+json">' + "[" * 200_000 + "</script>" + STORY,
        '<script type="application/ld+json">{"@type":"NewsArticle",' + "/*" * 200_000 + "</script>" + STORY,
        "<title>" + "a | " * 100_000 + "</title>" + STORY,
        '<span class="date">2026 ' + "9 " * 200_000 + "</span>" + STORY,
        STORY + "&#1;\x00\x01\ufffe\U00010600<span class=sr-only>a</span>&#2;",
    ],
    ids=["deep", "many", "attributes", "brackets", "comments", "title", "dates", "controls"],
)
def test_hostile_pages_are_read_in_bounded_work(hostile: str) -> None:
    found = page.read(hostile.encode("utf-8", "replace"), "https://paper.example/a/b", now=NOW)
    assert len(found.headline) <= 500


def test_a_page_becomes_an_article() -> None:
    content = page_article.content_of(read("jsonld_graph"), now=NOW)
    assert isinstance(content, Content)
    assert content.url == "https://www.harbourpost.example/local/2026/03/10/bridge-stays"
    assert "https://www.harbourpost.example/amp/local/2026/03/10/bridge-stays" in content.aliases
    assert [author.name for author in content.authors] == ["Kim Ho", "Ida Berg"]
    assert content.lead == "Nine of thirteen members voted for repair."
    assert content.published is not None
    assert content.published.text == "2026-03-10T18:05:00+01:00"
    assert content.updated is not None
    assert (content.section, content.language, content.body_extent) == ("Local", "en-GB", Extent.FULL)
    assert [image.credit for image in content.images] == ["Olu Ade"]
    assert content.topics == ("politics",) or content.topics == ()


def test_the_kinds_of_what_is_read() -> None:
    def kind(name: str) -> str:
        content = page_article.content_of(read(name), now=NOW)
        return content.kind if isinstance(content, Content) else content.name

    assert {name: kind(name) for name in CASES if kind(name) != "TEXT"} == {
        "error_page": "LOST",
        "gallery": "GALLERY",
        "gallery_index": "GALLERY_INDEX",
        "home_page": "HOME_PAGE",
        "live_blog": "LIVE",
        "topic_page": "TOPIC_PAGE",
        "video_wall": "VIDEO_WALL",
    }


def test_a_short_text_behind_a_paywall_is_an_excerpt() -> None:
    content = page_article.content_of(read("paywalled"), now=NOW)
    assert isinstance(content, Content)
    assert content.body_extent is Extent.EXCERPT


def test_a_file_that_names_no_address_is_no_article() -> None:
    assert page_article.content_of(page.read(html(STORY), None, now=NOW), now=NOW) is NotArticle.NO_ADDRESS


def test_a_page_cannot_take_the_place_of_another_site() -> None:
    head = '<link rel="canonical" href="https://other.example/story"><meta property="og:url" content="https://paper.example/">'
    found = page.read(html(STORY, head), "https://paper.example/a/b", now=NOW)
    assert (found.address, found.original_url) == ("https://paper.example/a/b", "https://other.example/story")


@pytest.mark.parametrize(
    ("head", "expires"),
    [
        (
            '<script type="application/ld+json">'
            '{"@type": "NewsArticle", "expires": "2027-01-05T10:00:00+09:00"}</script>',
            "2027-01-05T10:00:00+09:00",
        ),
        (
            '<meta name="robots" content="noarchive, unavailable_after: 25 Jun 2027 15:00:00 PST">',
            "2027-06-25T15:00:00-08:00",
        ),
        ('<meta name="prism.expirationDate" content="2027-01-05">', "2027-01-05T00:00:00Z"),
        # When it is out of date, and how long it may be cached: neither is about who may see it.
        ('<meta property="article:expiration_time" content="2027-01-05T10:00:00Z">', None),
        ('<meta http-equiv="expires" content="Tue, 05 Jan 2027 10:00:00 GMT">', None),
    ],
)
def test_when_a_page_ceases_to_be_available(head: str, expires: str | None) -> None:
    found = page.read(html(STORY, head), "https://harbour.example/bridge", now=NOW)
    assert (found.expires.text if found.expires else None) == expires
    content = page_article.content_of(found, now=NOW)
    assert isinstance(content, Content)
    assert (content.expires.text if content.expires else None) == expires


def test_whose_the_text_is_stands_under_it() -> None:
    text = "".join(
        f"<p>Sentence {n} of the report says that the ferry to the island sails again.</p>" for n in range(8)
    )
    found = page.read(
        f"<html><head><title>Ferry sails</title><meta name='copyright' content='2026 The Harbour Post'></head><body>"
        f"<article><h1>Ferry sails</h1>{text}<p>© KITAKAZE NEWS</p></article></body></html>".encode(),
        "https://www.harbourpost.example/ferry",
        now=NOW,
    )
    content = page_article.content_of(found, now=NOW)
    assert isinstance(content, Content)
    assert (found.rights, content.rights_holder) == ("© KITAKAZE NEWS", "KITAKAZE NEWS")
