"""What fetches and reads: one fetcher and the parsing processes, made of the settings, for as long as a block lasts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from api.bring_in import limits
from api.settings import Settings
from db.pool import Database
from ingest import fetch
from ingest.address import PRIVATE, Dialling
from ingest.fetch import Fetcher, user_agent
from jobs.parse import Parsers
from jobs.refresh import Refresher

PER_HOST = 2


@dataclass(frozen=True, slots=True)
class Fetching:
    """To be shared by all that fetch in a process: the fetcher holds the limits."""

    fetcher: Fetcher
    parsers: Parsers
    refresher: Refresher


@asynccontextmanager
async def fetching(settings: Settings, database: Database, *, clock: Callable[[], datetime]) -> AsyncIterator[Fetching]:
    """Fetcher, parsing processes and what asks feeds with both, as the settings say."""
    fetcher = Fetcher(
        user_agent(version("broadsheet"), settings.contact),
        dialling=Dialling(PRIVATE if settings.allow_private_networks else ()),
        limits=fetch.Limits(max_bytes=settings.max_feed_bytes, at_once=settings.fetches_at_once, per_host=PER_HOST),
    )
    async with fetcher, Parsers(settings.feed_processes, limits(settings)) as parsers:
        refresher = Refresher(
            database, fetcher, parsers, clock=clock, at_once=settings.fetches_at_once, per_host=PER_HOST
        )
        yield Fetching(fetcher, parsers, refresher)
