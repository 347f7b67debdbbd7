"""The query language of search, filters and everything that follows: text → tree.

    harbour strike          both words
    "harbour strike"        the phrase
    harbour OR port         either; OR binds weaker than standing side by side
    -strike                 without (also NOT strike)
    (port OR harbour) -oil  groups
    harb*                   words that begin so
    headline:strike  author:"ann lee"  source:harbour-times  topic:sport  lang:ja

The text parts of a tree that touch become one text query of Postgres, each a leaf; the tree's shape is then only what
changes a statement's text, and the leaves are bound. An index holds the words of articles without their places. It
answers words, AND and OR by itself; for a phrase, a field or an exclusion it narrows down what is then looked at.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from ingest.search_text import is_bigram, pattern, phrase, quoted
from schema.errors import BadQuery

MAX_CHARACTERS = 500
MAX_TERMS = 30
MAX_DEPTH = 8

# A pattern that matches nowhere: a letter before the beginning.
NOTHING = r"x\A"

# Where a text field looks: the weights of `ingest.search_text.tsvector`.
_WEIGHTS = {"headline": "A", "author": "C"}
_TESTS = {"source": "sources", "topic": "topics", "lang": "languages"}
_FIELDS = _WEIGHTS.keys() | _TESTS.keys()

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<open>\() | (?P<close>\))
      | (?P<not>-(?=[^\s)]) | NOT(?=[\s(]))
      | (?P<or>OR(?=[\s(]) | \|)
      | (?P<term>(?:(?P<field>[a-zA-Z]+):(?=[^\s)]))? (?: "(?P<phrase>[^"]*)" | (?P<word>[^\s()"|]+) ))
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Words:
    """A word or phrase to be found, as Postgres' tsquery literal; `pattern` finds it again in the article's own text.
    lexemes: its words as they are found in an index, each with a tilde before it. weight: that of a field."""

    tsquery: str
    pattern: str
    lexemes: tuple[str, ...]
    weight: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """A leaf that is not text: one of the article tests with its value."""

    test: str
    value: str


@dataclass(frozen=True, slots=True)
class Both:
    of: "tuple[Tree, ...]"


@dataclass(frozen=True, slots=True)
class Either:
    of: "tuple[Tree, ...]"


@dataclass(frozen=True, slots=True)
class Without:
    of: "Tree"


Tree = Words | Term | Both | Either | Without


@dataclass(frozen=True, slots=True)
class Leaf:
    """A test, and where its values stand in `Query.leaves`; of text (`TEXT_TESTS`), the second is the query for the
    index."""

    test: str
    at: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """`and`, `or`, `not` over shapes."""

    kind: str
    of: "tuple[Shape, ...]"


Shape = Leaf | Group


@dataclass(frozen=True, slots=True)
class Query:
    """A query as read: its shape, the values of its leaves in order, and what ranks and highlights a hit.

    rank: the wanted text as a tsquery literal, empty when the query names no text.
    pattern: the regular expression that finds the wanted text; `NOTHING` when there is none.
    """

    shape: Shape
    leaves: tuple[str, ...]
    rank: str
    pattern: str


@lru_cache(maxsize=1024)
def read_query(text: str) -> Query:
    """Read a query.

    Raises:
        BadQuery: it is empty, too long, unbalanced, or only excludes.
    """
    if len(text) > MAX_CHARACTERS:
        raise BadQuery(f"The query has {len(text)} characters; at most {MAX_CHARACTERS} are allowed.")
    tree = _Reader(text).read()
    leaves: list[str] = []
    shape = _shape(tree, leaves)
    wanted = _wanted(tree)
    return Query(
        shape,
        tuple(leaves),
        _tsquery(wanted) if wanted else "",
        "|".join(dict.fromkeys(_patterns(wanted))) if wanted else NOTHING,
    )


class _Reader:
    """Recursive descent over the tokens: either := both (OR both)*; both := (NOT? (group | term))+."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.terms = 0
        self.match = self.token()

    def token(self) -> "re.Match[str] | None":
        rest = self.text[self.at :]
        if not rest.strip():
            return None
        match = _TOKEN.match(self.text, self.at)
        if match is None:
            column = self.at + len(rest) - len(rest.lstrip()) + 1
            what = "A quotation mark is not closed" if '"' in rest else "This is not understood"
            raise BadQuery(f"{what}, at character {column}.")
        return match

    def next(self) -> "re.Match[str] | None":
        match = self.match
        if match is not None:
            self.at = match.end()
            self.match = self.token()
        return match

    def sees(self, kind: str) -> bool:
        return self.match is not None and self.match[kind] is not None

    def read(self) -> Tree:
        if self.match is None:
            raise BadQuery("The query is empty.")
        tree = self.either(0)
        if self.match is not None:
            raise BadQuery(f"A closing parenthesis has no opening one, at character {self.match.end()}.")
        if tree is None:
            raise BadQuery("The query holds no word.")
        if not _affirms(tree):
            raise BadQuery("The query only excludes. Name something that is wanted, too.")
        return tree

    def either(self, depth: int) -> Tree | None:
        if depth > MAX_DEPTH:
            raise BadQuery(f"Parentheses are nested more than {MAX_DEPTH} deep.")
        found = [self.both(depth)]
        while self.sees("or"):
            self.next()
            found.append(self.both(depth))
        of = tuple(tree for tree in found if tree is not None)
        return of[0] if len(of) == 1 else Either(of) if of else None

    def both(self, depth: int) -> Tree | None:
        found: list[Tree | None] = []
        while self.match is not None and not self.sees("close") and not self.sees("or"):
            negative = False
            while self.sees("not"):
                negative = not negative
                self.next()
            tree = self.single(depth)
            found.append(Without(tree) if negative and tree is not None else tree)
        if not found:
            raise BadQuery("OR and parentheses need something on both sides.")
        of = tuple(tree for tree in found if tree is not None)
        return of[0] if len(of) == 1 else Both(of) if of else None

    def single(self, depth: int) -> Tree | None:
        match = self.next()
        if match is None or match["or"] is not None or match["close"] is not None:
            raise BadQuery("NOT and - need something to exclude.")
        if match["open"] is None:
            return self.term(match)
        tree = self.either(depth + 1)
        if not self.sees("close"):
            raise BadQuery("A parenthesis is not closed.")
        self.next()
        return tree

    def term(self, match: "re.Match[str]") -> Tree | None:
        self.terms += 1
        if self.terms > MAX_TERMS:
            raise BadQuery(f"The query has more than {MAX_TERMS} terms.")
        field, word = (match["field"] or "").lower(), match["word"]
        if word is not None and word[-1] == ":" and word[:-1].lower() in _FIELDS:
            raise BadQuery(f"A word, or a phrase in quotation marks, follows {word} at once.")
        value = match["phrase"] if word is None else word
        if field in _TESTS:
            return Term(_TESTS[field], value)
        if field and field not in _WEIGHTS:  # 10:30, https://…: text like any other
            value = f"{match['field']}:{value}"
        prefix = word is not None and value.endswith("*")
        return _words(value, prefix=prefix, weight=_WEIGHTS.get(field, ""))


def _words(text: str, *, prefix: bool, weight: str) -> Words | None:
    """A word or phrase as a text query; None when it has no letter or digit. One character of a script that is cut
    into bigrams, alone or at the end, finds the bigrams that it begins."""
    found, shown = phrase(text), pattern(text, prefix=prefix)
    if not found or shown is None:
        return None
    lone = len(found[-1]) == 1 and is_bigram(found[-1])
    last = f"*{weight}" if prefix or lone else weight
    marks = [weight] * (len(found) - 1) + [last]
    lexemes = [quoted(token) + (f":{mark}" if mark else "") for token, mark in zip(found, marks, strict=True)]
    indexed = [quoted(f"~{token}") for token in found]
    if prefix or lone:
        indexed[-1] += ":*"
    return Words(_joined(" <-> ", lexemes), shown, tuple(indexed), weight)


def _joined(sign: str, parts: Iterable[str]) -> str:
    """Parts of a tsquery literal as one, which binds in itself."""
    joined = list(parts)
    return joined[0] if len(joined) == 1 else f"({sign.join(joined)})"


def _affirms(tree: Tree) -> bool:
    """Whether a match is named by something, and not only by what it lacks."""
    match tree:
        case Without(of):
            return not _affirms(of)
        case Both(of):
            return any(_affirms(part) for part in of)
        case Either(of):
            return all(_affirms(part) for part in of)
    return True


def _is_text(tree: Tree) -> bool:
    match tree:
        case Words():
            return True
        case Term():
            return False
        case Without(of):
            return _is_text(of)
    return all(_is_text(part) for part in tree.of)


def _tsquery(tree: Tree) -> str:
    match tree:
        case Words(tsquery=tsquery):
            return tsquery
        case Without(of):
            return f"!{_tsquery(of)}"
        case Both(parts):
            return _joined(" & ", map(_tsquery, parts))
        case Either(parts):
            return _joined(" | ", map(_tsquery, parts))
    raise TypeError(tree)


def _shape(tree: Tree, leaves: list[str]) -> Shape:
    """The tree with its text parts drawn together; their values go to `leaves`."""
    if _is_text(tree):
        found = _found(tree)
        if found is None:
            return _leaf("lack", leaves, _tsquery(tree))
        return _leaf("words" if _by_words(tree) else "text", leaves, _tsquery(tree), found)
    match tree:
        case Term(test, value):
            return _leaf(test, leaves, value)
        case Without(of):
            return Group("not", (_shape(of, leaves),))
        case Either(parts):
            return Group("or", tuple(_shape(part, leaves) for part in _drawn_together(parts, Either)))
        case Both(parts):
            return Group("and", tuple(_shape(part, leaves) for part in _drawn_together(parts, Both)))
    raise TypeError(tree)


def _leaf(test: str, leaves: list[str], *values: str) -> Leaf:
    leaves.extend(values)
    return Leaf(test, tuple(range(len(leaves) - len(values), len(leaves))))


def _found(tree: Tree) -> str | None:
    """What finds all matches, and maybe others, by their words alone, each with a tilde before it; None where a match
    may lack all that is named."""
    match tree:
        case Words(lexemes=lexemes):
            return _joined(" & ", lexemes)
        case Both(parts):
            found = [each for each in map(_found, parts) if each is not None]
            return _joined(" & ", found) if found else None
        case Either(parts):
            found = [each for each in map(_found, parts) if each is not None]
            return _joined(" | ", found) if len(found) == len(parts) else None
    return None


def _by_words(tree: Tree) -> bool:
    """Whether what is found by its words is all that is asked for."""
    match tree:
        case Words(lexemes=lexemes, weight=weight):
            return len(lexemes) == 1 and not weight
        case Both(parts) | Either(parts):
            return all(map(_by_words, parts))
    return False


def _drawn_together(parts: tuple[Tree, ...], kind: type[Both] | type[Either]) -> tuple[Tree, ...]:
    text = tuple(part for part in parts if _is_text(part))
    rest = tuple(part for part in parts if not _is_text(part))
    return (*((kind(text),) if len(text) > 1 else text), *rest)


def _wanted(tree: Tree) -> Tree | None:
    """The text that a match may hold: without exclusions and without fields that are no text."""
    match tree:
        case Words():
            return tree
        case Both(parts) | Either(parts):
            of = tuple(part for part in map(_wanted, parts) if part is not None)
            return of[0] if len(of) == 1 else type(tree)(of) if of else None
    return None


def _patterns(tree: Tree) -> list[str]:
    match tree:
        case Words(pattern=shown):
            return [shown]
        case Both(parts) | Either(parts):
            return [shown for part in parts for shown in _patterns(part)]
    return []
