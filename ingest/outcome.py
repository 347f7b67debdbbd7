"""What becomes of a fetch, as values: each says all that storing, scheduling and the operator need of it."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from ingest.address import Refusal


class Failure(StrEnum):
    """How a fetch failed.

    DNS: the name has no address. UNREACHABLE: no connection, or closed before an answer. TLS: no trust in the server.
    TOO_SLOW: not done in time, whichever part dripped. TRUNCATED: the body ended early. TOO_LARGE: over the limit,
    unpacked or not. BAD_ENCODING: cannot be unpacked. BAD_RESPONSE: not HTTP, or not an answer to what was asked.
    REDIRECTS: in a loop, too many, or to nowhere. BUSY: 429 or 503. FORBIDDEN: 401, 403. CHALLENGED: a page that
    tells browsers from programs stands before it. NOT_FOUND: 404. SERVER: another 5xx. STATUS: any other.
    UNREADABLE: fetched, but what it holds is no feed (found by who reads it).
    """

    DNS = "DNS"
    UNREACHABLE = "UNREACHABLE"
    TLS = "TLS"
    TOO_SLOW = "TOO_SLOW"
    TRUNCATED = "TRUNCATED"
    TOO_LARGE = "TOO_LARGE"
    BAD_ENCODING = "BAD_ENCODING"
    BAD_RESPONSE = "BAD_RESPONSE"
    REDIRECTS = "REDIRECTS"
    BUSY = "BUSY"
    FORBIDDEN = "FORBIDDEN"
    CHALLENGED = "CHALLENGED"
    NOT_FOUND = "NOT_FOUND"
    SERVER = "SERVER"
    STATUS = "STATUS"
    UNREADABLE = "UNREADABLE"


@dataclass(frozen=True, slots=True)
class Validators:
    """What a conditional request repeats to the server, as it came. `url`: the address whose answer they are from, the
    only one to which they say anything."""

    etag: str | None = None
    last_modified: str | None = None
    url: str | None = None

    def __bool__(self) -> bool:
        return self.etag is not None or self.last_modified is not None


@dataclass(frozen=True, slots=True)
class Hints:
    """When the server wants to be asked again, counted from its answer: Cache-Control's max-age, Expires, and
    Retry-After. What is in the past or unreadable is None."""

    max_age: timedelta | None = None
    expires_in: timedelta | None = None
    retry_after: timedelta | None = None


NO_VALIDATORS = Validators()
NO_HINTS = Hints()


@dataclass(frozen=True, slots=True)
class Fetched:
    """A body, unpacked. `url`: where it was found after redirects. `charset`: the header's word, a hint and often
    wrong. `validators`: for the next request; empty where `Expires: 0` says that they mean nothing."""

    url: str
    body: bytes
    media_type: str | None = None
    charset: str | None = None
    validators: Validators = NO_VALIDATORS
    hints: Hints = NO_HINTS


@dataclass(frozen=True, slots=True)
class NotModified:
    """Nothing new since the answer that `validators` are from; they are renewed where the server sent new ones."""

    url: str
    validators: Validators
    hints: Hints = NO_HINTS


@dataclass(frozen=True, slots=True)
class Moved:
    """The feed is now at `to`: the first hops of the way to `outcome` were permanent redirects (301, 308). To be kept
    only if what was found there is the feed."""

    to: str
    outcome: Fetched | NotModified


@dataclass(frozen=True, slots=True)
class Gone:
    """410: it was here, and is to be asked for no more."""

    url: str


@dataclass(frozen=True, slots=True)
class Refused:
    """We did not ask: `url` (the address given or one that it redirects to) is not to be dialled."""

    url: str
    why: Refusal
    message: str


@dataclass(frozen=True, slots=True)
class Failed:
    """It did not work. `message` is for the operator; `status` the server's, if it answered."""

    url: str
    kind: Failure
    message: str
    status: int | None = None
    retry_after: timedelta | None = None


Outcome = Fetched | NotModified | Moved | Gone | Refused | Failed
