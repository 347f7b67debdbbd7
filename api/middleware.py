"""What every request passes on its way in and out, in one plain ASGI callable.

It is one and not several, since each layer costs a warm read 10 to 30 µs of the 150 that it takes in all.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from itertools import count

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.answers import Reply, encoded
from api.cycle import CYCLE, Cycle
from api.errors import problem, unexpected
from api.heads import HEAD, RequestHead, headers_of, lines
from api.logs import REQUEST_ID, AccessLog
from api.metrics import REQUEST_SECONDS
from db.tally import Durations

# Ids are a random beginning for this process and a number: asking the system for chance each time costs 2 µs.
_IDS = count(secrets.randbits(32) << 32)

# What a response says about itself unless its own headers say otherwise: headers that keep a browser from doing more
# with an answer than was meant.
_SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
)

# Those of them that data needs, which is no page and is framed by nobody.
_OF_DATA = lines(_SECURITY_HEADERS[:2])

# A door that is too busy for the router: a reply, or None to leave the request to the router.
Direct = Callable[[Scope, Receive, RequestHead], Awaitable[Reply | None]]
# A response in the form that a path's clients expect: of the request's head, status, message and headers.
Refusal = Callable[[RequestHead, int, str, Mapping[str, str]], Response]


def _refused(_head: RequestHead, status: int, message: str, headers: Mapping[str, str]) -> Response:
    return problem(status, message, headers=headers)


class BodyTooLarge(Exception):
    """The request's body is too large."""


class Entrance:
    """A request id, the limit of bodies, security headers, 500 for whatever nobody caught, metrics, one access line.

    Bodies over max_body_bytes are refused: by their declared length before anything is read, else while they are read.
    An encoded body is refused too (415): nothing here unpacks, so there are no gzip bombs. direct: by path, doors past
    the router; refusals: by path, what answers there in a form of its own, where it is not problem details.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        access: AccessLog,
        max_body_bytes: int,
        direct: Mapping[str, Direct],
        refusals: Mapping[str, Refusal],
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.app = app
        self.access = access
        self.max_body_bytes = max_body_bytes
        self.direct = direct
        self.refusals = refusals
        self.clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = self.clock()
        head = scope[HEAD] = RequestHead(scope["headers"])
        request_id = head.request_id or f"{next(_IDS):016x}"
        exchange = _Exchange(scope, receive, send, head, request_id, self.max_body_bytes)
        token = REQUEST_ID.set(request_id)
        try:
            await self._answered(scope, head, exchange)
        except BodyTooLarge as error:
            if exchange.status:
                raise
            await self._refusal(scope, head, 413, str(error.__doc__), {})(scope, receive, exchange.send)
        except Exception as error:
            response = unexpected(error)
            if exchange.status:
                # Half an answer is out: only a broken connection tells the client.
                raise
            await response(scope, receive, exchange.send)
        finally:
            REQUEST_ID.reset(token)
            # 499 as nginx writes it: the client left before an answer began.
            self._note(scope, head, exchange.status or 499, self.clock() - began, exchange.size, request_id)

    async def _answered(self, scope: Scope, head: RequestHead, exchange: _Exchange) -> None:
        # A declared length that is within the limit is kept by the server's own parser.
        receive = exchange.read if head.length is not None else exchange.receive
        if head.content_encoding and head.is_encoded:
            message = "Send the body without a content encoding."
            await self._refusal(scope, head, 415, message, {})(scope, receive, exchange.send)
            return
        if head.length is not None and head.length > self.max_body_bytes:
            # A client that waits for 100 Continue sends no body now: the connection can't be used again.
            headers = {"Connection": "close"} if head.expects else {}
            await self._refusal(scope, head, 413, str(BodyTooLarge.__doc__), headers)(scope, receive, exchange.send)
            return
        door = self.direct.get(scope["path"])
        if door is not None:
            try:
                reply = await door(scope, receive, head)
            except ClientDisconnect:
                return  # before its body was here: nobody waits for an answer
            if reply is not None:
                made = encoded(reply, head)
                if not exchange.sent_at_once(*made):
                    await exchange.send_whole(*made)
                return
        await self.app(scope, receive, exchange.send)

    def _refusal(
        self, scope: Scope, head: RequestHead, status: int, message: str, headers: Mapping[str, str]
    ) -> Response:
        return self.refusals.get(scope["path"], _refused)(head, status, message, headers)

    def _note(self, scope: Scope, head: RequestHead, status: int, seconds: float, size: int, request_id: str) -> None:
        path = scope["path"]
        route = path if path in self.direct else getattr(scope.get("route"), "path", "unmatched")
        _times(scope["method"] if route != "unmatched" else "any", route, status).observe(seconds)
        client = scope.get("client")
        self.access.write(
            method=scope["method"],
            path=path,
            status=status,
            seconds=seconds,
            size=size,
            client=client[0] if client else "",
            request_id=request_id,
            named=head.client,
        )


@lru_cache(maxsize=1024)
def _times(method: str, route: str, status: int) -> Durations:
    return Durations(REQUEST_SECONDS.labels(method, route, status))


class _Exchange:
    """One request's messages, watched. status: 0 until an answer begins; size: bytes of its body so far."""

    __slots__ = ("_head", "_max_bytes", "_received", "_request_id", "_scope", "_send", "read", "size", "status")

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, head: RequestHead, request_id: str, max_bytes: int
    ) -> None:
        self._scope = scope
        self._head = head
        self.read = receive
        self._send = send
        self._request_id = request_id
        self._max_bytes = max_bytes
        self._received = 0
        self.status = 0
        self.size = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = list(message.get("headers", ()))
            present = {name.lower() for name, _ in headers}
            headers += [header for header in _SECURITY_HEADERS if header[0] not in present]
            headers += headers_of(self._head.told)
            headers.append((b"x-request-id", self._request_id.encode()))
            message["headers"] = headers
        elif message["type"] == "http.response.body":
            self.size += len(message.get("body", b""))
        await self._send(message)

    def sent_at_once(self, status: int, head: bytes, body: bytes) -> bool:
        """Send a whole answer of data at once; False where that can't be done."""
        cycle: Cycle | None = self._scope.get(CYCLE)
        if cycle is None or not cycle.whole(status, self._of_data(head), body):
            return False
        self.status, self.size = status, len(body)
        return True

    async def send_whole(self, status: int, head: bytes, body: bytes) -> None:
        """Send a whole answer of data in messages."""
        self.status, self.size = status, len(body)
        headers = headers_of(self._of_data(head))
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})

    def _of_data(self, head: bytes) -> bytes:
        return b"".join((head, _OF_DATA, self._head.told, b"x-request-id: ", self._request_id.encode(), b"\r\n"))

    async def receive(self) -> Message:
        """The next message of a request whose length was not declared, counted."""
        message = await self.read()
        if message["type"] == "http.request":
            self._received += len(message.get("body", b""))
            if self._received > self._max_bytes:
                raise BodyTooLarge
        return message
