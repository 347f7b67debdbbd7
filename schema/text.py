"""Text that is served as sanitised HTML or as plain text."""

from enum import Enum
from typing import Annotated, Any

import strawberry

from schema.fields import OfColumn, planned, rule


@strawberry.enum
class TextFormat(Enum):
    HTML = "HTML"
    TEXT = "TEXT"


def _body(as_: Annotated[TextFormat, strawberry.argument(name="as")] = TextFormat.HTML) -> str | None:
    planned()


def body(description: str | None = None) -> Any:
    """A body, of an article, a revision or a comment; it weighs more than a row without it."""
    choices = {"HTML": "body_html", "TEXT": "body_text"}
    return rule(OfColumn(argument="as", choices=choices, weight=10), description, _body)
