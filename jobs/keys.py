"""Keys of programs: made, listed, rotated and revoked. A secret is shown once and kept as its SHA-256 alone: it has
190 bits of chance, so that nothing slower is needed.

`bs_sk_` begins a secret key, `bs_pk_` a publishable one, which an app carries for all to read; the 12 characters after
that find it.
"""

import hashlib
import re
import secrets
import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from db.ids import uuid7
from db.pool import Database
from db.retry import write
from db.scopes import Scope
from db.statements import statements

_CHARACTERS = string.ascii_letters + string.digits
_SECRET = re.compile(r"(bs_[sp]k_[A-Za-z0-9]{12})[A-Za-z0-9]{32}")


class NoSuchKey(Exception):
    """There is no key of this beginning or id; the message names it."""


class BadKey(Exception):
    """What a key is to be can't be; the message says why."""


@dataclass(frozen=True, slots=True)
class Made:
    """A key, and what is sent for it, which nothing but this ever tells."""

    id: UUID
    secret: str


@dataclass(frozen=True, slots=True)
class Key:
    """A key as operators see it. prefixes: how what is sent for it begins, the newest first."""

    id: UUID
    name: str
    publishable: bool
    scopes: tuple[str, ...]
    sources: tuple[str, ...]
    prefixes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


def prefix_of(secret: str) -> str | None:
    """How a secret begins, by which it is found; None for what is none."""
    found = _SECRET.fullmatch(secret)
    return found[1] if found else None


def hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


async def new_key(
    database: Database,
    name: str,
    *,
    scopes: Iterable[str] = (),
    sources: Iterable[str] = (),
    publishable: bool = False,
    expires_at: datetime | None = None,
    now: datetime,
) -> Made:
    """Make a key. sources: slugs of those whose texts it has in full. Raises BadKey."""
    name, scopes, sources = name.strip(), sorted(set(scopes)), sorted(set(sources))
    if not 0 < len(name) <= 200:
        raise BadKey("A name has 1 to 200 characters.")
    if unknown := sorted(set(scopes) - set(Scope)):
        raise BadKey(f"There is no scope {unknown[0]}; known are {', '.join(Scope)}.")
    if publishable and (scopes or sources):
        raise BadKey("Anybody can read a publishable key: it reads what the public sees, and nothing else.")
    if expires_at is not None and expires_at <= now:
        raise BadKey("A key ends in the future.")

    async def make(connection: Any) -> Made:
        id_, sql = uuid7(now), statements("keys")
        await connection.execute(sql["add"], id_, name, publishable, scopes, now, expires_at)
        await connection.execute(sql["add_sources"], id_, await _ids(connection, sources))
        return Made(id_, await _new_secret(connection, id_, publishable, now))

    return await write(database, make)


async def keys(database: Database) -> list[Key]:
    """All keys, the newest first."""
    return [
        Key(**{**row, **{name: tuple(row[name]) for name in ("scopes", "sources", "prefixes")}})
        for row in map(dict, await database.rows(statements("keys")["list"]))
    ]


async def rotate(database: Database, named: str, *, until: datetime, now: datetime) -> Made:
    """Give a key, named by its id or by how a secret of it begins, a new secret; those that it has are known until a
    time. Raises NoSuchKey, BadKey."""

    async def give(connection: Any) -> Made:
        key = await _named(connection, named)
        if key["revoked_at"] is not None or (key["expires_at"] is not None and key["expires_at"] <= now):
            raise BadKey(f"The key {named} is revoked or over. Make a new one.")
        await connection.execute(statements("keys")["end_secrets"], key["id"], until)
        return Made(key["id"], await _new_secret(connection, key["id"], key["publishable"], now))

    return await write(database, give)


async def revoke(database: Database, named: str, *, now: datetime) -> None:
    """Revoke a key: from now on no process knows it. Raises NoSuchKey."""

    async def end(connection: Any) -> None:
        key, sql = await _named(connection, named), statements("keys")
        await connection.execute(sql["revoke"], key["id"], now)
        await connection.execute(sql["changed"])

    await write(database, end)


async def _new_secret(connection: Any, key: UUID, publishable: bool, now: datetime) -> str:
    chance = "".join(secrets.choice(_CHARACTERS) for _ in range(44))
    secret = f"bs_{'p' if publishable else 's'}k_{chance}"
    sql = statements("keys")
    await connection.execute(sql["add_secret"], prefix_of(secret), key, hashed(secret), now)
    await connection.execute(sql["changed"])
    return secret


async def _named(connection: Any, named: str) -> Any:
    rows = await connection.fetch(statements("keys")["named"], prefix_of(named) or named)
    if not rows:
        raise NoSuchKey(f"There is no key {named[:60]}. `broadsheet key list` shows how each begins.")
    return rows[0]


async def _ids(connection: Any, slugs: Sequence[str]) -> list[UUID]:
    found = []
    for slug in slugs:
        rows = await connection.fetch(statements("sources")["by_slug"], slug)
        if not rows:
            raise BadKey(f"There is no source {slug}.")
        found.append(rows[0]["id"])
    return sorted(set(found))
