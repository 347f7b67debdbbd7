"""An identity provider for tests: keys, tokens, and what it publishes under its address."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from joserfc import jws
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

ISSUER, AUDIENCE = "https://login.example/realm", "broadsheet-app"
KEYS: Mapping[str, Key] = {
    "rsa": RSAKey.generate_key(2048, {"kid": "rsa"}),
    "ec": ECKey.generate_key("P-256", {"kid": "ec"}),
    "ed": OKPKey.generate_key("Ed25519", {"kid": "ed"}),
}
SHARED = OctKey.import_key("a shared key of more than 32 characters")
FOREIGN = RSAKey.generate_key(2048, {"kid": "foreign"})
ALGORITHMS = {"rsa": "RS256", "ec": "ES256", "ed": "Ed25519"}


def now() -> int:
    return int(datetime.now(UTC).timestamp())


def claims(**others: Any) -> dict[str, Any]:
    """Claims of a reader; None takes one away."""
    found = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "u1",
        "exp": now() + 3600,
        "iat": now(),
        "name": "Ann Lee",
    }
    return {name: value for name, value in (found | others).items() if value is not None}


def signed(header: Mapping[str, Any], payload: bytes, key: Key) -> str:
    """Whatever was asked for, signed: the library's own checks are those of who reads it."""
    registry = jws.JWSRegistry(algorithms=list(jws.JWSRegistry.algorithms), strict_check_header=False)
    return jws.serialize_compact(dict(header), payload, key, registry=registry)


def token(of: str = "rsa", *, header: Mapping[str, Any] | None = None, **others: Any) -> str:
    """A token of the provider, signed by one of its keys."""
    head = {"alg": ALGORITHMS[of], "kid": of} if header is None else header
    return signed(head, orjson.dumps(claims(**others)), KEYS[of])


class Published:
    """What the provider publishes, and how often it was asked. down: nothing answers; hangs: until this is set."""

    def __init__(self, *names: str) -> None:
        self.names = list(names or KEYS)
        self.asked = 0
        self.down = False
        self.hangs: asyncio.Event | None = None
        self.more: list[Any] = []
        self.issuer = ISSUER

    async def get(self, url: str) -> bytes:
        self.asked += 1
        if self.down:
            raise OSError("no answer")
        if self.hangs is not None:
            await self.hangs.wait()
        if url == f"{ISSUER}/.well-known/openid-configuration":
            return orjson.dumps({"issuer": self.issuer, "jwks_uri": "https://login.example/keys"})
        assert url == "https://login.example/keys"
        return orjson.dumps({"keys": [*self.more, *(KEYS[name].as_dict(private=False) for name in self.names)]})
