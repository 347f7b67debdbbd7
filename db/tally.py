"""Figures of every request, for metrics: counted as it goes, told to prometheus_client in a moment.

Each of prometheus_client's own steps takes a lock and some calls, and a warm read would take five of them, a fifteenth
of its instructions. What is counted here is counted on the thread of a process' one event loop; what is untold when
that ends is told when metrics are read.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from contextlib import suppress
from typing import Protocol

from prometheus_client import Counter, Histogram

# Seconds after which what was counted is told.
_SOON = 0.05


class _Tally(Protocol):
    def tell(self) -> None: ...


_untold: list[_Tally] = []
# The loop that will tell.
_teller: asyncio.AbstractEventLoop | None = None


def tell() -> None:
    """Tell all that is untold; to be called before metrics are read."""
    global _teller
    _teller = None
    while _untold:
        _untold.pop().tell()


def _later(tally: _Tally) -> None:
    global _teller
    _untold.append(tally)
    with suppress(RuntimeError):  # There is no loop where a read is given up after it has ended.
        loop = asyncio.get_running_loop()
        if _teller is not loop:
            _teller = loop
            loop.call_later(_SOON, tell)


class Count:
    """A counter that one is added to at a time."""

    __slots__ = ("_counter", "_number")

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._number = 0

    def add(self) -> None:
        """One more."""
        if not self._number:
            _later(self)
        self._number += 1

    def tell(self) -> None:
        number, self._number = self._number, 0
        self._counter.inc(number)


class Durations:
    """A histogram of seconds."""

    __slots__ = ("_bounds", "_buckets", "_counts", "_number", "_seconds", "_sum")

    def __init__(self, histogram: Histogram) -> None:
        # What a histogram adds to when it observes: it has no method for several at once.
        self._sum, self._buckets, self._bounds = histogram._sum, histogram._buckets, histogram._upper_bounds
        self._counts = [0] * len(self._bounds)
        self._number, self._seconds = 0, 0.0

    def observe(self, seconds: float) -> None:
        """One more thing took so long."""
        if not self._number:
            _later(self)
        self._number += 1
        self._seconds += seconds
        # An upper bound belongs to its bucket.
        self._counts[bisect_left(self._bounds, seconds)] += 1

    def tell(self) -> None:
        seconds, counts = self._seconds, self._counts
        self._number, self._seconds, self._counts = 0, 0.0, [0] * len(counts)
        self._sum.inc(seconds)
        for bucket, count in zip(self._buckets, counts, strict=True):
            if count:
                bucket.inc(count)
