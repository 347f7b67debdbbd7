"""How the rules are tuned: one table of a TOML file for each rule, every value with its default here.

[links]
hold_over = 2

What a file doesn't name stays as it is here; a name or value that no rule knows is refused with its place in the file.
"""

import tomllib
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from ingest.moderation.roles import Role
from ingest.moderation.toxicity import Scorer, score
from ingest.moderation.words import WordList

_STRICT = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
# Characters of the longest comment that a setting allows.
LONGEST = 20_000
_Share = Annotated[float, Field(ge=0, le=1)]
_Count = Annotated[int, Field(ge=0, le=1_000_000)]
_Seconds = Annotated[float, Field(ge=0, le=10_000_000)]
_Days = Annotated[float, Field(ge=0, le=3_650)]
# 18 to 66 bytes in base64, as Standard Webhooks has them.
_Secret = Annotated[
    str, Field(pattern=r"^(whsec_(?:[A-Za-z0-9+/]{4}){6,22}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)?$")
]
_Words = dict[str, tuple[Annotated[str, Field(min_length=1, max_length=100)], ...]]


class BadRules(Exception):
    """A file of moderation rules can't be used; the message names each place and what is wrong there."""


@dataclass(frozen=True, slots=True)
class Length:
    """Characters of a comment as it was written, white space around it not counted."""

    __pydantic_config__ = _STRICT
    on: bool = True
    min: Annotated[int, Field(ge=1, le=100_000)] = 1
    max: Annotated[int, Field(ge=1, le=LONGEST)] = 4_000


@dataclass(frozen=True, slots=True)
class Closing:
    """Articles take comments until they are closed, by hand, at their own time or so many days after publication (0:
    never)."""

    __pydantic_config__ = _STRICT
    on: bool = True
    after_days: _Days = 0.0

    @property
    def after(self) -> timedelta | None:
        """The age at which articles close; None where none does."""
        return timedelta(days=self.after_days) if self.on and self.after_days else None


@dataclass(frozen=True, slots=True)
class Commenting:
    """Whether anybody may comment anywhere, and what is said where not."""

    __pydantic_config__ = _STRICT
    open: bool = True
    message: str = "Comments are closed for now."


@dataclass(frozen=True, slots=True)
class Repeat:
    """The same text by the same author within so many seconds."""

    __pydantic_config__ = _STRICT
    on: bool = True
    seconds: _Seconds = 600.0


@dataclass(frozen=True, slots=True)
class Team:
    """Comments of these roles are approved without a look."""

    __pydantic_config__ = _STRICT
    on: bool = True
    roles: tuple[Role, ...] = (Role.STAFF, Role.MODERATOR, Role.ADMIN)


@dataclass(frozen=True)
class Words:
    """Words by language, under `any` for all. banned ones reject; suspect ones are reported, or with hold_suspect held;
    in allowed ones nothing is found."""

    __pydantic_config__ = _STRICT
    on: bool = True
    banned: _Words = field(default_factory=dict)
    suspect: _Words = field(default_factory=dict)
    allowed: _Words = field(default_factory=dict)
    hold_suspect: bool = False

    @cached_property
    def banned_list(self) -> WordList:
        return WordList(self.banned, self.allowed)

    @cached_property
    def suspect_list(self) -> WordList:
        return WordList(self.suspect, self.allowed)


@dataclass(frozen=True, slots=True)
class Toxicity:
    """From which score (0 to 1) a comment is withheld."""

    __pydantic_config__ = _STRICT
    on: bool = True
    withhold_from: _Share = 0.8


@dataclass(frozen=True, slots=True)
class History:
    """An author of whose comments of the last days this share was rejected, at least so many, is held."""

    __pydantic_config__ = _STRICT
    on: bool = True
    days: _Days = 7.0
    share: _Share = 0.3
    at_least: _Count = 3


@dataclass(frozen=True, slots=True)
class Spam:
    """From how many signs of spam a comment is withheld."""

    __pydantic_config__ = _STRICT
    on: bool = True
    withhold_from: Annotated[int, Field(ge=1, le=10)] = 2


@dataclass(frozen=True, slots=True)
class Links:
    """A comment with more links than this is held. Those to `trusted` hosts and what lies below them don't count."""

    __pydantic_config__ = _STRICT
    on: bool = True
    hold_over: _Count = 3
    trusted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class External:
    """A server that is asked where no rule before has decided; without a url nobody is. secret: `whsec_…`."""

    __pydantic_config__ = _STRICT
    on: bool = True
    url: Annotated[str, Field(pattern=r"^(https?://.*)?$")] = ""
    secret: _Secret = field(default="", repr=False)
    seconds: Annotated[float, Field(gt=0, le=10)] = 1.0

    @property
    def is_asked(self) -> bool:
        return self.on and bool(self.url)


@dataclass(frozen=True, slots=True)
class NewCommenter:
    """Authors with fewer public comments than this are held; 0: none."""

    __pydantic_config__ = _STRICT
    on: bool = True
    below: _Count = 0


@dataclass(frozen=True, slots=True)
class Premoderation:
    """Whether articles and authors that are set so are held, and whether everything is."""

    __pydantic_config__ = _STRICT
    articles: bool = True
    authors: bool = True
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Editing:
    """Seconds after posting in which an author may edit a comment."""

    __pydantic_config__ = _STRICT
    seconds: _Seconds = 30.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds from one write of a commenter to the next, or from one preview to the next, on average; of previews,
    reactions and flags two may come at once. 0: no limit. Moderators have none."""

    __pydantic_config__ = _STRICT
    comment_seconds: _Seconds = 3.0
    edit_seconds: _Seconds = 3.0
    preview_seconds: _Seconds = 1.0
    reaction_seconds: _Seconds = 0.5
    flag_seconds: _Seconds = 1.5


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules, in the order in which they are asked, and what else the file says of comments. scorer: what toxicity
    asks; not of the file."""

    __pydantic_config__ = _STRICT
    length: Length = field(default_factory=Length)
    closing: Closing = field(default_factory=Closing)
    commenting: Commenting = field(default_factory=Commenting)
    repeat: Repeat = field(default_factory=Repeat)
    team: Team = field(default_factory=Team)
    words: Words = field(default_factory=Words)
    toxicity: Toxicity = field(default_factory=Toxicity)
    history: History = field(default_factory=History)
    spam: Spam = field(default_factory=Spam)
    links: Links = field(default_factory=Links)
    external: External = field(default_factory=External)
    new_commenter: NewCommenter = field(default_factory=NewCommenter)
    premoderation: Premoderation = field(default_factory=Premoderation)
    editing: Editing = field(default_factory=Editing)
    pace: Pace = field(default_factory=Pace)
    scorer: Annotated[Scorer, Field(exclude=True)] = score


_FILE = TypeAdapter(Rules)


def read_rules(path: Path | None) -> Rules:
    """The rules of a file; those above without one.

    Raises:
        BadRules: it can't be read, or says what no rule knows.
    """
    if path is None:
        return Rules()
    try:
        return rules(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadRules(f"{path} can't be read as TOML: {error}") from None
    except BadRules as error:
        raise BadRules(f"{path}: {error}") from None


def rules(tables: dict[str, Any]) -> Rules:
    """Rules as their tables say.

    Raises:
        BadRules: they say what no rule knows.
    """
    if "scorer" in tables:
        raise BadRules("there is no rule 'scorer'")
    try:
        return _FILE.validate_python(tables)
    except ValidationError as problem:
        lines = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in problem.errors()]
        raise BadRules("; ".join(lines)) from None
