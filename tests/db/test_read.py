"""A read tells all of its parameters, also those that its statement has no use for."""

from db import read
from db.read import AnyOf, Keyset, Not, Object, Page, Param, Total, params
from db.select import statement
from db.tables import ARTICLES


def test_a_total_has_no_use_for_a_cursor_and_yet_names_it() -> None:
    where = AnyOf((read.Test("kinds", (Param("kinds"),)), Not(read.Test("id", (Param("id"),)))))
    page = Page(
        table="articles",
        order=ARTICLES.orders["NEWEST"],
        size=Param("size"),
        parts=(("totalCount", Total()),),
        where=where,
        after=Keyset(Param("key"), Param("row")),
    )
    whole = Object((("articles", page),))
    assert {param.source for param in statement(whole, "public").params} == {"kinds", "id"}
    assert {param.source for param in params(whole)} == {"kinds", "id", "size", "key", "row"}
