"""The keys of an identity provider, by OpenID Connect Discovery 1.0, kept and renewed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpcore2
import orjson
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet

log = structlog.get_logger("broadsheet.provider")

# Seconds for which keys are used before they are asked for anew, and for which they may be while nobody answers.
FRESH, STALE = 3_600, 86_400
# At most one question in so many seconds, whatever ids of keys tokens name.
PAUSE = 10
_SECONDS = 5
_MOST_BYTES = 1_000_000
# Of these kinds a public key has nothing to hide; a shared key among them would let whoever reads it sign.
_PUBLIC = ("RSA", "EC", "OKP")

Get = Callable[[str], Awaitable[bytes]]


class ProviderUnavailable(Exception):
    """The identity provider's keys can't be had at the moment."""


class Provider:
    """The keys of one issuer, shared by all who ask in this process. get: what fetches; clock: seconds."""

    def __init__(self, issuer: str, *, get: Get, clock: Callable[[], float] = time.monotonic) -> None:
        self.issuer = issuer
        self._get = get
        self._clock = clock
        self._keys: KeySet | None = None
        self._had = self._asked = -float("inf")
        self._turn = asyncio.Lock()
        self._renewal: asyncio.Task[None] | None = None

    async def keys(self, kid: str | None) -> KeySet:
        """All keys of the issuer, asked for anew where none has this id or they are old. Who needs none of the new ones
        does not wait for them.

        Raises:
            ProviderUnavailable: none can be had.
        """
        if self._lacks(kid):
            if self._may_ask() or self._turn.locked():
                await self._renew(kid)
        elif self._clock() - self._had > FRESH and self._may_ask() and (self._renewal is None or self._renewal.done()):
            self._renewal = asyncio.create_task(self._renew(None))
        if self._keys is None or self._clock() - self._had > STALE:
            raise ProviderUnavailable(str(ProviderUnavailable.__doc__))
        return self._keys

    def _may_ask(self) -> bool:
        return self._clock() - self._asked >= PAUSE

    def _lacks(self, kid: str | None) -> bool:
        """Whether the key isn't among those that may be used, or none is."""
        if self._keys is None or self._clock() - self._had > STALE:
            return True
        return kid is not None and all(key.kid != kid for key in self._keys)

    async def _renew(self, kid: str | None) -> None:
        """Ask, unless somebody else did meanwhile."""
        async with self._turn:
            if self._may_ask() and (kid is None or self._lacks(kid)):
                await self._ask()

    async def _ask(self) -> None:
        self._asked = self._clock()
        try:
            self._keys = await self._fetched()
            self._had = self._clock()
        except Exception as error:  # what it is, the log says; what is known is used meanwhile
            log.warning("provider_unavailable", issuer=self.issuer, reason=f"{type(error).__name__}: {error}"[:300])

    async def _fetched(self) -> KeySet:
        about = await self._json(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if about.get("issuer") != self.issuer:
            raise ValueError("the document found there is another issuer's")
        address = about.get("jwks_uri")
        if not isinstance(address, str) or not address.startswith(("https://", "http://")):
            raise ValueError("there is no jwks_uri")
        if self.issuer.startswith("https://") and not address.startswith("https://"):
            raise ValueError("jwks_uri is not https, as the issuer is")
        found = (await self._json(address)).get("keys")
        return KeySet([key for each in (found if isinstance(found, list) else []) if (key := _signing(each))])

    async def _json(self, url: str) -> dict[str, Any]:
        found = orjson.loads(await self._get(url))
        if not isinstance(found, dict):
            raise ValueError("not an object")
        return found


def _signing(found: Any) -> Key | None:
    """The public key by which signatures are known, of an entry of a set; None for another, or one of a new kind."""
    if not isinstance(found, dict) or found.get("kty") not in _PUBLIC or found.get("use", "sig") != "sig":
        return None
    try:
        return JWKRegistry.import_key({name: value for name, value in found.items() if name != "key_ops"})
    except (JoseError, ValueError, TypeError):
        return None


async def get(url: str) -> bytes:
    """The body of an address, of at most 1 MB, within 5 seconds; redirects are not followed."""
    limits = dict.fromkeys(("connect", "read", "write", "pool"), float(_SECONDS))
    async with (
        asyncio.timeout(_SECONDS),
        httpcore2.AsyncConnectionPool(max_connections=1) as pool,
        pool.stream("GET", url, headers={"Accept": "application/json"}, extensions={"timeout": limits}) as response,
    ):
        if response.status != 200:
            raise ValueError(f"status {response.status}")
        body = b""
        async for part in response.aiter_stream():
            body += part
            if len(body) > _MOST_BYTES:
                raise ValueError("more than 1 MB")
        return body
