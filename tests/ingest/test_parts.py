"""The small parts: bylines, topics, rights, slugs, media and counting."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import feed
from ingest.byline import byline
from ingest.feed import Channel, Medium, Person, Role
from ingest.media import Enclosure, Image, enclosures, images, seconds
from ingest.rights import holder
from ingest.slug import slug
from ingest.source import feed_url_of, source_of
from ingest.text import clean, cut, unescaped, word_count
from ingest.topics import TOPICS, topic_of, topics_of
from tests.pace import measured


@pytest.mark.parametrize(
    ("printed", "names", "agency"),
    [
        ("By Ann Lee and Kim Ho in Tokyo", ["Ann Lee", "Kim Ho"], None),
        ("editor@x.example (Ann Lee)", ["Ann Lee"], None),
        ("Ann Lee <ann@x.example>", ["Ann Lee"], None),
        ("ann@x.travel", [], None),
        ("Lee, Ann", ["Ann Lee"], None),
        ("Ann Lee, Kim Ho, Bo Ek", ["Ann Lee", "Kim Ho", "Bo Ek"], None),
        ("Ann Lee & Kim Ho; Bo Ek", ["Ann Lee", "Kim Ho", "Bo Ek"], None),
        ("María José Vidal y Pedro Ruiz", ["María José Vidal", "Pedro Ruiz"], None),
        ("Ann Lee | The Times of Nowhere", ["Ann Lee"], None),
        ("Ann Lee, Chief Political Correspondent", ["Ann Lee"], None),
        ("Anne-Marie O'Neil, Ph.D.", ["Anne-Marie O'Neil"], None),
        ("Emma in 't Veld", ["Emma in 't Veld"], None),
        ("Ann Lee (AFP)", ["Ann Lee"], "AFP"),
        ("Agence France-Presse", [], "AFP"),
        ("時事通信", [], "Jiji Press"),
        ("山田花子、鈴木一郎記者", ["山田花子", "鈴木一郎"], None),
        ("홍길동 기자", ["홍길동"], None),
        ("The Harbour Post", [], None),
        ("Staff", [], None),
        ("admin", [], None),
        ("user42", [], None),
        ("", [], None),
    ],
)
def test_bylines(printed: str, names: list[str], agency: str | None) -> None:
    found = byline([Person(printed)], ["The Harbour Post"])
    assert ([each.name for each in found.people], found.agency) == (names, agency)


def test_an_address_belongs_to_a_field_that_names_one_person() -> None:
    page = "https://harbour.example/people"
    found = byline(
        [Person("By Ann Lee", page), Person("Kim Ho and Bo Ek", page), Person("Ann Lee", "https://x.example")]
    )
    assert found.people == (Person("Ann Lee", page), Person("Kim Ho"), Person("Bo Ek"))


@given(st.lists(st.text(max_size=60), max_size=4))
def test_any_byline_is_read(printed: list[str]) -> None:
    found = byline(map(Person, printed))
    assert all(name and "@" not in name and name == name.strip() for name in (each.name for each in found.people))


@pytest.mark.parametrize(
    "printed",
    [["a" * 40_000], ["a@" * 20_000], ["a." * 20_000 + "@"], ["Ann Lee (" * 5_000], ["ab " * 160] * 20_000],
    ids=["word", "at", "dots", "brackets", "many"],
)
def test_a_long_byline_is_read_in_no_time(printed: list[str]) -> None:
    with measured() as spent:
        found = byline(map(Person, printed))
    assert spent.seconds < 0.5
    assert len(found.printed or "") <= 500


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        ("Sports", "sport"), ("SPORT", "sport"), ("News/Sport/Tennis", "sport"), ("Arts &amp; Culture", "arts"),
        ("science_and_technology", "science"), ("medtop:11000000", "politics"), ("11002000", "politics"),
        ("http://cv.iptc.org/newscodes/mediatopic/15000000", "sport"), ("Wirtschaft", "economy"), ("経済", "economy"),
        ("정치", "politics"), ("Économie", "economy"), ("99000000", None), ("Zebras", None), ("", None),
    ],
)  # fmt: skip
def test_categories_mean_topics(category: str, expected: str | None) -> None:
    found = topic_of(category)
    assert (found.slug if found else None) == expected


def test_the_top_level_is_complete() -> None:
    assert len(TOPICS) == 17
    assert len({topic.code for topic in TOPICS}) == len({topic.slug for topic in TOPICS}) == 17
    assert all(topic_of(name) is topic for topic in TOPICS for name in (topic.code, topic.slug, topic.name))
    assert [topic.slug for topic in topics_of(["Sport", "Politik", "Tennis"])] == ["sport", "politics"]


@pytest.mark.parametrize(
    ("notice", "expected"),
    [
        ("© 2026 KYODAN", "KYODAN"),
        ("Copyright 1999-2026, Old Pier Press. All rights reserved.", "Old Pier Press"),
        ("(c) Harbour Press Ltd", "Harbour Press Ltd"),
        ("[Copyright The Tidal Press, Ltd.]", "The Tidal Press, Ltd."),
        ("ⓒ 해온일보", "해온일보"),
        ("저작권자 ⓒ 2026 해온일보. 무단 전재 금지", "해온일보"),
        ("© 2026 Old Pier Co. All rights reserved.", "Old Pier Co."),
        ("https://creativecommons.org/licenses/by/4.0/", None),
        ("© 2026", None),
        ("Free to use", None),
        (None, None),
    ],
)
def test_rights_holders(notice: str | None, expected: str | None) -> None:
    assert holder(notice) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Café Müller’s", "cafe-mullers"), ("  The -- Post  ", "the-post"), ("Straße", "strasse"), ("港新聞", ""),
        ("港新聞 X", ""), ("Łódź", "lodz"), ("", ""),
    ],
)  # fmt: skip
def test_slugs(text: str, expected: str) -> None:
    assert slug(text) == expected


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("The harbour's gate, re-opened: 1,200 came.", 6), ("東京都知事", 3), ("東京 2020 大会", 3),
        ("항구에 새 다리", 3), ("สะพานใหม่เปิด", 3), ("", 0), ("— … !", 0),
    ],
)  # fmt: skip
def test_words_are_counted_in_any_script(text: str, count: int) -> None:
    assert word_count(text) == count


@given(st.text(), st.integers(10, 60))
def test_cut_text_is_short_enough_and_a_beginning(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert len(short) <= limit
    assert text.startswith(short.removesuffix("…").rstrip()) or short == text


def test_text_is_cut_at_a_sentence_or_a_word() -> None:
    assert cut("One two three. Four five six seven.", 24) == "One two three."
    assert cut("One two three four five six seven", 24) == "One two three four five…"


@given(st.text())
def test_clean_text_has_nothing_that_postgres_refuses(text: str) -> None:
    made = clean(text)
    made.encode()
    assert "\x00" not in made
    assert clean(made) == made


def test_references_are_resolved_twice() -> None:
    assert unescaped("AT&amp;amp;T &#8211; x") == "AT&T – x"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("3723", 3723), ("62:03", 3723), ("1:02:03", 3723), ("12.5", 12), ("95 seconds", 95), ("0", None), ("soon", None)],
)
def test_durations(text: str, expected: int | None) -> None:
    assert seconds(text) == expected


def test_of_versions_of_a_picture_the_widest_is_taken_once() -> None:
    media = [
        Medium(Role.CONTENT, "/a-300.jpg", kind="image", width="300", group=1),
        Medium(Role.CONTENT, "/a-900.jpg", kind="image", width="900", credit="Ines Vale", group=1),
        Medium(Role.THUMBNAIL, "/a-75.jpg", kind="image", width="75", group=1),
        Medium(Role.THUMBNAIL, "/b-66.jpg", width="66"),
        Medium(Role.THUMBNAIL, "/b-144.jpg", width="144"),
        Medium(Role.CONTENT, "https://secure.gravatar.com/avatar/x", kind="image"),
    ]
    assert images(media, [], "https://x.example/p") == (
        Image("https://x.example/a-900.jpg", credit="Ines Vale", width=900),
        Image("https://x.example/b-144.jpg", width=144),
    )


@pytest.mark.parametrize(
    ("given_address", "expected"),
    [
        ('https://x.example/a b"<>.png?w=1&utm_source=f', "https://x.example/a%20b%22%3C%3E.png?w=1&utm_source=f"),
        ('http://exa mple.example/"<script> a.png', None),
    ],
)
def test_addresses_of_pictures_enclosures_and_logos_are_encoded(given_address: str, expected: str | None) -> None:
    found = images([Medium(Role.THUMBNAIL, given_address)], [], None)
    assert [image.url for image in found] == ([expected] if expected else [])
    files = enclosures([Medium(Role.ENCLOSURE, given_address, mime_type="audio/mpeg")], None)
    assert [file.url for file in files] == ([expected] if expected else [])
    assert source_of(Channel("P", logo=given_address), "file:///f.xml").logo_url == expected


def test_many_pictures_take_no_time() -> None:
    media = [Medium(Role.THUMBNAIL, f"https://x.example/{n}.jpg") for n in range(10_000)]
    media += [Medium(Role.CONTENT, f"https://x.example/{n}.jpg", kind="image") for n in range(10_000)]
    with measured() as spent:
        assert len(images(media, [], None)) == 50
    assert spent.seconds < 2


@pytest.mark.parametrize(
    ("length", "expected"),
    [("1024", 1024), ("2147483647", 2147483647), ("2147483648", None), ("9" * 5000, None), ("0", None), ("1 MB", None)],
)
def test_lengths_that_no_column_holds_are_unknown(length: str, expected: int | None) -> None:
    media = [Medium(Role.ENCLOSURE, "https://x.example/a.mp3", mime_type="Audio/MPEG", byte_length=length)]
    assert enclosures(media, None) == (Enclosure("https://x.example/a.mp3", "audio/mpeg", expected),)


@pytest.mark.parametrize(
    ("channel", "address", "host", "slugs"),
    [
        (
            Channel("The Post", "https://www.post.example/x"),
            "file:///f.xml",
            "post.example",
            ["the-post", "post-example"],
        ),
        (Channel("港新聞", "https://minato.example"), "file:///f.xml", "minato.example", ["minato-example"]),
        (Channel("The Post"), "https://feeds.post.example/a", "feeds.post.example", ["the-post", "feeds-post-example"]),
        (Channel("The Post"), "file:///f.xml", "title:the-post", ["the-post"]),
    ],
)
def test_sources_are_recognised_by_host_feed_or_title(
    channel: Channel, address: str, host: str, slugs: list[str]
) -> None:
    found = source_of(channel, feed_url_of(channel, address))
    assert found.host == host
    assert list(found.slugs[:-1]) == slugs


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        feed.read(data)
    except feed.UnreadableError:
        return


def test_many_authors_take_no_time() -> None:
    signed = "".join(f"<dc:creator>Ann Lee {n}</dc:creator>" for n in range(5_000))
    data = f"<rss xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><item>{signed}</item></channel></rss>".encode()
    with measured() as spent:
        assert len(feed.read(data).entries[0].authors) == 5_000
    assert spent.seconds < 2


def test_a_feeds_logo_may_be_relative() -> None:
    found = source_of(Channel("P", "https://x.example/a/", logo="logo.png"), "file:///f.xml")
    assert found.logo_url == "https://x.example/a/logo.png"
