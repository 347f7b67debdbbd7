"""What a key may be for."""

from enum import StrEnum


class Scope(StrEnum):
    """What a key is for, beside reading."""

    COMMENTS_WRITE = "comments:write"
    MODERATE = "moderate"
    WEBHOOKS = "webhooks"
