"""The pool against real faults: killed backends, statements that take too long, a server that goes and hangs."""

from db.pool import Database


async def test_reads_values_and_rows(database: Database) -> None:
    assert await database.value("select $1::int + 1", 41) == 42
    assert await database.value("select 1 where false") is None
    assert [row["n"] for row in await database.rows("select n from generate_series(1, $1) n", 3)] == [1, 2, 3]
