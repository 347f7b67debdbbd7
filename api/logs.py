"""Log lines: structured, one for each event, with everything that users send escaped."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from collections.abc import MutableMapping
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import structlog

from api.clients import NOBODY, Client

# The id of the request that is being answered, which every line that is written meanwhile carries.
REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)

# Control characters and the line separators of Unicode, which some viewers break lines at.
_ESCAPES = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))} | {
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}


def escape_values(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Write control characters in values as \\x.., so that nobody can forge a line or steer a terminal."""
    for key, value in event.items():
        # Tracebacks are ours and are read as several lines.
        if isinstance(value, str) and key != "exception":
            event[key] = value.translate(_ESCAPES)
    return event


def add_request_id(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Write the id of the request at hand into the line."""
    request_id = REQUEST_ID.get()
    if request_id is not None:
        event.setdefault("request_id", request_id)
    return event


def configure_logs(level: str, log_format: str) -> None:
    """Send structlog and the standard library's loggers through one format to standard error.

    level: debug, info, warning or error. log_format: auto, console or json; auto is console on a terminal.
    """
    console = log_format == "console" or (log_format == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        add_request_id,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        escape_values,
    ]
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
        if console
        else structlog.processors.JSONRenderer()
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    # Our own access line says more than uvicorn's; its other lines pass through the root.
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = name != "uvicorn.access"
    logging.getLogger("uvicorn.error").setLevel(max(root.level, logging.WARNING))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


# Seconds for which lines of requests are collected.
_COLLECTED = 0.02


class AccessLog:
    """One line for each request, written past the logging machinery: it costs microseconds instead of tens of them.

    Lines are collected for a moment and go out in one write, which saves a page a twelfth of the server's work.
    """

    def __init__(self, level: str, log_format: str) -> None:
        self.wanted = level in ("debug", "info")
        self._lines: list[str] = []
        self.console = log_format == "console" or (log_format == "auto" and sys.stderr.isatty())

    def write(
        self,
        *,
        method: str,
        path: str,
        status: int,
        seconds: float,
        size: int,
        client: str,
        request_id: str,
        named: Client,
    ) -> None:
        """Write the line of one request. path is what the client sent, decoded; seconds is how long it took; client is
        its address, named what it calls itself (plain ASCII, as `client_of` takes it)."""
        if not self.wanted:
            return
        if self.console:
            who = " ".join((request_id, *filter(None, named)))
            line = f"{status} {method} {_escaped(path)} {seconds * 1000:.1f} ms {size} bytes {who}\n"
        else:
            # Written out, since a general encoder takes five times as long: all but the path is ASCII without quotes.
            now = time.time()
            second = int(now)
            line = (
                f'{{"event":"request","level":"info","timestamp":"{_second(second)}.{int((now - second) * 1e6):06d}Z",'
                f'{_asked(method, path, status)}"seconds":{seconds:.6f},"bytes":{size},"client":"{client}",'
                f'"request_id":"{request_id}"{_named(named) if named is not NOBODY else ""}}}\n'
            )
        if not self._lines:
            asyncio.get_running_loop().call_later(_COLLECTED, self.flush)
        self._lines.append(line)

    def flush(self) -> None:
        """Write what is collected; to be called before the loop ends."""
        lines, self._lines = self._lines, []
        sys.stderr.buffer.write("".join(lines).encode(errors="backslashreplace"))
        sys.stderr.buffer.flush()


@lru_cache(maxsize=2)
def _second(now: int) -> str:
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%S")


@lru_cache(maxsize=256)
def _asked(method: str, path: str, status: int) -> str:
    """The members that many lines share."""
    return f'"method":"{method}","path":{json.dumps(_escaped(path), ensure_ascii=False)},"status":{status},'


def _named(client: Client) -> str:
    """The members of a client that gives its name, its version or both."""
    name = f',"client_name":"{client.name}"' if client.name else ""
    return f'{name},"client_version":"{client.version}"' if client.version else name


def _escaped(text: str) -> str:
    return text if text.isascii() and text.isprintable() else text.translate(_ESCAPES)
