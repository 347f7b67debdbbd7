"""Markup made safe, and the plain text in it.

nh3 (the browser's own parser and an allow list) writes canonical HTML: closed tags, quoted attributes, escaped text.
What follows here works on that text, in one pass and without a tree, so that deep nesting costs nothing.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import nh3

from ingest import url
from ingest.text import clean, words

_TAGS = words(
    """a abbr b bdi bdo blockquote br caption center cite code col colgroup dd del dfn div dl dt em figcaption figure
    h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp small span strong sub sup table tbody td
    tfoot th thead time tr u ul var wbr"""
)
_GONE = words(
    """script style svg math template noscript noembed noframes iframe object embed applet form select textarea title
    head audio video canvas"""
)
_ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "blockquote": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "q": {"cite"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
_SCHEMES = {"http", "https", "mailto", "tel"}
TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:\s+[a-z][a-z0-9:-]*="[^"]*")*)\s*/?>')
_ATTRIBUTE = re.compile(r'([a-z][a-z0-9:-]*)="([^"]*)"')
_IMG = re.compile(r'<img((?:\s+[a-z][a-z0-9:-]*="[^"]*")*)\s*/?>')
_EMPTY = re.compile(r"<(p|div|span|a|figure|b|i|em|strong|center|ul|ol)(?:\s[^<>]*)?>(?:\s|&nbsp;|\xa0|<br>)*</\1>")
_ANY_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>?")
_ESCAPED_TAG = re.compile(r"&lt;/(?:p|div|a|b|i|em|strong|ul|li|h[1-6]|span)&gt;|&lt;br ?/?&gt;", re.IGNORECASE)
_MAX_DEPTH = 500
_MAX_PICTURES = 100
# Void elements, and those that the next one of their kind closes.
_NEVER_DEEP = words("area base br col embed hr img input link meta p li dd dt option source td th tr wbr")
_BLOCK = words("""blockquote center dd div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr ol p pre table ul caption""")
_BREAKS = {**dict.fromkeys(_BLOCK, "\n\n"), **dict.fromkeys(("br", "li", "tr"), "\n"), "td": " ", "th": " "}
_BLANK_LINES = re.compile(r"\n{3,}")
# Pictures that count readers rather than show anything: hosts and paths known for it, or two pixels and less.
_TRACKERS = re.compile(
    r"//(?:[^/]*\.)?(?:feedburner\.com/~|feeds\.feedburner\.com/~|feedsportal\.com|doubleclick\.net|pheedo\.com"
    r"|feedblitz\.com|feedpress\.\w+|pixel\.wp\.com|stats\.wordpress\.com|b\.scorecardresearch\.com|google-analytics\.com"
    r"|quantserve\.com|pixel\.quantcast\.com|ads\.\w+|adserver\.\w+|list-manage\.com/track|medium\.com/_/stat)"
    r"|/(?:pixel|tracking|tracker|spacer|blank|transparent|1x1|clear)\.(?:gif|png)\b|/(?:piwik|matomo)\.php\?|/track/open",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture inside markup, with the caption of the figure around it."""

    url: str
    alt: str | None
    caption: str | None
    width: int | None
    height: int | None


def sanitise(markup: str, base: str | None = None) -> str:
    """Safe HTML: no script, style, form, embedded page or SVG, only http, https, mailto and tel addresses, all absolute
    (relative ones resolved against `base`, or dropped), no tracking pixels, no empty paragraphs. Markup that is nested
    absurdly deep keeps its text only."""

    def resolved(address: str) -> str | None:
        return url.absolute(address, base)

    markup = clean(markup)
    if _is_too_deep(markup):
        markup = _ANY_TAG.sub(" ", markup)
    safe = nh3.clean(
        markup,
        tags=set(_TAGS),
        clean_content_tags=set(_GONE),
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        url_relative=resolved,
        link_rel="noopener noreferrer",
    )
    if "<" not in safe and _ESCAPED_TAG.search(safe):
        # Markup that was escaped twice on its way.
        return sanitise(html.unescape(safe), base)
    safe = _IMG.sub(lambda match: "" if _is_pixel(match[1]) else match[0], safe)
    # What a pixel or an advertisement leaves behind, nested a few deep at most.
    for _ in range(3):
        safe, removed = _EMPTY.subn("", safe)
        if not removed:
            break
    return safe.strip()


def from_plain(text: str) -> str:
    """HTML for plain text: a paragraph for each run between blank lines, line breaks kept."""
    paragraphs = (part.strip() for part in re.split(r"\n\s*\n", clean(text).replace("\r\n", "\n")))
    return "".join(f"<p>{html.escape(part, quote=False).replace(chr(10), '<br>')}</p>" for part in paragraphs if part)


def in_blocks(safe: str) -> str:
    """Sanitised HTML with a paragraph around what has no block of its own; plain text that was called HTML gets its
    paragraphs by blank lines."""
    tags = {match[2] for match in TAG.finditer(safe)}
    if not tags:
        return from_plain(html.unescape(safe))
    return safe if tags & _BLOCK or not safe else f"<p>{safe}</p>"


def plain_text(safe: str) -> str:
    """The text of sanitised HTML: paragraphs and other blocks divided by a blank line, lines and list items by a line
    end, white space otherwise collapsed."""
    # White space first, while it can't be confused with the line ends that tags stand for.
    text = TAG.sub(_break, " ".join(safe.split()))
    text = html.unescape(text).replace("\xa0", " ").replace("\u00ad", "")
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return clean(_BLANK_LINES.sub("\n\n", "\n".join(lines)).strip())


def _break(tag: re.Match[str]) -> str:
    """What a tag means in plain text."""
    return _BREAKS.get(tag[2], "") if not tag[1] or tag[2] in _BLOCK else ""


def text_of(markup: str) -> str:
    """The plain text of any markup."""
    return plain_text(sanitise(markup))


def pictures(safe: str) -> Iterator[Picture]:
    """The pictures in sanitised HTML, in order: the first hundred, which is more than an article shows."""
    captions = _Captions(safe)
    for match in islice(_IMG.finditer(safe), _MAX_PICTURES):
        attributes = _attributes(match[1])
        if address := attributes.get("src"):
            yield Picture(
                address,
                attributes.get("alt") or attributes.get("title") or None,
                captions.at(match.end()),
                pixels(attributes.get("width")),
                pixels(attributes.get("height")),
            )


def pixels(text: str | None) -> int | None:
    """A width or height in pixels, of '640', '640px' or '640.0'; None for anything else ('100%')."""
    match = re.fullmatch(r"\s*(\d{1,6})(?:\.\d*)?\s*(?:px)?\s*", text or "", re.IGNORECASE)
    return (int(match[1]) or None) if match else None


def is_tracker(address: str) -> bool:
    """Whether a picture's address is known to count readers."""
    return bool(_TRACKERS.search(address))


def _is_too_deep(markup: str) -> bool:
    """Whether elements are nested deeper than any text needs: nh3's time grows with the square of the depth (20,000
    open divs take it a second)."""
    if markup.count("<") < _MAX_DEPTH:
        return False
    depth = 0
    for match in _ANY_TAG.finditer(markup):
        if match[2].lower() not in _NEVER_DEEP:
            depth = max(0, depth - 1) if match[1] else depth + 1
            if depth > _MAX_DEPTH:
                return True
    return False


class _Captions:
    """The captions of figures, asked for from the beginning of a text to its end. What was found ahead is kept: finding
    it again from each of many pictures costs the square of their number."""

    def __init__(self, safe: str) -> None:
        self._safe = safe
        self._ahead: dict[str, int] = {}
        self._last: tuple[int, str | None] = (-1, None)

    def at(self, place: int) -> str | None:
        """The caption of the figure that is open at a place."""
        end, start = self._next("</figure>", place), self._next("<figcaption", place)
        if start > end or end == len(self._safe) or self._next("<figure", place) < end:
            return None
        if self._last[0] != start:
            close = self._next("</figcaption>", start)
            self._last = start, plain_text(self._safe[self._safe.find(">", start) + 1 : close]) or None
        return self._last[1]

    def _next(self, mark: str, place: int) -> int:
        """Where a mark comes next, or the end of the text."""
        if self._ahead.get(mark, -1) < place:
            found = self._safe.find(mark, place)
            self._ahead[mark] = found if found >= 0 else len(self._safe)
        return self._ahead[mark]


def _is_pixel(attributes: str) -> bool:
    found = _attributes(attributes)
    address = found.get("src")
    if not address or is_tracker(address):
        return True
    sizes = [re.fullmatch(r"\s*([0-2])(?:\.\d*)?(?:px)?\s*", found.get(name, "")) for name in ("width", "height")]
    return all(sizes)


def _attributes(text: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(text)}
