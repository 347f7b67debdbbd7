"""A read tells all of its parameters, also those that its statement has no use for."""

from db.read import AnyOf, Keyset, Not, Object, Page, Param, Test, Total, params
from db.select import statement
from db.tables import ARTICLES


def test_a_total_has_no_use_for_a_cursor_and_yet_names_it() -> None:
    where = AnyOf((Test("kinds", (Param("kinds"),)), Not(Test("id", (Param("id"),)))))
    page = Page(
        table="articles",
        order=ARTICLES.orders["NEWEST"],
        size=Param("size"),
        parts=(("totalCount", Total()),),
        where=where,
        after=Keyset(Param("key"), Param("row")),
    )
    read = Object((("articles", page),))
    assert {param.source for param in statement(read, "public").params} == {"kinds", "id"}
    assert {param.source for param in params(read)} == {"kinds", "id", "size", "key", "row"}
