"""A feed looked at before it is one of ours: what an address holds, or where the page there keeps its feeds."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from ingest import discover
from ingest.discover import Candidate
from ingest.fetch import Fetcher
from ingest.outcome import Failed, Fetched, Gone, Moved, NotModified, Outcome, Refused
from jobs.parse import DocumentRefused, Parsers
from jobs.parsed import Parsed

# Of what a page announces, links to, or might have, so many are asked before we give up.
_MOST = 20


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found at `url`. `parsed`: the feed's document; `problem`: why there is none, for the operator."""

    url: str
    outcome: Outcome
    parsed: Parsed | None
    problem: str | None

    @property
    def fetched(self) -> Fetched | None:
        found = self.outcome.outcome if isinstance(self.outcome, Moved) else self.outcome
        return found if isinstance(found, Fetched) else None


@dataclass(frozen=True, slots=True)
class Around:
    """What was found at an address, or by it: `seen` is the feed, or what was at the address if there is none; `page`
    the address that led to it; `others`: further feeds that the page speaks of, not asked."""

    seen: Looked
    page: str | None = None
    others: tuple[Candidate, ...] = ()


async def look(fetcher: Fetcher, parsers: Parsers, url: str, *, now: datetime) -> Looked:
    """Fetch and read one document."""
    outcome = await fetcher.feed(url, now=now)
    looked = Looked(url, outcome, None, None)
    if looked.fetched is None:
        return Looked(url, outcome, None, told(outcome))
    try:
        body, found_at, charset = looked.fetched.body, looked.fetched.url, looked.fetched.charset
        return Looked(url, outcome, await parsers.parse(body, found_at, now, charset), None)
    except DocumentRefused as refused:
        return Looked(url, outcome, None, f"no feed: {refused}")


async def look_around(fetcher: Fetcher, parsers: Parsers, url: str, *, now: datetime) -> Around:
    """Look at an address, and where it is a page, at the feeds of that page until one can be read."""
    first = await look(fetcher, parsers, url, now=now)
    if first.parsed is not None or first.fetched is None or not first.fetched.body.strip():
        return Around(first)
    page = first.fetched
    candidates = await asyncio.to_thread(discover.candidates, page.body, page.url)
    for place, candidate in enumerate(candidates[:_MOST]):
        seen = await look(fetcher, parsers, candidate.url, now=now)
        if seen.parsed is not None:
            others = tuple(other for other in candidates[place + 1 :] if other.found is not discover.Found.USUAL)
            return Around(seen, page.url, others)
    return Around(first)


def told(outcome: Outcome) -> str:
    """An outcome in words for the operator."""
    match outcome:
        case Fetched():
            return "fetched"
        case NotModified():
            return "not modified since it was last fetched"
        case Moved(to=to, outcome=found):
            return f"moved for good to {to}; there: {told(found)}"
        case Gone():
            return "gone for good (410)"
        case Refused(message=message):
            return f"not asked: {message}"
        case Failed(kind=kind, message=message):
            return f"{kind.value}: {message}"
