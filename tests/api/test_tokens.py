"""Readers' tokens: whom they tell of, and the attacks that they are made for."""

import base64
import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import RSAKey

from api.provider import Provider
from api.tokens import BadToken, Reader, Tokens, make, safe_name
from tests.api.identity import (
    ALGORITHMS,
    AUDIENCE,
    FOREIGN,
    ISSUER,
    KEYS,
    SHARED,
    Published,
    claims,
    now,
    signed,
    token,
)

SHARED_KEY = "a shared key of more than 32 characters"


def tokens(**others: Any) -> Tokens:
    provider = Provider(ISSUER, get=Published().get)
    given: dict[str, Any] = {"shared_key": SHARED_KEY, "issuer": ISSUER, "audience": AUDIENCE, "keys": provider.keys}
    return Tokens(**(given | others))


async def read(text: str, **others: Any) -> Reader:
    return await tokens(**others).read(text, now())


@pytest.mark.parametrize("of", KEYS)
async def test_a_token_of_the_provider_counts(of: str) -> None:
    reader = await read(token(of))
    assert (reader.issuer, reader.subject, reader.name, reader.role) == (ISSUER, "u1", "Ann Lee", "COMMENTER")


async def test_a_token_of_our_own_counts() -> None:
    text = make(SHARED_KEY, "dev", name="Dev", role="MODERATOR", now=datetime.now(UTC), hours=1)
    reader = await read(text)
    assert (reader.issuer, reader.subject, reader.name, reader.role) == ("broadsheet", "dev", "Dev", "MODERATOR")
    with pytest.raises(BadToken):
        await read(text, shared_key=None)
    with pytest.raises(BadToken):
        await read(text, shared_key="another key of more than 32 characters")


def encoded(part: Any) -> str:
    text = part if isinstance(part, bytes) else orjson.dumps(part)
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def unsigned(header: Any, payload: Any = None, signature: str = "") -> str:
    return f"{encoded(header)}.{encoded(claims() if payload is None else payload)}.{signature}"


def with_public_key_as_secret() -> str:
    """The classic: HS256, with the provider's public key as the secret."""
    text, key = unsigned({"alg": "HS256", "kid": "rsa"}).rstrip("."), KEYS["rsa"]
    assert isinstance(key, RSAKey)
    return f"{text}.{encoded(hmac.digest(key.as_pem(private=False), text.encode(), 'sha256'))}"


def of_shared_key(**others: Any) -> str:
    return signed({"alg": "HS256"}, orjson.dumps(claims(**others)), SHARED)


def tampered() -> str:
    head, _, signature = token().split(".")
    return f"{head}.{encoded(claims(sub='admin'))}.{signature}"


ATTACKS: dict[str, Callable[[], str]] = {
    "no algorithm": lambda: unsigned({"alg": "none"}),
    "no algorithm, in capitals": lambda: unsigned({"alg": "NONE", "kid": "rsa"}),
    "no algorithm, with a signature": lambda: unsigned({"alg": "none"}, signature=token().split(".")[2]),
    "an algorithm that is no text": lambda: unsigned({"alg": ["RS256"]}),
    "without an algorithm": lambda: unsigned({"kid": "rsa"}),
    "HS256 with the public key": with_public_key_as_secret,
    "a shared key for the provider's issuer": of_shared_key,
    "HS512 with the shared key": lambda: signed(
        {"alg": "HS512"}, orjson.dumps(claims(iss="broadsheet", aud="broadsheet")), SHARED
    ),
    "ES256 with the id of an RSA key": lambda: signed(
        {"alg": "ES256", "kid": "rsa"}, orjson.dumps(claims()), KEYS["ec"]
    ),
    "the key of another": lambda: signed({"alg": "RS256", "kid": "rsa"}, orjson.dumps(claims()), FOREIGN),
    "a foreign id of a key": lambda: signed({"alg": "RS256", "kid": "foreign"}, orjson.dumps(claims()), FOREIGN),
    "an id of a key that is a path": lambda: token(header={"alg": "RS256", "kid": "../../dev/null"}),
    "an id of a key that is no text": lambda: unsigned({"alg": "RS256", "kid": 7}, signature=token().split(".")[2]),
    "a key in the token": lambda: signed(
        {"alg": "RS256", "jwk": FOREIGN.as_dict(private=False)}, orjson.dumps(claims()), FOREIGN
    ),
    "the address of keys in the token": lambda: signed(
        {"alg": "RS256", "jku": "https://foreign.example/keys"}, orjson.dumps(claims()), FOREIGN
    ),
    "something critical that nobody knows": lambda: token(
        header={"alg": "RS256", "kid": "rsa", "crit": ["b64"], "b64": False}
    ),
    "other claims than were signed": tampered,
    "another issuer": lambda: token(iss="https://foreign.example"),
    "no issuer": lambda: token(iss=None),
    "the issuer as a list": lambda: token(iss=[ISSUER]),
    "another audience": lambda: token(aud="another-app"),
    "no audience": lambda: token(aud=None),
    "other audiences": lambda: token(aud=["another-app", f"{AUDIENCE}2"]),
    "over": lambda: token(exp=now() - 61),
    "without an end": lambda: token(exp=None),
    "an end that is text": lambda: token(exp=str(now() + 60)),
    "an end that is true": lambda: token(exp=True),
    "an end beyond all numbers": lambda: signed(
        {"alg": "RS256", "kid": "rsa"}, orjson.dumps(claims()).replace(b'"iat"', b'"exp":1e999,"iat"'), KEYS["rsa"]
    ),
    "not yet": lambda: token(nbf=now() + 61),
    "without a subject": lambda: token(sub=None),
    "a subject that is empty": lambda: token(sub=""),
    "a subject that is a number": lambda: token(sub=1),
    "a subject with a NUL": lambda: token(sub="u1\0"),
    "a subject that is long": lambda: token(sub="u" * 256),
    "claims that are a list": lambda: signed({"alg": "RS256", "kid": "rsa"}, b"[]", KEYS["rsa"]),
    "claims that are no JSON": lambda: signed({"alg": "RS256", "kid": "rsa"}, b"{", KEYS["rsa"]),
    "a header that is a list": lambda: unsigned(["RS256"]),
    "a header that is deep": lambda: unsigned(b"[" * 3_000),
    "truncated": lambda: token()[:-1],
    "without a signature": lambda: token().rsplit(".", 1)[0] + ".",
    "two parts": lambda: token().rsplit(".", 1)[0],
    "five parts": lambda: f"{token()}.a.b",
    "huge": lambda: token(name="x" * 9_000),
    "not a token": lambda: "token",
    "empty": lambda: "..",
    "not ASCII": lambda: token().replace("e", "é", 1),
}


@pytest.mark.parametrize("attack", ATTACKS)
async def test_an_attack_is_refused(attack: str) -> None:
    text = ATTACKS[attack]()
    with pytest.raises(BadToken) as refused:
        await read(text)
    assert len(text) < 10 or text not in str(refused.value)
    assert len(str(refused.value)) < 100


@given(st.text(max_size=80), st.binary(max_size=80), st.binary(max_size=80))
async def test_whatever_is_sent_is_refused(text: str, header: bytes, payload: bytes) -> None:
    for sent in (text, f"{encoded(header)}.{encoded(payload)}.{encoded(payload)}"):
        with pytest.raises(BadToken):
            await read(sent)


async def test_what_is_nearly_over_or_nearly_counts_does() -> None:
    await read(token(exp=now() - 50))
    await read(token(nbf=now() + 50))
    await read(token(aud=["another-app", AUDIENCE]))


@pytest.mark.parametrize(
    ("given", "role"),
    [
        ({"roles": ["moderator", "member"]}, "MODERATOR"),
        ({"roles": "ADMIN"}, "ADMIN"),
        ({"roles": ["root", 7, None]}, "COMMENTER"),
        ({"roles": {"admin": True}}, "COMMENTER"),
        ({"realm_access": {"roles": ["STAFF"]}}, "COMMENTER"),
    ],
)
async def test_roles_stand_in_a_claim(given: dict[str, Any], role: str) -> None:
    assert (await read(token(**given))).role == role


async def test_the_claim_of_roles_may_lie_deeper() -> None:
    given = token(realm_access={"roles": ["STAFF"]}, roles=["ADMIN"])
    assert (await read(given, role_claim="realm_access.roles")).role == "STAFF"
    assert (await read(token(roles=["ADMIN"]), role_claim="roles.deeper")).role == "COMMENTER"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"name": " Ann \n Lee "}, "Ann Lee"),
        ({"name": "ann@example.org", "nickname": "ann"}, "ann"),
        ({"name": None, "preferred_username": "ann@example.org"}, None),
        ({"name": "\u202eeeL nnA\u200b"}, "eeL nnA"),
        ({"name": ""}, None),
        ({"name": 7}, None),
        ({"name": "港 太郎"}, "港 太郎"),
        ({"name": "x" * 80}, "x" * 50),
        ({"name": "Z" + "\u0301\u0302\u0303" * 40}, "Ź\u0302\u0303"),
        ({"name": "\u2800"}, None),
        ({"name": "\ue000"}, None),
        ({"name": "\u2800", "nickname": "ann"}, "ann"),
        ({"name": "Ond\u034fine"}, "Ondine"),
        ({"name": "Ondine\U000e0041"}, "Ondine"),
        ({"name": "Ondine\ufe0f"}, "Ondine"),
        ({"name": "Ond\u180bine"}, "Ondine"),
        ({"name": "<b>Ann</b>"}, "<b>Ann</b>"),
    ],
)
async def test_a_name_is_made_safe(given: dict[str, Any], name: str | None) -> None:
    assert (await read(token(**given))).name == name


@given(st.text(max_size=200))
def test_a_name_can_be_stored_and_read(text: str) -> None:
    name = safe_name(text)
    assert len(name) <= 50
    assert name == name.strip()
    assert "\0" not in name
    name.encode()


def test_algorithms_of_all_kinds_are_tried() -> None:
    assert set(ALGORITHMS) == set(KEYS)
