import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import url

# Characters that addresses break on, beside all others.
TEXT = st.text(alphabet=st.one_of(st.sampled_from("/.?#&=%2eEé :@[]\\!"), st.characters()), max_size=40)


@pytest.mark.parametrize(
    ("given_address", "expected"),
    [
        ("HTTP://Www.Example.ORG:80/a/../b/%7efoo#top", "http://www.example.org/b/~foo"),
        ("https://x.example:443", "https://x.example/"),
        ("https://x.example:8443/a", "https://x.example:8443/a"),
        ("https://user:secret@x.example/a", "https://x.example/a"),
        ("https://x.example/a?utm_source=f&b=2&fbclid=1&a=1&mc_cid=9&_hsenc=z", "https://x.example/a?b=2&a=1"),
        ("https://x.example/a?UTM_Source=f", "https://x.example/a"),
        ("https://x.example/#!/story/1", "https://x.example/#!/story/1"),
        ("https://müller.example/ä b", "https://xn--mller-kva.example/%C3%A4%20b"),
        ("https://straße.example/", "https://xn--strae-oqa.example/"),
        ("https://x.example/%c3%a4%41", "https://x.example/%C3%A4A"),
        ("https://x.example/100%", "https://x.example/100%25"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("  https://x.example/a\n", "https://x.example/a"),
        ("https://x.example/a\tb", "https://x.example/ab"),
        ("http:\\\\x.example\\a", "http://x.example/a"),
        ("http://[2001:db8::1]:8080/", "http://[2001:db8::1]:8080/"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("mailto:desk@x.example", None),
        ("/relative", None),
        ("https://", None),
        ("https://-bad-.example/", None),
        ("https://x.example:99999/", None),
        ("http://[::1", None),
        ("http://[::1%25eth0]/", None),
        ('http://a%3A"<b>/', None),
        ("https://x.example/" + "a" * 3000, None),
        ("", None),
    ],
)
def test_canonical(given_address: str, expected: str | None) -> None:
    assert url.canonical(given_address) == expected


@pytest.mark.parametrize(
    ("given_address", "expected"),
    [
        ('http://x.example/a b"<>.png', "http://x.example/a%20b%22%3C%3E.png"),
        ('http://exa mple.com/"<script> a.jpg', None),
        ("http://x.example:80/a?utm_source=f&w=640&x='\"#t=1,2", "http://x.example/a?utm_source=f&w=640&x='%22#t=1,2"),
        ("https://x.example\\a\\b?c\\d", "https://x.example/a/b?c%5Cd"),
        ("https://bücher.example/ä.jpg", "https://xn--bcher-kva.example/%C3%A4.jpg"),
        ("javascript:alert(1)", None),
        ("https://x.example/" + "ä" * 400, None),
    ],
)
def test_addresses_to_fetch_are_encoded_with_their_query_whole(given_address: str, expected: str | None) -> None:
    assert url.encoded(given_address) == expected


@given(TEXT)
def test_encoding_is_idempotent_and_leaves_nothing_that_ends_an_attribute(text: str) -> None:
    for address in ("http://x.example/" + text, "http://" + text):
        made = url.encoded(address)
        if made is not None:
            assert url.encoded(made) == made
            assert made.isascii()
            assert not set(made) & set(' "<>\\^`{|}')


def test_relative_addresses_are_resolved_against_a_base() -> None:
    assert url.canonical("../c?x=1", "https://x.example/a/b") == "https://x.example/c?x=1"
    assert url.canonical("https://y.example/", "https://x.example/a") == "https://y.example/"


def test_ref_is_tracking_only_where_it_names_the_outlet() -> None:
    assert url.canonical("https://x.example/a?ref=x.example", feed_host="x.example") == "https://x.example/a"
    assert url.canonical("https://x.example/a?ref=main", feed_host="x.example") == "https://x.example/a?ref=main"


@given(TEXT)
def test_canonical_is_idempotent(text: str) -> None:
    for address in ("http://x.example/" + text, "http://" + text):
        made = url.canonical(address)
        assert made is None or url.canonical(made) == made


@given(TEXT)
def test_canonical_is_ascii_http_with_a_host(text: str) -> None:
    made = url.canonical(text, "https://x.example/")
    assert made is None or (made.isascii() and made.startswith(("http://", "https://")) and url.host_of(made))


@pytest.mark.parametrize(
    ("address", "site", "expected"),
    [
        ("https://x.example/", None, True),
        ("https://x.example/index.html", None, True),
        ("https://x.example/?p=7", None, False),
        ("https://x.example/news", None, False),
        ("https://x.example/news/", "http://www.x.example/news", True),
    ],
)
def test_home_pages(address: str, site: str | None, expected: bool) -> None:
    assert url.is_home_page(address, site) is expected
