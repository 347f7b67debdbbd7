"""The servers: how each is started, alone and with one process, and what it is asked."""

import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL, Popen, TimeoutExpired
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson

from tests.benchmarks.read.limit import SHAPES
from tests.benchmarks.read.meter import Meter
from tests.benchmarks.read.packages import node
from tests.benchmarks.read.pages import PAGES, Dialect, document, variables
from tests.services import ROOT, clean_environment, free_port

FOLDER = Path(__file__).parent
READY_WITHIN = 60.0


class NotStarted(Exception):
    """A server that is to be measured did not start."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A server. environment: what it is told beside
    the variables of libpq, `{url}` and `{port}` filled in. pages: what it is asked.

    log: whether what it says goes to this terminal; Broadsheet writes a line for each request, to /dev/null here.
    """

    name: str
    title: str
    command: Sequence[str]
    dialect: Dialect
    environment: Mapping[str, str]
    pages: tuple[str, ...] = PAGES
    paths: Mapping[str, str] = field(default_factory=dict)
    log: bool = True

    def path(self, page: str) -> str:
        return self.paths.get(page, "/graphql")

    def body(self, page: str, given: str) -> bytes:
        """The body of a request."""
        values = variables(self.dialect, page, given)
        if self.paths:
            return orjson.dumps(values or {"query": document(self.dialect, page)})
        asked: dict[str, object] = {"query": document(self.dialect, page)}
        if values:
            asked["variables"] = values
        return orjson.dumps(asked)


def _broadsheet(name: str, title: str, hot: bool, pages: tuple[str, ...]) -> Contender:
    return Contender(
        name,
        title,
        [sys.executable, "-m", "api", "serve"],
        "broadsheet",
        {
            "BROADSHEET_DATABASE_URL": "{url}",
            "BROADSHEET_PORT": "{port}",
            "BROADSHEET_POOL_SIZE": "10",
            "BROADSHEET_LOG_FORMAT": "json",
            # Counted, and never spent.
            "BROADSHEET_BUDGET_ADDRESS": "2000000000",
            "BROADSHEET_HOT_ANSWERS": str(hot).lower(),
        },
        pages,
        log=False,
    )


def _asgi(module: str) -> list[str]:
    how = "--host 127.0.0.1 --port {port} --loop uvloop --http httptools --no-access-log --log-level warning"
    return [sys.executable, "-m", "uvicorn", f"tests.benchmarks.read.{module}:app", *how.split()]


_NODE = {"BENCH_PORT": "{port}", "NODE_ENV": "production", "GRAPHILE_ENV": "production"}


def _limit(shape: str) -> Contender:
    paths = {page: f"/{page}/{shape}" for page in ("list", "article", "search")} | {"typename": "/typename"}
    return Contender(f"limit-{shape}", f"Routes by hand, {shape}", _asgi("limit"), "plain", {}, tuple(paths), paths)


CONTENDERS: Mapping[str, Contender] = {
    each.name: each
    for each in (
        _broadsheet("broadsheet", "Broadsheet", False, PAGES),
        _broadsheet("broadsheet-hot", "Broadsheet, hot answers", True, ("list", "typename")),
        *(_limit(shape) for shape in SHAPES),
        Contender("conventional", "Strawberry with DataLoaders", _asgi("conventional"), "plain", {}),
        Contender(
            "postgraphile",
            "PostGraphile",
            [str(node()), str(FOLDER / "node/postgraphile.mjs")],
            "postgraphile",
            _NODE,
        ),
        Contender(
            "mercurius",
            "Mercurius with JIT",
            [str(node()), str(FOLDER / "node/mercurius.mjs")],
            "plain",
            _NODE,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Running:
    """A server that runs, at `base`."""

    contender: Contender
    base: str
    process: "Popen[bytes]"
    meter: Meter

    def url(self, page: str) -> str:
        return self.base + self.contender.path(page)

    def ask(self, page: str, given: str) -> object:
        """The answer to one request, read as JSON; that of a refused one too."""
        request = urllib.request.Request(
            self.url(page), self.contender.body(page, given), {"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return orjson.loads(answer.read())
        except urllib.error.HTTPError as refused:
            return {"errors": [f"status {refused.code}", refused.read().decode(errors="replace")[:1000]]}

    def pause(self) -> None:
        """Stop it where it stands, so that it costs nothing while others are measured."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    @contextmanager
    def awake(self) -> Iterator[None]:
        self.go_on()
        try:
            yield
        finally:
            self.pause()


@contextmanager
def started(contenders: Sequence[tuple[Contender, str]]) -> Iterator[list[Running]]:
    """Servers with the address of the database of each, all of them paused; ended with the block."""
    with ExitStack() as stack:
        running = [stack.enter_context(_started(contender, url)) for contender, url in contenders]
        yield running


@contextmanager
def _started(contender: Contender, url: str) -> Iterator[Running]:
    port = free_port()
    filled = {"url": url, "port": str(port)}
    process = Popen(
        [word.format(**filled) for word in contender.command],
        cwd=ROOT,
        env=clean_environment()
        | libpq(url)
        | {name: each.format(**filled) for name, each in contender.environment.items()},
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=None if contender.log else DEVNULL,
    )
    try:
        running = Running(contender, f"http://127.0.0.1:{port}", process, Meter(process.pid))
        _wait(running)
        running.pause()
        yield running
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        try:
            process.wait(10)
        except TimeoutExpired:
            process.kill()
        process.wait()


def libpq(url: str) -> dict[str, str]:
    """An address as the variables that libpq and its like read."""
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query))
    found = {
        "PGHOST": asked.get("host") or parts.hostname,
        "PGPORT": asked.get("port") or (str(parts.port) if parts.port else None),
        "PGUSER": unquote(parts.username) if parts.username else None,
        "PGPASSWORD": unquote(parts.password) if parts.password else None,
        "PGDATABASE": unquote(parts.path.removeprefix("/")) or None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _wait(running: Running) -> None:
    """Wait until it answers."""
    until = time.monotonic() + READY_WITHIN
    while running.process.poll() is None and time.monotonic() < until:
        try:
            if running.ask("typename", "") == {"data": {"__typename": "Query"}}:
                return
        except (OSError, ValueError):
            pass
        time.sleep(0.1)
    command = " ".join(running.contender.command)
    raise NotStarted(f"{running.contender.title} did not start; run it by hand to see why: {command}")
