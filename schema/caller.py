"""Who is calling: a parameter of every plan."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from db.scopes import Scope
from db.tables import Audience
from ingest.moderation.roles import MODERATING, Role

if TYPE_CHECKING:
    from schema.rate_limit import Spending


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling, as far as answers and limits depend on it.

    audience: which rows are seen (db/tables.py). reader: the commenter's id of a reader who brought a token. role: of
    that reader. scopes: of a key. program: whether a secret key was brought, alone or for the reader. full_sources:
    sources whose texts a key has in full. bucket: what the budget is kept by. now: when they ask, where the answer
    depends on it.
    """

    audience: Audience = "public"
    reader: UUID | None = None
    role: str = Role.COMMENTER
    scopes: frozenset[str] = frozenset()
    program: bool = False
    full_sources: tuple[UUID, ...] = ()
    bucket: str = ""
    spending: "Spending | None" = None
    now: datetime | None = None

    @property
    def sees_more(self) -> bool:
        """Whether answers are not the public's, so that they are kept by nobody else."""
        return self.audience != "public" or self.reader is not None or bool(self.full_sources)

    @property
    def moderates(self) -> bool:
        """Whether they see what moderators see."""
        return self.audience == "moderator"

    @property
    def decides(self) -> bool:
        """Whether they may do what moderators do: a reader by their own role, whatever the key that they come by; a
        key alone by its scope."""
        return self.role in MODERATING if self.reader is not None else Scope.MODERATE in self.scopes

    # What statements are bound to (db/read.py's OfCaller). Ids as texts: of an array of UUIDs asyncpg would first ask
    # the server.

    @property
    def viewer(self) -> UUID | None:
        return self.reader

    @property
    def in_full(self) -> list[str]:
        return [str(source) for source in self.full_sources]


ANONYMOUS = Caller()
