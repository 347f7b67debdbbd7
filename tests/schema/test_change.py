"""The exported schema against the released one: what clients may notice is told in CHANGELOG.md, or taken back."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from graphql import build_schema as build_from_sdl
from graphql import print_schema
from graphql.utilities import BreakingChangeType, DangerousChangeType, find_schema_changes

from schema.build import build_schema
from schema.deprecation import deprecated
from tests.changes import ADDED, BREAKING, CHANGED, CHANGELOG, DEPRECATED, REMOVED, Change, told, untold
from tests.schema.sdl import changes

RELEASED = Path(__file__).parents[2] / "schema" / "released.graphql"
TODAY = date(2026, 11, 25)
NOTICE = deprecated(since="2026-11", until="2027-05", use="T.b")
SHORTER = NOTICE.replace("2026-11", "2026-09").replace("2027-05", "2027-03")
LONGER = NOTICE.replace("2027-05", "2028-01")


def test_what_changed_since_the_release_is_told() -> None:
    now = print_schema(build_schema()._schema)
    found = changes(RELEASED.read_text(encoding="utf-8"), now, datetime.now(UTC).date())
    lines = untold(found, CHANGELOG.read_text(encoding="utf-8"))
    assert not lines, "\n".join(
        [*lines, "Where this is a release, `make released` makes today's schema the released one."]
    )


# graphql-core's kind of change; the schema before and after; where the change is, and under which headings it is told.
BASE = (
    "type Query { t(a: Int, n: [Int!]! = [1], in: In): T  u: U  e: E  s: S }"
    " interface N { b: Int } type T implements N { a: Int  b: Int } type V { v: Int } type W { w: Int } union U = T | V"
    " enum E { X Y } input In { f: Int = 1  g: Int } scalar S"
    " directive @d(x: Int = 1, y: Int) repeatable on FIELD | QUERY"
)
B, D = BreakingChangeType, DangerousChangeType
GONE, ONLY_TYPE, MORE = (BREAKING,), (REMOVED, BREAKING), (ADDED, CHANGED)
KINDS: list[tuple[BreakingChangeType | DangerousChangeType, str, str, str, tuple[str, ...]]] = [
    (B.TYPE_REMOVED, " type W { w: Int }", "", "W", ONLY_TYPE),
    (B.TYPE_CHANGED_KIND, "scalar S", "enum S { A }", "S", GONE),
    (B.TYPE_REMOVED_FROM_UNION, "T | V", "T", "U", GONE),
    (B.VALUE_REMOVED_FROM_ENUM, "X Y", "X", "E.Y", GONE),
    (B.REQUIRED_INPUT_FIELD_ADDED, "input In {", "input In { h: Int!", "In.h", GONE),
    (B.IMPLEMENTED_INTERFACE_REMOVED, "T implements N", "T", "T", GONE),
    (B.FIELD_REMOVED, "{ a: Int  b: Int }", "{ b: Int }", "T.a", GONE),
    (B.FIELD_REMOVED, "  g: Int", "", "In.g", GONE),
    (B.FIELD_CHANGED_KIND, "{ a: Int ", "{ a: String ", "T.a", GONE),
    (B.FIELD_CHANGED_KIND, "g: Int }", "g: Int! }", "In.g", GONE),
    (B.REQUIRED_ARG_ADDED, "t(a: Int,", "t(a: Int, z: Int!,", "Query.t(z:)", GONE),
    (B.ARG_REMOVED, "t(a: Int,", "t(", "Query.t(a:)", GONE),
    (B.ARG_CHANGED_KIND, "t(a: Int,", "t(a: Int!,", "Query.t(a:)", GONE),
    (B.DIRECTIVE_REMOVED, " directive @d(x: Int = 1, y: Int) repeatable on FIELD | QUERY", "", "@d", GONE),
    (B.DIRECTIVE_ARG_REMOVED, ", y: Int)", ")", "@d(y:)", GONE),
    (B.REQUIRED_DIRECTIVE_ARG_ADDED, "y: Int)", "y: Int, z: Int!)", "@d(z:)", GONE),
    (B.DIRECTIVE_REPEATABLE_REMOVED, " repeatable", "", "@d", GONE),
    (B.DIRECTIVE_LOCATION_REMOVED, "FIELD | QUERY", "FIELD", "@d", GONE),
    (D.VALUE_ADDED_TO_ENUM, "X Y", "X Y Z", "E.Z", MORE),
    (D.TYPE_ADDED_TO_UNION, "T | V", "T | V | W", "U", MORE),
    (D.OPTIONAL_INPUT_FIELD_ADDED, "input In {", "input In { h: Int", "In.h", MORE),
    (D.OPTIONAL_ARG_ADDED, "t(a: Int,", "t(a: Int, z: Int,", "Query.t(z:)", MORE),
    (D.IMPLEMENTED_INTERFACE_ADDED, "type V {", "type V implements N { b: Int", "V", MORE),
    (D.ARG_DEFAULT_VALUE_CHANGE, "= [1]", "= [2]", "Query.t(n:)", GONE),
    (D.ARG_DEFAULT_VALUE_CHANGE, "@d(x: Int = 1", "@d(x: Int", "@d(x:)", GONE),
    (D.INPUT_FIELD_DEFAULT_VALUE_CHANGE, "f: Int = 1", "f: Int = 2", "In.f", GONE),
]


@pytest.mark.parametrize(("kind", "before", "after", "where", "headings"), KINDS)
def test_each_kind_of_change_is_seen(
    kind: BreakingChangeType | DangerousChangeType, before: str, after: str, where: str, headings: tuple[str, ...]
) -> None:
    assert BASE.count(before) == 1
    changed = BASE.replace(before, after)
    assert [change.type for change in find_schema_changes(build_from_sdl(BASE), build_from_sdl(changed))][-1:] == [kind]
    assert [(c.coordinate, c.headings) for c in changes(BASE, changed, TODAY)] == [(where, headings)]


def test_there_is_no_kind_of_change_that_is_not_tried() -> None:
    assert {kind for kind, *_ in KINDS} == {*BreakingChangeType, *DangerousChangeType}


@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        ("t(a: Int,", "t(a: Int = 3,", "Query.t(a:)"),
        ("g: Int }", "g: Int = 3 }", "In.g"),
        ("f: Int = 1  g: Int", "f: Int  g: Int", "In.f"),
        ("input In { f: Int = 1", "input In @oneOf { f: Int", "In"),
        ("scalar S", 'scalar S @specifiedBy(url: "https://s.example")', "S"),
        ("scalar S", "scalar S schema { query: T }", "Query"),
    ],
)
def test_what_graphql_core_does_not_call_dangerous_is_seen(before: str, after: str, where: str) -> None:
    assert BASE.count(before) == 1
    found = changes(BASE, BASE.replace(before, after), TODAY)
    assert (where, (BREAKING,)) in [(change.coordinate, change.headings) for change in found]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("type Query {", '"Asks." type Query {'),
        ("enum E { X", 'enum E { "A letter." X'),
        ("{ a: Int  b: Int }", "{ b: Int  a: Int }"),
        ("{ a: Int  b: Int }", "{ a: Int!  b: Int  c(x: Int): In2 } type In2 { y: Int }"),
        ("t(a: Int,", '"Old." t("Older." a: Int,'),
        ("f: Int = 1  g: Int", "g: Int  f: Int = 1"),
        ("n: [Int!]! = [1]", "n: [Int!] = [1]"),
    ],
)
def test_descriptions_orders_and_additions_are_free(before: str, after: str) -> None:
    assert BASE.count(before) == 1
    assert changes(BASE, BASE.replace(before, after), TODAY) == []


def schema_with(reason: str) -> str:
    """A schema in which one thing of each kind is deprecated."""
    going = f'@deprecated(reason: "{reason}")'
    return (
        f"type Query {{ t(a: Int {going}): T  e(in: In): E }} enum E {{ X Y {going} }}"
        f" type T {{ a: Int {going}  b: Int }} input In {{ f: Int g: Int {going} }}"
    )


DEPRECATED_NOW = schema_with(NOTICE)
DIRECTIVE = f'@deprecated(reason: "{NOTICE}")'
REMOVALS = {
    "T.a": f"a: Int {DIRECTIVE}  b",
    "E.Y": f"Y {DIRECTIVE}",
    "In.g": f"g: Int {DIRECTIVE}",
    "Query.t(a:)": f"(a: Int {DIRECTIVE})",
}


@pytest.mark.parametrize("coordinate", REMOVALS)
def test_what_is_deprecated_goes_not_before_its_date(coordinate: str) -> None:
    without = DEPRECATED_NOW.replace(REMOVALS[coordinate], "b" if coordinate == "T.a" else "")
    assert without != DEPRECATED_NOW
    everything_told = (
        f"## [Unreleased]\n\n### Removed\n\n- `{coordinate}`.\n### Changed (breaking)\n- `{coordinate}`.\n"
    )
    for today, left in ((TODAY, 1), (date(2027, 4, 30), 1), (date(2027, 5, 1), 0)):
        found = changes(DEPRECATED_NOW, without, today)
        assert [change.coordinate for change in found] == [coordinate]
        messages = untold(found, everything_told)
        assert len(messages) == left
        assert all("not before 2027-05" in message for message in messages)
    (over,) = changes(DEPRECATED_NOW, without, date(2027, 5, 1))
    assert over.headings == (REMOVED,)
    assert untold([over], "## [Unreleased]\n")


def test_a_type_does_not_take_what_it_promised_with_it() -> None:
    before = DEPRECATED_NOW + " type W { w: Int  x: Int " + DIRECTIVE + " }"
    (removed,) = changes(before, DEPRECATED_NOW, TODAY)
    assert (removed.coordinate, removed.headings) == ("W", ())
    (removed,) = changes(before, DEPRECATED_NOW, date(2027, 5, 1))
    assert (removed.coordinate, removed.headings) == ("W", (REMOVED, BREAKING))


def test_a_deprecation_is_told_and_its_notice_only_grows() -> None:
    before = schema_with(NOTICE).replace(f" {DIRECTIVE}", "")
    four = set(REMOVALS)
    assert {(c.coordinate, c.headings) for c in changes(before, DEPRECATED_NOW, TODAY)} == {
        (coordinate, (DEPRECATED,)) for coordinate in four
    }
    assert changes(DEPRECATED_NOW, before, TODAY) == []
    assert changes(DEPRECATED_NOW, schema_with(LONGER), TODAY) == []
    for reason in (SHORTER, "No longer supported"):
        assert {(c.coordinate, c.headings) for c in changes(DEPRECATED_NOW, schema_with(reason), TODAY)} == {
            (coordinate, ()) for coordinate in four
        }


LOG = """# Changelog

Words about `T.x`.

## [Unreleased]

### Removed

- `T.a`, which nobody read; `Query.t(a:)`
  and `E.Y`.

### Changed (breaking)

- T.b is text now.

## [0.1.0] - 2026-11-25

### Removed

- `T.c`.
"""


def test_only_what_is_unreleased_and_in_code_marks_is_told() -> None:
    assert told(LOG) == {"Removed": {"T.a", "Query.t(a:)", "E.Y"}, "Changed (breaking)": set()}
    assert told("# Changelog\n\n## [0.1.0]\n\n### Removed\n\n- `T.a`.\n") == {}


@pytest.mark.parametrize(
    ("coordinate", "headings", "is_told"),
    [
        ("T.a", (REMOVED,), True),
        ("T.a", (BREAKING, REMOVED), True),
        ("T.a", (BREAKING,), False),
        ("T.a", (), False),
        ("Query.t(a:)", (REMOVED,), True),
        ("Query.t", (REMOVED,), False),
        ("T", (REMOVED,), False),
        ("T.b", (BREAKING,), False),
        ("T.c", (REMOVED,), False),
        ("T.x", (REMOVED,), False),
    ],
)
def test_a_change_is_told_by_its_own_name_under_its_own_heading(
    coordinate: str, headings: tuple[str, ...], is_told: bool
) -> None:
    assert (untold([Change(coordinate, "It changed.", headings)], LOG) == []) == is_told


def test_what_is_not_told_is_said_with_what_to_write() -> None:
    (line,) = untold(changes(BASE, BASE.replace("{ a: Int  b: Int }", "{ b: Int }"), TODAY), LOG.replace("`T.a`", "it"))
    assert line == (
        "Field T.a was removed. Take it back, or write what clients have to do in CHANGELOG.md under"
        " `## [Unreleased]`, `### Changed (breaking)`, in a line that names `T.a` in code marks."
    )
