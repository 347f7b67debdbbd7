"""Pages that became no article, kept aside as they were read: they make no outlet."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from db.changes import append
from db.ids import uuid7
from db.pool import Database
from db.statements import statements
from jobs.parse import Parsed
from jobs.store import Stored


async def keep_aside(database: Database, parsed: Parsed, *, clock: Callable[[], datetime]) -> Stored:
    """Keep a page's entry with its reason; one that was kept before costs no write."""
    feeds, entries = statements("feeds"), statements("entries")
    candidate = parsed.candidates[0]
    reason = candidate.set_aside.value if candidate.set_aside else ""
    async with database.transaction() as connection:
        await connection.execute(statements("ingest")["lock_source"], parsed.feed_url)
        now = clock()
        feed_id = await connection.fetchval(feeds["by_url"], parsed.feed_url)
        if feed_id is not None and await connection.fetch(entries["known"], feed_id, [candidate.hash]):
            return Stored(unchanged=1, wrote=False)
        if feed_id is None:
            feed_id = uuid7(now)
            await connection.execute(
                feeds["insert"], feed_id, parsed.feed_url, None, parsed.title, parsed.site_url, parsed.language,
                parsed.hash, now,
            )  # fmt: skip
        await connection.execute(entries["insert"], feed_id, now, [candidate.hash], [None], [reason], [candidate.raw])
        await append(connection, [])
    return Stored(set_aside=Counter({reason: 1}))
