"""The exported schema holds the contract, and every change of it is seen in review."""

from collections.abc import Callable
from pathlib import Path

from graphql import build_schema as build_from_sdl
from graphql import print_schema
from graphql.utilities import find_breaking_changes

from schema.build import build_schema

HERE = Path(__file__).parent
EXPORT = HERE.parents[1] / "schema" / "schema.graphql"


def test_nothing_of_the_contract_is_broken() -> None:
    contract = build_from_sdl((HERE / "contract_reading.graphql").read_text())
    changes = find_breaking_changes(contract, build_schema()._schema)
    assert [change.description for change in changes] == []


def test_the_diff_sees_a_broken_contract() -> None:
    contract = build_from_sdl(
        (HERE / "contract_reading.graphql").read_text() + "\nextend type Article { missing: Int }"
    )
    changes = find_breaking_changes(contract, build_schema()._schema)
    assert [change.description for change in changes] == ["Field Article.missing was removed."]


def test_the_export_stands_in_the_repository(golden: Callable[[Path, str], None]) -> None:
    golden(EXPORT, print_schema(build_schema()._schema) + "\n")
