"""Where a request comes from, as far as a budget is kept by it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
# Whoever has an IPv6 address has all of its network.
_IPV6 = 64
UNKNOWN = "unknown"


def networks(text: str) -> tuple[Network, ...]:
    """Networks and single addresses, separated by commas. Raises ValueError for what is none."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def client(peer: str, forwarded: bytes, proxies: Sequence[Network]) -> str:
    """The network that a request comes from: of the peer, or where that is a trusted proxy, of whom it serves.

    forwarded: X-Forwarded-For. Each proxy adds whom it serves at the end, so the last address that is no trusted proxy
    is the client's; what stands before it can be anybody's invention.
    """
    if not forwarded or not proxies:
        return network(peer)
    found = peer
    for said in reversed(forwarded.decode("latin-1").split(",")):
        if not _is_within(found, proxies):
            break
        if _read(said.strip()) is None:
            break
        found = said.strip()
    return network(found)


@lru_cache(maxsize=8_192)
def network(address: str) -> str:
    """An IPv4 address, or the /64 of an IPv6 address; `unknown` for what is neither."""
    found = _read(address)
    if isinstance(found, IPv6Address):
        return str(IPv6Network((found, _IPV6), strict=False))
    return UNKNOWN if found is None else str(found)


def _is_within(address: str, among: Sequence[Network]) -> bool:
    found = _read(address)
    return found is not None and any(found in each for each in among)


def _read(text: str) -> IPv4Address | IPv6Address | None:
    """An address, with or without a port; one of IPv4 written as IPv6 is one of IPv4."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
