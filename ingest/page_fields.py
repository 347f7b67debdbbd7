"""What a page says about its article, each field by a fixed order of the places where it may stand.

A place is written as `ld:path` (the JSON-LD node of the article, a member of a member by a dot), `micro:name`
(microdata: `itemprop`), `meta:name` (a meta element's `name`, `property`, `itemprop` or `http-equiv`, in lower case),
`link:rel`, or `html:what`, one of the readers in `page_readers.READERS`. `RULES` is the list; a golden file shows it.
"""

import html
from collections import defaultdict
from collections.abc import Iterator

from ingest import page_jsonld
from ingest.page_jsonld import Node
from ingest.page_microdata import microdata
from ingest.page_readers import READERS
from ingest.page_select import Element
from ingest.page_text import ADDRESS_FIRST, MAX_TEXT, MAX_VALUES, NAME_FIRST, follow, letters, strings
from ingest.text import unescaped

RULES: dict[str, tuple[str, ...]] = {
    "headline": (
        "ld:headline", "micro:headline", "meta:og:title", "meta:twitter:title", "meta:parsely-title",
        "meta:sailthru.title", "meta:dc.title", "meta:dcterms.title", "meta:title", "html:h1", "ld:name",
        "html:title", "html:first heading",
    ),
    "description": (
        "meta:og:description", "meta:description", "ld:description", "meta:twitter:description", "micro:description",
        "meta:dc.description", "meta:dcterms.abstract", "meta:sailthru.description",
    ),
    "published": (
        "ld:datePublished", "micro:datePublished", "meta:article:published_time", "meta:article:published",
        "meta:article.published", "meta:og:article:published_time", "meta:og:published_time", "meta:parsely-pub-date",
        "meta:sailthru.date", "meta:article_date_original", "meta:publication_date", "meta:publish-date",
        "meta:publish_date", "meta:publishdate", "meta:pubdate", "meta:pub_date", "meta:cxenseparse:recs:publishtime",
        "meta:rnews:datepublished", "meta:prism.publicationdate", "meta:dcterms.created", "meta:dc.date.issued",
        "meta:dcterms.issued", "meta:dcterms.date", "meta:dc.date.created", "meta:dc.date",
        "meta:citation_publication_date", "meta:originalpublicationdate", "meta:displaydate", "meta:date",
        "ld:dateCreated", "micro:dateCreated", "ld:uploadDate", "meta:article.created", "meta:og:pubdate",
        "html:marked time", "html:time", "html:dated line", "html:dated near the headline",
        "html:date in the address",
    ),
    "modified": (
        "ld:dateModified", "micro:dateModified", "meta:article:modified_time", "meta:article:modified",
        "meta:article.updated", "meta:og:article:modified_time", "meta:og:updated_time", "meta:article_date_updated",
        "meta:dcterms.modified", "meta:dc.date.modified", "meta:lastmod", "meta:last-modified", "meta:revised",
    ),
    "expires": (
        "ld:expires", "micro:expires", "meta:prism.expirationdate", "meta:prism.killdate", "html:unavailable after",
    ),
    "authors": (
        "ld:author", "micro:author", "meta:author", "meta:article:author", "meta:parsely-author",
        "meta:sailthru.author", "meta:byl", "meta:dc.creator", "meta:dcterms.creator", "meta:article_author",
        "ld:creator", "html:rel author", "html:byline",
    ),
    "section": (
        "ld:articleSection", "meta:article:section", "micro:articleSection", "meta:parsely-section", "meta:section",
        "meta:article.section", "meta:prism.section", "meta:sailthru_section", "meta:category", "html:breadcrumb",
    ),
    "keywords": (
        "ld:keywords", "meta:article:tag", "meta:news_keywords", "meta:parsely-tags", "meta:sailthru.tags",
        "micro:keywords", "meta:keywords", "meta:dc.subject", "html:rel tag",
    ),
    "language": (
        "ld:inLanguage", "html:lang", "meta:og:locale", "micro:inLanguage", "meta:content-language",
        "meta:dc.language", "meta:language",
    ),
    "site_name": (
        "meta:og:site_name", "ld:isPartOf.name", "html:website", "meta:application-name",
        "meta:apple-mobile-web-app-title", "meta:article_publication_name", "meta:sailthru_pubname",
        "meta:al:ios:app_name",
    ),
    "publisher": (
        "ld:publisher.name", "ld:sourceOrganization.name", "micro:publisher", "meta:dc.publisher",
        "meta:dcterms.publisher", "meta:publisher",
    ),
    "rights": (
        "ld:copyrightNotice", "meta:copyright", "meta:dc.rights", "meta:dcterms.rights", "ld:copyrightHolder.name",
        "html:copyright",
    ),
    "image": (
        "ld:image", "meta:og:image:secure_url", "meta:og:image", "meta:og:image:url", "meta:twitter:image",
        "meta:twitter:image:src", "micro:image", "ld:thumbnailUrl", "link:image_src", "html:figure",
    ),
    "canonical": (
        "link:canonical", "meta:og:url", "ld:mainEntityOfPage", "ld:url", "html:saved from",
    ),
    "paywall": (
        "ld:isAccessibleForFree", "ld:hasPart.isAccessibleForFree", "meta:article:content_tier",
        "meta:article.access", "meta:ispremium", "meta:isaccessibleforfree", "micro:isAccessibleForFree",
        "meta:access",
    ),
}  # fmt: skip


# JSON-LD's members that are addresses, whatever else they say.
_ADDRESSES = frozenset({"mainEntityOfPage", "url", "image", "thumbnailUrl"})


class Sources:
    """All places of one page. Values are texts as they stand there, white space aside."""

    def __init__(self, tree: Element, text: str, address: str | None) -> None:
        self.tree: Element = tree
        self.text, self.address = text, address
        self.nodes = page_jsonld.nodes(tree)
        self.article: Node = {}
        self.meta: defaultdict[str, list[str]] = defaultdict(list)
        for element in tree.iter("meta"):
            content = (element.get("content") or element.get("value") or "").strip()
            if not content:
                continue
            for name in ("property", "name", "itemprop", "http-equiv"):
                for key in element.get(name, "").lower().split():
                    if len(self.meta[key]) < MAX_VALUES:
                        self.meta[key].append(content[:MAX_TEXT])
        self.article = self._article()
        self.micro = microdata(tree)

    def read(self, field: str) -> Iterator[tuple[str, str]]:
        """The values of a field with their places, in the order of `RULES`."""
        for place in RULES[field]:
            for value in self.at(place):
                yield place, value

    def first(self, field: str) -> str | None:
        return next((value for _, value in self.read(field)), None)

    def group(self, field: str) -> list[str]:
        """All values of the first place that has any."""
        for place in RULES[field]:
            if found := self.at(place):
                return found
        return []

    def at(self, place: str) -> list[str]:
        kind, _, name = place.partition(":")
        if kind == "ld":
            # What has both a name and an address is asked for its address by these.
            found = strings(follow(self.article, name), ADDRESS_FIRST if name in _ADDRESSES else NAME_FIRST)
        elif kind == "micro":
            found = self.micro.get(name, [])
        elif kind == "meta":
            found = self.meta.get(name, [])
        elif kind == "link":
            found = [
                link.get("href", "") for link in self.tree.iter("link") if name in link.get("rel", "").lower().split()
            ]
        else:
            found = READERS[name](self)
        return [made for text in found[:MAX_VALUES] if (made := unescaped(text[:MAX_TEXT]))]

    def _article(self) -> Node:
        """The node that is this page's article: the one that names this address, else the one with this title, else the
        first that has a headline."""
        found = [
            node for node in self.nodes if page_jsonld.is_article(node) and (node.get("headline") or node.get("name"))
        ]
        if len(found) > 1:
            mine = {
                _bare(text)
                for text in (*self.at("link:canonical"), *self.meta.get("og:url", ()), self.address or "")
                if text
            }
            title = letters(next(iter(self.meta.get("og:title", ())), ""))
            for node in found:
                if any(
                    _bare(text) in mine
                    for name in ("url", "mainEntityOfPage", "@id")
                    for text in strings(node.get(name))
                ):
                    return node
            for node in found:
                if title and any(letters(text) in title for text in strings(node.get("headline"))):
                    return node
            # Reviews and reports come with articles about them.
            found.sort(
                key=lambda node: not page_jsonld.types(node) & {"newsarticle", "article", "reportagenewsarticle"}
            )
        if found:
            return found[0]
        return next((node for node in self.nodes if page_jsonld.is_article(node)), {})


def _bare(address: str) -> str:
    return (
        html.unescape(address).split("://", 1)[-1].split("#")[0].split("?")[0].removeprefix("www.").rstrip("/").lower()
    )
