"""What was measured as Markdown, for docs/performance.md and for the terminal. Pure but for `write`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.read.figures import Figures, Measured, Target
from tests.benchmarks.read.meter import Machine

HEAD = (
    "server",
    "requests/s",
    "p50 ms",
    "p99 ms",
    "server CPU ms",
    "Postgres CPU ms",
    "memory MB",
    "Broadsheet's rate",
)


@dataclass(frozen=True, slots=True)
class Setting:
    """Under what it was measured. compared: answers of each page that were found equal first."""

    date: str
    machine: Machine
    versions: Mapping[str, str]
    data: str
    rounds: int
    seconds: int
    connections: int
    compared: Mapping[str, int]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; the first column is text, the others are numbers."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def setting(used: Setting) -> str:
    """The sentences above the tables."""
    versions = ", ".join(f"{name} {version}" for name, version in used.versions.items())
    machine = used.machine
    compared = f" All servers gave the same {sum(used.compared.values())} answers first." if used.compared else ""
    return (
        f"{used.date}, {used.data}, {used.rounds} rounds of {used.seconds} s for each server and page, "
        f"{used.connections} connections. {machine.processor}, {machine.cores} cores, {machine.gigabytes} GB. "
        f"{versions}.{compared}"
    )


def rates(used: Setting, titles: Mapping[str, str], pages: Sequence[str], measured: Measured) -> str:
    """A table for each page, a row for each server."""
    parts = [setting(used)]
    for page in pages:
        ours = measured.get(("broadsheet", page))
        rows = [_row(title, measured[name, page], ours) for name, title in titles.items() if (name, page) in measured]
        if rows:
            parts += [f"### {page.capitalize()}", table(HEAD, rows)]
    return "\n\n".join(parts)


def scale(
    used: Setting,
    pages: Sequence[str],
    measured: Measured,
    small: str,
    large: str,
    memory: Sequence[tuple[str, float, float]],
) -> str:
    """p50 of Broadsheet on two data sets, and the memory of the server on each, at the beginning and at the end."""
    head = ("page", f"p50 ms, {small}", f"p50 ms, {large}", "times")
    rows = []
    for page in pages:
        here, there = measured[small, page], measured[large, page]
        times = there.times(here, lambda each: each.p50)
        rows.append([page, _number(here.p50), _number(there.p50), f"{times:.2f}"])
    kept = [[title, f"{begin:.0f}", f"{end:.0f}"] for title, begin, end in memory]
    memories = table(("server on", "memory MB after the first round", "after the last"), kept)
    return "\n\n".join((setting(used), table(head, rows), memories))


def targets(found: Sequence[Target]) -> str:
    """What is wanted, what came out, and whether that is enough."""
    rows = [
        [each.says, f"{'≥' if each.at_least else '≤'} {each.wanted:.2f}", f"{each.found:.2f}", _verdict(each)]
        for each in found
    ]
    return table(("target", "wanted", "found", "reached"), rows)


def write(page: Path, part: str, text: str) -> None:
    """Put text between `<!-- part -->` and `<!-- end of part -->`. ValueError: the page has no such place."""
    page.write_text(placed(page.read_text(encoding="utf-8"), part, text), encoding="utf-8")


def placed(page: str, part: str, text: str) -> str:
    """The page with text in its place. ValueError: it has no such place."""
    begin, end = f"<!-- {part} -->", f"<!-- end of {part} -->"
    place = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if len(place.findall(page)) != 1:
        raise ValueError(f"The page needs {begin} and {end} once.")
    return place.sub(lambda _: f"{begin}\n{text}\n{end}", page)


def _row(title: str, found: Figures, ours: Figures | None) -> list[str]:
    times = f"{ours.times(found):.2f}×" if ours and ours is not found and found.rate else ""
    # No rate is worth anything where requests failed.
    failed = f" ({found.errors} errors)" if found.errors else ""
    return [
        title + failed,
        f"{found.rate:,.0f}",
        _number(found.p50),
        _number(found.p99),
        f"{found.server_cpu:.3f}",
        f"{found.postgres_cpu:.3f}",
        f"{found.megabytes:.0f}",
        times,
    ]


def _number(milliseconds: float) -> str:
    return f"{milliseconds:.2f}" if milliseconds < 10 else f"{milliseconds:.0f}"


def _verdict(target: Target) -> str:
    return "yes" if target.reached else "**no**"
