"""IPTC's Media Topics as https://cv.iptc.org/newscodes/mediatopic/ gives them out (CC BY 4.0), read.

Three of its forms: JSON (`?format=json&lang=x-all`: `conceptSet`, each concept with `uri`, `qcode`, `prefLabel` by
language, `broader`, `retired`), RDF/XML (SKOS, `rdf:about` and `skos:prefLabel` with `xml:lang`) and the Knowledge Item
of NewsML-G2 (`conceptId/@qcode`, `name`, `broader/@qcode`). A file with one language is one as well.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import lxml.etree
import orjson

from ingest.text import one_line

MAX_BYTES = 64 * 1024 * 1024
MAX_TOPICS = 20_000
_MAX_NAME = 200
_CODE = re.compile(r"(?:^|medtop:|mediatopic/)(\d{8})/?$")
_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$")
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# How deep a tree may be that is none: IPTC's has six levels.
_DEEPEST = 20


class UnreadableTopics(Exception):
    """The file is none of IPTC's forms; the message says why."""


@dataclass(frozen=True, slots=True)
class MediaTopic:
    """A subject. `code`: as a QCode (medtop:20000065); `names`: by language tag in lower case; `broader`: the code of
    the one above it; `retired`: IPTC has given it up."""

    code: str
    names: Mapping[str, str]
    broader: str | None
    retired: bool

    @property
    def name(self) -> str:
        """The English name, else the first there is."""
        english = (self.names[tag] for tag in ("en-gb", "en", "en-us") if tag in self.names)
        return next(english, next(iter(self.names.values())))


def read(data: bytes) -> list[MediaTopic]:
    """The topics of a file, each after the one above it, by code. Raises UnreadableTopics."""
    if len(data) > MAX_BYTES:
        raise UnreadableTopics(f"The file is larger than {MAX_BYTES // (1024 * 1024)} MiB.")
    head = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    found = list(_json(data) if head in (b"{", b"[") else _xml(data))
    if not found:
        raise UnreadableTopics("The file holds no Media Topic: JSON, RDF/XML or a NewsML-G2 Knowledge Item is read.")
    if len(found) > MAX_TOPICS:
        raise UnreadableTopics(f"The file holds more than {MAX_TOPICS:,} topics.")
    return _ordered(found)


def _ordered(found: Iterable[MediaTopic]) -> list[MediaTopic]:
    topics = {topic.code: topic for topic in found}
    depths: dict[str, int] = {}
    for code in topics:
        depth, above = 0, topics[code].broader
        while above is not None:
            depth += 1
            if depth > _DEEPEST:
                raise UnreadableTopics(f"{code} has no end of broader topics.")
            above = topics[above].broader if above in topics else None
        depths[code] = depth
    return sorted(topics.values(), key=lambda topic: (depths[topic.code], topic.code))


def _made(
    identities: Iterable[str], names: Mapping[str, str], broader: Iterable[str], retired: bool
) -> MediaTopic | None:
    code = _first_code(identities)
    clean = {
        tag.lower(): one_line(name)[:_MAX_NAME] for tag, name in names.items() if _TAG.fullmatch(tag) and one_line(name)
    }
    if code is None or not clean:
        return None
    above = _first_code(broader)
    return MediaTopic(code, clean, None if above == code else above, retired)


def _first_code(identities: Iterable[str]) -> str | None:
    return next((f"medtop:{match[1]}" for text in identities if (match := _CODE.search(text.strip()))), None)


def _json(data: bytes) -> Iterable[MediaTopic]:
    try:
        document = orjson.loads(data.lstrip(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise UnreadableTopics(f"The file is no JSON: {error}.") from None
    concepts = document if isinstance(document, list) else document.get("conceptSet") or document.get("@graph") or []
    for concept in concepts if isinstance(concepts, list) else []:
        if not isinstance(concept, dict):
            continue
        names = _property(concept, "prefLabel")
        topic = _made(
            _texts(concept.get("qcode"), concept.get("uri"), concept.get("@id")),
            _labels(names),
            _texts(_property(concept, "broader")),
            retired=bool(concept.get("retired") or concept.get("ikos:retired")),
        )
        if topic is not None:
            yield topic


def _property(concept: Mapping[str, Any], name: str) -> Any:
    full = f"http://www.w3.org/2004/02/skos/core#{name}"
    return next((concept[key] for key in (name, f"skos:{name}", full) if key in concept), None)


def _labels(value: Any) -> dict[str, str]:
    """Names by language: a language map, or JSON-LD's list of values with their languages."""
    if isinstance(value, dict) and "@value" not in value:
        return {tag: name for tag, name in value.items() if isinstance(name, str)}
    values = value if isinstance(value, list) else [value]
    return {
        each["@language"]: each["@value"]
        for each in values
        if isinstance(each, dict) and isinstance(each.get("@language"), str) and isinstance(each.get("@value"), str)
    }


def _texts(*values: Any) -> list[str]:
    found: list[str] = []
    for value in values:
        for each in value if isinstance(value, list) else [value]:
            text = each.get("@id") or each.get("uri") if isinstance(each, dict) else each
            if isinstance(text, str):
                found.append(text)
    return found


def _xml(data: bytes) -> Iterable[MediaTopic]:
    parser = lxml.etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        tree = lxml.etree.fromstring(data, parser)
    except (lxml.etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableTopics(f"The file is no XML: {error}.") from None
    for element in tree.iter(lxml.etree.Element):
        name = _local(element)
        if name in ("Concept", "Description"):
            identities = [value for key, value in element.attrib.items() if _plain(key) == "about"]
        elif name == "concept":
            identities = [child.get("qcode", "") for child in element if _local(child) == "conceptId"]
        else:
            continue
        labels: dict[str, str] = {}
        broader: list[str] = []
        retired = "retired" in element.attrib
        for child in element:
            kind = _local(child)
            if kind in ("prefLabel", "name"):
                labels.setdefault(child.get(_XML_LANG) or "en", "".join(child.itertext()))
            elif kind == "broader":
                broader += [value for key, value in child.attrib.items() if _plain(key) in ("resource", "qcode")]
            elif kind == "retired" or (kind == "conceptId" and child.get("retired")):
                retired = True
        topic = _made(identities, labels, broader, retired)
        if topic is not None:
            yield topic


def _local(element: Any) -> str:
    return _plain(element.tag) if isinstance(element.tag, str) else ""


def _plain(name: Any) -> str:
    return str(name).rpartition("}")[2]
