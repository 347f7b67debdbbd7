"""What readers write, as Markdown → safe HTML and plain text, made once, when it is written.

A comment needs paragraphs, emphasis, quotes, lists, code and links. Headings, images, tables and raw HTML stay the text
that they are. markdown-it escapes everything that it does not write itself; nh3 then lets only the tags below through,
so that neither has to be trusted alone. `@name` is text like any other.
"""

import html
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt

from ingest.sanitise import TAG, plain_text
from ingest.text import clean, is_seen, words

_RULES = """text newline escape backticks strikethrough emphasis link autolink linkify entity balance_pairs
    fragments_join fence blockquote list paragraph normalize block inline text_join"""
_TAGS = words("p br em strong s code pre blockquote ul ol li a")
_SCHEMES = {"http", "https", "mailto"}
# Searchers gain nothing by a reader's link, and the page it leads to learns nothing of where it came from.
_REL = "nofollow ugc noopener noreferrer"
_DEEPEST = 12
_HREF = re.compile(r'href="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Text:
    """A text as it is kept. links: the addresses that it leads to, in order, each as often as it stands there."""

    html: str
    plain: str
    links: tuple[str, ...]


NOTHING = Text("", "", ())


def _is_safe(address: str) -> bool:
    try:
        return urlsplit(address).scheme.lower() in _SCHEMES
    except ValueError:
        return False


def _markdown() -> MarkdownIt:
    made = MarkdownIt("zero", {"html": False, "linkify": True, "breaks": True, "maxNesting": _DEEPEST})
    made.enable(words(_RULES))
    # Which links may be is said by replacing this method, as its documentation has it.
    made.validateLink = _is_safe  # type: ignore[method-assign, assignment]
    # Only what says that it is an address becomes a link: in "node.js" and "e.g.it" nobody meant one.
    assert made.linkify is not None
    made.linkify.set({"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
    for scheme in ("ftp:", "//"):
        made.linkify.add(scheme, None)
    return made


_MARKDOWN = _markdown()


def render(markdown: str) -> Text:
    """HTML and plain text of what a reader wrote; NOTHING where nobody would see anything of it."""
    safe = sanitise(_MARKDOWN.render(clean(markdown)))
    plain = plain_text(safe)
    return Text(safe, plain, tuple(_links(safe))) if is_seen(plain) else NOTHING


def sanitise(markup: str) -> str:
    """HTML with nothing in it that a comment may not hold; what it gives, it leaves as it is."""
    return nh3.clean(
        markup,
        tags=set(_TAGS),
        clean_content_tags={"script", "style"},
        attributes={"*": set(), "a": {"href"}},
        url_schemes=_SCHEMES,
        url_relative="deny",
        link_rel=_REL,
    ).strip()


def _links(safe: str) -> list[str]:
    return [html.unescape(found) for tag in TAG.finditer(safe) for found in _HREF.findall(tag[3])]
