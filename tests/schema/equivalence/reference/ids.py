"""Global ids: a letter for the type, and the UUID."""

import re
from uuid import UUID

from tests.schema.equivalence.reference.view import View
from tests.schema.equivalence.rows import TYPES, Row

LETTERS = {
    "Article": "a",
    "Source": "s",
    "Topic": "t",
    "Author": "u",
    "Comment": "c",
    "Commenter": "m",
    "Revision": "r",
}
_TABLES = {LETTERS[type_]: table for table, type_ in TYPES.items()}
_ID = re.compile("([a-z])_([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})")


def id_of(row: Row) -> str:
    return f"{LETTERS[row.type]}_{row['id']}"


def node(view: View, text: str) -> Row | None:
    """The thing with a global id; None for what is none, and for what the caller does not see."""
    match = _ID.fullmatch(text)
    if match is None or match[1] not in _TABLES:
        return None
    return view.one(_TABLES[match[1]], UUID(match[2]))


def of_type(view: View, type_: str, text: str) -> Row | None:
    """The same, if it is of one type."""
    found = node(view, text)
    return found if found is not None and found.type == type_ else None
