"""The 17 top-level subjects of IPTC Media Topics (https://cv.iptc.org/newscodes/mediatopic/, CC BY 4.0), and which
of a publisher's categories mean one of them.

The truth about them stands in `topics.toml` beside this file; migrations put it into the database, and a test holds the
two together.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from ingest.search_text import fold


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject. `names`: by language; `synonyms`: publishers' categories that mean it."""

    number: int
    code: str
    slug: str
    names: dict[str, str]
    synonyms: list[str]

    @property
    def name(self) -> str:
        """The English name."""
        return self.names["en"]

    @property
    def id(self) -> UUID:
        """The same in every database: a UUIDv7 of 2026-01-01 with the topic's number."""
        return UUID(f"019b7600-0000-7000-8000-{self.number:012x}")


def _read() -> tuple[Topic, ...]:
    data = tomllib.loads((Path(__file__).parent / "topics.toml").read_text(encoding="utf-8"))
    return tuple(Topic(**each) for each in data["topics"])


TOPICS = _read()

_SEPARATORS = re.compile(r"[\s_]+")
_PATH = re.compile(r"\s*(?:[/|>:›»]|\s[-–—]\s)\s*")
_FULL_CODE = re.compile(r"(?:^|medtop:|mediatopic/)(\d{8})/?$")
_MEDTOP = re.compile(r"(?:medtop:|mediatopic/|subj:|iptc:)?(\d{2})\d{6}$")


def _key(text: str) -> str:
    return _SEPARATORS.sub(" ", fold(text).replace("&amp;", "and").replace("&", " and ")).strip(" .#/>-")


_BY_NAME: dict[str, Topic] = {}
for _topic in TOPICS:
    for _name in (*_topic.synonyms, _topic.slug, *_topic.names.values()):
        _BY_NAME.setdefault(_key(_name), _topic)
_BY_CODE = {topic.code.removeprefix("medtop:")[:2]: topic for topic in TOPICS}
# IPTC's Subject Codes of before 2010 have the same numbers at the top.


def key_of(category: str) -> str:
    """A category as it is compared: folded, separators and marks around it gone."""
    return _key(category)


def topic_of(category: str) -> Topic | None:
    """The topic that a publisher's category means: by IPTC code, by name, or by the most general part of a path
    ('News/Sport/Tennis')."""
    if match := _MEDTOP.search(category.strip()):
        return _BY_CODE.get(match[1])
    if found := _BY_NAME.get(_key(category)):
        return found
    for part in re.split(r"\s*(?:[/>|:›»]|\s[-–—]\s)\s*", category):
        if found := _BY_NAME.get(_key(part)):
            return found
    return None


def code_of(category: str) -> str | None:
    """The Media Topic that a category names by its code ('medtop:20001085', an address of IPTC's)."""
    match = _FULL_CODE.search(category.strip())
    return f"medtop:{match[1]}" if match else None


def keys_of(category: str) -> tuple[str, ...]:
    """A category as it is looked up, folded: as a whole, then the parts of a path, the most exact first
    ('News/Sport/Tennis' -> 'news/sport/tennis', 'tennis', 'sport', 'news')."""
    parts = [_key(part) for part in reversed(_PATH.split(category))]
    return tuple(dict.fromkeys(key for key in (_key(category), *parts) if key))


def topics_of(categories: Iterable[str]) -> tuple[Topic, ...]:
    """The topics of a publisher's categories, each once, in their order."""
    return tuple({topic.slug: topic for category in categories if (topic := topic_of(category))}.values())
