"""A month of feeds, replayed: `python -m tests.benchmarks.replay [PATH] [--days 30] [--seed 1]`.

Entries are added, changed, turned back, dropped and brought again by a seeded script that keeps its own account; what
the database counts afterwards has to be the same. The entries are invented, or those of the feed documents in PATH,
each address and each id once.
"""

import argparse
import asyncio
import random
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from db.embedded import running
from db.migrate import migrate
from db.pool import Database
from ingest import feed, url
from jobs.parse import Limits, parse
from jobs.store import store

START = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
_WINDOW = 30
_NOUNS = ("ferry", "library", "orchard", "lighthouse", "tram", "clinic", "harbour", "school", "bridge", "market")
_DEEDS = ("returns", "closes for repairs", "doubles its staff", "asks for help", "wins a prize", "moves house")


@dataclass(frozen=True, slots=True)
class Item:
    """An entry as a feed first has it."""

    id: str
    address: str
    title: str
    html: str
    published: str | None


@dataclass(frozen=True, slots=True)
class Outlet:
    title: str
    home: str
    items: tuple[Item, ...]


@dataclass(slots=True)
class Account:
    """What a replay did, by the script's own count: entries that a feed ever had, and their different contents."""

    articles: int = 0
    revisions: int = 0
    documents: int = 0
    dropped: int = 0
    returned: int = 0
    turned_back: int = 0


@dataclass(slots=True)
class _Channel:
    """A feed on its way through the month: entries to come, those that it shows (with their version), those gone."""

    outlet: Outlet
    coming: list[Item]
    shown: dict[Item, int] = field(default_factory=dict)
    gone: dict[Item, int] = field(default_factory=dict)
    versions: dict[Item, int] = field(default_factory=dict)
    told: set[tuple[Item, int]] = field(default_factory=set)


def invented(seed: int, outlets: int = 4, items: int = 60) -> list[Outlet]:
    """Outlets with entries that nobody wrote."""
    random_ = random.Random(seed)
    made = []
    for number in range(outlets):
        home = f"https://outlet{number}.example/"
        entries = []
        for place in range(items):
            title = f"The {random_.choice(_NOUNS)} {random_.choice(_DEEDS)}, number {place}"
            at = START + timedelta(hours=place)
            entries.append(Item(f"{number}-{place}", f"{home}{place}", title, f"<p>{title}.</p>", at.isoformat()))
        made.append(Outlet(f"Outlet {number}", home, tuple(entries)))
    return made


def of_folder(path: Path) -> list[Outlet]:
    """The outlets of feed documents, with what of their entries can be told apart."""
    addresses: set[str] = set()
    ids: set[str] = set()
    made = []
    for number, file in enumerate(sorted(each for each in path.rglob("*") if each.is_file())):
        try:
            document = feed.read(file.read_bytes())
        except feed.UnreadableError:
            continue
        home = f"https://outlet{number}.example/"
        items = []
        for entry in document.entries:
            address = url.canonical(entry.link or "", document.channel.site_url)
            if address is None or url.is_home_page(address) or address in addresses or (entry.id or address) in ids:
                continue
            addresses.add(address)
            ids.add(entry.id or address)
            body = entry.content or entry.summary
            title = entry.title.value if entry.title else "Untitled"
            items.append(Item(entry.id or address, address, title, body.value if body else "", entry.published))
        if items:
            made.append(Outlet(document.channel.title or f"Outlet {number}", home, tuple(items)))
    return made


async def replay(database: Database, outlets: Sequence[Outlet], *, days: int = 30, seed: int = 1) -> Account:
    """Read every outlet's feed once a day, as the script changes it."""
    account = Account()
    for day, channel in _days(outlets, days, seed, account):
        now = START + timedelta(days=day)
        address = f"{channel.outlet.home}feed.json"
        parsed = parse(_document(channel), address, now=now, limits=Limits())
        await store(database, parsed, clock=_always(now))
        account.documents += 1
    return account


def _always(now: datetime) -> Callable[[], datetime]:
    return lambda: now


def _days(outlets: Sequence[Outlet], days: int, seed: int, account: Account) -> Iterator[tuple[int, _Channel]]:
    random_ = random.Random(seed)
    channels = [_Channel(outlet, list(outlet.items)) for outlet in outlets]
    for day in range(days):
        for channel in channels:
            _turn(channel, random_, account, days)
            # What changed and was dropped on the same day was never seen.
            new = set(channel.shown.items()) - channel.told
            account.articles += len({item for item, _ in new} - {item for item, _ in channel.told})
            account.revisions += len(new)
            channel.told |= new
            yield day, channel


def _turn(channel: _Channel, random_: random.Random, account: Account, days: int) -> None:
    """One day of a feed."""
    for item in random_.sample(sorted(channel.gone, key=lambda item: item.id), min(len(channel.gone), 1)):
        if random_.random() < 0.3:
            channel.shown[item] = channel.gone.pop(item)
            account.returned += 1
    for item in sorted(channel.shown, key=lambda item: item.id):
        chance = random_.random()
        if chance < 0.1:
            channel.versions[item] += 1
            channel.shown[item] = channel.versions[item]
        elif chance < 0.13 and channel.shown[item]:
            # What it said before is nothing new.
            channel.shown[item] = random_.randrange(channel.shown[item])
            account.turned_back += 1
    most = max(2, 2 * len(channel.outlet.items) // days)
    for _ in range(random_.randint(0, most)):
        if channel.coming:
            item = channel.coming.pop()
            channel.shown[item] = channel.versions[item] = 0
    while len(channel.shown) > _WINDOW or (channel.shown and random_.random() < 0.2):
        item = next(iter(channel.shown))
        channel.gone[item] = channel.shown.pop(item)
        account.dropped += 1


def _document(channel: _Channel) -> bytes:
    return orjson.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": channel.outlet.title,
            "home_page_url": channel.outlet.home,
            "items": [_entry(item, version) for item, version in reversed(channel.shown.items())],
        }
    )


def _entry(item: Item, version: int) -> Mapping[str, Any]:
    told = f"<p>This is how version {version} of the report ends.</p>"
    entry = {"id": item.id, "url": item.address, "title": item.title, "content_html": item.html + told}
    return {**entry, "date_published": item.published} if item.published else entry


async def counted(database: Database) -> tuple[int, int]:
    """Articles and revisions, as the database has them."""
    articles = await database.value("select count(*) from articles")
    return int(articles), int(await database.value("select count(*) from revisions"))


async def _main(path: Path | None, days: int, seed: int, address: str) -> bool:
    await migrate(address)
    database = await Database.open(address, size=4, statement_timeout=30, application_name="broadsheet replay")
    try:
        account = await replay(database, of_folder(path) if path else invented(seed), days=days, seed=seed)
        articles, revisions = await counted(database)
    finally:
        await database.close()
    print(account)
    print(f"counted: articles {articles}, revisions {revisions}")
    return (articles, revisions) == (account.articles, account.revisions)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path, nargs="?", help="a folder of feed documents; invented ones without it")
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "data") as address:
        agrees = asyncio.run(_main(arguments.path, arguments.days, arguments.seed, address))
    sys.exit(0 if agrees else "the counts differ from the script's own account")


if __name__ == "__main__":
    main()
