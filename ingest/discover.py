"""A site's feeds, found from its page: what it announces first, then what it links to, then what is usual."""

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.address import NotDialled, parse

MAX_CANDIDATES = 30

# A tag with its attributes, in time linear in the page: nothing is tried twice, and a match never passes a <.
_TAG = re.compile(rb"""<(?:link|base|a)\s(?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+>""", re.IGNORECASE)
_MAX_TAGS = 5_000
_LABEL = 300
_ANNOUNCED = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json", "text/rss+xml"}
)
# Types that say too little: these are believed where the address says the rest.
_VAGUE = frozenset({"application/xml", "text/xml", "application/json", ""})
_SMELLS = re.compile(
    r"(?:^|[/._?&=-])(?:rss|atom|feeds?|rdf)(?:[0-9.]*)(?:[/._?&=-]|$)|\.(?:rss|atom|rdf)$|/index\.xml$|/feed\.json$",
    re.IGNORECASE,
)
# What a link to a feed is called, whatever its address.
_CALLED = re.compile(r"(?:^|\W)(?:rss|atom)(?:$|\W)", re.IGNORECASE)
_COMMENTS = re.compile(r"comments?(?:/|$|\W)|kommentare|comentarios|commentaires|コメント", re.IGNORECASE)
# In the order in which they are found most often: WordPress, Hugo, Jekyll, Ghost, Blogger, and what people type.
_USUAL = (
    "feed", "index.xml", "feed.xml", "rss", "rss.xml", "atom.xml", "feeds/posts/default", "feed.json", "index.rdf",
)  # fmt: skip


class Found(StrEnum):
    """ANNOUNCED: by `rel=alternate`. LINKED: by a link whose address looks like a feed's. USUAL: a guess."""

    ANNOUNCED = "ANNOUNCED"
    LINKED = "LINKED"
    USUAL = "USUAL"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address where a feed may be: absolute, without a fragment. To be fetched before it is believed."""

    url: str
    found: Found
    title: str | None = None


def candidates(page: bytes, address: str) -> tuple[Candidate, ...]:
    """Where the feeds of a page at `address` may be, the best first, feeds of comments after the others. Up to
    MAX_CANDIDATES; guesses only where the page announces nothing."""
    tree = LexborHTMLParser(_reduced(page))
    base_element = tree.css_first("base[href]")
    base = urljoin(address, _attribute(base_element, "href")) if base_element is not None else address
    announced = [
        each
        for node in tree.css("link[rel][href]")
        if (each := _candidate(node, base, Found.ANNOUNCED)) and _announces(node, each)
    ]
    linked = [
        each
        for node in tree.css("a[href]")
        if (each := _candidate(node, base, Found.LINKED)) and _looks_like_feed(each)
    ]
    found = [*announced, *linked]
    if not announced:
        found += usual(address)
    unique: dict[str, Candidate] = {}
    for candidate in found:
        # Of one address the first mention counts, which is the best.
        unique.setdefault(candidate.url, candidate)
    return tuple(sorted(unique.values(), key=_is_of_comments)[:MAX_CANDIDATES])


def usual(address: str) -> list[Candidate]:
    """Where feeds usually are on a site: beside and below the page at `address`, then at the root."""
    try:
        here = parse(address)
    except NotDialled:
        return []
    folder = here.target.partition("?")[0].rpartition("/")[0] + "/"
    places = dict.fromkeys((here.origin + folder, here.origin + "/"))
    return [Candidate(place + name, Found.USUAL) for place in places for name in _USUAL]


def _reduced(page: bytes) -> bytes:
    """Only the tags that matter, links with their text. A tree of the whole page takes time that is quadratic in its
    depth: 7 seconds for 250 KB of <div>."""
    kept = []
    for tag in islice(_TAG.finditer(page), _MAX_TAGS):
        kept.append(tag[0])
        if tag[0][:2].lower() == b"<a":
            label = page[tag.end() : tag.end() + _LABEL]
            end = label.lower().find(b"</a")
            kept.append(re.sub(rb"<[^<>]*>?", b" ", label[:end]) if end >= 0 else b"")
            kept.append(b"</a>")
    return b"".join(kept)


def _announces(node: LexborNode, found: Candidate) -> bool:
    relations = _attribute(node, "rel").lower().split()
    if "alternate" not in relations and "feed" not in relations:
        return False
    kind = _attribute(node, "type").partition(";")[0].strip().lower()
    if kind in _ANNOUNCED or "feed" in relations:
        return True
    # hreflang: the same page in another language, whatever its address smells of.
    vague = kind in _VAGUE and not _attribute(node, "hreflang")
    return vague and _looks_like_feed(found)


def _looks_like_feed(found: Candidate) -> bool:
    return bool(_SMELLS.search(_path(found.url)) or _CALLED.search(found.title or ""))


def _candidate(node: LexborNode, base: str, found: Found) -> Candidate | None:
    try:
        url = parse(_attribute(node, "href"), base).url
    except NotDialled:
        return None
    title = _attribute(node, "title") or (node.text() if found is Found.LINKED else "")
    return Candidate(url, found, " ".join(title.split())[:200] or None)


def _is_of_comments(candidate: Candidate) -> bool:
    return bool(_COMMENTS.search(_path(candidate.url)) or _COMMENTS.search(candidate.title or ""))


def _path(address: str) -> str:
    """Path and query, without which a host called feeds.example would make every link a feed."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return parts.path + ("?" + parts.query if parts.query else "")


def _attribute(node: LexborNode, name: str) -> str:
    return (node.attributes.get(name) or "").strip()
