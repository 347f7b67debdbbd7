"""The exported schema holds the contract, and every change of it is seen in review."""

from collections.abc import Callable
from pathlib import Path

from graphql import GraphQLInputObjectType, print_schema
from graphql import build_schema as build_from_sdl
from graphql.utilities import find_breaking_changes

from schema.build import build_schema

HERE = Path(__file__).parent
EXPORT = HERE.parents[1] / "schema" / "schema.graphql"


def test_nothing_of_the_contract_is_broken() -> None:
    contract = build_from_sdl((HERE / "contract.graphql").read_text())
    changes = find_breaking_changes(contract, build_schema()._schema)
    assert [change.description for change in changes] == []


def test_the_diff_sees_a_broken_contract() -> None:
    contract = build_from_sdl((HERE / "contract.graphql").read_text() + "\nextend type Article { missing: Int }")
    changes = find_breaking_changes(contract, build_schema()._schema)
    assert [change.description for change in changes] == ["Field Article.missing was removed."]


def test_the_export_stands_in_the_repository(golden: Callable[[Path, str], None]) -> None:
    golden(EXPORT, print_schema(build_schema()._schema) + "\n")


def test_the_export_says_where_only_one_field_is_taken() -> None:
    types = build_from_sdl(EXPORT.read_text()).type_map.items()
    told = {name for name, type_ in types if isinstance(type_, GraphQLInputObjectType) and type_.is_one_of}
    assert told == {"ArticleBy", "AuthorBy", "SourceBy", "TopicBy"}
