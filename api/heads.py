"""Heads: what the service reads of a request's, and the lines of an answer's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from api.clients import HEADERS, NOBODY, client_of

# Headers whose values are one list, in however many headers they come.
_LISTS = (
    *(b"accept", b"accept-encoding", b"content-encoding", b"if-none-match"),
    *(b"authorization", b"x-api-key", b"x-forwarded-for"),
)
_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")

# Where a request's scope holds its head.
HEAD = "broadsheet.head"

Header = tuple[bytes, bytes]


class RequestHead:
    """A request's headers, as far as they matter to every door.

    length: the declared one of the body; encoded: whether the body is; expects: whether the client waits for 100
    Continue. request_id: empty unless the client gave a usable one. client: what it calls itself. Lists may come in
    several headers. authorization, api_key: what says who is calling; install: which install of an app; forwarded: the
    addresses that proxies say they serve. told: lines that the answer's head has beside its own.
    """

    __slots__ = (
        "accept",
        "accept_encoding",
        "api_key",
        "authorization",
        "client",
        "content_type",
        "encoded",
        "expects",
        "forwarded",
        "if_none_match",
        "install",
        "length",
        "request_id",
        "told",
    )

    def __init__(self, headers: Sequence[Header]) -> None:
        found = dict(headers)
        if len(found) < len(headers):
            for name in _LISTS:
                if name in found:
                    found[name] = b",".join([value for key, value in headers if key == name])
        get = found.get
        length = get(b"content-length", b"")
        self.length = int(length) if length.isdigit() else None
        self.content_type = get(b"content-type", b"")
        self.accept = get(b"accept", b"")
        self.accept_encoding = get(b"accept-encoding", b"")
        self.if_none_match = get(b"if-none-match", b"")
        self.authorization = get(b"authorization", b"")
        self.api_key = get(b"x-api-key", b"")
        self.install = get(b"x-install-token", b"")
        self.forwarded = get(b"x-forwarded-for", b"")
        self.encoded = get(b"content-encoding", b"").strip().lower() not in (b"", b"identity")
        self.expects = b"expect" in found
        id_ = get(b"x-request-id")
        self.request_id = id_.decode() if id_ and _ID.fullmatch(id_) else ""
        self.client = NOBODY if HEADERS.isdisjoint(found) else client_of(headers)
        self.told = b""


@lru_cache(maxsize=256)
def lines(headers: tuple[Header, ...]) -> bytes:
    """Headers as an answer's head has them; those of most answers are the same.

    Raises ValueError: one holds a line break.
    """
    found = b"".join([b"%b: %b\r\n" % header for header in headers])
    if found.count(b"\n") != len(headers) or found.count(b"\r") != len(headers):
        raise ValueError("A header's value holds a line break.")
    return found


def headers_of(head: bytes) -> list[Header]:
    """What `lines` made lines of, for those who want it in parts."""
    return [(name, value) for name, _, value in (line.partition(b": ") for line in head.split(b"\r\n")) if name]
