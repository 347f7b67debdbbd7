"""Documents parsed in processes of their own, so that a bad one costs a process and never the service.

A process that takes more than the allowed processor time, memory or patience is killed by the system or by us; the
document is set aside with the reason and the next one gets a new process.
"""

import asyncio
import contextlib
import gc
import hashlib
import multiprocessing
import os
import resource
import signal
import stat
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self

from ingest import article, feed, url
from ingest.page_decode import HEAD, UnreadablePageError, is_page
from ingest.source import feed_url_of, source_of
from jobs.parsed import Parsed

# Processes are forked from a server that has loaded the parsers once (1.2 s of processor, half of it the language
# model), so that a new one is there at once. macOS' libraries do not survive a fork: there each starts by itself.
_PROCESSES = (
    multiprocessing.get_context("forkserver") if sys.platform == "linux" else multiprocessing.get_context("spawn")
)
_PRELOADED = "jobs.parse_preload"
_BATCH = 50


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may cost. Seconds of processor, then of waiting (a loaded machine is slow, not poisoned);
    bytes of memory beyond what the process needs itself; bytes and entries of the document."""

    cpu_seconds: int = 10
    wall_seconds: float = 60.0
    memory_bytes: int = 300 * 1024 * 1024
    document_bytes: int = 15 * 1024 * 1024
    entries: int = feed.MAX_ENTRIES


class DocumentRefused(Exception):
    """A document that can't be read; the message says why, in words for an operator."""


class ParsersClosed(asyncio.CancelledError):
    """The processes are ended while one reads: nothing is known of its document, and whoever waits is to end too."""


def parse(data: bytes, address: str, *, now: datetime, limits: Limits, charset: str | None = None) -> Parsed:
    """Read a document found at `address` (http, https or file), in the encoding that the server named if it names none
    itself. Raises feed.UnreadableError."""
    found_on_web = address if address.startswith("http") else None
    document = feed.read(data, found_on_web, max_entries=limits.entries, charset=charset)
    channel = document.channel
    feed_url = feed_url_of(channel, address)
    facts = source_of(channel, feed_url)
    site = facts.homepage_url or (url.canonical(feed_url) if feed_url.startswith("http") else None)
    return Parsed(
        form=document.form,
        hash=hash_of(data),
        feed_url=feed_url,
        title=facts.name if channel.title else None,
        site_url=facts.homepage_url,
        language=facts.language,
        source=facts,
        candidates=article.candidates(document, site_url=site, now=now),
        beyond=document.beyond,
        wishes=document.wishes,
    )


def parse_any(
    data: bytes, address: str, *, now: datetime, limits: Limits, charset: str | None, may_be_page: bool
) -> Parsed:
    """The same of what may be a page too. Raises UnreadablePageError besides."""
    if may_be_page and is_page(data[:HEAD], address):
        # Imported here: who only reads feeds does without (0.2 s, 30 MB).
        from jobs.parse_page import parse_page

        return parse_page(data, address, now=now, charset=charset)
    return parse(data, address, now=now, limits=limits, charset=charset)


def read_file(path: Path, limits: Limits) -> bytes:
    """A document's bytes, never more of them than the limit and one. Raises DocumentRefused and OSError."""
    # Without waiting: opening a pipe waits for whoever writes to it.
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as opened:
        found = os.fstat(opened.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise DocumentRefused("no regular file")
        data = opened.read(limits.document_bytes + 1) if found.st_size <= limits.document_bytes else None
    if data is None or len(data) > limits.document_bytes:
        raise DocumentRefused(f"larger than {limits.document_bytes:,} bytes")
    return data


def hash_of(data: bytes) -> bytes:
    """By what a document is known again."""
    return hashlib.blake2b(data, digest_size=16).digest()


class Parsers:
    """A number of processes that parse. Use as an async context manager; `parse` may be called from as many tasks as
    one likes, and waits for a free process."""

    def __init__(self, count: int, limits: Limits) -> None:
        self._limits = limits
        self._count = max(1, count)
        self._free: asyncio.Queue[_Process] = asyncio.Queue()
        self._closing = False
        self._busy: dict[asyncio.Task[Parsed | str], _Process] = {}
        for _ in range(self._count):
            self._free.put_nowait(_Process(limits))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing = True
        while self._busy:
            for process in self._busy.values():
                process.kill()
            await asyncio.wait(self._busy, timeout=1)
        while not self._free.empty():
            await asyncio.to_thread(self._free.get_nowait().stop)

    async def parse(
        self, data: bytes, address: str, now: datetime, charset: str | None = None, *, may_be_page: bool = False
    ) -> Parsed:
        """The document, parsed elsewhere; a page only where one may come. Raises DocumentRefused and ParsersClosed."""
        process = await self._free.get()
        # Only the thread that asks touches the process and its pipe; we kill, and it meets the end of the pipe. The
        # process is free when that thread has ended, whatever became of us.
        asking = asyncio.create_task(asyncio.to_thread(process.ask, data, address, now, charset, may_be_page))
        self._busy[asking] = process
        asking.add_done_callback(self._release)
        try:
            await asyncio.wait({asking}, timeout=self._limits.wall_seconds)
        except asyncio.CancelledError:
            process.kill()
            raise
        is_late = not asking.done()
        while not asking.done():
            # Again where the process was only about to start.
            process.kill()
            await asyncio.wait({asking}, timeout=1)
        answer = await asking
        if self._closing:
            raise ParsersClosed
        if isinstance(answer, str):
            raise DocumentRefused(f"took more than {self._limits.wall_seconds:g} seconds" if is_late else answer)
        return answer

    def _release(self, asking: asyncio.Task[Parsed | str]) -> None:
        self._free.put_nowait(self._busy.pop(asking))
        # Nobody else looks at the end of one whose caller is gone.
        if not asking.cancelled():
            asking.exception()


class _Process:
    """One process and the pipe to it; after its end the next question starts it again. All but `kill` belongs to one
    thread at a time."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: Any = None
        self._pipe: Connection | None = None

    def ask(self, data: bytes, address: str, now: datetime, charset: str | None, may_be_page: bool) -> Parsed | str:
        """The parsed document, or why there is none. Blocks."""
        process, pipe = self._started()
        try:
            pipe.send((data, address, now, charset, may_be_page))
            answer: Parsed | str = pipe.recv()
            if not isinstance(answer, str):
                while batch := pipe.recv():
                    answer.candidates.extend(batch)
        except (EOFError, OSError):
            process.join(1)
            code = process.exitcode
            self.stop()
            return _why(code, self._limits)
        return answer

    def kill(self) -> None:
        """End the process, if there is one; whoever waits for its answer learns of it. Does not block."""
        process = self._process
        if process is not None:
            process.kill()

    def stop(self) -> None:
        """End the process, and forget it. Blocks."""
        process, pipe, self._process, self._pipe = self._process, self._pipe, None, None
        if process is not None:
            process.kill()
            process.join(1)
        if pipe is not None:
            pipe.close()

    def _started(self) -> tuple[Any, Connection]:
        if self._process is None or self._pipe is None:
            multiprocessing.set_forkserver_preload([_PRELOADED])
            ours, theirs = _PROCESSES.Pipe()
            process = _PROCESSES.Process(
                target=_serve, args=(theirs, self._limits), name="broadsheet-parse", daemon=True
            )
            process.start()
            theirs.close()
            # Only one that runs: `stop` could not end one that never began, and who waits for it would wait for ever.
            self._process, self._pipe = process, ours
        return self._process, self._pipe


def _why(code: int | None, limits: Limits) -> str:
    if code == -signal.SIGXCPU:
        return f"took more than {limits.cpu_seconds} seconds of processor time"
    if code is not None and code < 0:
        return f"its process was ended by signal {signal.Signals(-code).name}"
    return f"its process ended with status {code}"


def _serve(pipe: Connection, limits: Limits) -> None:
    """Answer questions until the other end is gone."""
    # Ctrl-C reaches the whole group; who asked decides when this ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Parsing makes many objects and few cycles, which go with the document.
    gc.set_threshold(200_000)
    while True:
        try:
            data, address, now, charset, may_be_page = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            with _capped(limits):
                answer: Parsed | str = parse_any(
                    data, address, now=now, limits=limits, charset=charset, may_be_page=may_be_page
                )
        except (feed.UnreadableError, UnreadablePageError) as error:
            answer = str(error)
        except MemoryError:
            answer = f"needed more than {limits.memory_bytes // (1024 * 1024)} MiB of memory"
        except RecursionError:
            answer = "nested too deep"
        except Exception as error:
            # A document that our own code stumbles over must not stop an import; the place is what we need to mend it.
            frame = traceback.extract_tb(error.__traceback__)[-1]
            answer = f"could not be read: {type(error).__name__}: {str(error)[:200]} ({frame.name}:{frame.lineno})"
        del data
        try:
            _send(pipe, answer)
        except (BrokenPipeError, OSError):
            return


def _send(pipe: Connection, answer: Parsed | str) -> None:
    """Send an answer; entries in batches, the last one empty: unpacking ten thousand at once would keep whoever shares
    the interpreter with the reader waiting."""
    if isinstance(answer, str):
        pipe.send(answer)
        return
    pipe.send(replace(answer, candidates=[]))
    for start in range(0, len(answer.candidates), _BATCH):
        pipe.send(answer.candidates[start : start + _BATCH])
    pipe.send([])


@contextlib.contextmanager
def _capped(limits: Limits) -> Iterator[None]:
    """Limits of this process for one document: processor time from now on, memory from here on."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = int(used.ru_utime + used.ru_stime) + limits.cpu_seconds + 1
    _set(resource.RLIMIT_CPU, cpu)
    # The model of languages (60 MB) and libraries come on top.
    _set(resource.RLIMIT_DATA, _own_memory() + limits.memory_bytes)
    try:
        yield
    finally:
        _set(resource.RLIMIT_DATA, resource.RLIM_INFINITY)
        _set(resource.RLIMIT_CPU, resource.RLIM_INFINITY)


def _set(kind: int, soft: int) -> None:
    hard = resource.getrlimit(kind)[1]
    # macOS knows RLIMIT_DATA and refuses some values of it; processor time still holds there.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(kind, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _own_memory() -> int:
    """Bytes of private memory that this process has now, as RLIMIT_DATA counts them."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmData:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 256 * 1024 * 1024
