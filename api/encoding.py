"""Which content coding an answer goes out in: what the client likes best of what we have (RFC 9110, 12.5.3)."""

from __future__ import annotations

import re
from functools import lru_cache

from starlette.types import Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware, add_compress_type

# In the order in which we prefer them, where the client has no preference.
CODINGS = ("zstd", "br", "gzip")

_WEIGHT = re.compile(r"\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*", re.IGNORECASE)

# Types of ours that starlette-compress doesn't know.
for _type in ("application/graphql-response+json", "application/problem+json"):
    add_compress_type(_type)


@lru_cache(maxsize=256)
def preferred(accept_encoding: bytes) -> str:
    """The best of `zstd`, `br` and `gzip` for an Accept-Encoding; "" where the answer is to go out as it is.

    What can't be read of the header is as if it weren't there. An answer is never refused for its coding.
    """
    weights: dict[str, float] = {}
    for item in accept_encoding.decode("latin-1").lower().split(","):
        coding, _, parameter = item.partition(";")
        weight = _WEIGHT.fullmatch(parameter) if parameter.strip() else None
        if weight is not None or not parameter.strip():
            weights[coding.strip().removeprefix("x-")] = float(weight[1]) if weight else 1.0
    rest = weights.get("*", 0.0)
    best = max(CODINGS, key=lambda coding: weights.get(coding, rest))
    weight_of_best = weights.get(best, rest)
    return best if weight_of_best > 0 and weight_of_best >= weights.get("identity", 0.0) else ""


class Compression(CompressMiddleware):
    """starlette-compress, told which coding it is to be: it doesn't weigh them. What it adds to Vary may be there."""

    __slots__ = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def tidied(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [_once(header) for header in message["headers"]]
            await send(message)

        if scope["type"] == "http":
            scope["headers"] = _decided(scope["headers"])
        await super().__call__(scope, receive, tidied)


def _once(header: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    """The header; where it is Vary, with each name once."""
    name, value = header
    if name != b"vary":
        return header
    return name, b", ".join(dict.fromkeys(part.strip() for part in value.split(b",")))


def _decided(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Headers whose Accept-Encoding names one coding."""
    given = [value for name, value in headers if name == b"accept-encoding"]
    if not given:
        return headers
    others = [header for header in headers if header[0] != b"accept-encoding"]
    return [*others, (b"accept-encoding", preferred(b",".join(given)).encode() or b"identity")]
