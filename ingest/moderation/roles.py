"""What a reader may be, as tokens say, moderation asks and everybody is shown."""

from enum import StrEnum


class Role(StrEnum):
    """The contract's Role, the least first."""

    COMMENTER = "COMMENTER"
    MEMBER = "MEMBER"
    STAFF = "STAFF"
    MODERATOR = "MODERATOR"
    ADMIN = "ADMIN"


MODERATING = frozenset({Role.MODERATOR, Role.ADMIN})
