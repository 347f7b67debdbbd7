"""For schemathesis: what no JSON Schema can say of parameters, so that requests that are meant to be valid are.

`first` excludes `last`, a cursor belongs to its list and order, and a search query has a grammar. Requests that are
meant to be refused stay as they are.
"""

from typing import Any

import schemathesis

from db.tables import SEARCH_ORDERS, TABLES, Order

_ID = "00000000-0000-7000-8000-000000000000"
_ORDERS = {"search": SEARCH_ORDERS} | {name: table.orders for name, table in TABLES.items()}
_USUAL = {
    "articles": "NEWEST",
    "search": "RELEVANCE",
    "sources": "NAME",
    "topics": "NAME",
    "comments": "OLDEST",
    "revisions": "NEWEST",
    "thread": "THREAD",
}


@schemathesis.hook
def before_call(_context: object, case: Any, **_: object) -> None:
    if case.meta is None or not case.meta.generation.mode.is_positive or not case.query:
        return
    query = dict(case.query)
    if "first" in query:
        query.pop("last", None)
    for name in {"after", "before"} & query.keys():
        query[name] = cursor(case.operation.path.rsplit("/", 1)[-1], query.get("orderBy"))
    query |= {name: search(query[name]) for name in ("query", "matching") if name in query}
    case.query = query


def cursor(list_: str, order_by: str | None) -> str:
    """A cursor that a list in an order could have given out."""
    order: Order = _ORDERS["comments" if list_ == "thread" else list_][order_by or _USUAL[list_]]
    # A key that is a time, a number, and bytes in hexadecimal; a ranked page remembers the newest id as well.
    return f"{order.code}10_{_ID}" + (f"_{_ID}" if order.code == "sr" else "")


def search(text: str) -> str:
    """A search query that holds any text, as a phrase."""
    phrase = text.replace('"', "")[:480]
    return f'ferry OR "{phrase}"'
