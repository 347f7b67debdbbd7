"""Time of the processor, for bounds against blow-up that neighbours on a busy machine don't break."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import process_time

# Seconds of a processor for `_work` on the machine that the bounds are written for, while it does nothing else.
REFERENCE = 0.0033


@dataclass(slots=True)
class Spent:
    """Seconds of a processor, once the block has ended."""

    seconds: float = 0.0


@contextmanager
def measured() -> Iterator[Spent]:
    """What a block spends, in seconds of a machine that does nothing else.

    Neighbours share caches and cores with this process, so that its own time grows with them: it is divided by how
    much slower than there a known piece of work is right afterwards. Garbage of other tests isn't collected within.
    """
    spent = Spent()
    with uncollected():
        began = process_time()
        yield spent
        spent.seconds = (process_time() - began) / slowness()


@contextmanager
def uncollected() -> Iterator[None]:
    """No garbage is collected within: that of a whole test run takes a third of a second."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def slowness() -> float:
    """How much slower than the reference this machine is at the moment, at least 1."""
    tries = []
    for _ in range(3):
        began = process_time()
        _work()
        tries.append(process_time() - began)
    return max(min(tries) / REFERENCE, 1.0)


def _work() -> int:
    found: dict[str, int] = {}
    for number in range(20_000):
        word = str(number % 500)
        found[word] = found.get(word, 0) + len(word)
    return sum(found.values())
