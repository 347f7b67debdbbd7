"""Which text of a page is the article's: trafilatura chooses, the page's own markup is kept.

trafilatura returns plain text best where it returns no links and no formatting (F1 0.964 against 0.911 with links, on
the benchmark that `tests/benchmarks/pages.py` runs). So every piece of text is numbered by two letters of Linear A
before it, which weigh nothing in trafilatura's rules (F1 changes by 0.0002); the numbers that come back say what was
chosen, and everything else about it is read from the page itself.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from ingest.text import clean as cleaned
from ingest.text import one_line, words

# An element of the tree, as lxml makes it, which has no types.
Element = Any

INLINE = words(
    """a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q rb ruby s samp small span
    strike strong sub sup time tt u var wbr"""
)
# What shows no text of an article.
SILENT = words(
    """applet audio button canvas datalist embed head iframe input link map math meta noembed noframes noscript object
    option rp rt script select style svg template textarea title video"""
)
# Letters of Linear A, which no newspaper prints: all assigned, all letters to whoever asks Unicode.
_FIRST = 0x10600
_LETTERS = 311
_MARK = re.compile("([\U00010600-\U00010736])([\U00010600-\U00010736])")
_MAX_MARKS = _LETTERS * _LETTERS
_ALREADY = re.compile("[\U00010600-\U00010736]")


class Piece(NamedTuple):
    """A text node: the element that it stands in, its text, and whether trafilatura chose it."""

    parent: Element
    text: str
    chosen: bool


@dataclass(eq=False)
class Block:
    """A run of text that nothing but inline markup interrupts. `element`: the nearest one that is no inline element.
    `breaks`: how many line breaks stand between it and the block before it in the same element."""

    element: Element
    pieces: list[Piece]
    breaks: int = 0
    kept: bool = field(default=False)

    @cached_property
    def text(self) -> str:
        return one_line("".join(piece.text for piece in self.pieces))

    @cached_property
    def linked(self) -> float:
        """The share of its letters that stand in links."""
        total = linked = 0
        for piece in self.pieces:
            letters = sum(char.isalnum() for char in piece.text)
            total += letters
            if letters and any(above.tag == "a" for above in within(piece.parent, self.element)):
                linked += letters
        return linked / total if total else 0.0

    @cached_property
    def tag(self) -> str:
        """The element's tag, or that of the heading, list item or quotation around it."""
        for above in (self.element, *self.element.iterancestors()):
            if above.tag in ("li", "td", "th", "dd", "dt", "blockquote") or above.tag in HEADINGS:
                return str(above.tag)
            if above.tag in ("article", "section", "main", "body", "table", "ul", "ol"):
                break
        return str(self.element.tag)


HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


def within(element: Element, outer: Element) -> Iterator[Element]:
    """The element and those around it, up to `outer`, which is not given."""
    while element is not None and element is not outer:
        yield element
        element = element.getparent()


def blocks(tree: Element) -> list[Block]:
    """All text of a page in its order, what trafilatura chose marked `kept`. The tree is not changed."""
    marked = deepcopy(tree)
    _mark(marked)
    chosen = _chosen(marked)
    return _blocks(tree, chosen)


def _texts(tree: Element) -> Iterator[tuple[Element, Element, str, str]]:
    """Every text that shows: the element that it stands in, the element that holds it, as which attribute, the text;
    and in the same order every element that begins or ends, with an empty text."""
    stack = [(tree, iter(tree))]
    yield tree, tree, "start", ""
    if tree.text:
        yield tree, tree, "text", tree.text
    while stack:
        parent, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            yield parent, parent, "end", ""
            if stack and parent.tail:
                yield stack[-1][0], parent, "tail", parent.tail
            continue
        if not isinstance(child.tag, str) or child.tag in SILENT:
            yield parent, child, "skip", ""
            if child.tail:
                yield parent, child, "tail", child.tail
            continue
        stack.append((child, iter(child)))
        yield child, child, "start", ""
        if child.text:
            yield child, child, "text", child.text


def _mark(tree: Element) -> None:
    number = 0
    for _parent, holder, where, text in list(_texts(tree)):
        if not text:
            continue
        # What '&#1;' stands for can be read but not written.
        clean = cleaned(_ALREADY.sub("", text))
        if number < _MAX_MARKS and any(char.isalnum() for char in clean):
            body = clean.lstrip()
            mark = chr(_FIRST + number // _LETTERS) + chr(_FIRST + number % _LETTERS)
            clean = clean[: len(clean) - len(body)] + mark + body
            number += 1
        setattr(holder, where, clean)


def _chosen(tree: Element) -> frozenset[int]:
    # Imported here: half a second and 40 MB, needed by the processes that read pages only.
    import trafilatura

    found = trafilatura.bare_extraction(tree, favor_precision=True, include_comments=False)
    if found is None or isinstance(found, dict):
        return frozenset()
    text = "".join(found.body.itertext())
    return frozenset((ord(first) - _FIRST) * _LETTERS + ord(second) - _FIRST for first, second in _MARK.findall(text))


def _blocks(tree: Element, chosen: frozenset[int]) -> list[Block]:
    """The text nodes as blocks. Nodes are counted as `_mark` counts them."""
    found: list[Block] = []
    open_block: Block | None = None
    breaks = number = 0
    for parent, holder, where, text in _texts(tree):
        if where in ("start", "end", "skip"):
            if holder.tag == "br":
                open_block, breaks = None, breaks + (where == "start")
            elif isinstance(holder.tag, str) and holder.tag not in INLINE and holder.tag not in SILENT:
                open_block, breaks = None, 0
            continue
        clean = cleaned(_ALREADY.sub("", text))
        counted = any(char.isalnum() for char in clean)
        if not clean.strip() and open_block is None:
            continue
        if open_block is None:
            element = parent
            while element.tag in INLINE and element.getparent() is not None:
                element = element.getparent()
            open_block = Block(element, [], breaks)
            breaks = 0
            found.append(open_block)
        is_chosen = counted and number in chosen
        open_block.pieces.append(Piece(parent, clean, is_chosen))
        open_block.kept |= is_chosen
        number += counted
    return found
