"""JSON-LD of a page (https://www.w3.org/TR/json-ld11/), as far as publishers use it: objects in arrays and graphs,
nested, referring to each other by `@id`; broken JSON is mended where it can be, and salvaged where it can't."""

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from ingest.page_select import Element
from ingest.text import words

Node = dict[str, Any]

# schema.org's Article and what is derived from it, as far as it is something to read.
ARTICLES = words(
    """article newsarticle analysisnewsarticle askpublicnewsarticle backgroundnewsarticle opinionnewsarticle
    reportagenewsarticle reviewnewsarticle blogposting liveblogposting socialmediaposting advertisercontentarticle
    satiricalarticle scholarlyarticle medicalscholarlyarticle techarticle report review claimreview criticreview
    """
)
_MAX_SCRIPT = 2_000_000
_MAX_SCRIPTS = 60
_MAX_NODES = 5_000
_MAX_DEPTH = 24
_OPENING = re.compile(r"(?://\s{0,9})?(?:<!--|<!\[CDATA\[|/\*\s{0,9}<!\[CDATA\[\s{0,9}\*/)")
_CLOSING = re.compile(r"(?://\s{0,9})?(?:-->|\]\]>|/\*\s{0,9}\]\]>\s{0,9}\*/)$")
_STRING = r'"(?:[^"\\]|\\.)*+"'
_MENDED = re.compile(
    rf"({_STRING})|//[^\n]*|/\*.{0, 2000}?\*/|,(?=\s*[}}\]])|(?<=:)(\s*)(?=[,}}])|[\x00-\x1f]", re.DOTALL
)
_MEMBER = re.compile(
    r'"(headline|datePublished|dateModified|dateCreated|articleSection|description|url|isAccessibleForFree|@type|inLanguage)"'
    rf"\s*:\s*({_STRING}|true|false)"
)
_NAMED = re.compile(rf'"(author|publisher|creator)"\s*:\s*\[?\s*\{{[^{{}}]{{0,300}}?"name"\s*:\s*({_STRING})')


def nodes(tree: Element) -> list[Node]:
    """All objects of all scripts, in their order, outer ones before those inside them; references are followed."""
    found: list[Node] = []
    scripts = (script for script in tree.iter("script") if "ld+json" in (script.get("type") or "").lower())
    for _, script in zip(range(_MAX_SCRIPTS), scripts, strict=False):
        for value in values(script.text or ""):
            found.extend(_objects(value, _MAX_NODES - len(found)))
    known: dict[str, Node] = {}
    for node in found:
        if isinstance(node.get("@id"), str) and len(node) > len(known.get(node["@id"], {})):
            known[node["@id"]] = node
    return [_resolved(node, known) for node in found if len(node) > 1]


def types(node: Node) -> set[str]:
    """The node's types in lower case, without their vocabulary's address."""
    given = node.get("@type")
    return {
        one.rsplit("/", 1)[-1].rsplit(":", 1)[-1].lower()
        for one in (given if isinstance(given, list) else [given])
        if isinstance(one, str)
    }


def is_article(node: Node) -> bool:
    return bool(types(node) & ARTICLES)


def values(text: str) -> list[Any]:
    """What a script says: one JSON value, or several after each other, or what can be saved of a broken one."""
    if len(text) > _MAX_SCRIPT:
        return []
    text = text.strip()
    if opening := _OPENING.match(text):
        text = text[opening.end() :]
    if closing := _CLOSING.search(text, max(0, len(text) - 40)):
        text = text[: closing.start()]
    text = text.strip().rstrip(";")
    found = _read(text)
    if found is None:
        found = _read(_MENDED.sub(_mend, text))
    if found is None and "&quot;" in text:
        found = _read(html.unescape(text))
    return _salvaged(text) if found is None else found


def _mend(match: re.Match[str]) -> str:
    """Strings stay, but for line ends in them; comments and commas before a bracket go; nothing becomes null."""
    if match[1] is not None:
        return re.sub(r"[\x00-\x1f]+", " ", match[1])
    return "null" if match[2] is not None else " "


def _read(text: str) -> list[Any] | None:
    decoder = json.JSONDecoder(strict=False)
    found: list[Any] = []
    at = 0
    while at < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            # Something after a whole value ('}; window.x = …', a second brace) is no reason to lose the value.
            return found or None
        found.append(value)
        while at < len(text) and text[at] in " \t\r\n,;":
            at += 1
    return found


def _salvaged(text: str) -> list[Any]:
    """The simple members of an article that stands in text which is no JSON, each as it comes first."""
    if "Article" not in text and "Posting" not in text:
        return []
    node: Node = {}
    for name, value in _MEMBER.findall(text):
        node.setdefault(name, json.loads(re.sub(r"[\x00-\x1f]", " ", value)) if _is_json(value) else value.strip('"'))
    for name, value in _NAMED.findall(text):
        if _is_json(value):
            node.setdefault(name, {"@type": "Thing", "name": json.loads(re.sub(r"[\x00-\x1f]", " ", value))})
    # The first type may be that of something inside.
    kinds = [kind for kind in re.findall(r'"@type"\s*:\s*"(\w+)"', text) if kind.lower() in ARTICLES]
    return [{**node, "@type": kinds[0]}] if kinds else []


def _is_json(value: str) -> bool:
    try:
        json.loads(re.sub(r"[\x00-\x1f]", " ", value))
    except ValueError:
        return False
    return True


def _objects(value: Any, room: int, depth: int = 0) -> Iterator[Node]:
    """The objects in a value, breadth within each bounded."""
    if depth > _MAX_DEPTH or room <= 0:
        return
    inner = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []
    if isinstance(value, dict):
        yield value
        room -= 1
    for one in inner:
        if isinstance(one, dict | list):
            for node in _objects(one, room, depth + 1):
                yield node
                room -= 1
                if room <= 0:
                    return


def _resolved(node: Node, known: dict[str, Node]) -> Node:
    """The node with references (`{"@id": …}` alone) replaced by what they refer to, one step deep."""

    def follow(value: Any) -> Any:
        if isinstance(value, dict) and len(value) <= 2 and isinstance(value.get("@id"), str):
            return known.get(value["@id"], value)
        return value

    return {
        name: [follow(one) for one in value] if isinstance(value, list) else follow(value)
        for name, value in node.items()
    }
