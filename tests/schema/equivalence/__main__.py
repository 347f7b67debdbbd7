"""`make equivalence`: random operations both ways, and what differs made as small as it gets."""

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator
from time import perf_counter

import orjson
import structlog

from db.embedded import running
from db.migrate import migrate
from schema.caller import Caller
from tests.conftest import FAST, PREFIX, ROOT
from tests.databases import administer, at
from tests.schema.equivalence import edition
from tests.schema.equivalence.callers import CALLERS
from tests.schema.equivalence.compare import Outcome
from tests.schema.equivalence.coverage import Coverage
from tests.schema.equivalence.operations import Operation
from tests.schema.equivalence.run import Both, Difference, Figures, opened, run
from tests.schema.equivalence.shrink import shrunk

_EVERY = 1_000
# Coverage is counted on one operation of so many, since it takes as long as answering.
_COUNTED = 5


async def compare(url: str, seeds: list[int], count: int, most: int) -> Figures:
    """Operations of every seed, `count` of each; ends after so many differences."""
    figures = Figures()
    async with opened(url) as both:
        coverage = Coverage(both.reference.schema)
        for seed in seeds:
            started, before = perf_counter(), figures.total
            async for operation, outcome, caller in everybody(both, count, seed):
                if figures.total % _COUNTED == 0:
                    coverage.count(operation, (outcome.expected or {}).get("data"))
                figures.count(operation, outcome)
                if outcome.difference is not None:
                    found = Difference(operation, operation.variables[0], outcome)
                    figures.differences.append(found)
                    show(await shrunk(both, found, caller))
                    if len(figures.differences) >= most:
                        return figures
                done = figures.total - before
                if done % _EVERY == 0:
                    pace = done / (perf_counter() - started)
                    differ = len(figures.differences)
                    print(f"seed {seed}: {done:,} of {count:,}, {pace:.0f} a second, {differ} differ", flush=True)
        print(coverage.told())
    return figures


async def everybody(both: Both, count: int, seed: int) -> AsyncIterator[tuple[Operation, Outcome, Caller]]:
    """Operations of every caller, about as many of each."""
    for number, caller in enumerate(CALLERS.values()):
        share = count // len(CALLERS) + (number < count % len(CALLERS))
        async for operation, outcome in run(both, share, seed, caller):
            yield operation, outcome, caller


def show(found: Difference) -> None:
    print("\n--- a difference:", found.outcome.difference)
    print(found.operation.query)
    print("variables:", orjson.dumps(found.variables).decode(), "operationName:", found.operation.name)
    print("product:  ", found.outcome.answer.status, found.outcome.answer.body.decode()[:3_000])
    print("reference:", orjson.dumps(found.outcome.expected, default=str).decode()[:3_000], "\n", flush=True)


async def main(url: str, seeds: list[int], count: int, most: int) -> int:
    name = f"{PREFIX}_{os.getpid()}_equivalence"
    await administer(url, f"create database {name} encoding 'UTF8' template template0")
    try:
        await migrate(at(url, name))
        await edition.load(at(url, name))
        figures = await compare(at(url, name), seeds, count, most)
    finally:
        await administer(url, f"drop database {name} with (force)")
    print(figures.told())
    return 1 if figures.differences else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="make equivalence", description=__doc__)
    parser.add_argument("--seeds", default="1,2,3", help="with commas; 1,2,3 if not given")
    parser.add_argument("--count", type=int, default=10_000, help="operations of each seed")
    parser.add_argument("--most", type=int, default=10, help="differences after which it ends")
    given = parser.parse_args()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    seeds = [int(seed) for seed in given.seeds.split(",")]
    outside = os.environ.get("BROADSHEET_TEST_DATABASE_URL")
    if outside:
        sys.exit(asyncio.run(main(outside, seeds, given.count, given.most)))
    with running(ROOT / ".data" / "tests", FAST) as url:
        sys.exit(asyncio.run(main(url, seeds, given.count, given.most)))
