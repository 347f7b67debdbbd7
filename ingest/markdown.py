"""What readers write, as Markdown → safe HTML and plain text, made once, when it is written.

A comment needs paragraphs, emphasis, quotes, lists, code and links. Headings, images, tables and raw HTML stay the text
that they are. markdown-it escapes everything that it does not write itself; nh3 then lets only the tags below through,
so that neither has to be trusted alone. `@name` is text like any other.

Reading takes a time that grows with the length of a text and with nothing else: what may begin a link or a quote is
looked at more often than anybody needs, and then no more; what lies beyond stays text.
"""

import html
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import nh3
from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, blockquote
from markdown_it.rules_inline import StateInline, link

from ingest.sanitise import TAG, plain_text
from ingest.text import clean, is_seen, words

_RULES = """text newline escape backticks strikethrough emphasis link autolink entity balance_pairs
    fragments_join fence blockquote list paragraph normalize block inline text_join"""
_TAGS = words("p br em strong s code pre blockquote ul ol li a")
_SCHEMES = {"http", "https", "mailto"}
# Searchers gain nothing by a reader's link, and the page it leads to learns nothing of where it came from.
_REL = "nofollow ugc noopener noreferrer"
_DEEPEST = 12
# Brackets, and addresses, that may begin a link; characters of an address. For each bracket of "[[](" and each address
# of "(http://a.b/(" the end is looked for through much of the text.
_MOST_LINKS, _LONGEST_ADDRESS = 200, 2_000
# Lines that are looked through for the ends of quotes: where "> ```" and a line without ">" take turns, for each quote
# all that follow.
_MOST_QUOTED = 50_000
_SCHEME = re.compile("(?:^|[^a-z0-9])(https?|mailto)$", re.IGNORECASE)
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


def _is_within(state: StateBlock | StateInline, what: str, more: int, most: int) -> bool:
    """Whether so much more of something in a text is still within bounds."""
    state.env[what] = state.env.get(what, 0) + more
    return bool(state.env[what] <= most)


def _quote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A quote, as markdown-it reads it."""
    if not state.src.startswith(">", state.bMarks[start] + state.tShift[start]):
        return False
    return (silent or _is_within(state, "quoted", end - start, _MOST_QUOTED)) and blockquote(state, start, end, silent)


def _link(state: StateInline, silent: bool) -> bool:
    """A link in brackets, as markdown-it reads it."""
    return state.src[state.pos] == "[" and _is_within(state, "brackets", 1, _MOST_LINKS) and link(state, silent)


def _address(state: StateInline, silent: bool) -> bool:
    """An address that stands in the text. Only what says that it is one: in "node.js" and "e.g.it" nobody meant one."""
    if state.src[state.pos] != ":" or state.linkLevel > 0:
        return False
    scheme = _SCHEME.search(state.pending[-8:])
    if scheme is None or not _is_within(state, "addresses", 1, _MOST_LINKS):
        return False
    start = state.pos - len(scheme[1])
    found = _ADDRESSES.match_at_start(state.src[start : start + _LONGEST_ADDRESS])
    if found is None or found.last_index == _LONGEST_ADDRESS:
        return False
    # A star at the end is of the emphasis around it.
    address = found.url.rstrip("*")
    href = state.md.normalizeLink(address)
    if not state.md.validateLink(href):
        return False
    if not silent:
        state.pending = state.pending[: -len(scheme[1])]
        state.push("link_open", "a", 1).attrs = {"href": href}
        state.push("text", "", 0).content = state.md.normalizeLinkText(address)
        state.push("link_close", "a", -1)
    state.pos = start + len(address)
    return True


def _markdown() -> MarkdownIt:
    made = MarkdownIt("zero", {"html": False, "breaks": True, "maxNesting": _DEEPEST})
    made.enable(words(_RULES))
    made.block.ruler.at("blockquote", _quote)
    made.inline.ruler.at("link", _link)
    made.inline.ruler.before("newline", "address", _address)
    # Which links may be is said by replacing this method, as its documentation has it.
    made.validateLink = _is_safe  # type: ignore[method-assign, assignment]
    return made


_ADDRESSES = LinkifyIt()
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
