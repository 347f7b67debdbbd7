"""From an argument to a bound value: what a statement's parameters are read from, and how."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from db.tables import TEXT_TESTS, Order
from ingest.language import normalised
from ingest.search_text import fold
from ingest.url import canonical
from schema.cursor import Key, Place, read_cursor
from schema.errors import BadRequest
from schema.node import read_id
from schema.page import LARGEST, SMALLEST
from schema.query import read_query
from schema.variables import filled

# Characters of a part of a name. Marks on a letter are put in order in quadratic time.
_LONGEST_NAME = 500


@dataclass(frozen=True, slots=True)
class Bound:
    """Where a parameter comes from: a constant or a slot (or a tuple of both), read by a function of this module."""

    of: Hashable
    read: Callable[..., Any]
    about: tuple[Hashable, ...] = ()

    def value(self, variables: Any, _: object = None) -> Any:
        """The value to send.

        Raises:
            ReadError: the argument makes no sense.
        """
        return self.read(filled(self.of, variables), *self.about)


def hashable(value: Any) -> Hashable:
    """An argument as `Bound` keeps it: lists as tuples."""
    return tuple(hashable(item) for item in value) if isinstance(value, list) else value


def text(value: Any) -> str | None:
    """Text as Postgres takes it; a NUL, which it does not, becomes a character that nothing stored holds."""
    return None if value is None else str(value).replace("\0", "\x01")


def texts(value: Sequence[Any], most: int) -> list[str | None]:
    _at_most(value, most)
    return [text(item.value if hasattr(item, "value") else item) for item in value]


def folded(value: str) -> str:
    if len(value) > _LONGEST_NAME:
        raise BadRequest(f"A part of a name has at most {_LONGEST_NAME} characters.")
    return fold(str(text(value)))


def languages(value: Sequence[str], most: int) -> list[str]:
    """BCP 47 tags as they are stored: en, en-GB, zh-Hant-TW."""
    _at_most(value, most)
    return [language(item) for item in value]


def language(value: str) -> str:
    return normalised(value) or str(text(value))


def countries(value: Sequence[str], most: int) -> list[str]:
    _at_most(value, most)
    return [str(text(item)).upper() for item in value]


def flag(value: bool) -> bool:
    return value


def time(value: datetime) -> datetime:
    return value


def urls(value: str) -> list[str]:
    """The forms under which an address may be known: as it stands, and canonical."""
    return [str(text(form)) for form in (value, canonical(value)) if form is not None]


def uuid(value: str, letter: str) -> str | None:
    """The UUID of a global id of one type; None, which finds nothing, for another."""
    found, id_ = read_id(value)
    return id_ if found == letter else None


def letter(value: str) -> str:
    return read_id(value)[0]


def any_uuid(value: str) -> str | None:
    return read_id(value)[1]


def letters(value: Sequence[str], most: int) -> list[str]:
    _at_most(value, most)
    return [letter(item) for item in value]


def uuids(value: Sequence[str], most: int) -> list[str | None]:
    """As texts, since asyncpg would first ask the server about arrays of UUIDs."""
    _at_most(value, most)
    return [any_uuid(item) for item in value]


def size(value: int) -> int:
    if not SMALLEST <= value <= LARGEST:
        raise BadRequest(f"`first` and `last` are {SMALLEST} to {LARGEST}; this is {value}.")
    return value


@lru_cache(maxsize=256)
def _place(value: str, order: Order) -> Place:
    return read_cursor(value, order)


def key(value: str, order: Order) -> Key:
    return _place(value, order).key


def row_id(value: str, order: Order) -> UUID:
    return _place(value, order).id


def newest(value: str, order: Order) -> UUID | None:
    return _place(value, order).newest


def leaf(value: str, index: int, test: str) -> Any:
    """A leaf of a search query, for the test that asks for it."""
    found = read_query(value).leaves[index]
    if test == "languages":
        return [language(found)]
    return text(found) if test in TEXT_TESTS else [text(found)]


def rank(value: str) -> str:
    return str(text(read_query(value).rank))


def pattern(value: str) -> str:
    return str(text(read_query(value).pattern))


def _at_most(value: Sequence[Any], most: int) -> None:
    if len(value) > most:
        raise BadRequest(f"A list holds {len(value)} values; at most {most} are allowed.")
