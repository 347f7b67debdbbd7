"""How fast pages are read, side by side with what a user might pick instead: `python -m tests.benchmarks.read`.

Loads the data set if it isn't there, starts every server alone with one process, checks that all answer the same, and
measures in interleaved rounds, one server at a time while the others stand still. Then tables go to
docs/performance.md and targets to the terminal. With --scale it is Broadsheet alone, on the data set and on one ten
times as large.
"""

import argparse
import asyncio
import platform
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version

from tests.benchmarks.read import data, packages, report, wrk
from tests.benchmarks.read.agree import Disagreement, agree
from tests.benchmarks.read.contenders import CONTENDERS, NotStarted, started
from tests.benchmarks.read.figures import Target, figures, memory_targets, rate_targets, scale_targets
from tests.benchmarks.read.inputs import articles, inputs
from tests.benchmarks.read.measure import Lane, Plan, measured
from tests.benchmarks.read.meter import machine
from tests.benchmarks.read.pages import PAGES
from tests.services import ROOT

DOCS = ROOT / "docs" / "performance.md"
SCALED = ("list", "article", "search")
LARGER = 10
# Seconds, at most, that each server is asked for each page before the rounds.
SETTLING = 60
_PACKAGES = ("uvicorn", "starlette", "asyncpg", "strawberry-graphql", "graphql-core")


def options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.read", description=__doc__, allow_abbrev=False)
    add = parser.add_argument
    add("--articles", type=int, default=200_000, help="size of the data set; 200000")
    add("--rounds", type=int, default=25, help="interleaved rounds; 25")
    add("--seconds", type=int, default=1, help="of each measurement, after a second of warm-up; 1")
    add("--connections", type=int, default=16, help="that are kept and always busy; 16")
    add(
        "--servers",
        type=_some_of(CONTENDERS),
        default=tuple(CONTENDERS),
        help=f"some of {', '.join(CONTENDERS)}",
    )
    add("--pages", type=_some_of(PAGES), default=PAGES, help=f"some of {', '.join(PAGES)}")
    add("--same", type=int, default=25, help="inputs of each page whose answers are compared first; 25")
    add("--scale", action="store_true", help="Broadsheet alone, on the data set and on one ten times as large")
    add("--postgres", help="address of a server on this machine; else an embedded one in .data/bench")
    add("--no-docs", action="store_true", help="leave docs/performance.md as it is")
    return parser.parse_args(arguments)


def main() -> int:
    chosen = options()
    try:
        wrk.wrk()
        with data.server(chosen.postgres) as url:
            (scale if chosen.scale else rates)(chosen, url)
    except (wrk.NoWrk, wrk.LoadFailed, NotStarted, Disagreement, data.ElsewherePostgres) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def rates(chosen: argparse.Namespace, url: str) -> None:
    """Every server on one data set."""
    packages.install()
    address = asyncio.run(data.database(url, chosen.articles))
    asyncio.run(data.for_rivals(address))
    postgres = asyncio.run(data.known(url))
    drawn = asyncio.run(inputs(address))
    with started([(CONTENDERS[name], address) for name in chosen.servers]) as servers:
        compared = agree(servers, drawn, chosen.same)
        _say(f"All servers gave the same answers; {sum(compared.values())} were compared.")
        lanes = [Lane(server.contender.name, server, drawn) for server in servers]
        found = figures(measured(lanes, _plan(chosen, chosen.pages), postgres.meter))
    titles = {name: CONTENDERS[name].title for name in chosen.servers}
    used = _setting(chosen, f"{chosen.articles:,} articles", postgres.version, compared)
    _tell(chosen, "rates", report.rates(used, titles, chosen.pages, found), rate_targets(found))


def scale(chosen: argparse.Namespace, url: str) -> None:
    """Broadsheet, hot answers off, on two data sets, with the same topics and queries."""
    sizes = (chosen.articles, LARGER * chosen.articles)
    addresses = [asyncio.run(data.database(url, size)) for size in sizes]
    postgres = asyncio.run(data.known(url))
    asyncio.run(data.for_rivals(addresses[0]))  # Queries are drawn by their index.
    first = asyncio.run(inputs(addresses[0]))
    second = {**first, "article": asyncio.run(articles(addresses[1]))}
    small, large = (f"{size:,} articles" for size in sizes)
    pages = tuple(page for page in chosen.pages if page in SCALED)
    with started([(CONTENDERS["broadsheet"], address) for address in addresses]) as servers:
        lanes = [Lane(small, servers[0], first), Lane(large, servers[1], second)]
        samples = measured(lanes, _plan(chosen, pages, SETTLING), postgres.meter)
    found = figures(samples)
    memory = memory_targets(samples, len(pages))
    used = _setting(chosen, f"{small} and {large}", postgres.version, {})
    kept = [(name, begin, end) for name, begin, end, _ in memory]
    tables = report.scale(used, pages, found, small, large, kept)
    _tell(chosen, "scale", tables, [*scale_targets(found, small, large), *(target for *_, target in memory)])


def _plan(chosen: argparse.Namespace, pages: tuple[str, ...], settling: int = 0) -> Plan:
    return Plan(chosen.rounds, chosen.seconds, chosen.connections, pages, settling)


def _setting(chosen: argparse.Namespace, articles: str, postgres: str, compared: Mapping[str, int]) -> report.Setting:
    versions = {"PostgreSQL": postgres, "Python": platform.python_version()}
    versions |= {name: version(name) for name in _PACKAGES}
    if not chosen.scale:
        versions |= packages.versions()
    versions["wrk"] = wrk.version()
    date = datetime.now(UTC).date().isoformat()
    return report.Setting(
        date, machine(), versions, articles, chosen.rounds, chosen.seconds, chosen.connections, compared
    )


def _tell(chosen: argparse.Namespace, part: str, tables: str, targets: Sequence[Target]) -> None:
    text = f"{tables}\n\n### Targets\n\n{report.targets(targets)}"
    _say(text)
    if not chosen.no_docs:
        report.write(DOCS, part, text)


def _some_of(names: Collection[str]) -> Callable[[str], tuple[str, ...]]:
    """Reads some of the names, in their own order."""

    def read(text: str) -> tuple[str, ...]:
        given = [name.strip() for name in text.split(",")]
        unknown = [name for name in given if name not in names]
        if unknown:
            raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: not one of {', '.join(names)}")
        return tuple(name for name in names if name in given)

    return read


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
