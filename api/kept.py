"""Answers that are kept as bytes, and served only while they are what would be answered now.

An answer is kept under the bytes of its request, so that a kept one costs no parsing either. What asks nothing of the
database holds as long as this program runs. Any other carries the head that was read before its SQL ran; a request that
finds it has the head read anew, by a read that begins after the request came (`db/current.py`). Only when both are the
same is it served: then nothing was committed in between, in any process, and it is what Postgres would answer now.
Nothing here trusts a notification, another process or the time of day.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from prometheus_client import Counter

from api.answers import Reply
from db.current import Current
from db.tally import Count
from schema.answer import Holds
from schema.recent import Recent

KEPT = Counter("broadsheet_kept_answers", "Requests that could be answered from what is kept, by outcome.", ["outcome"])
_HIT, _MOVED, _NEW = (Count(KEPT.labels(outcome)) for outcome in ("hit", "moved", "new"))

# What an entry weighs beside its bytes.
_OVERHEAD = 1_000


@dataclass(frozen=True, slots=True)
class _Entry:
    """reply: None for a request that was seen once; head: where the log stood before the reply was made."""

    weight: int
    reply: Reply | None = None
    head: str = ""


class Kept:
    """Replies that are everybody's, at most so many bytes of them. hot: whether those that depend on the database are
    kept, too.

    Such a reply is kept from the second time on that its request is seen: reading the head for it, and keeping it,
    would be in vain where no request comes twice. What does not depend on the database is kept at once.
    """

    def __init__(self, head: Current, max_bytes: int, *, hot: bool = True) -> None:
        self._head = head
        self._hot = hot
        self._entries: Recent[bytes, _Entry] = Recent(max_bytes, weigh=lambda entry: entry.weight)
        self._longest = max_bytes // 100

    async def reply(self, key: bytes, make: Callable[[], Awaitable[Reply]], received_at: float) -> Reply:
        """The reply to a request: one that is kept and fresh, else the one that `make` makes.

        key: all that the reply depends on beside the database. received_at: of the request (`api/cycle.py`).

        Raises:
            DatabaseTimeout, DatabaseUnavailable: the log can't be read; what `make` would ask for can't be, either.
        """
        entry = self._entries.get(key)
        if entry is None:
            _NEW.add()
            reply = await make()
            if reply.holds is Holds.ALWAYS:
                self._keep(key, reply)
            elif reply.holds is Holds.UNTIL_CHANGE and self._hot:
                self._keep(key)
            return reply
        if entry.reply is not None and entry.reply.holds is Holds.ALWAYS:
            _HIT.add()
            return entry.reply
        head = await self._head.value(received_at)
        if entry.reply is not None and entry.head == head:
            _HIT.add()
            return entry.reply
        _MOVED.add()
        reply = await make()
        if reply.holds is Holds.UNTIL_CHANGE:
            self._keep(key, reply, head)
        return reply

    def _keep(self, key: bytes, reply: Reply | None = None, head: str = "") -> None:
        if reply is not None:
            reply = replace(reply, encoded={})
        # A body counts twice, for itself and for its compressed forms, which are kept beside it.
        weight = _OVERHEAD + len(key) + (2 * len(reply.body) if reply is not None else 0)
        # One that is large leaves room for none other.
        if weight <= self._longest:
            self._entries.keep(key, _Entry(weight, reply, head))
