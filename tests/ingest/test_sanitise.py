import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sanitise import from_plain, in_blocks, pictures, plain_text, sanitise, text_of
from tests.pace import measured

PIECES = st.sampled_from(
    [
        *(
            "<p>",
            "</p>",
            "<script>",
            "</script>",
            "<svg>",
            "<math>",
            "<style>",
            "<!--",
            "-->",
            "<a href='",
            "javascript:",
        ),
        *("javascript:", "'>", '"', "<img src=x onerror=alert(1)>", "<img src='", "<b>", "</b>", "&lt;"),
        *(
            "&#x6A;",
            "<table>",
            "<td>",
            "<iframe>",
            "]]>",
            "<noscript>",
            "<title>",
            "text",
            "\x00",
            " ",
            "&amp;lt;script&amp;gt;",
            "&lt;/p&gt;",
        ),
    ]
)
MARKUP = st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=25).map("".join)
TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:\s+[a-z][a-z0-9:-]*="[^"]*")*)\s*/?>')


@given(MARKUP)
def test_nothing_active_is_left(markup: str) -> None:
    safe = sanitise(markup, "https://x.example/")
    for tag in TAG.finditer(safe):
        assert tag[2] not in {"script", "style", "svg", "math", "iframe", "object", "noscript", "title"}
        for name, value in re.findall(r'([a-z:-]+)="([^"]*)"', tag[3]):
            assert not name.startswith("on")
            assert name not in ("href", "src") or re.match("https?:|mailto:|tel:", value)
    # What is no tag of ours is text, in which no tag can begin.
    assert "<" not in TAG.sub("", safe)


@given(MARKUP)
def test_sanitising_again_changes_nothing(markup: str) -> None:
    safe = sanitise(markup, "https://x.example/")
    assert sanitise(safe, "https://x.example/") == safe or "&lt;" in safe


@given(st.text(max_size=200))
def test_plain_text_survives_html(text: str) -> None:
    expected = [" ".join(line.split()) for line in plain_text(from_plain(text)).split("\n")]
    assert [" ".join(line.split()) for line in plain_text(sanitise(from_plain(text))).split("\n")] == expected


def test_text_keeps_paragraphs_and_lines() -> None:
    safe = sanitise("<p>One\n two</p><p>Three<br>four</p><ul><li>a</li><li>b</li></ul>tail <b>bold</b>")
    assert plain_text(safe) == "One two\n\nThree\nfour\n\na\nb\n\ntail bold"


def test_relative_addresses_become_absolute_or_go() -> None:
    markup = '<a href="../a?x=1&amp;y=2">a</a><img src="/i.png">'
    assert 'href="https://x.example/a?x=1&amp;y=2"' in sanitise(markup, "https://x.example/b/c")
    assert sanitise(markup) == '<a rel="noopener noreferrer">a</a>'


@pytest.mark.parametrize(
    "image",
    [
        '<img src="https://x.example/p.gif" width="1" height="1">',
        '<img src="https://x.example/a.png" width="0" height="0">',
        '<img src="https://feeds.feedburner.com/~r/x/~4/abc">',
        '<img src="https://ad.doubleclick.net/x">',
        '<img src="https://x.example/piwik.php?idsite=1">',
        '<img alt="no address">',
    ],
)
def test_tracking_pixels_go(image: str) -> None:
    assert sanitise(f"<p>Text</p><p>{image}</p>") == "<p>Text</p>"


def test_pictures_have_their_figures_caption() -> None:
    safe = sanitise(
        '<figure><img src="https://x.example/a.jpg" width="640px" alt="A &amp; B">'
        '<figcaption>Cap <b>one</b></figcaption></figure><img src="https://x.example/b.jpg"><figure><img src="https://x.example/c.jpg"></figure>'
    )
    found = list(pictures(safe))
    assert [(p.url[-5:], p.alt, p.caption, p.width) for p in found] == [
        ("a.jpg", "A & B", "Cap one", 640),
        ("b.jpg", None, None, None),
        ("c.jpg", None, None, None),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [("", ""), ("<figure>", "<figcaption>Cap</figcaption></figure>"), ("", "<figure></figure>"), ("<figure>", "")],
    ids=["plain", "one figure", "figure after", "open figure"],
)
def test_many_pictures_take_no_time(before: str, after: str) -> None:
    safe = before + "".join(f'<img src="https://x.example/{n}.jpg">' for n in range(20_000)) + after
    with measured() as spent:
        found = list(pictures(safe))
    assert spent.seconds < 0.5
    assert len(found) == 100
    assert {picture.caption for picture in found} == ({"Cap"} if "Cap" in after else {None})


def test_a_long_caption_of_many_pictures_is_read_once() -> None:
    safe = "<figure>" + '<img src="https://x.example/a.jpg">' * 100 + f"<figcaption>{'word <b>x</b> ' * 40_000}"
    with measured() as spent:
        assert all(picture.caption for picture in pictures(safe + "</figcaption></figure>"))
    assert spent.seconds < 2


def test_text_without_blocks_becomes_a_paragraph() -> None:
    assert in_blocks("just <b>text</b>") == "<p>just <b>text</b></p>"
    assert in_blocks("one &amp; two\n\nthree") == "<p>one &amp; two</p><p>three</p>"
    assert in_blocks("<p>already</p>") == "<p>already</p>"
    assert in_blocks("") == ""


def test_markup_escaped_twice_is_markup() -> None:
    assert sanitise("&lt;p&gt;One&lt;/p&gt;&lt;script&gt;x&lt;/script&gt;") == "<p>One</p>"


@pytest.mark.parametrize("markup", ["<div>" * 200_000, "<b><i>" * 20_000, "<table><tr><td>" * 30_000, "<" * 100_000])
def test_deep_nesting_is_cheap(markup: str) -> None:
    with measured() as spent:
        assert text_of(markup + " text").endswith("text")
    assert spent.seconds < 5
