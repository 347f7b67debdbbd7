"""What readers write, as Markdown → safe HTML and plain text, made once, when it is written.

A comment needs paragraphs, emphasis, quotes, lists, code and links. Headings, tables and raw HTML stay the text that
they are; an image becomes a link to it. markdown-it escapes everything that it does not write itself; nh3 then lets
only the tags below through, so that neither has to be trusted alone. `@name` is text like any other.

Reading takes a time that grows with the length of a text and with nothing else: what may begin a link or a quote is
looked at more often than anybody needs, and then no more; what lies beyond stays text.
"""

import html
import re
from dataclasses import dataclass
from textwrap import dedent
from urllib.parse import unquote, urlsplit

import nh3
from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, blockquote
from markdown_it.rules_inline import StateInline, link
from markdown_it.token import Token

from ingest.sanitise import TAG, plain_text
from ingest.text import clean, is_seen, legible, words

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
_PLACE = re.compile("[a-z]+:(?://[^/?#]*)?", re.IGNORECASE)
# Letters, and the signs that end no part of an address, encoded.
_ENCODED = re.compile("(?:%(?:[89a-f][0-9a-f]|22|3c|3e|5[b-e]|60|7[b-d]))+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Text:
    """A text as it is kept. links: the addresses that it leads to, in order, each as often as it stands there."""

    html: str
    plain: str
    links: tuple[str, ...]


NOTHING = Text("", "", ())


def tidy(markdown: str) -> str:
    """What a reader wrote, as it is measured, rendered and kept: clean and legible, with line ends of one kind, without
    white space around it. What all lines are indented by goes from all, so that a list keeps its shape."""
    return dedent("\n".join(legible(clean(legible(markdown))).splitlines())).strip()


def _is_safe(address: str) -> bool:
    """Whether a link may lead to an address. One of the web has to name its host after "//": browsers find one without
    ("http:/a.example"), where whoever counts links doesn't."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "mailto" or (parts.scheme in _SCHEMES and bool(parts.hostname))


def _shown(address: str) -> str:
    """An address as it is read: the host as machines have it, since letters of other alphabets look like those of
    another host, the rest in letters."""
    href = _MARKDOWN.normalizeLink(address)
    place = _PLACE.match(href)
    end = place.end() if place else 0
    return href[:end] + _ENCODED.sub(lambda encoded: unquote(encoded[0]), href[end:])


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
    """A link in brackets, as markdown-it reads it; one whose text nobody would see shows its address."""
    if state.src[state.pos] != "[" or not _is_within(state, "brackets", 1, _MOST_LINKS) or not link(state, silent):
        return False
    if not silent:
        begin = next(at for at in reversed(range(len(state.tokens))) if state.tokens[at].type == "link_open")
        if not is_seen("".join(token.content for token in state.tokens[begin:])):
            address = _shown(str(state.tokens[begin].attrs["href"]))
            state.tokens[begin + 1 : -1] = [Token("text", "", 0, content=address, level=state.tokens[begin].level + 1)]
    return True


def _image(state: StateInline, silent: bool) -> bool:
    """An image: a link to it, which says what it would."""
    if not state.src.startswith("![", state.pos):
        return False
    state.pos += 1
    if _link(state, silent):
        return True
    state.pos -= 1
    return False


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


class _Comments(MarkdownIt):
    """markdown-it, which asks here what links may lead to, and how addresses are shown."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - markdown-it's
        return _is_safe(url)

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 - markdown-it's
        return _shown(link)


def _markdown() -> MarkdownIt:
    made = _Comments("zero", {"html": False, "breaks": True, "maxNesting": _DEEPEST})
    made.enable(words(_RULES))
    made.block.ruler.at("blockquote", _quote)
    made.inline.ruler.at("link", _link)
    made.inline.ruler.before("newline", "address", _address)
    made.inline.ruler.before("link", "image", _image)
    return made


_ADDRESSES = LinkifyIt()
_MARKDOWN = _markdown()


def render(markdown: str) -> Text:
    """HTML and plain text of what a reader wrote; NOTHING where nobody would see anything of it."""
    # Once more legible: marks may be written as character references.
    safe = sanitise(legible(_MARKDOWN.render(tidy(markdown))))
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
