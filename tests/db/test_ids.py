from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest

from db import ids
from db.ids import uuid7

NOW = datetime(2025, 6, 18, 10, 45, 0, 123_999, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids, "_last", 0)


def test_carries_time_version_and_variant() -> None:
    made = uuid7(NOW)
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == 1_750_243_500_123


def test_reads_the_moment_not_the_clock_on_the_wall() -> None:
    tokyo = NOW.astimezone(timezone(timedelta(hours=9)))
    assert uuid7(tokyo).int >> 80 == uuid7(NOW).int >> 80


def test_grows_though_time_stands_still_or_goes_back() -> None:
    later = NOW + timedelta(days=1)
    made = [uuid7(later), *(uuid7(later - timedelta(seconds=n % 3)) for n in range(1000))]
    assert made == sorted(set(made))


def test_is_unique_over_threads() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: uuid7(NOW), range(4000)))
    assert len(set(made)) == len(made)


def test_refuses_a_time_without_zone_or_before_1970() -> None:
    with pytest.raises(TypeError):
        uuid7(datetime(2026, 1, 1))
    with pytest.raises(ValueError, match="1970"):
        uuid7(datetime(1969, 12, 31, tzinfo=UTC))
