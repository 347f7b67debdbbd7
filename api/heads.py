"""Heads: what the service reads of a request's, and the lines of an answer's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from api.clients import HEADERS, NOBODY, Client, client_of

# What is read, and as what.
_READ = dict.fromkeys(HEADERS, "named") | {
    b"accept": "accept",
    b"accept-encoding": "accept_encoding",
    b"authorization": "authorization",
    b"content-encoding": "content_encoding",
    b"content-length": "content_length",
    b"content-type": "content_type",
    b"expect": "expects",
    b"if-none-match": "if_none_match",
    b"x-api-key": "api_key",
    b"x-forwarded-for": "forwarded",
    b"x-install-token": "install",
    b"x-request-id": "given_id",
}
# Of those, what is no list: where it comes in several headers, the last one counts.
_SINGLE = frozenset({"content_length", "content_type", "install", "given_id"})
_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")

# A head without any of it.
_NOTHING = dict.fromkeys(_READ.values(), b"") | {"length": None, "request_id": "", "client": NOBODY, "told": b""}

# Where a request's scope holds its head.
HEAD = "broadsheet.head"

Header = tuple[bytes, bytes]


class RequestHead:
    """A request's headers, as far as they matter to every door; empty where they are not there.

    length: the declared one of the body. request_id: empty unless the client gave a usable one. client: what it calls
    itself. authorization, api_key: what says who is calling; install: which install of an app; forwarded: the addresses
    that proxies say they serve; expects: what a client waits for before it sends its body. told: lines that the
    answer's head has beside its own. content_length, given_id and named are as they came.
    """

    accept: bytes
    accept_encoding: bytes
    api_key: bytes
    authorization: bytes
    content_encoding: bytes
    content_length: bytes
    content_type: bytes
    expects: bytes
    forwarded: bytes
    given_id: bytes
    if_none_match: bytes
    install: bytes
    named: bytes
    length: int | None
    request_id: str
    client: Client
    told: bytes

    def __init__(self, headers: Sequence[Header]) -> None:
        said: dict[str, bytes] = {}
        several = False
        for key, value in headers:
            name = _READ.get(key)
            if name is not None:
                several = several or name in said
                said[name] = value
        if several:
            for name in said.keys() - _SINGLE:
                said[name] = b",".join([value for key, value in headers if _READ.get(key) == name])
        # What isn't there stands in the object, too: Python 3.11 takes four times as long for what stands in the class.
        self.__dict__ = {**_NOTHING, **said}
        if self.content_length.isdigit():
            self.length = int(self.content_length.lstrip(b"0") or b"0")
        if self.given_id and _ID.fullmatch(self.given_id):
            self.request_id = self.given_id.decode()
        if self.named:
            self.client = client_of(headers)

    @property
    def is_encoded(self) -> bool:
        """Whether the body has a content coding."""
        return self.content_encoding.strip().lower() not in (b"", b"identity")


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
