"""What the rules are told of a comment, and what they may answer."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ingest.markdown import NOTHING, Text
from ingest.moderation.roles import Role
from ingest.moderation.words import Folded


class Status(StrEnum):
    """The contract's CommentStatus."""

    PUBLISHED = "PUBLISHED"
    APPROVED = "APPROVED"
    PENDING = "PENDING"
    WITHHELD = "WITHHELD"
    REJECTED = "REJECTED"

    @property
    def is_public(self) -> bool:
        return self in (Status.PUBLISHED, Status.APPROVED)


class State(StrEnum):
    """The contract's CommenterState."""

    ACTIVE = "ACTIVE"
    PREMODERATED = "PREMODERATED"
    SUSPENDED = "SUSPENDED"
    BANNED = "BANNED"


@dataclass(frozen=True, slots=True)
class Article:
    """Where the comment is to stand. open: as the article says; closes_at: when that ends, if it does. id: the global
    one."""

    open: bool = True
    premoderated: bool = False
    closes_at: datetime | None = None
    language: str = "und"
    id: str = ""


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes, and what became of what they wrote before.

    state: as it stands now, a suspension that is over being none. approved: comments that are public. judged, rejected:
    of the rule's span, those published or rejected, and of them the rejected. recent: plain texts within the span of
    the rule against repeated posts. id: the global one.
    """

    role: str = Role.COMMENTER
    state: State = State.ACTIVE
    approved: int = 0
    judged: int = 0
    rejected: int = 0
    recent: tuple[str, ...] = ()
    id: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that has something to say of a comment, and what. The message is for its author."""

    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the external moderator answered: a status, only a finding for the moderators (a message alone), or that it
    has no opinion (neither)."""

    status: Status | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One comment to judge. body: its Markdown. text: what was made of it, once a rule has; folded: its plain text,
    as words are looked for in it. external: the external moderator's opinion; None where it was not asked."""

    body: str
    now: datetime
    article: Article = field(default_factory=Article)
    author: Author = field(default_factory=Author)
    external: Opinion | None = None
    text: Text = NOTHING
    folded: Folded = field(default_factory=Folded)


# -- what a rule may answer; None is: nothing to say


@dataclass(frozen=True, slots=True)
class Refused:
    """The comment is not taken. code: of the contract's CommentErrorCode."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Decided:
    """The comment is taken with this status, and no later rule is asked. An empty message is no finding."""

    status: Status
    message: str = ""


@dataclass(frozen=True, slots=True)
class Noted:
    """Later rules decide; moderators are told."""

    message: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """The text that later rules, and readers, see; folded once for all of them."""

    text: Text
    folded: Folded


Outcome = Refused | Decided | Noted | Rendered | None
