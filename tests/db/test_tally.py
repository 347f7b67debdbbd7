"""Figures that are counted as requests come and told together: as if each had been told at once."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Histogram

from db.tally import Count, Durations, tell

BOUNDS = (0.001, 0.01, 0.1)


def both() -> tuple[CollectorRegistry, Histogram, Durations]:
    registry = CollectorRegistry()
    plain = Histogram("plain", "Told at once.", buckets=BOUNDS, registry=registry)
    tallied = Histogram("tallied", "Told together.", buckets=BOUNDS, registry=registry)
    return registry, plain, Durations(tallied)


def samples(registry: CollectorRegistry, name: str) -> dict[tuple[str, str], float]:
    (metric,) = [metric for metric in registry.collect() if metric.name == name]
    return {
        (sample.name.removeprefix(name), sample.labels.get("le", "")): sample.value
        for sample in metric.samples
        if not sample.name.endswith("_created")
    }


@given(st.lists(st.lists(st.sampled_from((0.0, 0.0005, *BOUNDS, 0.05, 7.0)))))
def test_a_histogram_holds_what_was_observed(told: list[list[float]]) -> None:
    registry, plain, tallied = both()

    async def observe() -> None:
        for some in told:
            for seconds in some:
                plain.observe(seconds)
                tallied.observe(seconds)
            tell()

    asyncio.run(observe())
    assert samples(registry, "tallied") == pytest.approx(samples(registry, "plain"))


async def test_what_is_counted_is_told_by_itself() -> None:
    registry = CollectorRegistry()
    count = Count(Counter("things", "Things.", registry=registry))
    for number in (3.0, 4.0):
        count.add()
        if number == 3.0:
            count.add()
            count.add()
        async with asyncio.timeout(10):
            while registry.get_sample_value("things_total") != number:
                await asyncio.sleep(0.01)
