import pytest

from db.statements import SQL, StatementFileInvalid, parse, statements


def test_cuts_a_file_into_its_statements() -> None:
    text = "-- name: one\n-- A sentence,\n-- going on.\nselect 1\n  -- stays\n;\n\n-- name: two\n-- And.\nselect $1;\n"
    assert parse("x", text) == {"one": "select 1\n  -- stays\n;", "two": "select $1;"}


@pytest.mark.parametrize(
    "text",
    [
        "select 1;",
        "-- name: one\nselect 1;",
        "-- name: one\n-- No statement.",
        "-- name: one\n-- Twice.\nselect 1;\n-- name: one\n-- Twice.\nselect 2;",
        "-- name: two words\n-- A sentence.\nselect 1;",
    ],
)
def test_refuses_what_breaks_the_form(text: str) -> None:
    with pytest.raises(StatementFileInvalid, match=r"x\.sql"):
        parse("x", text)


@pytest.mark.parametrize("noun", sorted(path.stem for path in SQL.glob("*.sql")))
def test_every_file_is_well_formed_and_read_once(noun: str) -> None:
    assert statements(noun)
    assert statements(noun) is statements(noun)
