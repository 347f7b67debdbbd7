"""The query language of search, read and applied in Python: written from the table in docs/graphql.md.

How words are cut and folded is `ingest/search_text.py`'s, which wrote what is searched; what a query means is not."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ingest.language import normalised
from ingest.search_text import is_bigram, phrase, quoted, tokens
from tests.schema.equivalence.reference.refusal import Refusal
from tests.schema.equivalence.reference.view import View
from tests.schema.equivalence.rows import Row

_MOST_CHARACTERS, _MOST_TERMS, _DEEPEST = 500, 30, 8
_IN_TEXT = {"headline": "A", "author": "C"}
_OTHER = ("source", "topic", "lang")
_FIELD = re.compile(r"([A-Za-z]+):(?=[^\s)(|])")
_WORD = re.compile(r'[^\s()"|]+')


@dataclass(frozen=True)
class Text:
    """Words side by side. weight: the part of an article they stand in, any if empty; prefix: the last one goes on;
    shown: as they were asked for."""

    words: tuple[str, ...]
    weight: str
    prefix: bool
    shown: str
    star: bool


@dataclass(frozen=True)
class Field:
    name: str
    value: str


@dataclass(frozen=True)
class Group:
    """kind: and, or, not."""

    kind: str
    of: "tuple[Tree, ...]"


Tree = Text | Field | Group


def _bad() -> Refusal:
    return Refusal("BAD_QUERY")


def _tokens(text: str) -> Iterator[str | tuple[str, str, bool]]:
    """Signs as they are; of a term its field, its text, and whether it stood in quotation marks."""
    at = 0
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        if at == len(text):
            return
        char, following = text[at], text[at + 1 : at + 2]
        if char in "()":
            yield char
            at += 1
        elif char == "|":
            yield "OR"
            at += 1
        elif char == "-" and following and not following.isspace() and following != ")":
            yield "NOT"
            at += 1
        elif re.match(r"NOT[\s(]", text[at:]):
            yield "NOT"
            at += 3
        elif re.match(r"OR[\s(]", text[at:]):
            yield "OR"
            at += 2
        else:
            field = _FIELD.match(text, at)
            begin = field.end() if field else at
            if text[begin] == '"':
                end = text.find('"', begin + 1)
                if end < 0:
                    raise _bad()
                yield field[1] if field else "", text[begin + 1 : end], True
                at = end + 1
            else:
                word = _WORD.match(text, begin)
                if word is None:
                    raise _bad()
                yield field[1] if field else "", word[0], False
                at = word.end()


@lru_cache(maxsize=4096)
def read(text: str) -> Tree:
    """What a query asks for.

    Raises:
        Refusal: it can't be read.
    """
    if len(text) > _MOST_CHARACTERS:
        raise _bad()
    left = list(_tokens(text))
    if sum(not isinstance(token, str) for token in left) > _MOST_TERMS:
        raise _bad()
    tree = _either(left, 0)
    if left or tree is None or not _wants(tree):
        raise _bad()
    return tree


Tokens = list[str | tuple[str, str, bool]]


def _grouped(kind: str, found: list[Tree | None]) -> Tree | None:
    of = tuple(tree for tree in found if tree is not None)
    return Group(kind, of) if len(of) > 1 else of[0] if of else None


def _either(left: Tokens, depth: int) -> Tree | None:
    if depth > _DEEPEST:
        raise _bad()
    found = [_all(left, depth)]
    while left and left[0] == "OR":
        left.pop(0)
        found.append(_all(left, depth))
    return _grouped("or", found)


def _all(left: Tokens, depth: int) -> Tree | None:
    found: list[Tree | None] = []
    while left and left[0] not in (")", "OR"):
        excluded = False
        while left and left[0] == "NOT":
            left.pop(0)
            excluded = not excluded
        if not left or left[0] in (")", "OR"):
            raise _bad()
        one = _one(left, depth)
        found.append(Group("not", (one,)) if excluded and one is not None else one)
    if not found:
        raise _bad()
    return _grouped("and", found)


def _one(left: Tokens, depth: int) -> Tree | None:
    token = left.pop(0)
    if isinstance(token, tuple):
        return _term(*token)
    inner = _either(left, depth + 1)
    if not left or left.pop(0) != ")":
        raise _bad()
    return inner


def _term(field: str, text: str, quotes: bool) -> Tree | None:
    name = field.lower()
    if not field and not quotes and text.endswith(":") and text[:-1].lower() in (*_IN_TEXT, *_OTHER):
        raise _bad()
    if name in _OTHER:
        return Field(name, text)
    if field and name not in _IN_TEXT:
        text = f"{field}:{text}"
    words = tuple(phrase(text))
    if not words:
        return None
    star = not quotes and text.endswith("*")
    # One sign of a script without spaces is the beginning of what was cut into pairs.
    prefix = star or (len(words[-1]) == 1 and is_bigram(words[-1]))
    return Text(words, _IN_TEXT.get(name, ""), prefix, text, star)


def _wants(tree: Tree) -> bool:
    """Whether something is asked for, and not only excluded."""
    if not isinstance(tree, Group):
        return True
    if tree.kind == "not":
        return not _wants(tree.of[0])
    return (any if tree.kind == "and" else all)(_wants(part) for part in tree.of)


# -- what matches


def matches(view: View, article: Row, tree: Tree) -> bool:
    match tree:
        case Text():
            return _stands(tree, article)
        case Field("source", slug):
            return bool(article["source_id"] == view.by_slug("sources", slug))
        case Field("topic", slug):
            return view.by_slug("topics", slug) in view.topics(article)
        case Field(_, tag):
            return speaks(article["language"], [tag])
        case Group("and", of):
            return all(matches(view, article, part) for part in of)
        case Group("or", of):
            return any(matches(view, article, part) for part in of)
        case Group(_, of):
            return not matches(view, article, of[0])
    raise TypeError(tree)


def speaks(language: str | None, tags: list[str]) -> bool:
    """Whether a language is one of those asked for, or a narrower one: en-GB is en."""
    if language is None:
        return False
    asked = [normalised(tag) or tag for tag in tags]
    return any(language == tag or language.startswith(f"{tag}-") for tag in asked)


def _stands(text: Text, article: Row) -> bool:
    size = len(text.words)
    for weight, found in _sections(article).items():
        if text.weight not in ("", weight):
            continue
        for at in range(len(found) - size + 1):
            *whole, last = found[at : at + size]
            if tuple(whole) == text.words[:-1] and (
                last.startswith(text.words[-1]) if text.prefix else last == text.words[-1]
            ):
                return True
    return False


def _sections(article: Row) -> Mapping[str, list[str]]:
    """The words of an article's parts, cut once for each row."""
    known: Mapping[str, list[str]] | None = article.get("sections")
    if known is None:
        parts = [article["body_text"], article["page_text"]]
        body = "\n\n".join(part for part in parts if part)
        texts = {"A": article["headline"], "B": article["lead"], "C": article["byline"], "D": body}
        known = article["sections"] = {weight: tokens(text or "") for weight, text in texts.items()}
    return known


# -- what a hit shows


def wanted(tree: Tree) -> Tree | None:
    """The text that a hit may hold: nothing of what is excluded, and no fields that are no text."""
    if isinstance(tree, Group) and tree.kind != "not":
        return _grouped(tree.kind, [wanted(part) for part in tree.of])
    return tree if isinstance(tree, Text) else None


def texts(tree: Tree | None) -> list[Text]:
    if isinstance(tree, Group):
        return [text for part in tree.of for text in texts(part)]
    return [tree] if isinstance(tree, Text) else []


def ranked_by(tree: Tree | None) -> str:
    """The wanted text as Postgres' rank function takes it; empty where there is none."""
    match tree:
        case None:
            return ""
        case Text(words, weight, prefix):
            last = len(words) - 1
            marks = [("*" if prefix and i == last else "") + weight for i in range(len(words))]
            pieces = [quoted(word) + (f":{mark}" if mark else "") for word, mark in zip(words, marks, strict=True)]
            return "(" + " <-> ".join(pieces) + ")"
        case Group(kind, of):
            return "(" + (" & " if kind == "and" else " | ").join(map(ranked_by, of)) + ")"
    raise TypeError(tree)
