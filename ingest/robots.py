"""What a site's robots.txt lets us read (RFC 9309).

Read with protego: urllib's parser knows no wildcards and takes the first rule that fits instead of the longest.
Asked for pages only; a feed is published to be polled.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from protego import Protego

from ingest.outcome import Failed, Failure, Fetched, Gone, Moved, NotModified, Outcome, Refused

# RFC 9309, 2.5: at least 500 KiB are read, the rest may be ignored.
MAX_BYTES = 500 * 1024
# RFC 9309, 2.4: not kept for longer than a day.
KEPT = timedelta(hours=24)
# How long a site whose robots.txt cannot be had is left alone before it is asked for again.
KEPT_UNREACHABLE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Robots:
    """One origin's rules. `rules`: None for a blanket answer, which `otherwise` gives."""

    until: datetime
    rules: Protego | None = None
    otherwise: bool = True

    def allows(self, url: str, token: str) -> bool:
        """Whether the product `token` ('Broadsheet') may read `url` of this origin."""
        return self.otherwise if self.rules is None else bool(self.rules.can_fetch(url, token))


def robots(outcome: Outcome, now: datetime) -> Robots:
    """The rules that an attempt to fetch robots.txt gives. Without one (4xx) everything may be read; while the server
    fails or cannot be reached, nothing may (RFC 9309, 2.3.1). Takes up to 0.4 s of processor for the largest."""
    match outcome:
        case Moved(outcome=Fetched() as fetched):
            return robots(fetched, now)
        case Fetched(body=body):
            text = body[:MAX_BYTES].decode("utf-8", "replace").removeprefix("\ufeff").replace("\x00", "")
            return Robots(now + KEPT, Protego.parse(text))
        case Failed(status=int(status)) if 400 <= status < 500 and status != 429:
            return Robots(now + KEPT)
        case Gone() | NotModified() | Moved():
            return Robots(now + KEPT)
        case Failed(kind=Failure.REDIRECTS) | Refused():
            # Led astray: as if there were none (2.3.1.2).
            return Robots(now + KEPT)
        case _:
            return Robots(now + KEPT_UNREACHABLE, otherwise=False)
