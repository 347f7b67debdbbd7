"""A writer of its own process, for tests of freshness: `python -m tests.journeys.headlines URL ARTICLE COUNT`.

Gives an article one headline after the other, each with its line in the log, and prints a headline's number once it is
committed. A number on standard input asks for the next; without one it waits, so that answers have time to be kept.
"""

import asyncio
import sys
from uuid import UUID

from db import changes
from db.changes import Kind, Line
from db.pool import Database


async def write(url: str, article: UUID, count: int) -> None:
    database = await Database.open(url, size=2, application_name="headlines")
    for number in range(1, count + 1):
        await asyncio.to_thread(sys.stdin.readline)
        async with database.transaction() as connection:
            await connection.execute("update articles set headline = $2 where id = $1", article, f"Headline {number}")
            await changes.append(connection, [Line(Kind.ARTICLE_UPDATED, f"a_{article}", article)])
        print(number, flush=True)
    await database.close()


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1], UUID(sys.argv[2]), int(sys.argv[3])))
