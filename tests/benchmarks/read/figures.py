"""From what was measured to what is told: medians over rounds, ratios, targets. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from statistics import median
from typing import Self


@dataclass(frozen=True, slots=True)
class Sample:
    """One server, one page, one round. Times are milliseconds, those of the processor for each request."""

    server: str
    page: str
    rate: float
    p50: float
    p99: float
    server_cpu: float
    postgres_cpu: float
    megabytes: float
    errors: int = 0

    @property
    def cpu(self) -> float:
        return self.server_cpu + self.postgres_cpu


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians over all rounds of one server on one page. megabytes: the most that was seen; errors: all of them."""

    rate: float
    p50: float
    p99: float
    server_cpu: float
    postgres_cpu: float
    megabytes: float
    errors: int
    rounds: tuple[Sample, ...]

    def times(self, other: Self, of: Callable[[Sample], float] = lambda each: each.rate) -> float:
        """A figure as a multiple of another server's, the rate unless said otherwise: the median of what it is in each
        round. What slows the machine for a while slows both."""
        both = zip(self.rounds, other.rounds, strict=True)
        return median(of(one) / of(two) if of(two) else inf for one, two in both)


Measured = Mapping[tuple[str, str], Figures]


def sample(
    server: str,
    page: str,
    *,
    requests: int,
    seconds: float,
    p50: float,
    p99: float,
    server_seconds: float,
    postgres_seconds: float,
    megabytes: float,
    errors: int = 0,
) -> Sample:
    """A sample of what was counted. Where nothing was answered the rate is 0, and the CPU is that of all seconds."""
    each = 1000 / max(requests, 1)
    cpu = server_seconds * each, postgres_seconds * each
    return Sample(server, page, requests / seconds, p50, p99, *cpu, megabytes, errors)


def figures(samples: Iterable[Sample]) -> dict[tuple[str, str], Figures]:
    """By server and page."""
    together: dict[tuple[str, str], list[Sample]] = {}
    for each in samples:
        together.setdefault((each.server, each.page), []).append(each)
    return {key: _medians(some) for key, some in together.items()}


def _medians(some: Sequence[Sample]) -> Figures:
    return Figures(
        median(each.rate for each in some),
        median(each.p50 for each in some),
        median(each.p99 for each in some),
        median(each.server_cpu for each in some),
        median(each.postgres_cpu for each in some),
        max(each.megabytes for each in some),
        sum(each.errors for each in some),
        tuple(some),
    )


@dataclass(frozen=True, slots=True)
class Target:
    """What is wanted, and what came out; `at_least`, or else at most."""

    says: str
    wanted: float
    found: float
    at_least: bool = True

    @property
    def reached(self) -> bool:
        return self.found >= self.wanted if self.at_least else self.found <= self.wanted


_POSTGRAPHILE = {"list": 3.0, "article": 4.5, "search": 1.8, "typename": 1.5, "new name": 1.0, "new alias": 1.0}
_CONVENTIONAL = {"list": 12.0, "article": 8.0, "search": 4.0, "typename": 4.0}
_OF_LIMIT = 0.85
_OF_CONSTANT = 0.6
_LIMITS = ("limit-subselects", "limit-laterals")
# What counts as flat.
_MEMORY = 1.1
# p50 at 2 million articles by that at 200,000.
_SCALE = {"list": 1.5, "article": 1.5, "search": 3.0}


def best_limit(measured: Measured, page: str) -> Figures | None:
    """The better of the shapes that were tried by hand."""
    found = [measured[name, page] for name in _LIMITS if (name, page) in measured]
    return max(found, key=lambda each: each.rate) if found else None


def rate_targets(measured: Measured) -> list[Target]:
    """The targets that these figures can tell of."""
    found = []
    for rival, title, wanted in (
        ("postgraphile", "PostGraphile", _POSTGRAPHILE),
        ("conventional", "Strawberry with DataLoaders", _CONVENTIONAL),
    ):
        for page, times in wanted.items():
            ours, theirs = measured.get(("broadsheet", page)), measured.get((rival, page))
            if ours and theirs:
                found.append(Target(f"{page}: rate, times {title}'s", times, ours.times(theirs)))
                if rival == "postgraphile":
                    part = ours.times(theirs, lambda each: each.cpu)
                    found.append(Target(f"{page}: CPU a request, part of {title}'s", 1.0, part, at_least=False))
    for page in ("list", "article", "search", "typename"):
        ours, limit = measured.get(("broadsheet", page)), best_limit(measured, page)
        if ours and limit:
            found.append(Target(f"{page}: rate, part of the limit's", _OF_LIMIT, ours.times(limit)))
    hot, constant = measured.get(("broadsheet-hot", "list")), measured.get(("broadsheet-hot", "typename"))
    if hot and constant:
        found.append(Target("hot answers, list: rate, part of a constant answer's", _OF_CONSTANT, hot.times(constant)))
    return found


def scale_targets(measured: Measured, small: str, large: str) -> list[Target]:
    """How much slower the server that is called `large` answers than the other, on ten times the articles."""
    return [
        Target(
            f"{page}: p50, times that on a tenth of the articles",
            most,
            there.times(here, lambda each: each.p50),
            at_least=False,
        )
        for page, most in _SCALE.items()
        if (here := measured.get((small, page))) and (there := measured.get((large, page)))
    ]


def memory_targets(samples: Sequence[Sample], pages: int) -> list[tuple[str, float, float, Target]]:
    """For each server: its name, its memory after the first round of so many pages and after the last, the target."""
    found = []
    for name in dict.fromkeys(each.server for each in samples):
        seen = [each.megabytes for each in samples if each.server == name]
        begin, end = seen[pages - 1], seen[-1]
        says = f"{name}: memory at the end, times that after the first round"
        found.append((name, begin, end, Target(says, _MEMORY, end / begin, at_least=False)))
    return found
