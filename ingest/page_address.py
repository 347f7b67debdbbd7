"""Which address is the article's own: what the page says of itself, as far as it may speak.

A page may choose among the addresses of its own site. What it says of another site (a newspaper's copy of another's
text) tells where the text comes from, and is kept apart: a page can't take another's place. A saved page, which comes
without an address, is believed.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from ingest import language, url
from ingest.page_fields import Sources
from ingest.page_select import Element

_MAX_ALTERNATES = 50


@dataclass(frozen=True, slots=True)
class Addresses:
    """The article's own address, others of the same page, and that of the original on another site."""

    own: str | None
    aliases: tuple[str, ...]
    original: str | None


def addresses(sources: Sources, given: str | None) -> Addresses:
    """All addresses of a page. `given`: where it was fetched."""
    fetched = url.canonical(given) if given and given.startswith(("http://", "https://")) else None
    base = base_of(sources.tree, fetched or next(iter(sources.at("html:saved from")), None))
    own, original = None, None
    others: list[str] = []
    for _, said in sources.read("canonical"):
        made = url.canonical(said, base)
        if made is None or (fetched is not None and _is_door(made) and not _is_door(fetched)):
            # Careless templates name the home page in all their pages.
            continue
        if fetched is not None and not url.same_site(made, fetched):
            original = original or made
            continue
        own = own or made
        others.append(made)
    for link in sources.at("link:amphtml"):
        made = url.canonical(link, base)
        if made is not None and (own or fetched) and url.same_site(made, own or fetched or ""):
            others.append(made)
    if fetched is not None:
        others.append(fetched)
    own = own or fetched
    return Addresses(own, tuple(other for other in dict.fromkeys(others) if other != own), original)


def base_of(tree: Element, address: str | None) -> str | None:
    """What relative addresses are relative to."""
    named = next((element.get("href") for element in tree.iter("base") if element.get("href")), None)
    return (url.absolute(named, address) if named else None) or address


def alternates(tree: Element, base: str | None) -> tuple[tuple[str, str], ...]:
    """The page in other languages, as `hreflang` says: tag and address."""
    found: dict[str, str] = {}
    for link in tree.iter("link"):
        tag = link.get("hreflang")
        if tag and "alternate" in link.get("rel", "").lower().split() and len(found) < _MAX_ALTERNATES:
            said = "x-default" if tag.lower() == "x-default" else language.normalised(tag)
            made = url.canonical(link.get("href") or "", base)
            if said and made:
                found.setdefault(said, made)
    return tuple(found.items())


def _is_door(address: str) -> bool:
    return url.is_home_page(address) or urlsplit(address).path in ("", "/")
