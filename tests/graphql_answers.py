"""What answers of the GraphQL door have in common, whatever was sent."""

import re
from typing import Any

import orjson

# Words that only the inside knows: of Python, its libraries, Postgres and this program's modules.
INSIDE = re.compile(
    r"Traceback|File \"|line \d+, in|Error\(|Exception|<class|object at 0x|NoneType|\bNone\b|\bTrue\b|\bFalse\b"
    r"|\bdict\b|\bstr\b|\btuple\b|codec|UUID\(|datetime|Undefined|asyncpg|postgres|psql|\bSQL\b|relation|syntax error"
    r"|tsquery|tsvector|\barticles\.|\bselect\b|constraint|operator does not|invalid input|graphql-core|strawberry"
    r"|int_max_str|recursion|__\w+__",
)
# What was sent may be quoted.
QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")
CODES = {"BAD_REQUEST", "BAD_QUERY", "BAD_CURSOR", "COST_EXCEEDED", "TIMEOUT", "UNAVAILABLE"}


def read(body: bytes) -> dict[str, Any]:
    """An answer's body, its form checked: `data`, `errors` or both, each error with a clean message and a code that
    a client can cause."""
    answer: dict[str, Any] = orjson.loads(body)
    assert answer.keys() - {"extensions"} in ({"data"}, {"errors"}, {"data", "errors"})
    for error in answer.get("errors", ()):
        assert error.keys() <= {"message", "locations", "path", "extensions"}
        assert error["extensions"]["code"] in CODES, error
        assert 0 < len(error["message"]) <= 501
        inside = INSIDE.search(QUOTED.sub("", error["message"]))
        assert inside is None, f"{inside} in {error['message']}"
    assert answer.get("errors") != []
    return answer


def codes(body: bytes) -> list[str]:
    """The codes of an answer's errors."""
    return [error["extensions"]["code"] for error in read(body).get("errors", ())]
