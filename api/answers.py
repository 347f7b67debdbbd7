"""Answers of the read path as HTTP: what every door that serves a plan's answer says about it, once.

An answer to a GET that is the same for everybody may be kept by whoever it passes, as long as they ask whether it still
holds (a strong ETag; 304); what others are not told is kept by nobody. `Cache-Tag` names what an answer was made of, so
that a CDN can be told what to drop.
"""

from __future__ import annotations

import gzip
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import brotli

from api.encoding import preferred
from api.heads import Header, RequestHead, lines
from schema.answer import Answer, Holds

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# What is shorter goes out as it is.
_COMPRESSED = 500
# At levels as fast as the text is worth.
_ENCODERS: Mapping[str, Callable[[bytes], bytes]] = {
    "zstd": lambda body: zstd.compress(body, 4),
    "br": lambda body: brotli.compress(body, quality=4),
    "gzip": lambda body: gzip.compress(body, 4, mtime=0),
}
_PRIVATE: tuple[Header, ...] = ((b"cache-control", b"private, no-store"),)
_NO_STORE: tuple[Header, ...] = ((b"cache-control", b"no-store"),)
_ENCODED = re.compile(rb"-(?:zstd|br|gzip)\Z")
_TAG = re.compile(rb'(?:W/)?"([^"]*)"')


# Never changed once it is made, but not frozen: most requests make one, which would take twice as long.
@dataclass(slots=True)
class Reply:
    """An answer ready to be sent. head: the lines of its headers, Content-Type first. tag: of its ETag, without
    quotation marks; empty where it has none. deprecated: what was used for it that is going, by coordinate. cost:
    points, where they are known. encoded: where its body is kept as it was compressed, by encoding."""

    status: int
    head: bytes
    body: bytes
    holds: Holds = Holds.NOW
    tag: bytes = b""
    deprecated: tuple[str, ...] = ()
    cost: int | None = None
    encoded: dict[str, bytes] | None = None


def reply(
    answer: Answer,
    media_type: bytes,
    *,
    vary: bytes,
    get: bool,
    cache_seconds: int = 0,
    headers: tuple[Header, ...] = (),
    private: bool = False,
) -> Reply:
    """The reply of an answer.

    vary: the request's headers that it depends on, beside Accept-Encoding. get: whether others may keep it, since it
    was asked for by GET; cache_seconds: how long they may serve it without asking again. headers: further ones.
    private: it is not what everybody is told.
    """
    tag = b""
    if answer.retry_after is not None:
        headers += ((b"retry-after", b"%d" % answer.retry_after),)
    if private:
        headers += _PRIVATE
    elif answer.holds is Holds.NOW:
        headers += _NO_STORE
    elif get:
        tag = blake2b(answer.body, digest_size=16).hexdigest().encode()
        freshness = b"public, max-age=%d" % cache_seconds if cache_seconds else b"public, no-cache"
        headers += ((b"cache-control", freshness),)
        tags = answer.tags()
        if tags:
            headers += ((b"cache-tag", ",".join(tags).encode()),)
    holds = Holds.NOW if private else answer.holds
    head = _common(media_type, vary)
    if headers:
        head += lines(headers)
    return Reply(answer.status, head, answer.body, holds, tag, answer.deprecated, answer.cost)


@lru_cache(maxsize=32)
def _common(media_type: bytes, vary: bytes) -> bytes:
    return lines(((b"content-type", b"%b; charset=utf-8" % media_type), (b"vary", vary)))


def encoded(reply: Reply, head: RequestHead) -> tuple[int, bytes, bytes]:
    """Status, head and body of a reply for one client: compressed as it takes it, or 304 where it has it already."""
    if reply.tag and head.if_none_match:
        known = _known(head.if_none_match, reply.tag)
        if known is not None:
            # What a 304 repeats of the headers of the 200 (RFC 9110, 15.4.5).
            _, _, kept = reply.head.partition(b"\r\n")
            return 304, b'%betag: "%b"\r\n' % (kept, known), b""
    body, tag, coding = reply.body, reply.tag, b""
    if head.accept_encoding and len(body) >= _COMPRESSED:
        encoding = preferred(head.accept_encoding)
        if encoding:
            body = _compressed(reply, encoding)
            tag = b"%b-%b" % (tag, encoding.encode()) if tag else b""
            coding = b"content-encoding: %b\r\n" % encoding.encode()
    if tag:
        coding += b'etag: "%b"\r\n' % tag
    length = str(len(body)).encode()
    return reply.status, b"".join((reply.head, coding, b"content-length: ", length, b"\r\n")), body


def _compressed(reply: Reply, encoding: str) -> bytes:
    if reply.encoded is None:
        return _ENCODERS[encoding](reply.body)
    return reply.encoded.get(encoding) or reply.encoded.setdefault(encoding, _ENCODERS[encoding](reply.body))


def _known(given: bytes, tag: bytes) -> bytes | None:
    """The tag by which a client knows this very answer, as it stands in If-None-Match; None where it does not."""
    if given.strip() == b"*":
        return tag
    return next((match[1] for match in _TAG.finditer(given) if _ENCODED.sub(b"", match[1]) == tag), None)
