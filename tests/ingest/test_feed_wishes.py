"""What a feed document asks of those who poll it, and the encoding that its server names."""

from datetime import timedelta

import pytest

from ingest import feed
from ingest.wishes import NO_WISHES, Wishes

SYNDICATION = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'


def rss(more: str, item: str = "") -> bytes:
    channel = f"<title>Night Ferry</title>{more}<item><title>Fog</title>{item}</item>"
    return f'<rss version="2.0" {SYNDICATION}><channel>{channel}</channel></rss>'.encode()


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ("", NO_WISHES),
        ("<ttl>90</ttl>", Wishes(timedelta(minutes=90))),
        ("<ttl>soon</ttl>", NO_WISHES),
        (
            "<skipHours><hour>1</hour><hour>24</hour></skipHours><skipDays><day>Sunday</day><day>Mon</day></skipDays>",
            Wishes(skip_hours=frozenset({0, 1}), skip_days=frozenset({0, 6})),
        ),
        (
            "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>",
            Wishes(timedelta(minutes=30)),
        ),
        ("<sy:updatePeriod>daily</sy:updatePeriod>", Wishes(timedelta(days=1))),
    ],
)
def test_a_documents_wishes_are_read(more: str, wanted: Wishes) -> None:
    assert feed.read(rss(more)).wishes == wanted


def test_an_items_words_are_no_wishes() -> None:
    assert feed.read(rss("", "<hour>3</hour><day>Friday</day>")).wishes == NO_WISHES


BARE = "<rss version='2.0'><channel><title>夜の便</title><item><title>霧</title></item></channel></rss>"


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        (BARE.encode("shift_jis"), "shift_jis"),
        (BARE.encode("euc_jp"), "EUC-JP"),
        (BARE.encode(), "utf-8"),
        # The document's own word goes before the server's, and so does a mark of byte order.
        (f"<?xml version='1.0' encoding='utf-8'?>{BARE}".encode(), "iso-8859-1"),
        (b"\xef\xbb\xbf" + BARE.encode(), "iso-8859-1"),
        (BARE.encode("utf-16"), "utf-8"),
        # A server that says nonsense is not believed.
        (BARE.encode(), "x-nonsense"),
        (BARE.encode(), "utf-8\"; evil='1"),
    ],
)
def test_the_servers_charset_is_a_hint(data: bytes, charset: str) -> None:
    document = feed.read(data, charset=charset)
    assert document.channel.title == "夜の便"
    assert [entry.title and entry.title.value for entry in document.entries] == ["霧"]
