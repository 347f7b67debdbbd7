"""Times as they go out, and what the policy of a source lets out of a text (docs/rights.md)."""

from datetime import datetime
from html import escape
from typing import Any

from tests.schema.equivalence.rows import Row


def rfc3339(time: datetime | None) -> str | None:
    """A time of ours, in UTC, with as many decimals as it needs."""
    if time is None:
        return None
    whole = time.replace(microsecond=0, tzinfo=None).isoformat()
    decimals = f".{time.microsecond:06}".rstrip("0").rstrip(".")
    return f"{whole}{decimals}+00:00"


def paragraph(text: str | None) -> str | None:
    return None if text is None else "<p>" + escape(text).replace("&#x27;", "&#39;") + "</p>"


def lead(source: Row, row: Row) -> Any:
    return None if source["body_policy"] == "HEADLINE" else row["lead"]


def body(source: Row, row: Row, format_: str, full: str | None) -> Any:
    """A body under a policy. full: what FULL lets out."""
    match source["body_policy"]:
        case "FULL":
            return full
        case "EXCERPT":
            return paragraph(row["lead"]) if format_ == "HTML" else row["lead"]
    return None
