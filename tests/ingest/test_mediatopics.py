"""IPTC's file in each of its forms: small invented ones, made as IPTC makes them."""

from pathlib import Path

import pytest

from ingest.mediatopics import MediaTopic, UnreadableTopics, read
from ingest.topics import code_of, keys_of

FILES = Path(__file__).parent / "mediatopics"
TOPICS = [
    MediaTopic("medtop:15000000", {"en-gb": "sport", "de": "Sport", "pt-br": "esporte"}, None, False),
    MediaTopic("medtop:29900001", {"en-gb": "tidal games", "de": "Gezeitenspiele"}, "medtop:15000000", False),
    MediaTopic(
        "medtop:29900002",
        {"en-gb": "kelp rowing", "de": "Tangrudern", "ja": "昆布漕ぎ", "pt-br": "remo de algas"},
        "medtop:29900001",
        False,
    ),
    MediaTopic("medtop:29900003", {"en-gb": "pebble skating"}, "medtop:29900001", True),
]


@pytest.mark.parametrize("name", ["topics.json", "topics.rdf", "topics.g2.xml"])
def test_every_form_says_the_same(name: str) -> None:
    assert read((FILES / name).read_bytes()) == TOPICS


def test_json_ld_with_values_and_languages_is_read() -> None:
    data = b"""{"@graph": [{"@id": "http://cv.iptc.org/newscodes/mediatopic/29900001",
      "skos:prefLabel": [{"@language": "en", "@value": "tidal games"}, {"@language": "de", "@value": "Spiele"}],
      "skos:broader": {"@id": "http://cv.iptc.org/newscodes/mediatopic/15000000"}}]}"""
    assert read(data) == [
        MediaTopic("medtop:29900001", {"en": "tidal games", "de": "Spiele"}, "medtop:15000000", False)
    ]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no XML"),
        (b"{", "no JSON"),
        (b"{}", "no Media Topic"),
        (b"[1, null, {}]", "no Media Topic"),
        (b'{"conceptSet": {"a": 1}}', "no Media Topic"),
        (b"<a>", "no XML"),
        (b"<rss><channel/></rss>", "no Media Topic"),
        (
            b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d SYSTEM "file:///etc/passwd">]><a>&b;&d;</a>',
            "no Media Topic",
        ),
        (
            b"""{"conceptSet": [
              {"qcode": "medtop:29900001", "prefLabel": {"en": "a"}, "broader": ["medtop:29900002"]},
              {"qcode": "medtop:29900002", "prefLabel": {"en": "b"}, "broader": ["medtop:29900001"]}]}""",
            "no end of broader topics",
        ),
    ],
)
def test_what_is_no_such_file_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(UnreadableTopics, match=why):
        read(data)


def test_categories_are_looked_up_whole_then_by_the_most_exact_part() -> None:
    assert keys_of("News / Sport/Kelp-Rowing") == ("news / sport/kelp-rowing", "kelp-rowing", "sport", "news")
    assert keys_of("Arts &amp; Café") == ("arts and cafe",)
    assert [
        code_of(text) for text in ("medtop:20000065", "http://cv.iptc.org/newscodes/mediatopic/20000065", "sport")
    ] == [
        "medtop:20000065",
        "medtop:20000065",
        None,
    ]
