"""Ids of rows: UUIDv7, made here because Postgres has no function for them before 18."""

import os
import threading
from datetime import UTC, datetime
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RANDOM_BITS = 74
_lock = threading.Lock()
_last = 0


def uuid7(now: datetime) -> UUID:
    """A UUIDv7 (RFC 9562, 5.7) for an aware `now`, greater than every one made before in this process.

    Where `now` stands still or goes back, the last value counts on by a random step (RFC 9562, 6.2, method 2), so
    that a cursor over ids never passes a row that is written after it was given out. A naive `now` is a TypeError,
    one before 1970 a ValueError.
    """
    global _last
    since = now - _EPOCH
    milliseconds = (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000
    if milliseconds < 0:
        raise ValueError(f"a UUIDv7 cannot carry a time before 1970: {now.isoformat()}")
    random = int.from_bytes(os.urandom(14))
    value = milliseconds << _RANDOM_BITS | random & ((1 << _RANDOM_BITS) - 1)
    with _lock:
        if value <= _last:
            value = _last + 1 + (random >> 80)
        _last = value
    # The 122 bits of value, with the version 7 put in after the first 60 and the variant 2 before the last 62.
    return UUID(int=(value >> 74) << 80 | 0x7 << 76 | (value >> 62 & 0xFFF) << 64 | 0x2 << 62 | value & (1 << 62) - 1)
