"""A news page, read: bytes in, everything that it says about its article out, as `Page`.

Reading is pure and bounded: work grows with the page's size; what is nested deeper than 250 elements is read as far as
the parser goes; whoever calls limits time and memory of the process.
"""

import re
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime

import lxml.html

from ingest import language, page_dates, url
from ingest.byline import without_email
from ingest.dates import Moment
from ingest.page_address import addresses, alternates, base_of
from ingest.page_body import body
from ingest.page_decode import MAX_BYTES, UnreadablePageError, decoded
from ingest.page_fields import RULES, Sources
from ingest.page_image import PageImage, image_of
from ingest.page_jsonld import types
from ingest.page_kind import NotArticle, not_article
from ingest.page_select import Element
from ingest.page_text import follow, letters, strings
from ingest.page_title import alike, is_site, is_small_end, without_site
from ingest.page_trim import NOTICE
from ingest.sanitise import plain_text, text_of
from ingest.text import cut, one_line, word_count, words

__all__ = ["MAX_BYTES", "NotArticle", "Page", "PageImage", "UnreadablePageError", "read"]

_PARSER_OPTIONS = {
    "encoding": "utf-8", "remove_comments": True, "remove_pis": True, "collect_ids": False, "default_doctype": False
}  # fmt: skip
_MAX_NAME = 200
_MAX_LABEL = 100
_MAX_KEYWORDS = 50
_LINK = re.compile(r"<a [^>]*>[^<]*</a>")
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{8000,}")
_MAX_ATTRIBUTES = 1000
_MAX_TAGS = 30_000
_LONGEST_TAG = 100_000
_LOCKED = frozenset(
    {"locked", "metered", "premium", "paid", "subscriber", "subscription", "false", "no", "0", "restricted", "hard"}
)
_OPEN = frozenset({"free", "true", "yes", "1", "open", "public"})
_MOTTO = re.compile(r"\s+[|–—-]\s+|\s*[|｜]\s*")
_STEP = re.compile(r"\s*[/|>»›,;]\s*|\s+[–—-]\s+")
_OWN_NOTE = re.compile(r"[:=_<>{}]")
# What content systems print for 'no section'.
_NO_SECTION = words(
    """post posts page homepage home all article articles story stories uncategorized uncategorised standard default
    none null allgemein sin-categoria general front latest blog"""
) | {"front page", "home page", "sin categoría", "non classé"}
# Words that stand in the place of a name.
_NO_NAME = frozenset({"", "none", "null", "undefined", "n/a", "na", "author", "admin", "by"})


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says. Texts are one clean line each; `None` and `()` are 'not said'.

    `address`: the article's own, canonical; `aliases`: others of the same page; `original_url`: where the page says
    that the text comes from, on another site; `base`: what relative addresses in it are relative to. `alternates`: its
    other languages, tag and address. `body_html`: safe HTML, '' for none. `credits`: who contributed, as printed under
    the text. `byline`: who signed, as printed. `is_free`: False behind a paywall, a metered one included.
    `not_article`: why it is none; the fields are filled all the same. `places`: where the headline and the date were
    found."""

    address: str | None
    aliases: tuple[str, ...]
    original_url: str | None
    base: str | None
    alternates: tuple[tuple[str, str], ...]
    headline: str
    description: str | None
    body_html: str
    credits: tuple[str, ...]
    byline: tuple[str, ...]
    published: Moment | None
    modified: Moment | None
    expires: Moment | None
    section: str | None
    keywords: tuple[str, ...]
    language: str | None
    site_name: str | None
    host: str | None
    publisher: str | None
    rights: str | None
    logo: str | None
    image: PageImage | None
    is_free: bool | None
    is_live: bool
    not_article: NotArticle | None
    places: dict[str, str] = field(repr=False, compare=False)


def read(data: bytes, address: str | None = None, *, charset: str | None = None, now: datetime) -> Page:
    """The page in `data`. `address`: where it was fetched, None for a file; `charset`: the HTTP header's word. Dates
    more than a day after `now` are not believed. Raises UnreadablePageError."""
    text = decoded(data, charset)
    tree = _tree(text)
    sources = Sources(tree, text, address)
    where = addresses(sources, address)
    base = base_of(tree, address if address and address.startswith("http") else where.own)
    host = url.host_of(where.own)
    site_name, publisher = _site_name(sources), _publisher(sources)
    headline, headline_place = _headline(sources, [name for name in (site_name, publisher) if name], host)
    description = _line(sources.first("description"), 2000)
    published = page_dates.published(sources, now)
    since = published[0] if published else None
    # The text is looked for in a copy, which is taken apart.
    found = body(deepcopy(tree), sources.article, headline=headline, description=description, address=base)
    return Page(
        address=where.own,
        aliases=where.aliases,
        original_url=where.original,
        base=base,
        alternates=alternates(tree, base),
        headline=headline,
        description=description,
        body_html=found.html,
        credits=found.credits,
        byline=_byline(sources),
        published=since,
        modified=page_dates.modified(sources, now, since),
        expires=page_dates.expires(sources),
        section=_section(sources, site_name),
        keywords=_keywords(sources),
        language=next((tag for _, said in sources.read("language") if (tag := language.normalised(said))), None),
        site_name=site_name or publisher,
        host=host,
        publisher=publisher,
        # What stands under the text is about the text; the page's own word may be about the site.
        rights=_line(next(filter(NOTICE.match, found.credits), None) or sources.first("rights"), 500),
        logo=_logo(sources, base),
        image=image_of(sources, base),
        is_free=_is_free(sources),
        is_live="liveblogposting" in types(sources.article),
        not_article=not_article(sources, where.own or address, headline, _own_words(found.html)),
        places={"headline": headline_place, "published": published[1] if published else ""},
    )


def _own_words(markup: str) -> int:
    return word_count(plain_text(_LINK.sub(" ", markup)))


def _tree(text: str) -> Element:
    text = _bounded(text.replace("\x00", ""))
    tree = _parsed(text)
    if tree.find("body") is None:
        # Without html, head and body, the parser takes the text for more of the head.
        tree = _parsed("<html><body>" + text)
    return tree


def _parsed(text: str) -> Element:
    try:
        return lxml.html.document_fromstring(
            text.encode("utf-8", "replace"), parser=lxml.html.HTMLParser(**_PARSER_OPTIONS)
        )
    except (lxml.etree.ParserError, ValueError) as error:
        raise UnreadablePageError("empty") from error


def _bounded(text: str) -> str:
    """The page without tags that hold a thousand attributes (the parser's time grows with their square) or a novel, and
    not beyond 30,000 tags (finding the text takes 0.15 ms for each; real pages have a few thousand)."""

    def kept(match: re.Match[str]) -> str:
        return "" if len(match[0]) > _LONGEST_TAG or match[0].count("=") > _MAX_ATTRIBUTES else match[0]

    text = _LONG_TAG.sub(kept, text)
    at = 0
    for _ in range(_MAX_TAGS if text.count("<") > _MAX_TAGS else 0):
        at = text.index("<", at) + 1
    return text[: at - 1] if at else text


def _headline(sources: Sources, names: list[str], host: str | None) -> tuple[str, str]:
    """The headline, and the place that it is from. What is marked or shown as a heading has to have something in common
    with the page's title, which a theme's or a section's heading has not; failing all others, it is believed."""
    shown = sources.at("html:h1")
    titles = [*sources.at("meta:og:title"), *sources.at("html:title")]
    # A heading that the title has after its headline is the site's name.
    names = names + [heading for heading in shown if any(is_small_end(heading, title) for title in titles)]
    stated = [(place, said) for place, said in sources.read("headline") if place != "ld:name" or sources.article]
    for agreeing in (True, False):
        for place, said in stated:
            text = one_line(text_of(said) if "</" in said else said)
            marked = place.startswith(("micro:", "html:"))
            if agreeing and marked and titles and not any(alike(text, title) for title in titles):
                continue
            made = without_site(text, names, host, shown)
            if is_site(made, names, host) and agreeing:
                continue
            if made.endswith(("…", "...")):
                # Cut for a search engine's list: the page itself shows all of it.
                start = letters(made)
                made = next((heading for heading in shown if start and letters(heading).startswith(start)), made)
            if any(char.isalnum() for char in made):
                return cut(made, 500), place
    return "", ""


def _site_name(sources: Sources) -> str | None:
    """The outlet's name, without the motto after it."""
    for _, said in sources.read("site_name"):
        made = _MOTTO.split(said)[0].strip().removeprefix("@")
        if "://" not in said and len(letters(made)) > 1:
            return cut(made, _MAX_NAME)
    return None


def _publisher(sources: Sources) -> str | None:
    for _, said in sources.read("publisher"):
        if "://" not in said and (made := without_email(one_line(said))):
            return cut(made, _MAX_NAME)
    return None


def _section(sources: Sources, outlet: str | None) -> str | None:
    for _, said in sources.read("section"):
        # 'news/world', 'News, World' and 'News - World' name a way down: the first step is the section.
        made = one_line(_STEP.split(said.strip("/ "))[0])
        if not made or len(made) > _MAX_LABEL or "://" in said or "." in made.strip("."):
            continue
        if made.casefold() not in _NO_SECTION and letters(made) != letters(outlet or ""):
            return made[:1].upper() + made[1:] if made.isascii() and made.islower() else made
    return None


def _keywords(sources: Sources) -> tuple[str, ...]:
    found: dict[str, str] = {}
    given = sources.group("keywords")
    for said in given:
        # One text with commas is a list; several texts are as they are.
        for part in said.replace(";", ",").replace("、", ",").split(",") if len(given) < 3 else [said]:
            made = one_line(part).strip("\"'“”")
            # Content systems write 'Section:Politics', '@river', 'no_ads' and the like for themselves.
            if made[:1].isalnum() and len(made) <= _MAX_LABEL and not _OWN_NOTE.search(made):
                found.setdefault(made.casefold(), made)
    return tuple(found.values())[:_MAX_KEYWORDS]


def _byline(sources: Sources) -> tuple[str, ...]:
    """The names of the first place that has any; addresses and fillers are none."""
    for place in RULES["authors"]:
        names = {}
        for said in sources.at(place):
            made = one_line(text_of(said) if "</" in said else said)
            if "://" in made or made.startswith(("@", "/", "www.")) or made.strip(" .").casefold() in _NO_NAME:
                continue
            names[made.casefold()] = cut(made, _MAX_NAME)
        if names:
            return tuple(names.values())[:20]
    return ()


def _is_free(sources: Sources) -> bool | None:
    for place, said in sources.read("paywall"):
        word = said.strip().rsplit("/", 1)[-1].lower()
        if place == "meta:ispremium":
            word = {"true": "false", "false": "true"}.get(word, word)
        if word in _LOCKED:
            return False
        if word in _OPEN and place != "ld:hasPart.isAccessibleForFree":
            return True
    return None


def _logo(sources: Sources, base: str | None) -> str | None:
    said = strings(follow(sources.article, "publisher.logo.url")) or strings(follow(sources.article, "publisher.logo"))
    return next((made for text in said if (made := url.absolute(text, base))), None)


def _line(text: str | None, limit: int = _MAX_NAME) -> str | None:
    if not text:
        return None
    return cut(one_line(text_of(text) if "</" in text else text), limit) or None
