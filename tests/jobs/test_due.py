"""What falls due by time: embargoes that end and articles that expire."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

from db.ids import uuid7
from db.pool import Database
from db.statements import statements
from jobs.due import keep_due, write_due
from tests.services import until

NOON = datetime(2025, 6, 18, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Newsroom:
    """A source with a topic below another, an author and a commenter, and articles in it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.source, self.topic, self.broader, self.author, self.commenter = (uuid7(NOON) for _ in range(5))

    async def open(self) -> None:
        async with self.database.transaction() as connection:
            await connection.execute(
                "insert into sources (id, slug, name, sort_name, created_at) values ($1, 's', 'S', 's', $2)",
                self.source,
                NOON,
            )
            for topic, broader in ((self.broader, None), (self.topic, self.broader)):
                await connection.execute(
                    "insert into topics (id, slug, name, sort_name, broader_id) values ($1, $2, 'T', 't', $3)",
                    topic,
                    str(topic),
                    broader,
                )
            await connection.execute(
                "insert into authors (id, source_id, slug, name, folded_name) values ($1, $2, 'a', 'A', 'a')",
                self.author,
                self.source,
            )
            await connection.execute(
                "insert into commenters (id, display_name, created_at) values ($1, 'C', $2)", self.commenter, NOON
            )

    async def write(
        self,
        *,
        public: bool,
        embargo: datetime | None = None,
        expiry: datetime | None = None,
        status: str = "USABLE",
        published: datetime = NOON,
    ) -> UUID:
        """An article with a topic (and its broader one), an author and a comment, as ingest leaves it."""
        article = uuid7(NOON)
        by = int(public)
        async with self.database.transaction() as connection:
            await connection.execute(
                """insert into articles (id, source_id, url, status, is_public, headline, body_extent, language,
                   published_at, published_text, published_estimated, sort_updated_at, first_seen_at, changed_at,
                   word_count, has_image, content_hash, search, embargoed_until, expires_at)
                   values ($1, $2, $3, $4, $5, 'H', 'NONE', 'en', $6, $7, false, $6, $6, $6, 1, false, '', '',
                   $8, $9)""",
                article,
                self.source,
                f"https://s.example/{article}",
                status,
                public,
                published,
                published.isoformat(),
                embargo,
                expiry,
            )
            await connection.execute(
                """insert into article_topics select $1, t, t = $2, 1, 'PUBLISHER', $4 from unnest($3::uuid[]) t""",
                article,
                self.topic,
                [self.topic, self.broader],
                published,
            )
            await connection.execute(
                "insert into article_authors values ($1, 0, $2, $3)", article, self.author, published
            )
            await connection.execute(
                """insert into comments (id, article_id, author_id, depth, thread_key, status, is_public, created_at)
                   values ($1, $2, $3, 0, '', 'PUBLISHED', true, $4)""",
                uuid7(NOON),
                article,
                self.commenter,
                NOON,
            )
            for table in ("sources", "topics", "authors"):
                await connection.execute(f"update {table} set article_count = article_count + $1", by)
            await connection.execute("update commenters set comment_count = comment_count + $1", by)
        return article

    async def public(self) -> set[UUID]:
        return {row["id"] for row in await self.database.rows("select id from articles where is_public")}

    async def counts(self) -> tuple[int, ...]:
        """Articles of the source, of both topics and of the author, comments of the commenter."""
        row = await self.database.rows(
            """select (select article_count from sources), (select min(article_count) from topics where id = any ($1)),
               (select max(article_count) from topics where id = any ($1)), (select article_count from authors),
               (select comment_count from commenters)""",
            [self.topic, self.broader],
        )
        return tuple(row[0])

    async def log(self) -> list[tuple[str, str, UUID]]:
        rows = await self.database.rows("select kind, node, article_id from changes order by seq")
        return [tuple(row) for row in rows]


async def newsroom(database: Database) -> Newsroom:
    room = Newsroom(database)
    await room.open()
    return room


async def test_an_embargo_ends_with_counters_and_a_line(database: Database) -> None:
    room = await newsroom(database)
    article = await room.write(public=False, embargo=NOON, published=NOON - HOUR)

    assert await write_due(database, now=NOON - timedelta(seconds=1)) == 0
    assert await room.public() == set()

    assert await write_due(database, now=NOON) == 1
    assert await room.public() == {article}
    assert await room.counts() == (1, 1, 1, 1, 1)
    assert await room.log() == [("ARTICLE_PUBLISHED", f"a_{article}", article)]
    latest = await database.value("select latest_article_at from sources where sort_latest_at = latest_article_at")
    assert latest == NOON - HOUR
    assert await database.value("select changed_at from articles") == NOON

    assert await write_due(database, now=NOON + HOUR) == 0
    assert len(await room.log()) == 1


async def test_an_expiry_takes_the_article_back(database: Database) -> None:
    room = await newsroom(database)
    kept = await room.write(public=True, published=NOON - 2 * HOUR)
    gone = await room.write(public=True, expiry=NOON, published=NOON - HOUR)

    assert await write_due(database, now=NOON) == 1
    assert await room.public() == {kept}
    assert await room.counts() == (1, 1, 1, 1, 1)
    assert await room.log() == [("ARTICLE_WITHDRAWN", f"a_{gone}", gone)]
    assert await database.value("select latest_article_at from sources") == NOON - 2 * HOUR


async def test_the_last_article_of_a_source_leaves_no_time_behind(database: Database) -> None:
    room = await newsroom(database)
    await room.write(public=True, expiry=NOON)
    assert await write_due(database, now=NOON) == 1
    assert await room.counts() == (0, 0, 0, 0, 0)
    assert await database.value("select latest_article_at from sources") is None


async def test_what_was_withheld_or_has_expired_stays_hidden(database: Database) -> None:
    room = await newsroom(database)
    await room.write(public=False, embargo=NOON, status="WITHHELD")
    await room.write(public=False, embargo=NOON, status="CANCELED")
    await room.write(public=False, embargo=NOON, expiry=NOON + HOUR)

    assert await write_due(database, now=NOON + 2 * HOUR) == 0
    assert await room.public() == set()
    assert await room.log() == []


async def test_many_processes_write_each_article_once(database: Database, database_url: str) -> None:
    room = await newsroom(database)
    for _ in range(20):
        await room.write(public=False, embargo=NOON)
    others = [await Database.open(database_url, size=2) for _ in range(3)]

    wrote = await asyncio.gather(*(write_due(each, now=NOON) for each in (database, *others) for _ in range(3)))

    assert sum(wrote) == 20
    assert len(await room.log()) == 20
    assert await room.counts() == (20, 20, 20, 20, 20)
    for each in others:
        await each.close()


async def test_rows_that_others_refer_to_are_written_without_waiting(database: Database, database_url: str) -> None:
    """Whoever inserts what refers to a row holds it by its key; a counter isn't part of it."""
    room = await newsroom(database)
    article = await room.write(public=False, embargo=NOON)
    other = await Database.open(database_url, size=1)
    async with other.transaction() as holder:
        for table in ("articles", "sources", "topics", "authors", "commenters"):
            await holder.execute(f"select id from {table} for key share")
        assert await write_due(database, now=NOON) == 1
    assert await room.public() == {article}
    assert await room.counts() == (1, 1, 1, 1, 1)
    await other.close()


async def test_looking_is_free_however_many_embargoes_have_ended(database: Database) -> None:
    room = await newsroom(database)
    for _ in range(30):
        await room.write(public=True, embargo=NOON - HOUR)
    async with database.transaction() as connection:
        await connection.execute("analyze articles")
        await connection.execute("set local enable_seqscan = off")
        plan = await connection.fetchval(
            "explain (analyze, format json) " + statements("due")["waiting"], NOON, NOON - 2 * HOUR
        )
    assert "articles_embargoed" in plan
    assert not re.search(r'"Rows Removed by (Filter|Index Recheck)": [1-9]', plan)


async def test_discussions_close_by_age_and_at_a_time_of_their_own(database: Database) -> None:
    room = await newsroom(database)
    old = await room.write(public=True, published=NOON - 30 * HOUR)
    reopened = await room.write(public=True, published=NOON - 30 * HOUR)
    young = await room.write(public=True, published=NOON - 2 * HOUR)
    timed = await room.write(public=True, published=NOON - 2 * HOUR)
    await room.write(public=False, published=NOON - 30 * HOUR)
    async with database.transaction() as connection:
        own = "update articles set comments_close_at = $2 where id = $1"
        await connection.execute(own, reopened, datetime.max.replace(tzinfo=UTC))
        await connection.execute(own, timed, NOON)
    assert await write_due(database, now=NOON - timedelta(seconds=1)) == 0
    assert await write_due(database, now=NOON, close_after=24 * HOUR) == 3
    assert await write_due(database, now=NOON, close_after=24 * HOUR) == 0
    rows = await database.rows("select id from articles where comments_open")
    assert {row["id"] for row in rows} == {reopened, young}
    closed = sorted([old, timed])
    assert await room.log() == [("ARTICLE_UPDATED", f"a_{id_}", id_) for id_ in closed]


async def test_a_suspension_lapses(database: Database) -> None:
    room = await newsroom(database)
    async with database.transaction() as connection:
        suspend = "update commenters set state = 'SUSPENDED', state_until = $2 where id = $1"
        await connection.execute(suspend, room.commenter, NOON)
    assert await write_due(database, now=NOON - timedelta(seconds=1)) == 0
    assert await write_due(database, now=NOON) == 1
    assert await database.value("select state from commenters where id = $1", room.commenter) == "ACTIVE"
    assert await room.log() == []


async def waiting_writers(database: Database) -> bool:
    """Whether anybody waits for a lock."""
    waits = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    return bool(await database.value(waits))


async def test_nobody_waits_for_lapsed_commenters_and_counted_ones_in_a_circle(
    database: Database, database_url: str
) -> None:
    """Whoever counts commenters locks them in the order of ids: a lapse may not hold a later one meanwhile."""
    room = await newsroom(database)
    await room.write(public=False, embargo=NOON)
    later = uuid7(NOON + HOUR)
    async with database.transaction() as connection:
        suspended = "insert into commenters (id, display_name, state, state_until, created_at)"
        await connection.execute(f"{suspended} values ($1, 'D', 'SUSPENDED', $2, $2)", later, NOON)
    other = await Database.open(database_url, size=1)
    lock = "select id from commenters where id = $1 for no key update nowait"
    async with other.transaction() as holder:
        await holder.fetch(lock, room.commenter)
        writing = asyncio.create_task(write_due(database, now=NOON))
        await until(lambda: waiting_writers(database))
        await holder.fetch(lock, later)
    assert await writing == 2
    assert await database.value("select state from commenters where id = $1", later) == "ACTIVE"
    await other.close()


async def test_what_falls_due_is_written_again_after_a_deadlock(database: Database, database_url: str) -> None:
    room = await newsroom(database)
    await room.write(public=False, embargo=NOON)
    other = await Database.open(database_url, size=1)
    async with other.transaction() as holder:
        await holder.fetch("select id from commenters for no key update")
        writing = asyncio.create_task(write_due(database, now=NOON))
        await until(lambda: waiting_writers(database))
        # The one who has waited for longer finds the circle, and gives way.
        await holder.fetch("select id from sources for no key update")
    assert await writing == 1
    assert await room.counts() == (1, 1, 1, 1, 1)
    await other.close()


async def test_a_living_process_looks_by_itself(database: Database) -> None:
    room = await newsroom(database)
    article = await room.write(public=False, embargo=NOON)
    async with keep_due(database, clock=lambda: NOON), asyncio.timeout(5):
        while not await room.public():  # another process' doing, there is no event to wait for
            await asyncio.sleep(0.01)
    assert await room.public() == {article}
