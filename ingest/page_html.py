"""The kept text of a page as HTML: paragraphs, headings, lists, quotations and tables, with links and emphasis."""

import html
from collections.abc import Iterable, Iterator

from ingest.page_select import HEADINGS, Block, Element, within

_INLINE = {
    **dict.fromkeys(("a", "abbr", "code", "del", "em", "kbd", "mark", "q", "ruby", "s", "samp", "sub", "sup"), ""),
    **{"b": "strong", "strong": "strong", "i": "em", "strike": "s", "tt": "code", "ins": "ins", "cite": "cite"},
}
_STRUCTURE = HEADINGS | {
    "blockquote", "dd", "dl", "dt", "li", "ol", "pre", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"
}  # fmt: skip
_TABLE = frozenset({"table", "tbody", "td", "tfoot", "th", "thead", "tr"})
# Elements whose text may stand in them without a paragraph.
_HOLDS_TEXT = HEADINGS | {"dd", "dt", "li", "pre", "td", "th"}


def markup(blocks: Iterable[Block]) -> str:
    """HTML of the blocks that are kept, in their order. Not sanitised: addresses are as the page printed them."""
    kept = [block for block in blocks if block.kept]
    layout = _layout_tables(kept)
    made: list[str] = []
    stack: list[Element] = []
    before: Block | None = None
    for block in kept:
        path = _path(block, layout)
        shared = sum(1 for _ in _common(stack, path))
        made.extend(f"</{_name(element)}>" for element in reversed(stack[shared:]))
        made.extend(f"<{_name(element)}>" for element in path[shared:])
        inner = _inline(block)
        if before is not None and before.element is block.element and block.breaks == 1 and made[-1] == "</p>":
            made[-1] = f"<br>{inner}</p>"
        elif path and path[-1].tag in _HOLDS_TEXT and shared < len(path):
            made.append(inner)
        else:
            made.extend(("<p>", inner, "</p>"))
        stack, before = path, block
    made.extend(f"</{_name(element)}>" for element in reversed(stack))
    return "".join(made)


def _path(block: Block, layout: set[Element]) -> list[Element]:
    """The elements around a block that HTML keeps, the outermost first."""
    path: list[Element] = []
    skipping = False
    for element in (block.element, *block.element.iterancestors()):
        if element.tag not in _STRUCTURE:
            continue
        if element.tag in _TABLE:
            # Rows and cells of a table that only arranges the page go with it.
            table = element if element.tag == "table" else next(element.iterancestors("table"), None)
            skipping = table is None or table in layout
            if skipping:
                continue
        path.append(element)
    path.reverse()
    # A heading holds no other block, and nothing but what it says.
    for at, element in enumerate(path):
        if element.tag in HEADINGS or element.tag == "pre":
            return path[: at + 1]
    return path


def _layout_tables(kept: list[Block]) -> set[Element]:
    """Tables that arrange the page rather than show figures: one cell of theirs holds a third of all the text."""
    total = sum(len(block.text) for block in kept)
    sizes: dict[Element, int] = {}
    for block in kept:
        for cell in (block.element, *block.element.iterancestors()):
            if cell.tag in ("td", "th"):
                sizes[cell] = sizes.get(cell, 0) + len(block.text)
    tables = {next(cell.iterancestors("table"), None) for cell, size in sizes.items() if 3 * size > total}
    return tables - {None}


def _inline(block: Block) -> str:
    made: list[str] = []
    stack: list[Element] = []
    for piece in block.pieces:
        path = [element for element in within(piece.parent, block.element) if element.tag in _INLINE][::-1]
        shared = sum(1 for _ in _common(stack, path))
        made.extend(f"</{_name(element)}>" for element in reversed(stack[shared:]))
        made.extend(_opened(element) for element in path[shared:])
        made.append(html.escape(piece.text, quote=False))
        stack = path
    made.extend(f"</{_name(element)}>" for element in reversed(stack))
    return "".join(made).strip()


def _opened(element: Element) -> str:
    address = element.get("href") if element.tag == "a" else None
    return f'<a href="{html.escape(address)}">' if address else f"<{_name(element)}>"


def _name(element: Element) -> str:
    return _INLINE.get(element.tag) or str(element.tag)


def _common(one: list[Element], other: list[Element]) -> Iterator[Element]:
    for mine, theirs in zip(one, other, strict=False):
        if mine is not theirs:
            return
        yield mine
