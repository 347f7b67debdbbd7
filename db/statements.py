"""Fixed statements: files in db/sql/, one for each noun, in which every statement has a name and a sentence.

-- name: head
-- The number of the newest committed line; 0 for an empty log.
select coalesce(max(seq), 0) from changes;
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

SQL = Path(__file__).parent / "sql"
_NAME = re.compile(r"^-- name: (.*)$", re.MULTILINE)


class StatementFileInvalid(Exception):
    """A file of named statements is not written as it should be."""


@cache
def statements(noun: str) -> Mapping[str, str]:
    """The statements of db/sql/<noun>.sql by name, each as the exact text that Postgres gets. Read once."""
    return MappingProxyType(parse(noun, (SQL / f"{noun}.sql").read_text(encoding="utf-8")))


def parse(noun: str, text: str) -> dict[str, str]:
    """Cut a file's text into its statements; raise StatementFileInvalid where it breaks the form above."""
    before, *parts = _NAME.split(text)
    if before.strip():
        raise StatementFileInvalid(f"{noun}.sql: text before the first '-- name:'")
    found: dict[str, str] = {}
    for name, body in zip(parts[::2], parts[1::2], strict=True):
        lines = body.strip().split("\n")
        comment = next((n for n, line in enumerate(lines) if not line.startswith("--")), len(lines))
        statement = "\n".join(lines[comment:]).strip()
        if not name.strip().isidentifier() or name.strip() in found:
            raise StatementFileInvalid(f"{noun}.sql: {name.strip()!r} is no name, or is there twice")
        if not comment or not statement:
            raise StatementFileInvalid(f"{noun}.sql: {name.strip()} needs a sentence and a statement")
        found[name.strip()] = statement
    return found
