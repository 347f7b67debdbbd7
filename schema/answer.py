"""What goes back to who asked: an operation's answer, and what errors look like from outside."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import uuid4

import orjson
import structlog
from graphql import ExecutionResult, GraphQLError

from db.pool import DatabaseTimeout, DatabaseUnavailable
from schema.errors import Code, ReadError
from schema.rate_limit import RateLimited

log = structlog.get_logger()

# graphql-core repeats what was sent in what it says of it, and says None where it was null.
_LONGEST_MESSAGE = 500
_PYTHON = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\b(?:None|True|False)\b""")
_JSON = {"None": "null", "True": "true", "False": "false"}


class Holds(Enum):
    """How long an answer is the same again: not at all (errors), until the database changes, as long as this program
    runs (introspection)."""

    NOW = 0
    UNTIL_CHANGE = 1
    ALWAYS = 2


# Never changed once it is made, but not frozen: most requests make one, which would take twice as long.
@dataclass(slots=True)
class Answer:
    """A finished answer. status: HTTP's. retry_after: seconds, where trying again makes sense. tags: gives what it was
    made of (schema/tags.py). cost: points, where the operation came so far that they are known. deprecated: coordinates
    that it used which are going."""

    status: int
    body: bytes
    retry_after: int | None = None
    holds: Holds = Holds.NOW
    tags: Callable[[], tuple[str, ...]] = tuple
    cost: int | None = None
    deprecated: tuple[str, ...] = ()


def executed(result: ExecutionResult, holds: Holds, cost: int | None) -> Answer:
    """The answer that graphql-core made."""
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body["errors"] = [_formatted(error) for error in result.errors]
    return Answer(200, orjson.dumps(body), holds=holds, cost=cost)


def refused(status: int, errors: Iterable[GraphQLError], cost: int | None = None) -> Answer:
    """The answer to a request that can't be executed."""
    return Answer(status, orjson.dumps({"errors": [_formatted(error) for error in errors]}), cost=cost)


def failed(status: int, code: str, message: str, retry_after: int | None = None, **extensions: Any) -> Answer:
    """The answer where nothing was executed, for one reason."""
    error = {"message": message, "extensions": {"code": str(code), **extensions}}
    return Answer(status, orjson.dumps({"errors": [error]}), retry_after)


def limited(error: RateLimited) -> Answer:
    """The answer to whoever has not enough left."""
    seconds = error.spending.seconds
    return failed(429, error.code, str(error), seconds, retryAfter=seconds)


def unanswered(error: DatabaseTimeout | DatabaseUnavailable) -> Answer:
    """The answer where the database gave none."""
    if isinstance(error, DatabaseTimeout):
        return failed(504, Code.TIMEOUT, "The database took too long. Ask for less, or try again.", 1)
    return failed(503, Code.UNAVAILABLE, f"{error} Try again.", 1)


def broken(error: Exception) -> Answer:
    """The answer where nobody knows what went wrong."""
    message, id_ = _masked(error)
    return failed(500, Code.INTERNAL, message, id=id_)


def _formatted(error: GraphQLError) -> dict[str, Any]:
    """An error as it goes out: with a code, and without what only the log should say."""
    original = error.original_error
    while isinstance(original, GraphQLError):
        original = original.original_error
    if isinstance(original, ValueError) and error.path is None:
        # Raised by reading the request, not by answering it: a number of 5,000 digits, for one.
        error = GraphQLError("A value can't be read.", error.nodes)
    elif original is not None and not isinstance(original, ReadError):
        message, id_ = _masked(original)
        error = GraphQLError(message, error.nodes, path=error.path, extensions={"code": str(Code.INTERNAL), "id": id_})
    formatted = dict(error.formatted)
    message = _PYTHON.sub(lambda word: _JSON.get(word[0], word[0]), error.message[:_LONGEST_MESSAGE])
    formatted["message"] = message + ("…" if len(error.message) > _LONGEST_MESSAGE else "")
    formatted["extensions"] = {"code": str(Code.BAD_REQUEST), **(error.extensions or {})}
    return formatted


def _masked(error: BaseException) -> tuple[str, str]:
    """What the caller is told of an unexpected error, and the id under which the log tells the rest."""
    id_ = uuid4().hex
    log.error("unexpected error in an operation", error_id=id_, exc_info=error)
    return "Something went wrong here. The id leads to it in the log.", id_
