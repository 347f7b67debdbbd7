"""Callers of every kind, on the edition of `edition.py`."""

from collections.abc import Mapping
from uuid import UUID

from schema.caller import ANONYMOUS, Caller
from tests.schema.equivalence.edition import uuid


def _commenter(number: int) -> UUID:
    return UUID(uuid(6, number))


CALLERS: Mapping[str, Caller] = {
    "anonymous": ANONYMOUS,
    "reader": Caller("reader", _commenter(5)),
    "reader who wrote much": Caller("reader", _commenter(11), "MEMBER"),
    "reader who wrote nothing": Caller("reader", _commenter(24)),
    "staff": Caller("reader", _commenter(7), "STAFF"),
    "moderator": Caller("moderator", _commenter(3), "MODERATOR"),
    "admin who wrote nothing": Caller("moderator", _commenter(23), "ADMIN"),
    "key": Caller(),
    "key that moderates": Caller("moderator", scopes=frozenset({"moderate"})),
    "key with sources in full": Caller(full_sources=(UUID(uuid(1, 1)), UUID(uuid(1, 2)), UUID(uuid(1, 6)))),
    "key with everything": Caller(
        "moderator", scopes=frozenset({"moderate"}), full_sources=tuple(UUID(uuid(1, n)) for n in range(1, 11))
    ),
}
