"""The scalars of the contract. Going out they are text that Postgres wrote; coming in they are checked."""

import re
from datetime import datetime
from typing import Any, NewType
from urllib.parse import urlsplit

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

DateTime = NewType("DateTime", datetime)
URL = NewType("URL", str)

_EARLIEST, _LATEST = 1, 9998
# RFC 3339; Python's own reader takes weeks and other forms of ISO 8601 as well.
_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_NO_TIME = "A DateTime is an RFC 3339 text with an offset, such as 2025-06-18T19:45:00+09:00."


def read_datetime(value: Any) -> datetime:
    """An RFC 3339 time with an offset as a time in UTC terms.

    Raises:
        GraphQLError: not such a text.
    """
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        raise GraphQLError(_NO_TIME)
    try:
        time = datetime.fromisoformat(value.upper())
    except ValueError:
        raise GraphQLError(_NO_TIME) from None
    if not _EARLIEST < time.year < _LATEST:
        raise GraphQLError("A DateTime lies between the years 2 and 9997.")
    return time


def read_url(value: Any) -> str:
    """An absolute http or https URL, as it stands.

    Raises:
        GraphQLError: not such a text.
    """
    message = "A URL is an absolute http or https address."
    if not isinstance(value, str) or len(value) > 4096 or "\0" in value:
        raise GraphQLError(message)
    try:
        parts = urlsplit(value)
    except ValueError:
        raise GraphQLError(message) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise GraphQLError(message)
    return value


def _as_it_stands(value: Any) -> Any:
    return value


SCALARS: dict[object, ScalarDefinition] = {
    DateTime: strawberry.scalar(
        name="DateTime",
        description="RFC 3339 with an offset; a publisher's own offset is kept (+09:00 stays +09:00).",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
        serialize=_as_it_stands,
        parse_value=read_datetime,
    ),
    URL: strawberry.scalar(
        name="URL",
        description="An absolute http or https URL.",
        serialize=_as_it_stands,
        parse_value=read_url,
    ),
}
