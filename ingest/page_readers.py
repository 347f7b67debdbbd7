"""Readers of what a page shows rather than marks: headings, times, bylines, the way to the article, notices."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ingest import page_jsonld
from ingest.page_select import Element
from ingest.page_text import MAX_VALUES, follow, letters, pieces, spaced_text_of, strings, text_of
from ingest.text import one_line

if TYPE_CHECKING:
    from ingest.page_fields import Sources

# How many pieces of text after a headline its date is looked for in.
_NEAR = 40
_SAVED = re.compile(r"<!-- saved from url=(?:\(\d{1,6}\))?(https?://[^\s<>\"]{1,2000}) -->")
_SAVED_SINGLE = re.compile(r"<!--\s*Page saved with SingleFile\s+url: (https?://[^\s<>\"]{1,2000})")
_BYLINE = re.compile(
    r"(?:^|[\s_-])(?:byline|author-?name|by-?author|article-?author|c-byline__item)(?:$|[\s_-])", re.IGNORECASE
)
_DATE_MARK = re.compile(
    r"date|publish|posted|timestamp|(?:^|[\s_-])time(?:$|[\s_-])|byline|meta\b|entry-meta|post-meta", re.IGNORECASE
)
_PUBLISHED = re.compile(
    r"\b(?:published|updated|posted|publi[ée]|publicado|aktualisiert)\b|\b\d{1,2}[:.]\d{2}\b", re.IGNORECASE
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_PATH_DATE = re.compile(
    r"[/-]((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2]|[a-z]{3})[/-]?(0[1-9]|[12]\d|3[01])(?=[/_-]|\.|$)", re.IGNORECASE
)
_UNAVAILABLE = re.compile(r"unavailable_after\s*:\s*([^|;]{6,60})", re.IGNORECASE)
_COPYRIGHT = re.compile(r"(?:copyright\s*)?(?:©|\(c\)(?!\()|copyright(?=\s+\d{4}))\s*.{0,120}", re.IGNORECASE)
_CRUMBS = re.compile(r"bread-?crumbs?", re.IGNORECASE)


def _headings(sources: "Sources", tag: str) -> list[str]:
    return [text for element in sources.tree.iter(tag) if (text := text_of(element))][:5]


def _marked_times(sources: "Sources") -> list[str]:
    return [
        element.get("datetime") or text_of(element)
        for element in sources.tree.iter("time")
        if element.get("pubdate") is not None or "published" in element.get("class", "").lower().split()
    ]


def _times(sources: "Sources") -> list[str]:
    """`time` elements, those of headers and bylines alone; without any, the only one of the page."""
    found = [element for element in sources.tree.iter("time") if element.get("datetime") or text_of(element)]
    near = [
        element
        for element in found
        if any(_DATE_MARK.search(_names(above)) or above.tag == "header" for above in element.iterancestors())
    ]
    return [element.get("datetime") or text_of(element) for element in (near or (found if len(found) == 1 else []))[:3]]


def _dated_lines(sources: "Sources") -> list[str]:
    """Short texts of elements whose name says that they hold a date, in the page's order."""
    found = []
    for element in sources.tree.iter(
        "span", "div", "p", "li", "a", "td", "em", "small", "abbr", "b", "strong", "i", "h4", "h5", "h6"
    ):
        if len(element) > 6 or not _DATE_MARK.search(_names(element)):
            continue
        text = element.get("title") if element.tag == "abbr" else None
        text = text or text_of(element, 400)
        if 6 <= len(text) <= 120 and any(char.isdigit() for char in text):
            found.append(text)
            if len(found) >= MAX_VALUES:
                break
    return found


def _dated_near_headline(sources: "Sources") -> list[str]:
    """Short lines with a year near the headline, wherever that stands: the nearest first, those above it last."""
    titles = {letters(text) for text in (*sources.at("meta:og:title"), *sources.at("html:title"))} - {""}
    dated: list[tuple[int, str]] = []
    headlines: list[int] = []
    at = 0
    for element in sources.tree.iter():
        if not isinstance(element.tag, str) or element.tag in (
            "script",
            "style",
            "title",
            "head",
            "meta",
            "option",
            "html",
            "body",
        ):
            continue
        if len(element) < 4 and len(headlines) < MAX_VALUES:
            said = letters(text_of(element, 400))
            if len(said) > 8 and any(said in title or title in said for title in titles):
                headlines.append(at)
        for text in (element.text, element.tail):
            if text and (line := one_line(text[:400])):
                at += 1
                if len(line) <= 80 and _YEAR.search(line) and len(dated) < 500:
                    dated.append((at, line))
    near = [
        (distance, line)
        for place, line in dated
        for headline in headlines
        if (distance := place - headline if place > headline else 4 * (headline - place + 1)) <= _NEAR
    ]
    return [line for _, line in sorted(near)][:5]


def _path_date(sources: "Sources") -> list[str]:
    for address in (sources.address, *sources.at("link:canonical"), *sources.meta.get("og:url", ())):
        match = _PATH_DATE.search(address or "")
        if match is not None:
            year, month, day = match.groups()
            return [f"{year}-{month}-{day}" if month.isdigit() else f"{day} {month} {year}"]
    return []


def _bylines(sources: "Sources") -> list[str]:
    found = []
    for element in sources.tree.iter("span", "div", "p", "a", "address", "li", "strong", "h4"):
        if _BYLINE.search(_names(element)):
            text = _PUBLISHED.split(spaced_text_of(element))[0].strip(" |,-–•·")
            if 2 <= len(text) <= 120:
                found.append(text)
                break
    return found


def _breadcrumb(sources: "Sources") -> list[str]:
    """The last step of the way to the article: of JSON-LD's list, else of what is called breadcrumb."""
    title = {letters(text) for place in ("ld:headline", "meta:og:title", "html:h1") for text in sources.at(place)}
    steps: list[str] = []
    for node in sources.nodes:
        if "breadcrumblist" in page_jsonld.types(node):
            items = node.get("itemListElement")
            steps = [text for one in (items if isinstance(items, list) else [items]) for text in _step(one)]
            break
    if not steps:
        trail = next((one for one in sources.tree.iter("nav", "ol", "ul", "div") if _CRUMBS.search(_names(one))), None)
        steps = [text_of(link) for link in trail.iter("a")][:8] if trail is not None else []
    named = [
        step for step in steps[1:] if step and letters(step) not in title and "://" not in step and len(step) <= 60
    ]
    return named[-1:]


def _step(item: Any) -> list[str]:
    if not isinstance(item, dict):
        return []
    return [text for text in strings(item.get("name")) or strings(follow(item, "item.name")) if "://" not in text][:1]


def _website(sources: "Sources") -> list[str]:
    return [
        text for node in sources.nodes if "website" in page_jsonld.types(node) for text in strings(node.get("name"))
    ][:1]


def _copyright(sources: "Sources") -> list[str]:
    """The notice in the footer: the piece of text with the sign, and the next one where that is the sign alone."""
    for footer in sources.tree.iter("footer"):
        lines = [one_line(text[:400]) for _, text in zip(range(500), pieces(footer), strict=False)]
        for at, line in enumerate(lines):
            match = _COPYRIGHT.search(line)
            if match is not None:
                notice = (
                    match[0]
                    if sum(char.isalpha() for char in match[0]) > 12
                    else " ".join((match[0], *lines[at + 1 : at + 2]))
                )
                if not any(char.isalpha() for char in re.sub(r"copyright|\(c\)", "", notice, flags=re.IGNORECASE)):
                    continue
                return [re.split(r"(?<=[.!])\s", notice)[0]]
    return []


def _saved_from(sources: "Sources") -> list[str]:
    match = _SAVED.search(sources.text[:4096]) or _SAVED_SINGLE.search(sources.text[:4096])
    return [match[1]] if match else []


def _figures(sources: "Sources") -> list[str]:
    """The first large picture of a figure within an article."""
    for figure in sources.tree.iter("figure"):
        for image in figure.iter("img"):
            address = str(image.get("data-src") or image.get("src") or "")
            if address and not address.startswith("data:"):
                return [address]
    return []


def _rel(name: str) -> Callable[["Sources"], list[str]]:
    def read(sources: "Sources") -> list[str]:
        found = [text_of(link) for link in sources.tree.iter("a") if name in link.get("rel", "").lower().split()]
        return list(dict.fromkeys(text for text in found if text))[:20]

    return read


def _names(element: Element) -> str:
    return f"{element.get('class', '')} {element.get('id', '')} {element.get('itemprop', '')}"


def _unavailable_after(sources: "Sources") -> list[str]:
    """Until when search engines may show the page, as it tells them."""
    said = [text for name in ("robots", "googlebot") for text in sources.meta.get(name, ())]
    return [match[1].strip() for text in said if (match := _UNAVAILABLE.search(text))]


READERS: dict[str, Callable[["Sources"], list[str]]] = {
    "h1": lambda sources: _headings(sources, "h1"),
    "first heading": lambda sources: _headings(sources, "h2") or _headings(sources, "h3"),
    "title": lambda sources: [text for one in sources.tree.iter("title") if (text := text_of(one))][:1],
    "lang": lambda sources: [sources.tree.get("lang") or sources.tree.get("xml:lang") or ""],
    "marked time": _marked_times,
    "time": _times,
    "dated line": _dated_lines,
    "dated near the headline": _dated_near_headline,
    "date in the address": _path_date,
    "rel author": _rel("author"),
    "rel tag": _rel("tag"),
    "byline": _bylines,
    "breadcrumb": _breadcrumb,
    "website": _website,
    "copyright": _copyright,
    "saved from": _saved_from,
    "unavailable after": _unavailable_after,
    "figure": _figures,
}
