"""Interleaved rounds: in each, every page on every server in turn, while the others stand still."""

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
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
# How many inputs further on a round begins than the one before.
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
    """pages: in this order. seconds: of each measurement, after the warm-up."""

    rounds: int
    seconds: int
    connections: int
    pages: tuple[str, ...]


def measured(lanes: Sequence[Lane], plan: Plan, postgres: Meter) -> list[Sample]:
    """All rounds; the samples as they were taken, in order. LoadFailed: wrk can't do its work."""
    samples: list[Sample] = []
    runs = count()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(plan.rounds):
            for page in plan.pages:
                for lane in moved(lanes, number):
                    if page in lane.server.contender.pages:
                        bodies = _bodies(Path(folder), lane, page)
                        samples.append(_measure(lane, page, bodies, plan, number * STEP, runs, postgres))
            print(f"{time.strftime('%H:%M:%S')} round {number + 1} of {plan.rounds}", flush=True)
    return samples


def moved(items: Sequence[T], by: int) -> list[T]:
    """The items in their order, beginning further on, so that none always comes first."""
    by %= len(items)
    return [*items[by:], *items[:by]]


def _bodies(folder: Path, lane: Lane, page: str) -> Path:
    """The file of all requests of a page, a body a line."""
    path = folder / f"{lane.name} {page}"
    if not path.exists():
        lines = [lane.server.contender.body(page, given) for given in lane.inputs[inputs_of(page)]]
        path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def _measure(
    lane: Lane, page: str, bodies: Path, plan: Plan, place: int, runs: "count[int]", postgres: Meter
) -> Sample:
    server = lane.server
    url = server.url(page)
    mark = NUMBER if NUMBER in document(server.contender.dialect, page) else ""

    def run(seconds: int) -> Load:
        # Numbers have eight digits: those of what has no mark would be used up after a thousand runs.
        first = next(runs) * NUMBERED if mark else 0
        return load(url, bodies, seconds=seconds, connections=plan.connections, place=place, mark=mark, first=first)

    with server.awake():
        run(WARM_UP_SECONDS)
        before = server.meter.seconds(), postgres.seconds()
        done = run(plan.seconds)
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
