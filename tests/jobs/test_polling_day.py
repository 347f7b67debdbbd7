"""200 feeds polled for a virtual day by one worker, which is killed twice meanwhile.

The worker is a process of its own, with a clock that stands still until the test moves it; Postgres, the server and
HTTP are real. The test moves the clock from one due check to the next. All outlets are invented.
"""

import asyncio
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from db.pool import Database
from ingest.schedule import Pace
from jobs import feeds
from tests.jobs.polling import NOW, item, rss

ROOT = Path(__file__).parents[2]
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
# Ten times as eager as usual, so that small documents are asked for often.
PACE = Pace(factor=10)

WORKER = """
import asyncio, logging, sys
from datetime import datetime
import structlog
from db.pool import Database
from tests.jobs.polling import Clock, refreshing
from tests.jobs.test_polling_day import PACE

structlog.configure(
    wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
    logger_factory=structlog.PrintLoggerFactory(sys.stderr),
)

async def main(url):
    database, clock = await Database.open(url, size=5), Clock()
    async with refreshing(database, clock, PACE) as refresher:
        while line := await asyncio.to_thread(sys.stdin.readline):
            clock.at = datetime.fromisoformat(line.strip())
            print(len(await refresher.all_due()), flush=True)

asyncio.run(main(sys.argv[1]))
"""


@dataclass
class Outlet:
    """One feed as its server has it: `items` before the day, a new one `every` so often; `answers`: what comes first
    instead of the document; `least`: the shortest time between two requests that is allowed."""

    host: str
    number: int
    items: int
    every: timedelta
    more: str = ""
    answers: list[tuple[int, str]] = field(default_factory=list)
    wait: timedelta = timedelta()
    asked: list[datetime] = field(default_factory=list)
    not_before: datetime = NOW
    failed: bool = False

    @property
    def path(self) -> str:
        return f"/{self.number}.xml"

    @property
    def least(self) -> timedelta:
        most = self.items + DAY * 2 // self.every
        return max(min(WEEK / (most * PACE.factor), PACE.longest), PACE.shortest, self.wait)

    def written(self, now: datetime) -> list[int]:
        """The numbers of the items that are out at a time."""
        return list(range(self.items + max(0, (now - NOW) // self.every)))

    def document(self, now: datetime) -> bytes:
        site = f"outlet{self.number}.example"
        items = [
            item(n, f"Report {n} of outlet {self.number}", site=site, at=NOW + (n - self.items + 1) * self.every)
            for n in self.written(now)
        ]
        return rss(*reversed(items), title=f"Outlet {self.number}", site=f"https://{site}/", more=self.more)


def outlets() -> list[Outlet]:
    """200 feeds. Those of three agencies come in bursts; the rest each have a host of their own or share it by four."""
    made = []
    for n in range(200):
        if n < 30:
            made.append(Outlet(f"agency{n % 3}.example", n, 6, timedelta(hours=20)))
        elif n < 36:
            made.append(Outlet(f"busy{n}.example", n, 24, timedelta(hours=3)))
        elif n < 80:
            made.append(Outlet(f"host{n // 4}.example", n, 6, timedelta(hours=8)))
        elif n < 110:
            ttl = timedelta(hours=12)
            made.append(Outlet(f"host{n // 4}.example", n, 8, timedelta(hours=6), "<ttl>720</ttl>", wait=ttl))
        elif n < 120:
            made.append(Outlet(f"host{n // 4}.example", n, 4, timedelta(hours=9), answers=[(500, ""), (500, "")]))
        elif n < 125:
            made.append(Outlet(f"host{n // 4}.example", n, 5, timedelta(hours=9), answers=[(429, "10800")]))
        else:
            made.append(Outlet(f"host{n // 4}.example", n, 2, timedelta(hours=30)))
    return made


class World:
    """The feeds' servers, one for all hosts, and what they see, by the virtual clock."""

    def __init__(self) -> None:
        self.now = NOW
        self.port = 0
        self.outlets = {outlet.path: outlet for outlet in outlets()}
        self.due: dict[str, datetime] = {}
        self.at_once: Counter[str] = Counter()
        self.most_at_once: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.wrong: list[str] = []
        self.latest = timedelta()
        self.delivered: defaultdict[int, set[int]] = defaultdict(set)
        # After so many requests that stay without an answer, `held` is set; None: all are answered. 0: after an answer.
        self.hold: int | None = None
        self.held = asyncio.Event()

    def url(self, outlet: Outlet) -> str:
        return f"http://{outlet.host}:{self.port}{outlet.path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
        host = headers["host"].split(":")[0]
        self.at_once[host] += 1
        self.most_at_once[host] = max(self.most_at_once[host], self.at_once[host])
        try:
            outlet = self.outlets[head[0].split()[1]]
            self._watch(outlet)
            if self.hold:
                outlet.failed = True
                self.hold -= 1
                if self.hold == 0:
                    self.held.set()
                await reader.read()  # until the worker is gone
                return
            await asyncio.sleep(0.002)  # so that requests that may overlap do
            answer = self._answer(outlet, headers.get("if-none-match"))
            # An attempt whose worker does not live to save what came is one that failed.
            outlet.failed = outlet.failed or self.hold is not None
            writer.write(answer)
            await writer.drain()
            if self.hold == 0:
                self.held.set()
        except ConnectionError:
            pass
        finally:
            self.at_once[host] -= 1
            writer.close()

    def _watch(self, outlet: Outlet) -> None:
        due, before = self.due[self.url(outlet)], outlet.asked[-1] if outlet.asked else None
        self.latest = max(self.latest, self.now - due)
        if self.now < max(due, outlet.not_before):
            self.wrong.append(f"{outlet.path} was asked at {self.now}, before {max(due, outlet.not_before)}")
        # Errors have an interval of their own, from eight minutes on.
        least = timedelta(minutes=8) if outlet.failed else outlet.least
        if before is not None and self.now - before < least:
            self.wrong.append(f"{outlet.path} was asked at {before} and again at {self.now}")
        outlet.asked.append(self.now)

    def _answer(self, outlet: Outlet, known: str | None) -> bytes:
        more = ""
        outlet.failed = bool(outlet.answers)
        if outlet.failed:
            status, wait = outlet.answers.pop(0)
            body = b""
            if wait:
                more = f"Retry-After: {wait}\r\n"
                outlet.not_before = self.now + timedelta(seconds=int(wait))
        else:
            numbers = outlet.written(self.now)
            tag = f'"{len(numbers)}"'
            status, body = (304, b"") if known == tag else (200, outlet.document(self.now))
            more = f"ETag: {tag}\r\n"
            self.delivered[outlet.number] |= set(numbers)
        self.statuses[status] += 1
        length = "" if status == 304 else f"Content-Length: {len(body)}\r\n"
        return f"HTTP/1.1 {status} Whatever\r\n{more}{length}\r\n".encode() + body

    async def look(self, database: Database) -> None:
        """What is due when, as it is saved."""
        rows = await database.rows("select url, next_check_at from feeds where standing = 'ACTIVE'")
        self.due = {row["url"]: row["next_check_at"] for row in rows}


@asynccontextmanager
async def living(world: World) -> AsyncIterator[None]:
    serving = await asyncio.start_server(world.serve, "127.0.0.1", 0, backlog=200)
    world.port = serving.sockets[0].getsockname()[1]
    try:
        yield
    finally:
        serving.close()


class Worker:
    """The process, started again where it was killed."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        pipe = asyncio.subprocess.PIPE
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", WORKER, self._url, cwd=ROOT, stdin=pipe, stdout=pipe
        )

    def tell(self, now: datetime) -> None:
        assert self.process
        assert self.process.stdin
        self.process.stdin.write(f"{now.isoformat()}\n".encode())

    async def done(self) -> int:
        assert self.process
        assert self.process.stdout
        return int(await asyncio.wait_for(self.process.stdout.readline(), 60))

    async def kill(self) -> None:
        assert self.process
        self.process.kill()
        await self.process.wait()


async def test_a_day_of_200_feeds_and_a_worker_killed_twice(database: Database, database_url: str) -> None:
    world, worker = World(), Worker(database_url)
    async with living(world):
        await add_all(database, world)
        await worker.start()
        # In the midst of an agencies' burst, unanswered; and with a busy feed's answer just sent.
        kills = [(timedelta(hours=6), "agency", 4), (timedelta(hours=15), "busy", 0)]
        try:
            while True:
                await world.look(database)
                following = min(world.due.values())
                # What had to wait for its host is looked at again after a moment.
                world.now = following if following > world.now else world.now + timedelta(seconds=5)
                if world.now > NOW + DAY:
                    break
                due = [url for url, at in world.due.items() if at <= world.now]
                if kills and world.now > NOW + kills[0][0] and sum(kills[0][1] in url for url in due) > kills[0][2]:
                    world.hold = kills.pop(0)[2]
                    worker.tell(world.now)
                    await asyncio.wait_for(world.held.wait(), 30)
                    await worker.kill()
                    world.hold = None
                    world.held.clear()
                    world.now += timedelta(seconds=20)
                    await worker.start()
                    continue
                worker.tell(world.now)
                await worker.done()
        finally:
            await worker.kill()
    assert not kills
    assert world.wrong == []
    assert world.latest <= timedelta(minutes=1)
    # At the end nothing waits.
    assert min(world.due.values()) > NOW + DAY
    assert max(world.most_at_once.values()) == 2
    assert set(world.statuses) == {200, 304, 429, 500}
    assert all(outlet.asked for outlet in world.outlets.values())
    rows = await database.rows("select url from articles")
    stored = Counter(row["url"] for row in rows)
    delivered = [f"https://outlet{n}.example/{number}" for n, numbers in world.delivered.items() for number in numbers]
    assert sorted(stored) == sorted(delivered)
    unfinished = await database.value("select count(*) from feeds where unfinished > 0")
    assert unfinished == 0


async def add_all(database: Database, world: World) -> None:
    """The agencies' feeds at the same time, the others over the first hour; as the operator would, in one go."""
    for place, outlet in enumerate(world.outlets.values()):
        at = NOW if outlet.number < 30 else NOW + timedelta(seconds=18 * place)
        await feeds.add(database, world.url(outlet), now=at)
