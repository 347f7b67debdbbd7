"""What can go wrong with a read, as its caller is told. `code` goes out as `extensions.code`."""

from enum import StrEnum
from typing import Any


class Code(StrEnum):
    BAD_REQUEST = "BAD_REQUEST"
    BAD_QUERY = "BAD_QUERY"
    BAD_CURSOR = "BAD_CURSOR"
    COST_EXCEEDED = "COST_EXCEEDED"
    RATE_LIMITED = "RATE_LIMITED"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    TIMEOUT = "TIMEOUT"
    UNAVAILABLE = "UNAVAILABLE"
    INTERNAL = "INTERNAL"


class ReadError(Exception):
    """A root field that can't be planned or bound; the message is for the caller.

    graphql-core takes `extensions` over into the error that it makes of this one.
    """

    code = Code.BAD_REQUEST

    @property
    def extensions(self) -> dict[str, Any]:
        return {"code": str(self.code)}


class BadRequest(ReadError):
    """An argument that is well-typed and yet makes no sense."""


class BadCursor(ReadError):
    """A cursor that was not given out, or for another order."""

    code = Code.BAD_CURSOR


class BadQuery(ReadError):
    """A search query that can't be read."""

    code = Code.BAD_QUERY


class CostExceeded(ReadError):
    """An operation that costs more points than one may."""

    code = Code.COST_EXCEEDED

    def __init__(self, message: str, requested: int, limit: int) -> None:
        super().__init__(message)
        self.requested = requested
        self.limit = limit

    @property
    def extensions(self) -> dict[str, Any]:
        return {"code": str(self.code), "cost": {"requested": self.requested, "limit": self.limit}}


class Unauthenticated(ReadError):
    """Something that only somebody who is known may do."""

    code = Code.UNAUTHENTICATED


class Forbidden(ReadError):
    """Something that the caller may not do."""

    code = Code.FORBIDDEN
