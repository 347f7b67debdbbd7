"""Cursors: the order's code, its key and the row's id; a ranked search adds the newest id of its first page.

Postgres writes them (`db/select.py`), this reads them. A cursor of another order, or no cursor at all, is a clean
error. `an1750243500000000_0192…` names an article by its time of publication in microseconds.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from db.tables import KeyKind, Order
from schema.errors import BadCursor

_CURSOR = re.compile(r"([a-z]{2})(-?[0-9a-f]*)_([0-9a-f-]{36})(?:_([0-9a-f-]{36}))?\Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_LENGTH = 8_192

Key = int | str | bytes


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cursor points to, in the types that the statement compares with; a time is RFC 3339 text."""

    key: Key
    id: UUID
    newest: UUID | None


def read_cursor(text: str, order: Order) -> Place:
    """The place of a cursor.

    Raises:
        BadCursor: it was not given out by this order.
    """
    match = _CURSOR.match(text) if len(text) <= _MAX_LENGTH else None
    if match is None:
        raise BadCursor("This is no cursor of this service. Take one from `pageInfo` or from an edge, as it stands.")
    code, key, id_, newest = match.groups()
    if code != order.code:
        raise BadCursor("This cursor belongs to another list or order. Start again without it.")
    try:
        if (newest is not None) != (code == "sr"):
            raise ValueError(text)
        return Place(_key(key, order.kind), UUID(id_), UUID(newest) if newest else None)
    except (ValueError, OverflowError) as error:
        raise BadCursor("This cursor is damaged. Start again without it.") from error


def _key(text: str, kind: KeyKind) -> Key:
    match kind:
        case "time":
            return (_EPOCH + timedelta(microseconds=int(text))).isoformat()
        case "int":
            number = int(text)
            if not -(2**31) <= number < 2**31:
                raise ValueError(text)
            return number
        case "text":
            key = bytes.fromhex(text).decode()
            if "\0" in key:
                raise ValueError(text)
            return key
        case "bytes":
            return bytes.fromhex(text)
