"""What every request passes on its way in and out, as plain ASGI callables."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Mapping

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from api.errors import problem, unexpected
from api.logs import AccessLog
from api.metrics import REQUEST_SECONDS, REQUESTS

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")

# What a response says about itself unless its own headers say otherwise.
_SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


class RequestLog:
    """A request id, one access line, the metrics, and 500 for whatever nobody caught."""

    def __init__(self, app: ASGIApp, *, access: AccessLog, clock: Callable[[], float] = time.perf_counter) -> None:
        self.app = app
        self.access = access
        self.clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = self.clock()
        request_id = _given_id(scope) or secrets.token_hex(8)
        status = 0
        size = 0

        async def watched(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                message.setdefault("headers", [])
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            elif message["type"] == "http.response.body":
                size += len(message.get("body", b""))
            await send(message)

        with bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, watched)
            except Exception as error:
                response = unexpected(error)
                if status:
                    # Half an answer is out: only a broken connection tells the client.
                    raise
                await response(scope, receive, watched)
            finally:
                seconds = self.clock() - began
                # 499 as nginx writes it: the client left before an answer began.
                self._note(scope, status or 499, seconds, size, request_id)

    def _note(self, scope: Scope, status: int, seconds: float, size: int, request_id: str) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        REQUESTS.labels(scope["method"] if route != "unmatched" else "any", route, status).inc()
        REQUEST_SECONDS.labels(route).observe(seconds)
        client = scope.get("client")
        self.access.write(
            method=scope["method"],
            path=scope["path"],
            status=status,
            seconds=seconds,
            size=size,
            client=client[0] if client else "",
            request_id=request_id,
        )


class SecurityHeaders:
    """Outermost: headers that keep a browser from doing more with an answer than was meant, errors included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                present = {name.lower() for name, _ in headers}
                headers += [header for header in _SECURITY_HEADERS if header[0] not in present]
                message["headers"] = headers
            await send(message)

        await self.app(scope, receive, guarded)


# A response in the form that a path's clients expect: of scope, status, message and headers.
Refusal = Callable[[Scope, int, str, Mapping[str, str]], Response]


def _refused(_scope: Scope, status: int, message: str, headers: Mapping[str, str]) -> Response:
    return problem(status, message, headers=headers)


_TOO_LARGE = "The request's body is too large."


class BodyTooLarge(Exception):
    """The request's body is larger than the service reads."""


class BodyLimit:
    """Refuses bodies over a size, by their declared length before anything is read, else while they are read.

    An encoded body is refused too (415): nothing here unpacks, so there are no gzip bombs. refusals: by path, what
    answers there in a form of its own; elsewhere it is problem details.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int, refusals: Mapping[str, Refusal]) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.refusals = refusals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        length, encoded, expects = _body_headers(scope)
        refused = self.refusals.get(scope["path"], _refused)
        if encoded:
            await refused(scope, 415, "Send the body without a content encoding.", {})(scope, receive, send)
            return
        if length > self.max_bytes:
            # A client that waits for 100 Continue sends no body now: the connection can't be used again.
            headers = {"Connection": "close"} if expects else {}
            await refused(scope, 413, _TOO_LARGE, headers)(scope, receive, send)
            return
        received = 0
        started = False

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            if message["type"] == "http.request":
                received += len(message.get("body", b""))
                if received > self.max_bytes:
                    raise BodyTooLarge
            return message

        async def noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, counted, noted)
        except BodyTooLarge:
            if started:
                raise
            await refused(scope, 413, _TOO_LARGE, {})(scope, receive, send)


def _given_id(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            return value.decode() if _REQUEST_ID.fullmatch(value) else None
    return None


def _body_headers(scope: Scope) -> tuple[int, bool, bool]:
    """Declared length (0 if none), whether the body is encoded, whether the client waits for 100 Continue."""
    length, encoded, expects = 0, False, False
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            length = int(value)
        elif name == b"content-encoding" and value.strip().lower() not in (b"", b"identity"):
            encoded = True
        elif name == b"expect":
            expects = True
    return length, encoded, expects
