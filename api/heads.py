"""What the service reads of a request's headers, in one pass over them."""

from __future__ import annotations

import re

from starlette.types import Scope

from api.clients import HEADERS, NOBODY, client_of

# Headers that most requests are without: one look at a set tells.
_SELDOM = HEADERS | {b"authorization", b"x-api-key", b"x-install-token", b"x-forwarded-for"}
_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")

# Where a request's scope holds its head.
HEAD = "broadsheet.head"


class RequestHead:
    """A request's headers, as far as they matter to every door.

    length: the declared one of the body; encoded: whether the body is; expects: whether the client waits for 100
    Continue. request_id: empty unless the client gave a usable one. client: what it calls itself. Lists may come in
    several headers. authorization, api_key: what says who is calling; install: which install of an app; forwarded: the
    addresses that proxies say they serve. told: headers that the answer has beside its own.
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

    def __init__(self, scope: Scope) -> None:
        self.length: int | None = None
        self.encoded = self.expects = False
        self.request_id = ""
        self.client = NOBODY
        self.told: list[tuple[bytes, bytes]] = []
        self.authorization = self.api_key = self.install = self.forwarded = b""
        self.content_type = self.accept = self.accept_encoding = self.if_none_match = b""
        for name, value in scope["headers"]:
            match name:
                case b"content-length":
                    if value.isdigit():
                        self.length = int(value)
                case b"content-type":
                    self.content_type = value
                case b"accept":
                    self.accept = _joined(self.accept, value)
                case b"accept-encoding":
                    self.accept_encoding = _joined(self.accept_encoding, value)
                case b"if-none-match":
                    self.if_none_match = _joined(self.if_none_match, value)
                case b"content-encoding":
                    self.encoded |= value.strip().lower() not in (b"", b"identity")
                case b"expect":
                    self.expects = True
                case b"x-request-id":
                    if not self.request_id and _ID.fullmatch(value):
                        self.request_id = value.decode()
                case _ if name in _SELDOM:
                    self._seldom(name, value, scope)

    def _seldom(self, name: bytes, value: bytes, scope: Scope) -> None:
        match name:
            case b"authorization":
                self.authorization = _joined(self.authorization, value)
            case b"x-api-key":
                self.api_key = _joined(self.api_key, value)
            case b"x-install-token":
                self.install = value
            case b"x-forwarded-for":
                self.forwarded = _joined(self.forwarded, value)
            case _:
                self.client = client_of(scope["headers"])


def _joined(before: bytes, value: bytes) -> bytes:
    return b"%b,%b" % (before, value) if before else value
