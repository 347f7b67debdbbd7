"""Lists of feeds in and out, and lists that are attacks."""

from datetime import UTC, datetime

import pytest

from ingest.opml import MAX_OUTLINES, Outline, UnreadableOpmlError, read, write
from tests.pace import measured

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LIST = """<?xml version="1.0" encoding="UTF-8"?>
<!-- made by hand -->
<opml version="1.0">
  <head><title>Mine</title></head>
  <body>
    <outline text="News">
      <outline text="Harbour" title="Harbour Times" type="rss" xmlUrl="https://harbour.example/feed?a=1&amp;b=2"
               htmlUrl="https://harbour.example/"/>
      <outline text="Asia">
        <outline text="潮見新聞" XMLURL="https://shiomi.example/rdf"/>
      </outline>
    </outline>
    <outline text="Night Ferry" xmlUrl=" https://ferry.example/rss "/>
    <outline text="Again" xmlUrl="https://ferry.example/rss"/>
    <outline text="A note without a feed"/>
    <outline xmlUrl="https://untitled.example/"/>
  </body>
</opml>
"""
FEEDS = (
    Outline("https://harbour.example/feed?a=1&b=2", "Harbour Times", "https://harbour.example/", ("News",)),
    Outline("https://shiomi.example/rdf", "潮見新聞", None, ("News", "Asia")),
    Outline("https://ferry.example/rss", "Night Ferry"),
    Outline("https://untitled.example/"),
)


def test_a_list_is_read_with_its_folders() -> None:
    assert read(LIST.encode()) == FEEDS


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "shift_jis", "euc_jp", "iso-8859-1"])
def test_a_list_may_come_in_another_encoding(encoding: str) -> None:
    text = LIST.replace("UTF-8", encoding.removesuffix("-sig"))
    if encoding == "iso-8859-1":
        text = text.replace("潮見新聞", "Märkte")
    titles = [feed.title for feed in read(text.encode(encoding))]
    assert titles[1] in ("潮見新聞", "Märkte")


def test_forgotten_escapes_are_forgiven() -> None:
    text = LIST.replace("&amp;", "&").replace("Night Ferry", "Night &nbsp; Ferry &amp; Sons &copy; R&D")
    feeds = read(text.encode())
    assert feeds[0].url == FEEDS[0].url
    assert feeds[2].title == "Night Ferry & Sons © R&D"


def test_what_is_written_is_read_again() -> None:
    nasty = Outline("https://x.example/?a=\"<&>'", "Quotes \"' <b> & \x00\x0b\ud800 \U0001f4f0", None, ('A "<&>', "B"))
    text = write([*FEEDS, nasty], title="All <feeds>", now=NOW)
    assert read(text) == (
        *FEEDS[:3],
        # Readers want a text; without a title it is the address.
        Outline("https://untitled.example/", "https://untitled.example/"),
        Outline(nasty.url, "Quotes \"' <b> & \U0001f4f0", None, nasty.folders),
    )
    assert b"<title>All &lt;feeds&gt;</title><dateCreated>Mon, 02 Mar 2026 12:00:00 +0000</dateCreated>" in text
    assert read(write([], title="None", now=NOW)) == ()


LAUGHS = (
    '<!DOCTYPE opml [<!ENTITY a "ha"> '
    + " ".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(10))
    + ']><opml><body><outline text="&k;" xmlUrl="https://x.example/"/></body></opml>'
)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (LAUGHS.encode(), "entities"),
        (b'<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]><opml>&x;</opml>', "entities"),
        (b'<!DOCTYPE opml [<!ENTITY % x SYSTEM "http://127.0.0.1/x"> %x;]><opml/>', "entities"),
        (b"<opml>" + b"<outline>" * 100_000, "deeper"),
        (b"<opml><body><outline", "not XML"),
        (b"<opml>" + b"".join(b'<outline xmlUrl="%d"/>' % n for n in range(MAX_OUTLINES + 1)), "more than 10,000"),
        (b"<rss version='2.0'/>", "begins with <rss>"),
        (b"", "not XML"),
        (b"{}", "not XML"),
        (b" " * (16 * 1024 * 1024), "larger"),
        (b'<opml><outline text="' + b"&amp;" * 2_000_000, "not XML"),
    ],
)
def test_what_is_no_list_is_refused_at_once(data: bytes, reason: str) -> None:
    with measured() as spent, pytest.raises(UnreadableOpmlError, match=reason):
        read(data)
    assert spent.seconds < 3


def test_an_external_definition_is_not_fetched_and_harms_nothing() -> None:
    text = LIST.replace("<opml", '<!DOCTYPE opml SYSTEM "http://127.0.0.1:1/opml.dtd">\n<opml', 1)
    assert read(text.encode()) == FEEDS
