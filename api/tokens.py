"""Readers' tokens: JSON Web Tokens (RFC 7519) of the operator's identity provider, or signed with a shared key.

Which algorithms count is decided by the kind of key, never by the token (RFC 8725, 3.1): a shared key takes HS256
alone, the provider's keys only what is signed with a private key.
"""

from __future__ import annotations

import binascii
import unicodedata
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

from ingest.moderation.roles import Role
from ingest.text import INVISIBLE, is_seen, one_line

# By the kind of key.
SHARED = ("HS256",)
SIGNED = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519")
# What tokens that are signed with the shared key say of themselves.
ISSUER = AUDIENCE = "broadsheet"
LEEWAY = 60
LONGEST = 8_192
_LONGEST_SUBJECT = 255
_LONGEST_NAME = 50
# What a reader is called whose tokens have not told a name.
NAMELESS = "Reader"
_NAMES = ("name", "nickname", "preferred_username")

# The provider's keys, among which one of this id is, if it has one. Raises ProviderUnavailable.
Keys = Callable[[str | None], Awaitable[KeySet]]


class BadToken(Exception):
    """A token that counts for nothing; the message says why, without repeating it."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a token is about. name: None where it tells none, as many an access token does. ends: when it is over, in
    seconds since 1970."""

    issuer: str
    subject: str
    name: str | None
    role: str
    ends: float


@dataclass(frozen=True, slots=True)
class Tokens:
    """What tokens are trusted. shared_key: of those with HS256; issuer, audience, keys: of a provider's. role_claim:
    where roles stand, with dots where they lie deeper."""

    shared_key: str | None = None
    issuer: str | None = None
    audience: str | None = None
    keys: Keys | None = None
    role_claim: str = "roles"

    async def read(self, token: str, now: float) -> Reader:
        """The reader of a token. now: seconds since 1970.

        Raises:
            BadToken, ProviderUnavailable.
        """
        header = _header(token)
        if header.get("alg") in SHARED and self.shared_key is not None:
            algorithms: tuple[str, ...] = SHARED
            key: OctKey | KeySet = OctKey.import_key(self.shared_key)
            issuer, audience = ISSUER, AUDIENCE
        elif header.get("alg") in SIGNED and self.keys is not None and self.issuer and self.audience:
            kid = header.get("kid")
            key = await self.keys(kid if isinstance(kid, str) else None)
            algorithms, issuer, audience = SIGNED, self.issuer, self.audience
        else:
            raise BadToken("The token is signed in a way that is not taken here.")
        try:
            # Some providers' headers say more than the standard knows.
            registry = JWSRegistry(algorithms=algorithms, strict_check_header=False)
            claims = jwt.decode(token, key, registry=registry).claims
        except Exception:  # whatever a library makes of what was sent to break it
            raise BadToken("The token's signature is not that of its issuer.") from None
        return reader(claims, issuer=issuer, audience=audience, role_claim=self.role_claim, now=now)


def reader(claims: Mapping[str, Any], *, issuer: str, audience: str, role_claim: str, now: float) -> Reader:
    """The reader that claims tell of. Raises BadToken."""
    if claims.get("iss") != issuer:
        raise BadToken("The token is of another issuer.")
    meant = claims.get("aud")
    if audience not in (meant if isinstance(meant, list) else [meant]):
        raise BadToken("The token is meant for another audience.")
    ends, begins = _time(claims.get("exp")), _time(claims.get("nbf", 0))
    if ends + LEEWAY <= now:
        raise BadToken("The token is over.")
    if begins - LEEWAY > now:
        raise BadToken("The token doesn't count yet.")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT or one_line(subject) != subject:
        raise BadToken(f"The token has no subject (`sub`) of 1 to {_LONGEST_SUBJECT} characters.")
    return Reader(issuer, subject, _name(claims), _role(claims, role_claim), ends + LEEWAY)


def make(shared_key: str, subject: str, *, name: str | None, role: str | None, now: datetime, hours: float) -> str:
    """A token that is signed with the shared key."""
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": subject,
        "iat": int(now.timestamp()),
        "exp": int((now + timedelta(hours=hours)).timestamp()),
    }
    claims |= {"name": name} if name else {}
    claims |= {"roles": [role]} if role else {}
    return jwt.encode({"alg": "HS256", "typ": "JWT"}, claims, OctKey.import_key(shared_key))


def _header(token: str) -> Mapping[str, Any]:
    """The header of a signed token in its compact form."""
    if len(token) > LONGEST:
        raise BadToken("The token is too long.")
    parts = token.split(".")
    try:
        found = orjson.loads(urlsafe_b64decode(parts[0].encode()))
    except (binascii.Error, ValueError):
        found = None
    if len(parts) != 3 or not isinstance(found, dict):
        raise BadToken("This is no token.")
    return found


def _time(value: object) -> float:
    """Seconds since 1970."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) < 2**53:
        raise BadToken("The token has no end (`exp`), or a time in it is none.")
    return float(value)


def _name(claims: Mapping[str, Any]) -> str | None:
    """The name to show, if there is one: never an address of mail, which is nobody's to read."""
    for claim in _NAMES:
        found = claims.get(claim)
        if isinstance(found, str) and "@" not in found and (name := safe_name(found)):
            return name
    return None


def safe_name(text: str) -> str:
    """A name on one line, of at most 50 characters, without what turns the direction of text or can't be seen, by which
    one name is made to look like another; empty where nothing is seen of it."""
    name = one_line(INVISIBLE.sub("", text[: 10 * _LONGEST_NAME]))
    kept: list[str] = []
    marks = 0
    for char in name:
        # More than two marks on one letter only serve to cover the lines around.
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= 2:
            kept.append(char)
    name = "".join(kept[:_LONGEST_NAME]).strip()
    return name if is_seen(name) else ""


def _role(claims: Mapping[str, Any], path: str) -> str:
    """The highest of the roles that claims name; case doesn't matter."""
    found: Any = claims
    for step in path.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    named = {name.upper() for name in _texts(found)}
    return next((role for role in reversed(Role) if role in named), Role.COMMENTER)


def _texts(value: Any) -> Iterator[str]:
    values: Sequence[Any] = value if isinstance(value, list) else [value]
    return (each for each in values if isinstance(each, str))
