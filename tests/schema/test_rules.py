"""Every field of the schema says how it is read, and what it says is true of the tables."""

from collections.abc import Iterator

import pytest
from graphql import GraphQLEnumType, GraphQLField, GraphQLObjectType, get_named_type, is_list_type, is_non_null_type

from db.pool import Database
from db.tables import AUDIENCES, SEARCH_ORDERS, TABLES, Column, Table
from schema.build import build_schema
from schema.fields import OfColumn, OfEdge, OfHit, OfPage, OfRow, OfSpending
from schema.plan import NODE_TABLES, rule_of
from schema.rate_limit import Spending

SCHEMA = build_schema()._schema


def types() -> list[GraphQLObjectType]:
    found = [t for t in SCHEMA.type_map.values() if isinstance(t, GraphQLObjectType)]
    return [t for t in found if not t.name.startswith("__")]


def fields() -> Iterator[tuple[str, GraphQLField]]:
    for type_ in types():
        for name, field in type_.fields.items():
            yield f"{type_.name}.{name}", field


FIELDS = dict(fields())


def tables_of_types() -> dict[str, set[str]]:
    """The tables from which rows of each type are read, followed from the root along the edges."""
    found: dict[str, set[str]] = {name: {table} for name, table in NODE_TABLES.items()}
    found["Viewer"] = {"commenters"}
    grown = True
    while grown:
        before = sum(map(len, found.values()))
        for name, field in FIELDS.items():
            owner, _, _ = name.partition(".")
            target = get_named_type(field.type).name
            match rule_of(field):
                case OfEdge(edge):
                    reached = {TABLES[table].edges[edge].table for table in found.get(owner, set())}
                case OfRow():
                    reached = set(found.get(owner, set()))
                case _:
                    continue
            found.setdefault(target, set()).update(reached)
        grown = sum(map(len, found.values())) > before
    return found


TABLES_OF_TYPES = tables_of_types()


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_has_a_rule(name: str) -> None:
    assert rule_of(FIELDS[name]) is not None


def columns(name: str) -> Iterator[Column]:
    """The columns that a field can be read from."""
    owner, _, _ = name.partition(".")
    rule = rule_of(FIELDS[name])
    for table in TABLES_OF_TYPES.get(owner, {"articles"} if isinstance(rule, OfHit) else set()):
        if isinstance(rule, OfColumn):
            for column in rule.choices.values() if rule.argument else [rule.column]:
                yield TABLES[table].columns[column]
        if isinstance(rule, OfHit):
            yield TABLES[table].columns[rule.column]


@pytest.mark.parametrize("name", [n for n, f in FIELDS.items() if isinstance(rule_of(f), OfColumn | OfHit)])
def test_a_field_is_nullable_where_its_column_is(name: str) -> None:
    found = list(columns(name))
    assert found
    for column in found:
        assert is_non_null_type(FIELDS[name].type) == (not column.nullable)


@pytest.mark.parametrize("name", [n for n, f in FIELDS.items() if isinstance(rule_of(f), OfEdge)])
def test_an_edge_exists_and_is_nullable_where_the_field_is(name: str) -> None:
    rule, field = rule_of(FIELDS[name]), FIELDS[name]
    assert isinstance(rule, OfEdge)
    inner = field.type.of_type if is_non_null_type(field.type) else field.type
    for table in TABLES_OF_TYPES[name.partition(".")[0]]:
        edge = TABLES[table].edges[rule.edge]
        if is_list_type(inner):
            assert edge.order
        else:
            assert is_non_null_type(field.type) == (not edge.nullable)


@pytest.mark.parametrize("name", [n for n, f in FIELDS.items() if isinstance(rule_of(f), OfPage)])
def test_a_page_has_every_order_that_it_offers(name: str) -> None:
    rule, field = rule_of(FIELDS[name]), FIELDS[name]
    assert isinstance(rule, OfPage)
    owner = name.partition(".")[0]
    (table,) = {rule.table} - {""} or {TABLES[name].edges[rule.edge].table for name in TABLES_OF_TYPES[owner]}
    orders = rule.orders or TABLES[table].orders
    enum = get_named_type(field.args["orderBy"].type) if "orderBy" in field.args else None
    assert set(enum.values if isinstance(enum, GraphQLEnumType) else [rule.order]) <= set(orders)


def test_a_budget_has_what_is_told_of_it() -> None:
    told = {name: rule.name for name, field in FIELDS.items() if isinstance(rule := rule_of(field), OfSpending)}
    assert told.pop("Query.rateLimit") == ""
    for name, attribute in told.items():
        assert hasattr(Spending, attribute), name
        assert is_non_null_type(FIELDS[name].type), name


def test_cursors_of_different_orders_never_look_alike() -> None:
    codes = [order.code for table in TABLES.values() for order in table.orders.values()]
    codes += [order.code for order in SEARCH_ORDERS.values()]
    assert len(codes) == len(set(codes))


def plain(column: Column) -> str | None:
    """The stored column that a column is, where it is nothing more."""
    name = column.sql.removeprefix("{t}.")
    return name if column.sql.startswith("{t}.") and name.isidentifier() else None


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
async def test_only_not_null_columns_are_trusted_not_to_be_null(table: Table, database: Database) -> None:
    rows = await database.rows(
        "select attname, attnotnull from pg_attribute where attrelid = $1::text::regclass and attnum > 0", table.name
    )
    not_null = {row["attname"] for row in rows if row["attnotnull"]}
    trusted = {name for c in table.columns.values() if not c.nullable and (name := plain(c)) is not None}
    trusted |= {order.key for order in table.orders.values()}
    if table.letter:
        trusted.add("id")
    assert trusted - {"score"} <= not_null


async def test_a_required_edge_is_a_foreign_key(database: Database) -> None:
    rows = await database.rows("""
        select c.conrelid::regclass::text as child, c.confrelid::regclass::text as parent, a.attnotnull
        from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
        where c.contype = 'f'""")
    keys = {(row["child"], row["parent"]) for row in rows if row["attnotnull"]}
    required = {
        (table.name, edge.table)
        for table in TABLES.values()
        for edge in table.edges.values()
        if not edge.nullable and not edge.order
    }
    # The source of a revision is that of its article.
    assert required - {("revisions", "sources")} <= keys
    assert {("revisions", "articles"), ("articles", "sources")} <= keys


def test_what_always_stands_beside_a_row_is_seen_by_all() -> None:
    """Else the row would not be there for whoever does not see it."""
    always = [edge for table in TABLES.values() for edge in table.edges.values() if edge.always]
    assert {edge.table for edge in always} == {"sources", "topics"}
    for edge in always:
        assert set(TABLES[edge.table].visible.values()) == {"true"}
        assert not edge.nullable


def test_an_unknown_audience_sees_nothing() -> None:
    assert Table("anything").visible == {}
    for table in TABLES.values():
        assert set(table.visible) == set(AUDIENCES)


def test_what_hangs_on_an_article_lies_within_it() -> None:
    """Else a look-up by id would show what belongs to a withheld article."""
    for name in ("comments", "revisions"):
        assert TABLES[name].edges[TABLES[name].within].table == "articles"
