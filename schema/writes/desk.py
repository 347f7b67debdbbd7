"""What every write works with, and who may write at all."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from db.pool import Database
from db.scopes import Scope
from db.statements import statements
from ingest.moderation.case import Case, Opinion, State
from ingest.moderation.roles import Role
from ingest.moderation.settings import Rules
from schema.caller import Caller
from schema.errors import Forbidden, Unauthenticated
from schema.node import read_id
from schema.writes.outcome import Fault, Refusal

# Asks the external moderator about a case; None where it has no opinion, is late or away.
External = Callable[[Case], Awaitable[Opinion | None]]


@dataclass(frozen=True, slots=True)
class Desk:
    """rules: of moderation, pace and editing. clock: gives the time, aware. forget: is told of a commenter who is gone
    though a token still brings them."""

    database: Database
    rules: Rules = field(default_factory=Rules)
    external: External | None = None
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    forget: Callable[[UUID], None] = lambda _: None


def reader(caller: Caller) -> UUID:
    """The commenter's id of a reader who writes.

    Raises:
        Unauthenticated: they are no reader.
        Forbidden: they come by a key that may not write for readers.
    """
    if caller.reader is None:
        raise Unauthenticated("Bring a reader's token to do this.")
    if caller.program and Scope.COMMENTS_WRITE not in caller.scopes:
        raise Forbidden("A key needs the scope `comments:write` to write for a reader.")
    return caller.reader


def moderator(caller: Caller) -> UUID | None:
    """The commenter's id of a moderator; None of a key that moderates by itself.

    Raises:
        Unauthenticated, Forbidden: the caller is none.
    """
    if not caller.decides:
        raise _kept_out(caller, "Only moderators do this.")
    return caller.reader


def staff(caller: Caller) -> UUID | None:
    """The commenter's id of a moderator or of staff, as `moderator` gives it."""
    if not caller.decides and (caller.reader is None or caller.role != Role.STAFF):
        raise _kept_out(caller, "Only moderators and staff do this.")
    return caller.reader


def _kept_out(caller: Caller, message: str) -> Unauthenticated | Forbidden:
    return Unauthenticated(message) if caller.reader is None and not caller.scopes else Forbidden(message)


def named(id_: str, letter: str, fault: Fault, field: str) -> UUID:
    """The UUID of a global id of one type.

    Raises:
        Refusal: it is none of that type.
    """
    found, text = read_id(id_)
    if found != letter or text is None:
        raise missing(fault, field)
    return UUID(text)


_MISSING = {
    Fault.ARTICLE_NOT_FOUND: "There is no such article.",
    Fault.COMMENT_NOT_FOUND: "There is no such comment, or no longer.",
    Fault.COMMENTER_NOT_FOUND: "There is no such commenter.",
}


def missing(fault: Fault, field: str = "") -> Refusal:
    return Refusal(fault, _MISSING[fault], field)


def standing(row: Any, now: datetime) -> State:
    """How a commenter stands: what moderators say holds until its time is over."""
    over = row["state_until"] is not None and row["state_until"] <= now
    return State.ACTIVE if over else State(row["state"])


def erased(desk: Desk, commenter: UUID) -> Unauthenticated:
    """What is said to a commenter who was erased since their token was read, which is read anew from here on."""
    desk.forget(commenter)
    return Unauthenticated("Your account was erased meanwhile. Who goes on begins anew.")


def may_write(desk: Desk, caller: Caller, row: Any, now: datetime) -> State:
    """How a reader stands who is let write. row: of their commenter.

    Raises:
        Unauthenticated: they were erased since their token was read.
        Refusal: they are suspended or banned.
    """
    if row is None:
        raise erased(desk, reader(caller))
    state = standing(row, now)
    if state is State.BANNED:
        raise Refusal(Fault.BANNED, "You can no longer write comments here.")
    if state is State.SUSPENDED:
        until = f" until {row['state_until']:%Y-%m-%d %H:%M} UTC" if row["state_until"] is not None else ""
        raise Refusal(Fault.SUSPENDED, f"You can't write comments{until}.")
    return state


async def admitted(connection: Any, desk: Desk, caller: Caller, now: datetime) -> None:
    """Let a reader write something that isn't judged. Raises Unauthenticated, Refusal."""
    row = await connection.fetchrow(statements("commenters")["decider"], reader(caller))
    may_write(desk, caller, row, now)


async def known(connection: Any, desk: Desk, caller: Caller) -> None:
    """Raises Unauthenticated: the reader was erased since their token was read."""
    if await connection.fetchval(statements("commenters")["state"], reader(caller)) is None:
        raise erased(desk, reader(caller))


async def decides(connection: Any, desk: Desk, by: UUID | None, now: datetime) -> None:
    """Let a moderator or staff decide something. by: as `moderator` gives it.

    Raises:
        Unauthenticated: they were erased since their token was read.
        Forbidden: they are suspended or banned themselves.
    """
    if by is None:
        return
    row = await connection.fetchrow(statements("commenters")["decider"], by)
    if row is None:
        raise erased(desk, by)
    if standing(row, now) in (State.SUSPENDED, State.BANNED):
        raise Forbidden("Who is suspended or banned decides nothing.")


# Tries of the same write at once, counted like others, which no pace refuses.
_RETRIES = 5


async def paced(
    connection: Any,
    desk: Desk,
    caller: Caller,
    kind: str,
    every: float,
    at_once: int,
    now: datetime,
    key: str | None = None,
) -> None:
    """Hold a reader to a pace of one write of a kind every so many seconds, some of them at once; moderators are free.
    key: the idempotency key of the write; another try right after the first is none too many.

    Raises:
        Unauthenticated: they were erased since their token was read.
        Refusal: this one comes too soon.
    """
    await known(connection, desk, caller)
    if caller.decides or not every:
        return
    pace = (reader(caller), kind, now, timedelta(seconds=every), at_once, key, _RETRIES)
    if await connection.fetchval(statements("commenters")["pace"], *pace) is None:
        what = f"{at_once} in {every * at_once:g} seconds" if at_once > 1 else f"one every {every:g} seconds"
        raise Refusal(Fault.TOO_FAST, f"That was quick. At most {what}: wait a moment and send it again.")
