"""A page's tree made ready for choosing its text: what misleads the choice is taken away, what hides the text opened.

Each rule is general; what it gains on the benchmark stands in `tests/benchmarks/pages.md`.
"""

import re

from ingest.page_select import Element
from ingest.text import clean

# Posts of social networks that the article quotes: the name of their wrapper would have them thrown away as widgets.
_QUOTED_POST = re.compile(
    r"(?:^|\s)(?:twitter-tweet|twitter-video|instagram-media|tiktok-embed|bluesky-embed|mastodon-embed"
    r"|reddit-(?:card|embed-bq)|fb-post)(?:\s|$)"
)
# What style sheets show only on pointing, to screen readers, or in print.
_UNSEEN = re.compile(
    r"(?:^|[\s_-])(?:rollover[\w-]*-(?:block|box|content|popup)|tooltip|popover|screen-reader-text|sr-only"
    r"|visually-hidden|visuallyhidden|element-invisible|assistive-text|print-only|print-header|print-footer|printonly)"
    r"(?:$|[\s_-])",
    re.IGNORECASE,
)
_BODY = re.compile(r"(?:^|\s)(?:article[-_]*body|articleBody|story[-_]*body|(?:entry|post|article)[-_]*content"
                   r"|article[-_]*text)(?:\s|$)", re.IGNORECASE)  # fmt: skip
_POST = re.compile(r"(?:^|\s)(?:hentry|type-post)(?:\s|$)")
_MOST = 20
_ENOUGH = 250
_LONGEST_UNSEEN = 1500


def prepare(tree: Element) -> None:
    """Change the tree in place."""
    _open_noscript(tree)
    _drop_unseen(tree)
    _drop_posts_in_posts(tree)
    _open_quoted_posts(tree)
    bodies = _bodies(tree)
    _join(bodies)
    _open_bodies(bodies)


def _drop_unseen(tree: Element) -> None:
    for element in list(tree.iter()):
        if not isinstance(element.tag, str) or element.tag in ("html", "body") or not _UNSEEN.search(_names(element)):
            continue
        # Some sheets show what these names hide: nothing that size is a label.
        if not _is_longer(element, _LONGEST_UNSEEN):
            drop(element)


def _open_noscript(tree: Element) -> None:
    """Some pages stand in a `noscript` as a whole, and are built again by script."""
    for element in list(tree.iter("noscript"))[:_MOST]:
        if 2 * _letters(element) > _letters(tree):
            element.tag = "div"


def drop(element: Element) -> None:
    """Take an element out, leaving the text after it."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is None:
            parent.text = clean((parent.text or "") + element.tail)
        else:
            before.tail = clean((before.tail or "") + element.tail)
        element.tail = None
    parent.remove(element)


def _drop_posts_in_posts(tree: Element) -> None:
    """The next posts, which themes of blogs put inside the one that was asked for."""
    for article in list(tree.iter("article")):
        if _POST.search(article.get("class", "")) and any(
            _POST.search(outer.get("class", "")) for outer in article.iterancestors("article")
        ):
            drop(article)


def _open_quoted_posts(tree: Element) -> None:
    for quoted in list(tree.iter("blockquote", "div")):
        if not _QUOTED_POST.search(quoted.get("class", "")):
            continue
        size = _letters(quoted)
        element = quoted
        while (
            element is not None
            and element.tag in ("blockquote", "div", "figure", "section")
            and not _is_longer(element, size)
        ):
            _unname(element)
            if element.tag == "figure":
                element.tag = "div"
            element = element.getparent()


def _bodies(tree: Element) -> list[Element]:
    """The elements that say of themselves that they hold the article's text, without those inside another."""
    found = [element for element in tree.iter("div", "section", "article", "main") if _says_body(element)]
    known = set(found)
    outer = [element for element in found if not any(above in known for above in element.iterancestors())]
    return [element for element in outer[:_MOST] if _paragraph_letters(element) >= _ENOUGH]


def _says_body(element: Element) -> bool:
    return "articleBody" in element.get("itemprop", "").split() or bool(_BODY.search(element.get("class", "")))


def _join(bodies: list[Element]) -> None:
    """One text that is parted for advertisements is put together: trafilatura reads the first part only."""
    if len(bodies) < 2:
        return
    first = bodies[0]
    article = next(first.iterancestors("article"), None)
    for body in bodies[1:]:
        same = body.tag == first.tag and body.get("class") == first.get("class")
        if same and next(body.iterancestors("article"), None) is article and body.find(".//h1") is None:
            first.extend(list(body))
            drop(body)


def _open_bodies(bodies: list[Element]) -> None:
    """What says that it is the text is no banner or widget, whatever its other names and those around it say."""
    sizes = [_paragraph_letters(body) for body in bodies]
    for body in bodies[:1] if sizes and 2 * sizes[0] > sum(sizes) else ():
        for element in (body, *body.iterancestors()):
            if element.tag not in ("html", "body"):
                _unname(element)
        body.set("class", "article-body")


def _unname(element: Element) -> None:
    for name in ("class", "id", "style", "role", "aria-hidden"):
        element.attrib.pop(name, None)


def _names(element: Element) -> str:
    return f"{element.get('class', '')} {element.get('id', '')}"


def _is_longer(element: Element, limit: int) -> bool:
    """Whether an element holds more text than `limit` letters; it is read no further."""
    for text in element.itertext():
        limit -= len(text.strip())
        if limit < 0:
            return True
    return False


def _letters(element: Element) -> int:
    return sum(len(text.strip()) for text in element.itertext() if text)


def _paragraph_letters(element: Element) -> int:
    return sum(_letters(paragraph) for paragraph in element.iter("p", "br"))
