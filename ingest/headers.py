"""What the headers of an answer say, read leniently: anything unreadable is as if it were not there."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.utils import parsedate_to_datetime

from ingest.outcome import NO_VALIDATORS, Hints, Validators

# A validator is repeated in every request; what is longer is no validator but a burden.
_MAX_VALIDATOR = 1000
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?([0-9]+)", re.IGNORECASE)
_UNCACHED = re.compile(r"(?:^|[\s,])no-(?:store|cache)\b", re.IGNORECASE)
_SECONDS = re.compile(r"[0-9]+")
_CHALLENGE = (b"/cdn-cgi/challenge-platform/", b"challenges.cloudflare.com", b"<title>just a moment...</title>")


class Headers:
    """An answer's headers by lower-case name; of several with one name the values are joined by commas, as HTTP
    says."""

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in raw:
            self._values.setdefault(name.decode("latin-1").lower(), []).append(_text(value))

    def all(self, name: str) -> str:
        return ", ".join(self._values.get(name, ()))

    def first(self, name: str) -> str | None:
        values = self._values.get(name)
        return (values[0].strip() or None) if values else None


def validators(headers: Headers, url: str, before: Validators = NO_VALIDATORS) -> Validators:
    """The validators for the next request to `url`: those of this answer, else (for a 304, which may leave them out)
    those of `before`. Servers that send `Expires: 0` make them up for each answer, so there they count for nothing."""
    etag = _validator(headers.first("etag")) or before.etag
    last_modified = _validator(headers.first("last-modified")) or before.last_modified
    if headers.first("expires") == "0" or not (etag or last_modified):
        return NO_VALIDATORS
    return Validators(etag, last_modified, url)


def hints(headers: Headers, now: datetime) -> Hints:
    """When to ask again. Dates count from the server's own clock where it sends one, else from `now`."""
    date = _date(headers.first("date")) or now
    control = headers.all("cache-control")
    max_age = None if _UNCACHED.search(control) else _MAX_AGE.search(control)
    return Hints(
        max_age=_positive(_seconds(max_age[1])) if max_age else None,
        expires_in=_until(headers.first("expires"), date),
        retry_after=retry_after(headers.first("retry-after"), date),
    )


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """How long Retry-After asks to wait: seconds or a date. None for what is neither, or past."""
    if value is None:
        return None
    if _SECONDS.fullmatch(value):
        return _positive(_seconds(value))
    return _until(value, now)


def content_type(headers: Headers) -> tuple[str | None, str | None]:
    """Media type and charset, in lower case, each None where the header is silent."""
    value = headers.first("content-type")
    if value is None:
        return None, None
    message = Message()
    message["content-type"] = value[:500]
    media_type = value.partition(";")[0].strip().lower()
    charset = message.get_param("charset")
    return (
        media_type if "/" in media_type else None,
        charset.strip("'\" ").lower()[:40] or None if isinstance(charset, str) else None,
    )


def is_challenge(headers: Headers, body: bytes) -> bool:
    """Whether a refusal is Cloudflare's question whether we are a browser, by its header or the start of its page."""
    if (headers.first("cf-mitigated") or "").lower() == "challenge":
        return True
    if "cloudflare" not in (headers.first("server") or "").lower():
        return False
    page = body.lower()
    return any(mark in page for mark in _CHALLENGE)


def _text(value: bytes) -> str:
    # Addresses in Location come as raw UTF-8; anything else is Latin-1 by HTTP's history.
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _validator(value: str | None) -> str | None:
    return value if value and len(value) <= _MAX_VALIDATOR else None


def _until(value: str | None, now: datetime) -> timedelta | None:
    date = _date(value)
    return _positive(date - now) if date else None


def _date(value: str | None) -> datetime | None:
    if not value:
        return None
    try:
        date = parsedate_to_datetime(value)
        return (date.replace(tzinfo=UTC) if date.tzinfo is None else date).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def _seconds(digits: str) -> timedelta:
    """However many digits a header has: beyond ten they say no more than for ever."""
    return timedelta(seconds=min(int(digits.lstrip("0")[:11] or 0), 9_999_999_999))


def _positive(delta: timedelta) -> timedelta | None:
    return delta if delta > timedelta(0) else None
