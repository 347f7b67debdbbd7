"""What comes of a write: the things to show, or errors that a form can act on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID


class Fault(StrEnum):
    """The contract's CommentErrorCode."""

    ARTICLE_NOT_FOUND = "ARTICLE_NOT_FOUND"
    COMMENT_NOT_FOUND = "COMMENT_NOT_FOUND"
    COMMENTER_NOT_FOUND = "COMMENTER_NOT_FOUND"
    COMMENTS_CLOSED = "COMMENTS_CLOSED"
    BODY_EMPTY = "BODY_EMPTY"
    BODY_TOO_SHORT = "BODY_TOO_SHORT"
    BODY_TOO_LONG = "BODY_TOO_LONG"
    BODY_INVALID = "BODY_INVALID"
    REPEATED = "REPEATED"
    TOO_FAST = "TOO_FAST"
    EDIT_WINDOW_OVER = "EDIT_WINDOW_OVER"
    NOT_YOURS = "NOT_YOURS"
    SUSPENDED = "SUSPENDED"
    BANNED = "BANNED"
    IDEMPOTENCY_CONFLICT = "IDEMPOTENCY_CONFLICT"
    TOO_MANY = "TOO_MANY"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a write was refused. field: the input field at fault; empty where it is none of them."""

    code: Fault
    message: str
    field: str = ""

    @property
    def path(self) -> list[str]:
        return ["input", self.field] if self.field else ["input"]


class Refusal(Exception):
    """A write that can't be done, and why; nothing of it was written but that it was tried, where it has a pace."""

    def __init__(self, code: Fault, message: str, field: str = "") -> None:
        super().__init__(message)
        self.problem = Problem(code, message, field)


@dataclass(frozen=True, slots=True)
class Written:
    """The ids of the things that a payload shows, in their order; what else it says, by field."""

    ids: tuple[UUID, ...] = ()
    said: Mapping[str, Any] = field(default_factory=dict)
