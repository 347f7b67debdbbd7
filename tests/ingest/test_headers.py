"""What answers say in their heads."""

from datetime import UTC, datetime, timedelta

import pytest

from ingest.headers import Headers, content_type, hints
from ingest.outcome import Hints

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def headers(**values: str) -> Headers:
    return Headers([(name.replace("_", "-").encode(), value.encode()) for name, value in values.items()])


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, Hints()),
        ({"Cache_Control": "max-age=600"}, Hints(max_age=minutes(10))),
        ({"Cache_Control": 'private, MAX-AGE = "60", must-revalidate'}, Hints(max_age=minutes(1))),
        ({"Cache_Control": "s-maxage=600"}, Hints()),
        ({"Cache_Control": "max-age=0"}, Hints()),
        ({"Cache_Control": "no-cache, max-age=600"}, Hints()),
        ({"Cache_Control": "max-age=600, no-store"}, Hints()),
        ({"Cache_Control": "max-age=-1"}, Hints()),
        ({"Expires": "Mon, 02 Mar 2026 12:30:00 GMT"}, Hints(expires_in=minutes(30))),
        ({"Expires": "Monday, 02-Mar-26 12:30:00 GMT"}, Hints(expires_in=minutes(30))),
        ({"Expires": "Mon Mar  2 12:30:00 2026"}, Hints(expires_in=minutes(30))),
        ({"Expires": "Mon, 02 Mar 2026 14:30:00 +0200"}, Hints(expires_in=minutes(30))),
        ({"Expires": "0"}, Hints()),
        ({"Expires": "-1"}, Hints()),
        ({"Expires": "Mon, 02 Mar 2026 11:00:00 GMT"}, Hints()),
        ({"Expires": "Mon, 32 Mar 99999 11:00:00 GMT"}, Hints()),
        # By the server's clock, which is an hour behind.
        (
            {"Date": "Mon, 02 Mar 2026 11:00:00 GMT", "Expires": "Mon, 02 Mar 2026 11:30:00 GMT"},
            Hints(expires_in=minutes(30)),
        ),
        ({"Retry_After": "90"}, Hints(retry_after=minutes(1.5))),
        ({"Retry_After": "99999999999"}, Hints(retry_after=timedelta(seconds=9_999_999_999))),
        ({"Retry_After": "00000000000090"}, Hints(retry_after=minutes(1.5))),
        ({"Retry_After": "0"}, Hints()),
        ({"Cache_Control": "max-age=99999999999"}, Hints(max_age=timedelta(seconds=9_999_999_999))),
        ({"Retry_After": "1.5"}, Hints()),
        ({"Retry_After": "-5"}, Hints()),
    ],
)
def test_when_to_ask_again(values: dict[str, str], expected: Hints) -> None:
    assert hints(headers(**values), NOW) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text/xml", ("text/xml", None)),
        ("Application/RSS+XML;Charset=UTF-8", ("application/rss+xml", "utf-8")),
        ('text/xml; charset="windows-1252"', ("text/xml", "windows-1252")),
        ("text/xml; charset='EUC-JP'", ("text/xml", "euc-jp")),
        ("text/xml; charset=", ("text/xml", None)),
        ("xml", (None, None)),
        ("", (None, None)),
    ],
)
def test_what_a_body_is_said_to_be(value: str, expected: tuple[str | None, str | None]) -> None:
    assert content_type(headers(Content_Type=value)) == expected


def test_headers_of_one_name_are_one() -> None:
    given = Headers([(b"cache-control", b"public"), (b"Cache-Control", b"max-age=60"), (b"x", b"\xe4")])
    assert given.all("cache-control") == "public, max-age=60"
    assert given.first("x") == "ä"
    assert given.first("y") is None
