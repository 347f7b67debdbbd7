"""Answers that are kept are served by a read of the log's head that was sent after all of their request had come."""

import asyncio

from db import changes
from db.changes import Kind, Line
from db.pool import Database
from db.statements import statements
from tests.api.raw import Raw, answer_to, post
from tests.api.test_graphql import door
from tests.api.test_protocol import served
from tests.databases import locks

# Reads the head, and is back as soon as nobody holds the lock.
HELD = f"select concat(({statements('changes')['place'].rstrip(';')}),pg_advisory_xact_lock_shared(1)::text)"
QUESTION = post("{topics(first: 1) {nodes {name}}}")


async def rename(database: Database, name: str) -> None:
    async with database.transaction() as connection:
        await connection.execute("update topics set name = $1", name)
        await changes.append(connection, [Line(Kind.TOPIC_UPDATED, "t_1")])


async def test_a_request_whose_end_came_after_a_read_was_sent_is_not_answered_by_it(
    database_url: str, database: Database
) -> None:
    app = door(database)
    async with served(app) as (_, (_reader, writer)), locks(database_url, 1) as held, asyncio.timeout(30):
        url = "http://127.0.0.1:{}".format(writer.get_extra_info("peername")[1])
        async with Raw(url) as early, Raw(url) as late, Raw(url) as other:
            for _ in range(3):
                await early.send(QUESTION)
                before = (await answer_to(early)).body
            app.state.reading.kept._head.sql = HELD
            # The second request of one connection is here but for its end,
            await late.send(post("{__typename}") + QUESTION[:-5])
            await answer_to(late)
            # another has the head read,
            await early.send(QUESTION)
            await held.waited_for(1)
            # and something changes before that end is sent.
            await rename(database, "Renamed")
            await late.send(QUESTION[-5:])
            # What came after it is answered, so it has asked for the head, too.
            await other.send(post("{__typename}"))
            await answer_to(other)
            await held.release(1)
            assert (await answer_to(early)).body == before
            assert b"Renamed" in (await answer_to(late)).body
