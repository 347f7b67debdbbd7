"""Which addresses may be dialled, decided before anything is.

Two questions: what an address says (`parse`), in one reading only, so that what is checked and what is dialled cannot
differ; and whether a network address may be dialled (`Dialling.refusal`). Networks are those of IANA's special-purpose
registries (https://www.iana.org/assignments/iana-ipv4-special-registry, …/iana-ipv6-special-registry), written out:
what Python's `is_global` answers has changed between its versions.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import quote, urlsplit

import idna

from ingest.url import absolute

Network = IPv4Network | IPv6Network

# Longer than an address that we keep: signed addresses that a redirect passes through are long.
MAX_LENGTH = 8000

_DEFAULT_PORT = {"http": 80, "https": 443}
_AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\[\]@:/?#%\s]+)(?::(?P<port>[0-9]{0,5}))?")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}")
# What the URL standard takes for a number in the last place of a host, and so for an IPv4 address.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PATH_SAFE = "!$%&'()*+,-./:;=@_~"
_QUERY_SAFE = _PATH_SAFE + "?[]"
# The ports above 1023 that browsers refuse to speak HTTP to (https://fetch.spec.whatwg.org/#port-blocking).
_BAD_PORTS = frozenset(
    {1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080}
)


class Refusal(StrEnum):
    """Why an address is not asked: what it is, where it leads, or that its site does not want it."""

    MALFORMED = "MALFORMED"
    SCHEME = "SCHEME"
    USERINFO = "USERINFO"
    ODD_NUMBER = "ODD_NUMBER"
    PORT = "PORT"
    NETWORK = "NETWORK"
    ROBOTS = "ROBOTS"


class NotDialled(Exception):
    """The address is refused; the message says why, in words for an operator."""

    def __init__(self, why: Refusal, message: str) -> None:
        super().__init__(message)
        self.why = why


@dataclass(frozen=True, slots=True)
class Address:
    """An http or https address taken apart. `host` is a name in ASCII and lower case or a plain network address
    (IPv6 without brackets); `target` is path and query as they are sent."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """Host and port as the Host header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORT[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.authority}"

    @property
    def url(self) -> str:
        return self.origin + self.target


def parse(text: str, base: str | None = None) -> Address:
    """The address that `text` stands for, relative to `base` if it has none of its own. Raises NotDialled.

    Refused whatever the settings say: other schemes, a user in it, hosts that are numbers written another way than
    four decimal bytes (octal, hexadecimal, short, one number), percent signs in the host, ports of other protocols.
    """
    before, mark, query = text.partition("?")
    # Browsers read \ as / up to the query; urllib reads it as part of the host.
    whole = absolute(before.replace("\\", "/") + mark + query, base)
    if whole is None:
        scheme = text.strip().partition(":")[0]
        if re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme) and scheme.lower() not in _DEFAULT_PORT and ":" in text:
            raise NotDialled(Refusal.SCHEME, f"{scheme[:20]} is neither http nor https")
        raise NotDialled(Refusal.MALFORMED, "not an http or https address")
    if len(whole) > MAX_LENGTH:
        raise NotDialled(Refusal.MALFORMED, f"longer than {MAX_LENGTH} characters")
    parts = urlsplit(whole)
    if "@" in parts.netloc:
        raise NotDialled(Refusal.USERINFO, "an address with a user name is not asked")
    authority = _AUTHORITY.fullmatch(parts.netloc)
    if authority is None:
        raise NotDialled(Refusal.MALFORMED, "the host cannot be read")
    scheme = parts.scheme.lower()
    target = quote(parts.path or "/", safe=_PATH_SAFE)
    if parts.query:
        target += "?" + quote(parts.query, safe=_QUERY_SAFE)
    return Address(scheme, _host(authority["host"]), _port(authority["port"], scheme), target)


@dataclass(frozen=True, slots=True)
class Dialling:
    """What may be dialled: the public internet and, beyond it, `allowed` networks."""

    allowed: tuple[Network, ...] = ()

    def refusal(self, address: str) -> str | None:
        """Why a network address may not be dialled ('a loopback address'); None if it may."""
        try:
            ip = ip_address(address)
        except ValueError:
            return "not a network address"
        if isinstance(ip, IPv6Address):
            if ip.scope_id is not None:
                return "a link-local address"
            ip = _embedded(ip)
        if any(ip.version == network.version and ip in network for network in self.allowed):
            return None
        table = _SPECIAL_4 if isinstance(ip, IPv4Address) else _SPECIAL_6
        for network, name in table:
            if ip in network:
                return name
        if isinstance(ip, IPv6Address) and ip not in _GLOBAL_6:
            return "a reserved address"
        return None


def _host(text: str) -> str:
    if text.startswith("["):
        try:
            return str(IPv6Address(text[1:-1]))
        except ValueError:
            raise NotDialled(Refusal.MALFORMED, "the host is no IPv6 address") from None
    host = text.lower()
    if not host.isascii():
        try:
            # Also turns full-width digits and dots into plain ones, as browsers do; the checks below see the result.
            host = idna.encode(host, uts46=True).decode("ascii").lower()
        except idna.IDNAError:
            raise NotDialled(Refusal.MALFORMED, "the host is no name") from None
    host = host.removesuffix(".")
    labels = host.split(".")
    if len(host) > 253 or not all(map(_LABEL.fullmatch, labels)):
        raise NotDialled(Refusal.MALFORMED, "the host is no name")
    if _NUMBER.fullmatch(labels[-1]):
        try:
            return str(IPv4Address(host))
        except ValueError:
            raise NotDialled(Refusal.ODD_NUMBER, "a number in place of a host name") from None
    return host


def _port(text: str | None, scheme: str) -> int:
    port = int(text) if text else _DEFAULT_PORT[scheme]
    if port > 65535 or port in _BAD_PORTS or (port < 1024 and port not in _DEFAULT_PORT.values()):
        raise NotDialled(Refusal.PORT, f"port {port} is not one for the web")
    return port


def _embedded(ip: IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that is reached by this one: IPv4-mapped, or NAT64's well-known prefix (which resolvers in
    IPv6-only networks put before public addresses, so that it cannot be refused as such)."""
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip


def _table(text: str) -> tuple[tuple[Network, str], ...]:
    rows = (line.strip().split(None, 1) for line in text.strip().splitlines())
    return tuple((ip_network(network), name) for network, name in rows)


_GLOBAL_6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_SPECIAL_4 = _table("""
    0.0.0.0/8           a reserved address
    10.0.0.0/8          a private address
    100.64.0.0/10       a shared address (carrier-grade NAT)
    127.0.0.0/8         a loopback address
    169.254.0.0/16      a link-local address
    172.16.0.0/12       a private address
    192.0.0.0/24        a reserved address
    192.0.2.0/24        a documentation address
    192.88.99.0/24      a 6to4 relay
    192.168.0.0/16      a private address
    198.18.0.0/15       a benchmarking address
    198.51.100.0/24     a documentation address
    203.0.113.0/24      a documentation address
    224.0.0.0/4         a multicast address
    240.0.0.0/4         a reserved address
""")
_SPECIAL_6 = _table("""
    ::/128              a reserved address
    ::1/128             a loopback address
    64:ff9b:1::/48      a local NAT64 address
    100::/64            a discarding address
    2001::/23           a reserved address (Teredo, benchmarking, ORCHID)
    2001:db8::/32       a documentation address
    2002::/16           a 6to4 address
    3fff::/20           a documentation address
    fc00::/7            a private address
    fe80::/10           a link-local address
    fec0::/10           a private address
    ff00::/8            a multicast address
""")

PRIVATE: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
)
"""What the setting that allows private networks allows: loopback, private and shared addresses. Link-local ones, where
clouds keep their machines' credentials, are not among them."""
