"""Values for arguments: most of them of something that is there, some of what is hidden, was once, never was, or
makes no sense."""

import json
import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from random import Random
from typing import Any

from schema.caller import Caller
from tests.schema.equivalence.edition import WORDS
from tests.schema.equivalence.reference.ids import id_of
from tests.schema.equivalence.reference.pages import LISTS, ORDERS
from tests.schema.equivalence.reference.text import rfc3339
from tests.schema.equivalence.rows import Rows


class NotGenerated(Exception):
    """An argument or a field of an input that the generator has no values for: name it in `values.py`."""


_CURSOR = re.compile(r"[a-z]{2}-?[0-9a-f]*_[0-9a-f-]{36}(_[0-9a-f-]{36})?")
_UUID = "00000000-0000-7000-8000-0004000000ff"
_NO_IDS = ("", "x", "a_", "a_1", f"A_{_UUID}", _UUID, f"z_{_UUID}", f"a_{_UUID.upper()}", f"a_{_UUID} ", "a_\0", "港")
_NO_CURSORS = (
    *("", "x", "an", "an_", f"an_{_UUID}", f"an-_{_UUID}", f"an1.5_{_UUID}", f"an1_{_UUID}\n", f"an1_{_UUID}_{_UUID}"),
    *(f"am{2**31}_{_UUID}", f"am-1_{_UUID}", f"an{'9' * 30}_{_UUID}", f"on6_{_UUID}", f"onff_{_UUID}", f"on00_{_UUID}"),
    *(f"on_{_UUID}", f"ct_{_UUID}", f"ct0_{_UUID}", f"sr1_{_UUID}", f"sr{2**31}_{_UUID}_{_UUID}", f"om0_{_UUID}"),
    *(f"an-62135596800000000_{_UUID}", f"an253402300799999999_{_UUID}", f"tnf09f9a92_{_UUID}", "an1_" + "-" * 36),
)
_BAD_QUERIES = (
    *("", " ", "-ferry", "NOT ferry", '"open', "(open", "close)", "ferry OR", "OR ferry", "()", "!!!", "- ferry"),
    *(
        "headline:",
        "author: ann",
        "NOT",
        "a -",
        "((((((((((deep))))))))))",
        "x" * 501,
        "a " * 31,
        "-(a OR b)",
        "a OR -b",
    ),
)


class Values:
    """Values by the place where they are given: `Type.field(argument)`, or `Input.field`. Cursors are those of
    answers that were met."""

    def __init__(self, rows: Rows, caller: Caller, seed: int) -> None:
        self.dice = Random(seed)
        self.caller = caller
        self.cursors: dict[str, deque[str]] = defaultdict(lambda: deque(maxlen=60))
        ids = defaultdict(list)
        for row in rows.with_ids():
            ids[row.type].append(id_of(row))
        self.ids = dict(ids)
        keys = [row["value"] for row in rows["article_keys"] if row["kind"] == "url"]
        self.urls = keys + [f"{url}?utm_source=feed" for url in keys[::7] if "?" not in url]
        self.slugs = {
            noun: [row["slug"] for row in rows["slugs"] if row["noun"] == noun]
            for noun in ("source", "topic", "author")
        }
        self.codes = [row["code"] for row in rows["topics"] if row["code"]]
        columns = ("published_at", "changed_at")
        self.times = sorted({row[column] for column in columns for row in rows["articles"]})
        self.words = sorted({word for words in WORDS.values() for text in words for word in text.split()})
        self._known = self._by_place()

    def of(self, place: str, *, code: str = "") -> Any:
        """A value for one place. code: how cursors of the right order begin.

        Raises:
            NotGenerated: the place is not known.
        """
        argument = re.search(r"\((\w+)\)$", place)
        if argument is not None and argument[1] in ("first", "last"):
            return self._size()
        if argument is not None and argument[1] in ("after", "before"):
            return self._cursor(code)
        if place not in self._known:
            raise NotGenerated(place)
        return self._known[place]()

    def meet(self, answer: bytes) -> None:
        """Remember some cursors of an answer."""
        if b'ursor"' not in answer:
            return
        found = list(_cursors(json.loads(answer)))
        for cursor in self.dice.sample(found, min(3, len(found))):
            self.cursors[cursor[:2]].append(cursor)

    def _by_place(self) -> Mapping[str, Callable[[], Any]]:
        dice = self.dice

        def slug(noun: str) -> Callable[[], str]:
            return lambda: self._mostly(self.slugs[noun], ("", "nothing", "\0", "Küsten-Bote", "source-1 "))

        def id_(type_: str) -> Callable[[], str]:
            return lambda: self._id(type_)

        def language() -> str:
            return dice.choice(
                ("en", "en-GB", "EN_gb", "de", "ja", "ja-JP", "fr", "und", "English", "zh-Hant-TW", "", "x\0")
            )

        def flag() -> bool:
            return dice.random() < 0.5

        known: dict[str, Callable[[], Any]] = {
            "Query.node(id)": id_(""),
            "Query.nodes(ids)": id_(""),
            "Query.comment(id)": id_("Comment"),
            "Query.search(query)": self._query,
            "Topic.name(language)": lambda: dice.choice(
                ("de", "DE", "de-AT", "zh-Hant", "zh-hant-TW", "pt-BR", "", "\0")
            ),
            "ArticleBy.url": lambda: self._mostly(
                self.urls, ("https://nothing.example/", "http://港.example/x?utm_a=1")
            ),
            "TopicBy.code": lambda: self._mostly(self.codes, ("", "0", "\0")),
            "ArticleFilter.languages": language,
            "ArticleFilter.hasImage": flag,
            "ArticleFilter.matching": self._query,
            "SourceFilter.languages": language,
            "SourceFilter.countries": lambda: dice.choice(("GB", "gb", "JP", "de", "XX", "", "\0")),
            "@include(if)": flag,
            "@skip(if)": flag,
        }
        for noun in ("Source", "Topic", "Author"):
            known[f"{noun}By.slug"] = slug(noun.lower())
            known[f"{noun}By.id"] = id_(noun)
            known[f"ArticleFilter.{noun.lower()}s"] = slug(noun.lower())
        known["ArticleBy.id"] = id_("Article")
        known["TopicFilter.broader"] = slug("topic")
        for name in ("publishedFrom", "publishedTo", "changedFrom", "changedTo"):
            known[f"ArticleFilter.{name}"] = self._time
        for name in ("SourceFilter.nameContains", "TopicFilter.nameContains"):
            known[name] = lambda: dice.choice(("h", "HARBOUR", "port", "港", "Ä", "ä", "o", "", "%", "\0", "s 1", "Æ"))
        return known

    def _mostly(self, known: list[str], others: tuple[str, ...]) -> str:
        return self.dice.choice(known) if self.dice.random() < 0.88 else self.dice.choice(others)

    def _id(self, type_: str) -> str:
        if self.dice.random() < 0.03:
            return self.dice.choice(_NO_IDS)
        if not type_ or self.dice.random() < 0.04:
            type_ = self.dice.choice(sorted(self.ids))
        return self.dice.choice(self.ids[type_])

    def _size(self) -> int:
        dice = self.dice
        if dice.random() < 0.015:
            return dice.choice((0, -1, 101, 2**31 - 1, -(2**31)))
        return dice.choice((1, 1, 2, 2, 3, 4, 5, 7, 10, 20, 25, 50, 100))

    def _cursor(self, code: str) -> str:
        dice = self.dice
        chance = dice.random()
        if chance < 0.03:
            return dice.choice(_NO_CURSORS)
        if not self.cursors[code] or chance < 0.05:
            code = dice.choice([known for known in sorted(self.cursors) if self.cursors[known]] or [""])
        if not self.cursors[code]:
            return dice.choice(_NO_CURSORS)
        cursor = dice.choice(self.cursors[code])
        if chance > 0.97:  # one sign is another, or gone
            at = dice.randrange(len(cursor))
            return cursor[:at] + dice.choice(("", "0", "f", "-", "_", "x", "\0")) + cursor[at + 1 :]
        return cursor

    def _time(self) -> str:
        dice = self.dice
        time = dice.choice(self.times) + timedelta(microseconds=dice.choice((0, 0, 0, 1, -1, 3_600_000_000)))
        text = str(rfc3339(time))
        if dice.random() < 0.2:
            return str(rfc3339(time + timedelta(hours=9))).replace("+00:00", "+09:00")
        return text.replace("+00:00", "Z") if dice.random() < 0.3 else text

    # -- search queries

    def _query(self) -> str:
        if self.dice.random() < 0.03:
            return self.dice.choice(_BAD_QUERIES)
        return self._either(0)

    def _either(self, depth: int) -> str:
        parts = [self._all(depth) for _ in range(self.dice.choice((1, 1, 1, 2, 3)))]
        return self.dice.choice((" OR ", " | ")).join(parts)

    def _all(self, depth: int) -> str:
        parts = [self._term(depth) for _ in range(self.dice.choice((1, 1, 1, 2, 2, 3)))]
        if self.dice.random() < 0.2:
            parts.append(self.dice.choice(("-", "NOT ", "--")) + self._term(depth))
        return " ".join(parts)

    def _term(self, depth: int) -> str:
        dice = self.dice
        word = dice.choice(self.words).strip("\"'<>()|-") or "port"
        match dice.randrange(14):
            case 0:
                return f'"{word} {dice.choice(self.words).strip(chr(34))}"'
            case 1:
                return f"{word[: dice.randint(1, 4)]}*"
            case 2:
                return f"headline:{word}"
            case 3:
                return dice.choice(('author:"ann lee"', "author:kim", "AUTHOR:Zoë", "author:o*"))
            case 4:
                return f"source:{dice.choice(self.slugs['source'])}"
            case 5:
                return f"topic:{dice.choice(self.slugs['topic'])}"
            case 6:
                return f"lang:{dice.choice(('en', 'ja', 'de-AT', 'EN-gb', 'xx'))}"
            case 7:
                return dice.choice(
                    ("港", "東京", "ライキ", "항", "STRASSE", "cafe", "grösste", "office", "!!!", "10:30", "a:b", "um")
                )
            case 8 | 9 if depth < 2:
                return f"({self._either(depth + 1)})"
        return word


def _cursors(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _cursors(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _cursors(inner)
    elif isinstance(value, str) and _CURSOR.fullmatch(value):
        yield value


def code_of(field: str, order: str | None, dice: Random) -> str:
    """How cursors of a connection begin; order: None where it is not known."""
    orders = ORDERS[LISTS[field]]
    return orders[order if order is not None and order in orders else dice.choice(sorted(orders))].code
