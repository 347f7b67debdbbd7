"""Addresses: absolute, in one canonical form, or refused.

Canonical: http or https; scheme and host in lower case, the host as punycode (UTS 46); no user, no default port; dot
segments resolved, percent-encoding in RFC 3986's normal form (unreserved characters plain, hexadecimal in capitals,
everything else encoded); no tracking parameters; no fragment but a hash-bang. It is idempotent.
"""

import re
from ipaddress import IPv6Address
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

import idna

from ingest.text import words

# An index row of Postgres holds 2,704 bytes, and an address is a key.
MAX_LENGTH = 2000

_DEFAULT_PORT = {"http": 80, "https": 443}
_TRACKING_PREFIXES = ("utm_", "mtm_", "hsa_", "piwik_", "at_custom", "wt.mc_")
_TRACKING = words(
    """fbclid gclid dclid gbraid wbraid gclsrc msclkid twclid yclid ysclid igshid igsh ttclid li_fat_id epik
    mc_cid mc_eid mkt_tok _hsenc _hsmi __hssc __hstc __hsfp hsctatracking _ga _gl vero_id vero_conv oly_enc_id
    oly_anon_id wickedid xtor at_medium at_campaign at_link_type at_ptr_name at_format s_kwcid ef_id rb_clickid
    pk_campaign pk_kwd pk_keyword pk_source pk_medium pk_content pk_cid ns_mchannel ns_source ns_campaign
    ns_linkname ns_fee guccounter guce_referrer guce_referrer_sig smid"""
)
# Too often a word of the address's own to be taken for tracking everywhere.
_REFERRERS = frozenset(words("from ref referrer referer source src cmpid cmp cid campaign partner rss feed output amp"))
_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_PORT = re.compile(r":\d*$")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_CONTROLS = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_ESCAPE = re.compile("%([0-9A-Fa-f]{2})|(%)|([^%]+)")
_UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
_PATH_PLAIN = frozenset(_UNRESERVED + "!$&'()*+,;=:@/")
_QUERY_PLAIN = _PATH_PLAIN | {"?"}
_HOME_PATHS = frozenset({"/", "/index.html", "/index.htm", "/index.php", "/default.aspx", "/index.jsp", "/home"})


def absolute(address: str, base: str | None = None) -> str | None:
    """The address as given, made absolute: cleaned of white space and resolved against the base. None for what is
    neither http nor https, or relative to nothing."""
    address = _CONTROLS.sub("", address.strip())
    if not address:
        return None
    try:
        if base and not _SCHEME.match(address):
            address = urljoin(base, address)
        elif address.startswith("//"):
            address = "https:" + address
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme.lower() not in _DEFAULT_PORT or not parts.netloc:
        return None
    return address


def canonical(address: str, base: str | None = None, *, feed_host: str | None = None) -> str | None:
    """The canonical form, or None for what is no http or https address, or too long. `feed_host`: a parameter `ref`
    that names it (the outlet's own host) is tracking too."""
    parts = _parts(address.replace("\\", "/"), base)
    if parts is None:
        return None
    fragment = parts.fragment if parts.fragment.startswith("!") else ""
    return _whole(parts._replace(query=_without_tracking(parts.query, feed_host), fragment=fragment))


def encoded(address: str, base: str | None = None) -> str | None:
    """The canonical form but for query and fragment, which stay whole: for what is fetched rather than compared, such
    as a picture. None for what is no http or https address, or too long."""
    path, mark, query = address.partition("?")
    parts = _parts(path.replace("\\", "/") + mark + query, base)
    return _whole(parts) if parts is not None else None


def host_of(address: str | None) -> str | None:
    """The host by which an outlet is recognised: canonical, without 'www.'. None without one."""
    made = canonical(address) if address else None
    if made is None:
        return None
    host = _PORT.sub("", urlsplit(made).netloc)
    return host[4:] if host.startswith("www.") and host.count(".") > 1 else host


def same_site(one: str, other: str) -> bool:
    """Whether two addresses are one site's: the same host, but for 'www.', 'm.', 'amp.' and the like."""
    first, second = host_of(one) or "", host_of(other) or ""
    return first == second or first.endswith("." + second) or second.endswith("." + first)


def loosely(address: str) -> str:
    """What is left of a canonical address when all goes that seldom tells one article from another: scheme, 'www.',
    slashes too many and at the end, a session's number, the fragment, marks of campaigns and referrers."""
    parts = urlsplit(address)
    host = parts.netloc.removeprefix("www.")
    path = re.sub(r";[^/]*", "", re.sub(r"(?:%20)+$", "", parts.path))
    path = re.sub("/{2,}", "/", path).rstrip("/")
    kept = [pair for pair in parts.query.split("&") if pair and pair.partition("=")[0].lower() not in _REFERRERS]
    return host + path + ("?" + "&".join(kept) if kept else "")


def spellings(address: str) -> list[str]:
    """Forms of a canonical address that people take for the same: by the other scheme, with or without 'www.', with or
    without a slash at the end."""
    _, _, rest = address.partition("://")
    rest = rest.removeprefix("www.")
    path = rest.rstrip("/")
    rests = dict.fromkeys((rest, path, f"{path}/"))
    return [f"{scheme}://{www}{each}" for each in rests for scheme in ("https", "http") for www in ("", "www.")]


def is_home_page(address: str, site: str | None = None) -> bool:
    """Whether a canonical address is an outlet's front door, and so says nothing about which article it is."""
    parts = urlsplit(address)
    if not parts.query and not parts.fragment and parts.path.lower() in _HOME_PATHS:
        return True
    return site is not None and _door(address) == _door(site)


def _door(address: str) -> str:
    return address.split("://", 1)[-1].removeprefix("www.").rstrip("/")


def _parts(address: str, base: str | None) -> SplitResult | None:
    """The parts of an address, its host in canonical form and without a default port."""
    whole = absolute(address, base)
    if whole is None:
        return None
    try:
        parts = urlsplit(whole)
        port = parts.port
        host = _host(parts)
    except ValueError:
        return None
    if host is None:
        return None
    usual = port is None or port == _DEFAULT_PORT[parts.scheme.lower()]
    return parts._replace(scheme=parts.scheme.lower(), netloc=host if usual else f"{host}:{port}")


def _whole(parts: SplitResult) -> str | None:
    """The address of parts, percent-encoded; None where it is too long."""
    made = f"{parts.scheme}://{parts.netloc}{_without_dots(_encoded(parts.path, _PATH_PLAIN)) or '/'}"
    if parts.query:
        made += "?" + _encoded(parts.query, _QUERY_PLAIN)
    if parts.fragment:
        made += "#" + _encoded(parts.fragment, _QUERY_PLAIN)
    return made if len(made) <= MAX_LENGTH else None


def _host(parts: SplitResult) -> str | None:
    host = unquote(parts.hostname or "").rstrip(".")
    if ":" in host:
        try:
            return f"[{IPv6Address(host).compressed}]" if "%" not in host else None
        except ValueError:
            return None
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError:
            return None
    host = host.lower()
    return host if _HOST.fullmatch(host) and len(host) <= 253 else None


def _without_tracking(query: str, feed_host: str | None) -> str:
    kept = []
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        name = unquote(name).lower()
        if not pair or name in _TRACKING or name.startswith(_TRACKING_PREFIXES):
            continue
        if name == "ref" and feed_host is not None and _names(value, feed_host):
            continue
        kept.append(pair)
    return "&".join(kept)


def _names(value: str, host: str) -> bool:
    value = unquote(value).lower().split("://", 1)[-1].split("/", 1)[0].removeprefix("www.")
    return value == host


def _encoded(text: str, plain: frozenset[str]) -> str:
    made: list[str] = []
    for escaped, percent, run in _ESCAPE.findall(text):
        if escaped:
            char = chr(int(escaped, 16))
            made.append(char if char in _UNRESERVED else f"%{escaped.upper()}")
        elif percent:
            made.append("%25")
        else:
            made.extend(c if c in plain else "".join(f"%{b:02X}" for b in c.encode()) for c in run)
    return "".join(made)


def _without_dots(path: str) -> str:
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments[1:]:
        if segment == "..":
            if kept:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)
