"""What tests of polling share: a feed's document, a clock that is set by hand, and everything that asks feeds."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

from db.pool import Database
from ingest.address import Dialling
from ingest.fetch import Fetcher
from ingest.schedule import PACE, Pace
from jobs.parse import Limits, Parsers
from jobs.refresh import Refresher
from tests.ingest.server import Names

NOW = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
LOOPBACK = Dialling((ip_network("127.0.0.0/8"),))


@dataclass
class Clock:
    """Virtual time: it stands still until it is moved."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


def rss(*items: str, title: str = "The Harbour Post", site: str = "https://harbour.example/", more: str = "") -> bytes:
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title><link>{site}</link>'
        f"<language>en</language>{more}{''.join(items)}</channel></rss>"
    ).encode()


def item(number: int, headline: str = "Ferry strike ends", *, at: datetime = NOW, site: str = "harbour.example") -> str:
    return (
        f"<item><title>{headline}</title><link>https://{site}/{number}</link><guid isPermaLink='false'>{site}-{number}"
        f"</guid><pubDate>{at:%a, %d %b %Y %H:%M:%S} +0000</pubDate><description>Crews return.</description></item>"
    )


@asynccontextmanager
async def refreshing(
    database: Database, clock: Clock, pace: Pace = PACE, limits: Limits = Limits()
) -> AsyncIterator[Refresher]:
    """Everything that asks feeds, with names that all lead to this machine."""
    async with (
        Parsers(1, limits) as parsers,
        Fetcher("Broadsheet/test", dialling=LOOPBACK, resolve=Names()) as fetcher,
    ):
        yield Refresher(database, fetcher, parsers, clock=clock, pace=pace)
