"""Interleaved rounds: in each, every page on every server in turn, while the others stand still."""

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from math import inf
from pathlib import Path
from typing import TypeVar

from tests.benchmarks.read.contenders import Running
from tests.benchmarks.read.figures import Sample, sample
from tests.benchmarks.read.inputs import Inputs
from tests.benchmarks.read.meter import Meter
from tests.benchmarks.read.pages import NUMBER, document, inputs_of
from tests.benchmarks.read.wrk import Load, load

WARM_UP_SECONDS = 1
# New documents of one run are numbered from a multiple of this on, so that none comes twice.
NUMBERED = 100_000
# How many inputs further on a round begins than the one before, or a second of settling.
STEP = 997

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Lane:
    """A server, what it is asked, and what the samples call it."""

    name: str
    server: Running
    inputs: Inputs


@dataclass(frozen=True, slots=True)
class Plan:
    """pages: in this order. seconds: of each measurement, after the warm-up.

    settling: for how many seconds at most every server is asked for each of its pages before the first round, until
    Postgres touches nothing anew for it.
    """

    rounds: int
    seconds: int
    connections: int
    pages: tuple[str, ...]
    settling: int = 0


class _Asking:
    """Runs of wrk, with the files of what they send."""

    def __init__(self, folder: Path, connections: int) -> None:
        self._folder = folder
        self._connections = connections
        self._runs = count()

    def ask(self, lane: Lane, page: str, seconds: int, place: int) -> Load:
        contender = lane.server.contender
        mark = NUMBER if NUMBER in document(contender.dialect, page) else ""
        # Numbers have eight digits: those of what has no mark would be used up after a thousand runs.
        first = next(self._runs) * NUMBERED if mark else 0
        return load(
            lane.server.url(page),
            self._bodies(lane, page),
            seconds=seconds,
            connections=self._connections,
            place=place,
            mark=mark,
            first=first,
        )

    def _bodies(self, lane: Lane, page: str) -> Path:
        """The file of all requests of a page, a body a line."""
        path = self._folder / f"{lane.name} {page}"
        if not path.exists():
            lines = [lane.server.contender.body(page, given) for given in lane.inputs[inputs_of(page)]]
            path.write_bytes(b"\n".join(lines) + b"\n")
        return path


def measured(lanes: Sequence[Lane], plan: Plan, postgres: Meter) -> list[Sample]:
    """All rounds; the samples as they were taken, in order. LoadFailed: wrk can't do its work."""
    samples: list[Sample] = []
    with tempfile.TemporaryDirectory() as folder:
        asking = _Asking(Path(folder), plan.connections)
        for lane in lanes if plan.settling else ():
            for page in plan.pages:
                if page in lane.server.contender.pages:
                    _settle(asking, lane, page, plan.settling, postgres)
        for number in range(plan.rounds):
            for page in plan.pages:
                asked = [lane for lane in moved(lanes, number) if page in lane.server.contender.pages]
                samples += [_measure(asking, lane, page, plan.seconds, number * STEP, postgres) for lane in asked]
            _say(f"round {number + 1} of {plan.rounds}")
    return samples


def moved(items: Sequence[T], by: int) -> list[T]:
    """The items in their order, beginning further on, so that none always comes first."""
    by %= len(items)
    return [*items[by:], *items[:by]]


def settle(ask: Callable[[int], int], faults: Callable[[], int], most: int) -> tuple[int, float]:
    """Ask until a second brings less than one page fault a request, or for `most` seconds.

    ask: a second of requests, by its number; how many were answered. faults: how many there were so far. Gives the
    seconds, and the page faults a request of the last one.
    """
    seconds, each = 0, inf
    while seconds < most and each >= 1:
        before = faults()
        answered = ask(seconds)
        each = (faults() - before) / answered if answered else inf
        seconds += 1
    return seconds, each


def _settle(asking: _Asking, lane: Lane, page: str, most: int, postgres: Meter) -> None:
    """Let each session of Postgres map what the page leads to in the shared buffers, which takes it longer than reading
    does."""
    with lane.server.awake():
        seconds, each = settle(lambda second: asking.ask(lane, page, 1, second * STEP).requests, postgres.faults, most)
    _say(
        f"{lane.name}, {page}: {'' if each < 1 else 'not '}settled after {seconds} s, {each:.2f} page faults a request"
    )


def _measure(asking: _Asking, lane: Lane, page: str, seconds: int, place: int, postgres: Meter) -> Sample:
    server = lane.server
    with server.awake():
        asking.ask(lane, page, WARM_UP_SECONDS, place)
        before = server.meter.seconds(), postgres.seconds()
        done = asking.ask(lane, page, seconds, place)
        after = server.meter.seconds(), postgres.seconds()
        megabytes = server.meter.megabytes()
    return sample(
        lane.name,
        page,
        requests=done.requests,
        seconds=done.seconds,
        p50=done.p50,
        p99=done.p99,
        server_seconds=after[0] - before[0],
        postgres_seconds=after[1] - before[1],
        megabytes=megabytes,
        errors=done.errors,
    )


def _say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", flush=True)
