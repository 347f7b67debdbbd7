"""Who is calling, from what a request's headers bring: a reader's token, a key, or both of them."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog
from cachetools import LRUCache

from api.heads import RequestHead
from api.tokens import NAMELESS, BadToken, Reader, Tokens
from db.changes import Kind, Line, append
from db.current import Current
from db.ids import uuid7
from db.pool import Database, DatabaseTimeout, DatabaseUnavailable
from db.retry import write
from db.scopes import Scope
from db.statements import statements
from db.tables import Audience
from ingest.moderation.case import State
from ingest.moderation.roles import MODERATING
from jobs.keys import hashed, prefix_of
from schema.caller import ANONYMOUS, Caller
from schema.writes.desk import standing

log = structlog.get_logger("broadsheet.callers")

# Seconds for which a token that was read is not read again: so long a change of name or role may wait.
_REMEMBERED = 60
_MOST_TOKENS, _MOST_KEYS = 10_000, 1_000
# Seconds between two notes that a key was used.
_NOTED = 60
_INSTALLS = 64


class BadCredentials(Exception):
    """What a request brings to say who is calling counts for nothing; the message says why."""

    @property
    def challenge(self) -> str:
        """The header WWW-Authenticate (RFC 6750, 3)."""
        return f'Bearer realm="broadsheet", error="invalid_token", error_description="{self}"'.replace("`", "'")


@dataclass(frozen=True, slots=True)
class _Known:
    """What is remembered of a secret. caller: None for one that is unknown, wrong or revoked. ends: in seconds since
    1970."""

    version: Any
    caller: Caller | None
    id: UUID | None = None
    publishable: bool = False
    ends: float = float("inf")


class Callers:
    """Finds out who is calling. One for each process; what it remembers of keys holds as long as none changed in any
    process, and of tokens for a minute."""

    def __init__(self, database: Database, tokens: Tokens, *, clock: Callable[[], datetime] | None = None) -> None:
        self._database = database
        self._tokens = tokens
        self._clock = clock or (lambda: datetime.now(UTC))
        self._version = Current(database, statements("keys")["version"], "keys")
        self._readers: LRUCache[bytes, tuple[Caller, float]] = LRUCache(_MOST_TOKENS)
        self._keys: LRUCache[str, _Known] = LRUCache(_MOST_KEYS)
        self._noted: LRUCache[UUID, float] = LRUCache(_MOST_KEYS)
        self._notes: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        await asyncio.gather(*self._notes)

    async def of(self, head: RequestHead) -> Caller:
        """The caller of a request.

        Raises:
            BadCredentials: what it brings is unknown, over, or not meant for us.
            ProviderUnavailable, DatabaseTimeout, DatabaseUnavailable: it can't be known at the moment.
        """
        if not (head.authorization or head.api_key):
            return ANONYMOUS
        bearer, secret = _bearer(head.authorization), _text(head.api_key)
        if bearer.startswith("bs_"):
            if secret and secret != bearer:
                raise BadCredentials("Send one key.")
            bearer, secret = "", bearer
        key = await self._by_key(secret, head) if secret else None
        if not bearer:
            return key or ANONYMOUS
        reader = await self._by_token(bearer)
        return reader if key is None else _both(key, reader)

    # -- keys

    async def _by_key(self, secret: str, head: RequestHead) -> Caller:
        prefix = prefix_of(secret)
        if prefix is None:
            raise BadCredentials("This is no key of this service.")
        version, now = await self._version.value(), self._clock()
        known = self._keys.get(secret)
        if known is None or known.version != version:
            # What is read after the number is at least as new, so that it holds while the number does.
            known = await self._looked_up(secret, prefix, version)
            if known.caller is not None:  # what is made up must not push out what is known
                self._keys[secret] = known
        if known.caller is None or known.id is None or known.ends <= now.timestamp():
            raise BadCredentials("This key is unknown, revoked or over.")
        self._note(known.id, now)
        if not known.publishable:
            return known.caller
        # Without a token of an install, the address pays.
        install = _install(head.install)
        return replace(known.caller, bucket=f"install {known.id} {install}" if install else "")

    async def _looked_up(self, secret: str, prefix: str, version: Any) -> _Known:
        rows = await self._database.rows(statements("keys")["by_prefix"], prefix)
        if not rows or not hmac.compare_digest(rows[0]["hash"], hashed(secret)) or rows[0]["revoked_at"] is not None:
            return _Known(version, None)
        row = rows[0]
        scopes = frozenset(row["scopes"])
        caller = Caller(
            "moderator" if Scope.MODERATE in scopes else "public",
            scopes=scopes,
            program=not row["publishable"],
            full_sources=tuple(UUID(source) for source in row["sources"]),
            bucket=f"key {row['id']}",
        )
        ends = min(
            (end.timestamp() for end in (row["expires_at"], row["secret_expires_at"]) if end), default=float("inf")
        )
        return _Known(version, caller, row["id"], row["publishable"], ends)

    def _note(self, key: UUID, now: datetime) -> None:
        """Write that a key was used, once a minute, without anybody waiting for it."""
        if now.timestamp() - self._noted.get(key, -_NOTED) < _NOTED:
            return
        self._noted[key] = now.timestamp()
        task = asyncio.create_task(self._write_note(key, now))
        self._notes.add(task)
        task.add_done_callback(self._notes.discard)

    async def _write_note(self, key: UUID, now: datetime) -> None:
        try:
            async with self._database.transaction() as connection:
                await connection.execute(statements("keys")["used"], [key], now)
        except (DatabaseTimeout, DatabaseUnavailable) as error:
            log.warning("key_use_not_noted", kind=type(error).__name__)

    # -- readers

    async def _by_token(self, token: str) -> Caller:
        now = self._clock()
        mark = hashlib.sha256(token.encode()).digest()
        remembered = self._readers.get(mark)
        if remembered is not None and now.timestamp() < remembered[1]:
            return remembered[0]
        try:
            reader = await self._tokens.read(token, now.timestamp())
        except BadToken as error:
            raise BadCredentials(str(error)) from None
        id_, state = await self._commenter(reader, now)
        moderates = reader.role in MODERATING and state not in (State.SUSPENDED, State.BANNED)
        audience: Audience = "moderator" if moderates else "reader"
        caller = Caller(audience, id_, reader.role, bucket=f"reader {id_}")
        self._readers[mark] = caller, min(reader.ends, now.timestamp() + _REMEMBERED)
        return caller

    def forget(self, commenter: UUID) -> None:
        """Read the tokens of a commenter anew: what is remembered of them holds no more."""
        for mark in [mark for mark, (caller, _) in self._readers.items() if caller.reader == commenter]:
            del self._readers[mark]

    async def _commenter(self, reader: Reader, now: datetime) -> tuple[UUID, State]:
        """The commenter that a reader is, made at the first meeting, and how they stand."""
        sql = statements("identities")
        rows = await self._database.rows(sql["known"], reader.issuer, reader.subject)
        known = (rows[0]["id"], standing(rows[0], now)) if rows else None
        if known and rows[0]["role"] == reader.role and reader.name in (None, rows[0]["display_name"]):
            return known

        async def meet(connection: Any) -> tuple[UUID, State]:
            rows = await connection.fetch(sql["known"], reader.issuer, reader.subject)
            if not rows:
                id_ = uuid7(now)
                commenters = statements("commenters")["add"]
                await connection.execute(commenters, [id_], [reader.name or NAMELESS], [reader.role], [now])
                await connection.execute(sql["add"], reader.issuer, reader.subject, id_, now)
                return id_, State.ACTIVE
            id_ = rows[0]["id"]
            if await connection.fetchval(sql["rename"], id_, reader.name, reader.role):
                # They stand beside comments that the public sees.
                await append(connection, [Line(Kind.COMMENT_UPDATED, f"m_{id_}")])
            return id_, standing(rows[0], now)

        try:
            return await write(self._database, meet)
        except DatabaseUnavailable as error:
            if known is None:
                raise
            # A database that can't be written is read all the same; the name is taken over later.
            log.warning("reader_not_renamed", kind=type(error).__name__)
            return known


def _both(key: Caller, reader: Caller) -> Caller:
    """A reader by way of a program or an app: what either may see, and the budget of the program; in an app the
    reader's. Whether they may write is asked of both, whether they may decide of the reader alone (`schema/writes/
    desk.py`): without the key they could do that too."""
    audience = "moderator" if "moderator" in (key.audience, reader.audience) else reader.audience
    of_key = replace(key, audience=audience, reader=reader.reader, role=reader.role)
    return of_key if key.program else replace(of_key, bucket=reader.bucket)


def _bearer(header: bytes) -> str:
    """What stands behind `Bearer`; empty where there is no header."""
    if not header:
        return ""
    scheme, _, given = _text(header).partition(" ")
    if scheme.lower() != "bearer" or not given.strip():
        raise BadCredentials("The header Authorization is `Bearer`, a space, and a token or key.")
    return given.strip()


def _text(header: bytes) -> str:
    return header.decode("latin-1").strip()


def _install(header: bytes) -> str:
    """What an app calls itself on one device; empty where it can't be used."""
    text = _text(header)
    return text if len(text) <= _INSTALLS and text.isascii() and text.isprintable() else ""
