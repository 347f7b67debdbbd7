"""One caller's budget, as a server process knows it, and what answers say of it."""

from __future__ import annotations

import asyncio
from math import ceil
from zlib import crc32

from schema.rate_limit import Spending

# The share of a limit that the other processes together may have let through untold.
UNTOLD = 1 / 50
# Who has spent more than this share of a limit waits for an exchange.
KNOWN = 1 / 2


class Account:
    """Points of one bucket in the current period. bucket: its first word says of what kind it is; length: of a period,
    in seconds. ends: when the period is over, in seconds since 1970. untold_share: of the limit, what this
    process may let through untold.

    known: points spent in the period as of the last exchange between processes; untold: those spent here since. met:
    whether there was an exchange about it; shared: whether another process let something through in the period.
    most_known, most_untold: up to how many points are let through without asking, in all and since the last exchange.
    waiting: who waits for one, with their points.
    """

    __slots__ = (
        "_said",
        "_second",
        "bucket",
        "ends",
        "kind",
        "known",
        "length",
        "limit",
        "met",
        "most_known",
        "most_untold",
        "offset",
        "period",
        "shared",
        "untold",
        "waiting",
    )

    def __init__(self, bucket: str, limit: int, length: int, untold_share: float) -> None:
        self.bucket = bucket
        self.kind = bucket.partition(" ")[0]
        self.limit = limit
        self.length = length
        # Whole points, since every request is compared with them.
        self.most_untold, self.most_known = int(limit * untold_share), int(limit * KNOWN)
        # Not everybody's period ends at once.
        self.offset = crc32(bucket.encode()) % length
        self.period = -1
        # A float, which a clock's is compared with several times faster than with an int.
        self.ends = 0.0
        self.known = self.untold = 0
        self.met = self.shared = False
        self.waiting: list[tuple[int, asyncio.Future[bool]]] = []
        self._second = -1
        self._said: tuple[bytes, ...] = ()

    def turn(self, now: float) -> None:
        """Begin a new period where the old one is over. now: seconds since 1970."""
        if now >= self.ends:
            self.begin(int(now - self.offset) // self.length)
            self.known, self.shared = 0, False

    def begin(self, period: int) -> None:
        """Begin a period, by its number, with nothing spent in it here."""
        self.period, self.untold = period, 0
        self.ends = float((period + 1) * self.length + self.offset)

    def is_over(self, now: float) -> bool:
        return now >= self.ends

    @property
    def left(self) -> int:
        """Points that may be asked for: those that are left by what is known here, without what other processes may
        have let through meanwhile."""
        left = self.limit - self.known - self.untold
        if self.shared:
            left -= int(self.limit * UNTOLD)
        return left if left > 0 else 0

    def has(self, points: int) -> bool:
        """Whether so many points are left, by what is known here."""
        return self.known + self.untold + points <= self.limit

    def spending(self, cost: int, now: float) -> Spending:
        used = min(self.known + self.untold, self.limit)
        return Spending(cost, self.limit, used, self.left, self.length, self.ends, self.ends - now)

    def told(self, now: float) -> bytes:
        """What an answer's head says of a budget, in lines: draft-ietf-httpapi-ratelimit-headers-10, and the older
        fields that many clients know, whose reset is in seconds since 1970, as GitHub has it."""
        second = int(now)
        if second != self._second:
            # All but what is left is the same for a second.
            self._said, self._second = self._around_left(now), second
        return (b"%d" % self.left).join(self._said)

    def _around_left(self, now: float) -> tuple[bytes, ...]:
        """The lines without what is left: what stands before, between and behind."""
        spending = self.spending(0, now)
        return (
            b'ratelimit-policy: "points";q=%d;w=%d;qu="points"\r\nratelimit: "points";r=' % (self.limit, self.length),
            b";t=%d\r\nx-ratelimit-limit: %d\r\nx-ratelimit-remaining: " % (spending.seconds, self.limit),
            b"\r\nx-ratelimit-reset: %d\r\n" % ceil(spending.resets_at),
        )
