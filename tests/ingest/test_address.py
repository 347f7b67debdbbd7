"""Addresses: one reading of each, and which networks may be dialled."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.address import PRIVATE, Address, Dialling, NotDialled, parse


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://feeds.example", "http://feeds.example/"),
        (" HTTPS://Feeds.Example:443/A/../b?C=d#e ", "https://feeds.example/A/../b?C=d"),
        ("http://feeds.example:80/", "http://feeds.example/"),
        ("http://feeds.example:443/", "http://feeds.example:443/"),
        ("http://feeds.example:8080?x", "http://feeds.example:8080/?x"),
        ("http://feeds.example./", "http://feeds.example/"),
        ("//feeds.example/a", "https://feeds.example/a"),
        (
            "https://bücher.example/ä ö%20%zz?ü=[1]|2",
            "https://xn--bcher-kva.example/%C3%A4%20%C3%B6%20%zz?%C3%BC=[1]%7C2",
        ),
        ("https://news_site.example/", "https://news_site.example/"),
        ("http:\\\\feeds.example\\a\\b?c\\d", "http://feeds.example/a/b?c%5Cd"),
        ("http://feeds.example\\@127.0.0.1/", "http://feeds.example/@127.0.0.1/"),
        ("http://fe\neds.example/\ta", "http://feeds.example/a"),
        ("http://93.184.215.14/", "http://93.184.215.14/"),
        ("http://[2606:2800:21F:0::1]:8080/", "http://[2606:2800:21f::1]:8080/"),
    ],
)
def test_an_address_is_read_in_one_way(text: str, url: str) -> None:
    address = parse(text)
    assert address.url == url
    assert parse(url) == address


def test_an_address_has_its_parts() -> None:
    assert parse("https://feeds.example:8443/a?b#c") == Address("https", "feeds.example", 8443, "/a?b")
    assert parse("http://[2606:2800::1]/").authority == "[2606:2800::1]"
    assert parse("https://feeds.example:8443/a").origin == "https://feeds.example:8443"
    assert parse("../c?d", "https://feeds.example/a/b").url == "https://feeds.example/c?d"


@pytest.mark.parametrize("text", ["", "feed.xml", "http:///feed", "http://a..example/", "http://x" + "y" * 9000])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(NotDialled):
        parse(text)


@given(st.text(alphabet="http:/\\[]@%#?.0123456789abcdefxＡ。１.example:ß\t\n ", max_size=60))
def test_whatever_is_read_is_read_the_same_again(text: str) -> None:
    try:
        address = parse("http://" + text)
    except NotDialled:
        return
    assert parse(address.url) == address
    assert address.url.isascii()
    assert not set(address.host) & set("@/\\?#%[] ")


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("93.184.215.14", None),
        ("8.8.8.8", None),
        ("2606:2800:21f::1", None),
        ("2a00:1450:4001::", None),
        # What a resolver in an IPv6-only network makes of a public IPv4 address.
        ("64:ff9b::808:808", None),
        ("::ffff:8.8.8.8", None),
        ("0.0.0.0", "reserved"),
        ("10.255.255.255", "private"),
        ("100.127.0.1", "shared"),
        ("127.255.255.254", "loopback"),
        ("169.254.169.254", "link-local"),
        ("172.16.0.1", "private"),
        ("192.0.0.8", "reserved"),
        ("192.0.2.1", "documentation"),
        ("192.88.99.1", "6to4"),
        ("192.168.0.1", "private"),
        ("198.19.0.1", "benchmarking"),
        ("203.0.113.7", "documentation"),
        ("239.1.1.1", "multicast"),
        ("250.0.0.1", "reserved"),
        ("255.255.255.255", "reserved"),
        ("::", "reserved"),
        ("::1", "loopback"),
        ("::7f00:1", "reserved"),
        ("::ffff:10.0.0.1", "private"),
        ("::ffff:0:10.0.0.1", "reserved"),
        ("64:ff9b::a00:1", "private"),
        ("64:ff9b:1::808:808", "NAT64"),
        ("100::1", "discarding"),
        ("2001::1", "Teredo"),
        ("2001:db8::1", "documentation"),
        ("2002:808:808::1", "6to4"),
        ("3fff::1", "documentation"),
        ("4000::1", "reserved"),
        ("5f00::1", "reserved"),
        ("fd12::1", "private"),
        ("fe80::1", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("fec0::1", "private"),
        ("ff02::1", "multicast"),
        ("nonsense", "not a network address"),
    ],
)
def test_only_the_public_internet_is_dialled(address: str, reason: str | None) -> None:
    refusal = Dialling().refusal(address)
    assert (refusal is None) if reason is None else (refusal is not None and reason in refusal)


@given(st.ip_addresses())
def test_python_knows_no_other_private_addresses(address: object) -> None:
    """The tables are ours; what Python holds for private is refused at least (those that carry an IPv4 address are
    judged by it)."""
    ip = ip_address(str(address))
    if ip.is_private or ip.is_loopback or ip.is_multicast or ip.is_reserved or ip.is_link_local:
        embedding = ip in ip_network("64:ff9b::/96") or ip in ip_network("::ffff:0:0/96")
        assert embedding or Dialling().refusal(str(ip)) is not None


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("10.0.0.1", True),
        ("127.0.0.1", True),
        ("::ffff:192.168.1.1", True),
        ("64:ff9b::c0a8:101", True),
        ("::1", True),
        ("fd00::1", True),
        ("100.64.0.1", True),
        ("169.254.169.254", False),
        ("fe80::1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("2002:a00:1::", False),
    ],
)
def test_private_networks_may_be_allowed_but_not_where_clouds_keep_credentials(address: str, allowed: bool) -> None:
    assert (Dialling(PRIVATE).refusal(address) is None) is allowed


def test_one_network_may_be_allowed() -> None:
    dialling = Dialling((ip_network("10.1.0.0/16"),))
    assert dialling.refusal("10.1.2.3") is None
    assert dialling.refusal("10.2.2.3") == "a private address"
