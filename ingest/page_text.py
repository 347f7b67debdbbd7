"""Small things that every reader of a page needs: the text of an element, the texts of a JSON-LD value, and what two
printings of one title have in common."""

from collections.abc import Iterator
from typing import Any

from ingest.page_select import Element
from ingest.text import one_line

MAX_VALUES = 50
MAX_TEXT = 20_000


def follow(node: Any, path: str) -> Any:
    """The members at a path; of several objects the members of each."""
    for name in path.split("."):
        if isinstance(node, list):
            node = [one.get(name) for one in node if isinstance(one, dict)]
        else:
            node = node.get(name) if isinstance(node, dict) else None
    return node


NAME_FIRST = ("name", "headline", "@value", "contentUrl", "url", "@id", "item")
ADDRESS_FIRST = ("url", "contentUrl", "@id")


def strings(value: Any, members: tuple[str, ...] = NAME_FIRST) -> list[str]:
    """The texts of a JSON-LD value: of an object the first of these members that it has."""
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, str | int | float):
        return [str(value)] if str(value).strip() else []
    if isinstance(value, dict):
        for name in members:
            if found := strings(value.get(name), members):
                return found
        return []
    if isinstance(value, list):
        return [text for one in value[:MAX_VALUES] for text in strings(one, members)]
    return []


def letters(text: str) -> str:
    """What two printings of one title have in common: letters and digits, in lower case."""
    return "".join(char for char in text.casefold() if char.isalnum())


def text_of(element: Element, limit: int = MAX_TEXT) -> str:
    """An element's text as one line, as far as `limit` characters: no page is read again and again for its outer
    elements."""
    parts: list[str] = []
    for part in element.itertext():
        parts.append(part)
        limit -= len(part)
        if limit < 0:
            break
    return one_line("".join(parts))


def spaced_text_of(element: Element, limit: int = 400) -> str:
    """The same with a space between any two pieces: names and notices stand in elements that touch each other."""
    parts: list[str] = []
    for part in pieces(element):
        parts.append(part)
        limit -= len(part)
        if limit < 0:
            break
    return one_line(" ".join(parts))


def pieces(element: Element) -> Iterator[str]:
    """The texts in an element, without scripts."""
    for one in element.iter():
        if one.text and isinstance(one.tag, str) and one.tag not in ("script", "style") and one.text.strip():
            yield one.text
        if one is not element and one.tail and one.tail.strip():
            yield one.tail
