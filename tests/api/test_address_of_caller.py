"""Where a request comes from: the peer, or whom a trusted proxy says that it serves."""

import pytest

from api.address import client, network, networks

PROXIES = networks("10.0.0.0/8, ::1, 2001:db8:ffff::/48")


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("nobody", "unknown"),
    ],
)
def test_an_address_stands_for_its_network(address: str, found: str) -> None:
    assert network(address) == found


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("192.0.2.7", b"", "192.0.2.7"),
        ("192.0.2.7", b"198.51.100.1", "192.0.2.7"),  # nobody's proxy
        ("10.1.1.1", b"198.51.100.1", "198.51.100.1"),
        ("10.1.1.1", b"6.6.6.6, 198.51.100.1", "198.51.100.1"),  # what the client made up stands before
        ("10.1.1.1", b"6.6.6.6,10.2.2.2", "6.6.6.6"),
        ("10.1.1.1", b"198.51.100.1, 10.2.2.2 ,10.3.3.3", "198.51.100.1"),
        ("10.1.1.1", b"198.51.100.1:4711", "198.51.100.1"),
        ("::1", b"[2001:db8:1:2::9]:4711", "2001:db8:1:2::/64"),
        ("::ffff:10.1.1.1", b"198.51.100.1", "198.51.100.1"),
        ("10.1.1.1", b"198.51.100.1, unknown", "10.1.1.1"),
        ("10.1.1.1", b"198.51.100.1, \xff\x00", "10.1.1.1"),
        ("10.1.1.1", b",", "10.1.1.1"),
        ("", b"198.51.100.1", "unknown"),
    ],
)
def test_what_a_proxy_says_counts_where_it_is_trusted(peer: str, forwarded: bytes, found: str) -> None:
    assert client(peer, forwarded, PROXIES) == found


def test_without_trusted_proxies_nothing_that_is_sent_counts() -> None:
    assert client("10.1.1.1", b"198.51.100.1", ()) == "10.1.1.1"


def test_what_is_no_network_is_refused() -> None:
    assert networks("") == ()
    with pytest.raises(ValueError, match="nothing"):
        networks("10.0.0.0/8,nothing")
