"""The scalars of the contract. Going out they are text that Postgres wrote; coming in they are checked."""

from datetime import datetime
from typing import Any, NewType
from urllib.parse import urlsplit

import strawberry
from strawberry.types.scalar import ScalarDefinition

DateTime = NewType("DateTime", datetime)
URL = NewType("URL", str)

_EARLIEST, _LATEST = 1, 9998


def read_datetime(value: Any) -> datetime:
    """An RFC 3339 time with an offset as a time in UTC terms.

    Raises:
        ValueError: not such a text.
    """
    if not isinstance(value, str) or len(value) > 40 or len(value) < 20 or value[10] not in "Tt ":
        raise ValueError("A DateTime is an RFC 3339 text with an offset, such as 2025-06-18T19:45:00+09:00.")
    try:
        time = datetime.fromisoformat(value.upper())
    except ValueError:
        raise ValueError("A DateTime is an RFC 3339 text with an offset, such as 2025-06-18T19:45:00+09:00.") from None
    if time.tzinfo is None:
        raise ValueError("A DateTime needs an offset, such as Z or +09:00.")
    if not _EARLIEST < time.year < _LATEST:
        raise ValueError("A DateTime lies between the years 2 and 9997.")
    return time


def read_url(value: Any) -> str:
    """An absolute http or https URL, as it stands.

    Raises:
        ValueError: not such a text.
    """
    message = "A URL is an absolute http or https address."
    if not isinstance(value, str) or len(value) > 4096 or "\0" in value:
        raise ValueError(message)
    try:
        parts = urlsplit(value)
    except ValueError:
        raise ValueError(message) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(message)
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
