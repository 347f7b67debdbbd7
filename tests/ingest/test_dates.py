from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.dates import moment

NOW = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(datetime(1971, 1, 2), datetime(2200, 1, 1), timezones=OFFSETS)


@given(TIMES.map(lambda time: time.replace(microsecond=0)))
def test_rfc_822_keeps_instant_and_offset(time: datetime) -> None:
    found = moment(format_datetime(time))
    assert found is not None
    assert found.instant == time
    assert datetime.fromisoformat(found.text).utcoffset() == time.utcoffset()


@given(TIMES)
def test_iso_8601_keeps_instant_and_offset(time: datetime) -> None:
    found = moment(time.isoformat())
    assert found is not None
    assert found.instant == time
    assert datetime.fromisoformat(found.text).utcoffset() == time.utcoffset()


@given(st.text(max_size=120))
def test_any_text_is_a_date_or_none(text: str) -> None:
    found = moment(text)
    assert found is None or found.instant.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mon, 02 Jan 2006 15:04:05 MST", "2006-01-02T15:04:05-07:00"),
        ("Monday, 02-Jan-06 15:04:05 GMT", "2006-01-02T15:04:05Z"),
        ("Mon Jan  2 15:04:05 2006", "2006-01-02T15:04:05Z"),
        ("Mon Jan 2 15:04:05 JST 2006", "2006-01-02T15:04:05+09:00"),
        ("Thu,16 Dec 1999 24:00:00 GMT", "1999-12-17T00:00:00Z"),
        ("Fri, 30 Sept 2022 1:2:3 pm PST", "2022-09-30T13:02:03-08:00"),
        ("lun., 02 janv. 2006 15:04:05 +0100", "2006-01-02T15:04:05+01:00"),
        ("Mon, 02 Jan 2006 15:04:05 GMT+02:00", "2006-01-02T15:04:05+02:00"),
        ("Mon, 02 Jan 2006 15:04:05 +0000 (Coordinated Universal Time)", "2006-01-02T15:04:05Z"),
        ("20060102T150405Z", "2006-01-02T15:04:05Z"),
        ("2006-01-02 15:04", "2006-01-02T15:04:00Z"),
        ("2006/01/02", "2006-01-02T00:00:00Z"),
        ("2006", "2006-01-01T00:00:00Z"),
        ("2004-07-08T09:10:60Z", "2004-07-08T09:10:59Z"),
        ("1136214245000", "2006-01-02T15:04:05Z"),
        ("2006년 1월 2일 오후 3:04", "2006-01-02T15:04:00Z"),
        ("0001-01-01T00:00:00Z", None),
        ("1970-01-01T00:00:00+00:00", None),
        ("2006-13-01", None),
        ("Mon, 02 Jan 2006 15:04:05 +9999", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_odd_forms(text: str, expected: str | None) -> None:
    found = moment(text)
    assert (found.text if found else None) == expected


def test_a_date_more_than_a_day_ahead_is_not_believed() -> None:
    assert moment((NOW + timedelta(hours=23)).isoformat(), now=NOW) is not None
    assert moment((NOW + timedelta(hours=25)).isoformat(), now=NOW) is None
