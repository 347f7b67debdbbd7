"""Notices of what is going, and who still uses it: on a schema made for this, since nothing of ours is going."""

from enum import Enum
from typing import Annotated

import pytest
import strawberry
from graphql import GraphQLSchema, build_schema, parse, print_schema
from graphql.utilities.resolve_schema_coordinate import resolve_schema_coordinate

from schema import build
from schema.deprecation import Deprecations, Notice, deprecated, deprecations, read_notice
from schema.document import Limits, read_document
from schema.fields import OfPage, column, condition, planned, rule

NOTICE = deprecated(since="2026-11", until="2027-05", use="Paper.topics")


@strawberry.enum
class Size(Enum):
    LARGE = "LARGE"
    BROAD = strawberry.enum_value("BROAD", deprecation_reason=deprecated(since="2026-11", until="2028-01"))


@strawberry.input
class PaperFilter:
    size: Size | None = condition("size")
    section: str | None = condition("section", "A word.", deprecated=NOTICE)
    not_: "PaperFilter | None" = strawberry.field(name="not", default=strawberry.UNSET)


@strawberry.type
class Paper:
    name: str = column("name")
    section: str | None = column("section", "Printed above.", deprecated=NOTICE)
    topics: list[str] = column("topics")


def _papers(
    filter: PaperFilter | None = strawberry.UNSET,
    sizes: list[Size] | None = strawberry.UNSET,
    page: Annotated[int, strawberry.argument(deprecation_reason=NOTICE)] = 0,
) -> list[Paper]:
    planned()


@strawberry.type
class Query:
    papers: list[Paper] = rule(OfPage(table="papers"), resolver=_papers)
    paper: Paper | None = rule(OfPage(table="papers"), deprecated=NOTICE)


MADE = strawberry.Schema(Query)._schema


def uses(document: str, variables: dict[str, object] | None = None, name: str | None = None) -> tuple[str, ...]:
    read = read_document(MADE, document, name, Limits())
    found = Deprecations(MADE).uses(document, read.ast, read.operation)
    return () if found is None else found.of(variables or {})


def test_a_notice_stands_in_the_schema_with_its_dates_and_what_to_use() -> None:
    reason = "Since 2026-11; goes not before 2027-05. Use `Paper.topics`."
    printed = print_schema(MADE)
    assert f'section: String @deprecated(reason: "{reason}")' in printed
    assert f'page: Int! = 0 @deprecated(reason: "{reason}")' in printed
    assert 'BROAD @deprecated(reason: "Since 2026-11; goes not before 2028-01. Nothing takes its place.")' in printed
    assert set(deprecations(MADE)) == {
        "Paper.section",
        "PaperFilter.section",
        "Query.papers(page:)",
        "Query.paper",
        "Size.BROAD",
    }


@pytest.mark.parametrize(
    ("since", "until", "use"),
    [
        ("2026-11", "2027-04", None),  # five months
        ("2026-11", "2026-11", None),
        ("2027-11", "2027-05", None),
        ("2026-13", "2027-12", None),
        ("2026-1", "2027-12", None),
        ("2026-11-01", "2027-12", None),
        ("soon", "later", None),
        ("2026-11", "2027-05", "`topics`"),
    ],
)
def test_a_notice_that_promises_less_is_refused(since: str, until: str, use: str | None) -> None:
    with pytest.raises(ValueError, match="month"):
        deprecated(since=since, until=until, use=use)


def unfit(schema: GraphQLSchema) -> list[str]:
    """What is wrong with a schema's deprecations."""
    found = []
    going = deprecations(schema)
    for coordinate, reason in going.items():
        notice = read_notice(reason)
        if notice is None:
            found.append(f"{coordinate}: make its reason by schema.deprecation.deprecated")
        elif notice.use and (resolve_schema_coordinate(schema, notice.use) is None or notice.use in going):
            found.append(f"{coordinate}: {notice.use} is not there to be used instead")
    return found


def test_every_deprecation_of_the_schema_gives_notice() -> None:
    assert unfit(build.build_schema()._schema) == []
    assert unfit(MADE) == []


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        ("No longer supported", "make its reason"),
        ("Since 2026-11; goes not before 2027-05. Use `T.c`.", "not there"),
        ("Since 2026-11; goes not before 2027-05. Use `T.a`.", "not there"),
        ("Since 2026-11; goes not before 2027-05. Use `T.b`.", ""),
    ],
)
def test_deprecations_without_notice_or_replacement_are_found(reason: str, says: str) -> None:
    sdl = f'type Query {{ t: T }} type T {{ a: Int @deprecated(reason: "{reason}") b: Int }}'
    assert [says in line for line in unfit(build_schema(sdl))] == ([True] if says else [])


def test_a_notice_is_read_as_it_was_made() -> None:
    notice = read_notice(NOTICE)
    assert isinstance(notice, Notice)
    assert (str(notice.since), str(notice.until), notice.use, notice.months) == (
        "2026-11-01",
        "2027-05-01",
        "Paper.topics",
        6,
    )


FRAGMENTS = "fragment A on Paper {section} fragment B on Paper {name ...A}"


@pytest.mark.parametrize(
    ("document", "used"),
    [
        ("{papers {name topics}}", ()),
        ("{papers {section: name}}", ()),
        ('{papers(filter: {not: {size: LARGE}}) {name} x: __type(name: "section") {name}}', ()),
        ("{papers {name} __schema {types {fields(includeDeprecated: true) {name}}}}", ()),
        ("{papers {section x: section}}", ("Paper.section",)),
        ("{papers(page: 2) {section}}", ("Query.papers(page:)", "Paper.section")),
        ("{x: paper {name}}", ("Query.paper",)),
        ("{papers(sizes: [LARGE, BROAD]) {name}}", ("Size.BROAD",)),
        ("{papers(sizes: BROAD) {name}}", ("Size.BROAD",)),
        ("{papers(filter: {not: {not: {section: null}}}) {name}}", ("PaperFilter.section",)),
        ("query ($size: Size = BROAD) {papers(filter: {size: $size}) {name}}", ("Size.BROAD",)),
        ("query ($no: Boolean = true) {papers {section @skip(if: $no) name}}", ("Paper.section",)),
        ("{papers {...B}} " + FRAGMENTS, ("Paper.section",)),
        ("{papers {... on Paper {... {section}}}}", ("Paper.section",)),
    ],
)
def test_what_a_document_uses_is_found(document: str, used: tuple[str, ...]) -> None:
    assert uses(document) == used


@pytest.mark.parametrize(
    ("variables", "used"),
    [
        ({}, ()),
        ({"filter": None, "sizes": None}, ()),
        ({"filter": {"size": "LARGE", "section": "x"}}, ("PaperFilter.section",)),
        ({"filter": {"not": {"not": {"section": None}}}}, ("PaperFilter.section",)),
        ({"filter": {"size": "BROAD"}, "sizes": ["BROAD"]}, ("Size.BROAD",)),
        ({"sizes": "BROAD"}, ("Size.BROAD",)),
        ({"filter": {"not": {"size": "BROAD"}}}, ("Size.BROAD",)),
        # What makes no sense is refused elsewhere.
        ({"filter": "x", "sizes": [3, {"a": []}], "page": "BROAD", "unknown": {"section": 1}}, ()),
        ({"filter": {"unknown": {"section": 1}}}, ()),
    ],
)
def test_what_is_given_in_variables_counts_too(variables: dict[str, object], used: tuple[str, ...]) -> None:
    document = "query ($filter: PaperFilter, $sizes: [Size!]) {papers(filter: $filter, sizes: $sizes) {name}}"
    assert uses(document, variables) == used


def test_only_the_operation_that_is_executed_counts() -> None:
    document = "query Old {papers {...A}} query New {papers {name}} fragment A on Paper {section}"
    assert uses(document, name="Old") == ("Paper.section",)
    assert uses(document, name="New") == ()


def test_variables_are_looked_through_in_bounded_time() -> None:
    deep: dict[str, object] = {"section": 1}
    for _ in range(100_000):
        deep = {"not": deep}
    document = "query ($filter: PaperFilter) {papers(filter: $filter) {name}}"
    assert uses(document, {"filter": deep}) == ()
    assert uses(document, {"filter": {"section": "x"}}) == ("PaperFilter.section",)


def test_a_schema_without_deprecations_keeps_nothing_of_a_document() -> None:
    ours = build.build_schema()._schema
    document = "query ($filter: ArticleFilter) {articles(filter: $filter) {totalCount}}"
    read = read_document(ours, document, None, Limits())
    assert deprecations(ours) == {}
    assert Deprecations(ours).uses(document, parse(document), read.operation) is None
