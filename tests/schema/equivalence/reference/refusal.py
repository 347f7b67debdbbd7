"""What makes a root field fail."""

from typing import Any


class Refusal(Exception):
    """An argument that makes no sense. wording: what the caller is told, where that is the contract's; graphql-core
    takes `extensions` over into the error."""

    def __init__(self, code: str, wording: str | None = None) -> None:
        super().__init__(wording or code)
        self.wording = wording
        self.extensions: dict[str, Any] = {"code": code}
