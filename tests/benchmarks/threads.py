"""How a page of a long discussion compares with one of a short discussion: `python -m tests.benchmarks.threads`.

Two articles, one with 100 comments and one with 100,000, both up to 30 deep. The long discussion begins like the short
one and goes on from there, so that a page holds about as much of either, and what is compared is how long the
discussion is. Each page is read by its plan, one statement, in rounds in which the two articles take turns. What is
printed are how many comments the pages hold, p50 and p99 in milliseconds, and their ratios. Everything is invented, on
an embedded Postgres of its own.
"""

import argparse
import asyncio
import random
import statistics
import struct
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from db.embedded import running
from db.migrate import migrate
from db.pool import Database
from schema.build import build_schema
from schema.execute import Executor
from tests.benchmarks.edition import SERVER
from tests.databases import executed
from tests.services import ROOT

EDITION = ROOT / "tests" / "schema" / "edition.sql"
SHORT, LONG, DEEPEST = 100, 100_000, 30
# So many comments of the short discussion answer the article itself: as many as the first page holds.
ROOTS = 20
BEGAN = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)

_COMMENT = "id author { displayName } body createdAt replyCount"
PAGES = {
    "first page with replies": f"""query($id: ID!) {{ article(by: {{id: $id}}) {{ comments(first: 20) {{
      nodes {{ {_COMMENT} replies(first: 3) {{ nodes {{ {_COMMENT} }} }} }}
      pageInfo {{ hasNextPage endCursor }} }} }} }}""",
    "first page of thread": f"""query($id: ID!) {{ article(by: {{id: $id}}) {{ thread(first: 50) {{
      nodes {{ depth {_COMMENT} }} pageInfo {{ hasNextPage endCursor }} }} }} }}""",
    "last page of thread": f"""query($id: ID!) {{ article(by: {{id: $id}}) {{ thread(last: 50) {{
      nodes {{ depth {_COMMENT} }} pageInfo {{ hasPreviousPage startCursor }} }} }} }}""",
}
# A ratio of p99 up to which the long discussion counts as no slower than it may be.
WANTED = 2.0


def discussion(article: UUID, authors: Sequence[UUID], count: int, seed: int) -> list[dict[str, Any]]:
    """Rows of `comments`. First a chain down to the deepest level, then roots until a page is full of them, which are
    answered in turn until there are 100 comments. After that a fifth are roots, and the others answer any earlier one
    that is not too deep."""
    dice = random.Random(seed)
    rows: list[dict[str, Any]] = []
    for number in range(count):
        above: dict[str, Any] | None = None
        if 0 < number < DEEPEST:
            above = rows[-1]
        elif DEEPEST + ROOTS - 1 <= number < SHORT:
            above = rows[DEEPEST + number % (ROOTS - 1)]
        elif number >= SHORT and dice.random() > 0.2:
            above = rows[dice.randrange(number)]
            if above["depth"] + 1 >= DEEPEST:
                above = None
        id_ = UUID(int=dice.getrandbits(128))
        at = BEGAN + timedelta(seconds=number)
        key = struct.pack(">q", round(at.timestamp() * 1_000_000)) + id_.bytes[12:]
        text = " ".join(dice.choice(("ferry", "lamp", "tram", "market", "harbour", "orchard")) for _ in range(12))
        if above is not None:
            above["reply_count"] += 1
        rows.append(
            {
                "id": id_,
                "article_id": article,
                "parent_id": above["id"] if above is not None else None,
                "author_id": dice.choice(authors),
                "depth": above["depth"] + 1 if above is not None else 0,
                "thread_key": (above["thread_key"] if above is not None else b"") + key,
                "body_html": f"<p>{text}</p>",
                "body_text": text,
                "status": "PUBLISHED",
                "is_public": True,
                "created_at": at,
                "reply_count": 0,
            }
        )
    return rows


async def filled(url: str) -> tuple[str, str]:
    """The ids of the article with the short and of that with the long discussion."""
    await migrate(url)
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(EDITION.read_text(encoding="utf-8"))
        articles = [
            row["id"]
            for row in await connection.fetch(
                "select a.id from articles a where a.is_public and not exists"
                " (select from comments c where c.article_id = a.id) order by a.id limit 2"
            )
        ]
        authors = [row["id"] for row in await connection.fetch("select id from commenters where comment_count > 0")]
        for article, count in zip(articles, (SHORT, LONG), strict=True):
            rows = discussion(article, authors, count, count)
            names = list(rows[0])
            await connection.copy_records_to_table(
                "comments", columns=names, records=[tuple(row[name] for name in names) for row in rows]
            )
            await connection.execute("update articles set comment_count = $2 where id = $1", article, count)
        await connection.execute("vacuum analyze")
    finally:
        await connection.close()
    short, long = (f"a_{article}" for article in articles)
    return short, long


@dataclass(slots=True)
class Page:
    """A page of the short and of the long discussion. holds: comments. times: milliseconds."""

    holds: list[int] = field(default_factory=list)
    times: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))


async def measured(url: str, ids: tuple[str, str], rounds: int, each: int) -> dict[str, Page]:
    """What was measured, by page."""
    database = await Database.open(url, size=1, application_name="threads", generic_plans=True)
    executor = Executor(build_schema(), database)
    pages = {page: Page() for page in PAGES}
    try:
        await database.value("select 1")
        for page, document in PAGES.items():
            for id_ in ids:
                pages[page].holds.append(await _is_one_statement(executor, database, document, id_))
        for number in range(rounds):
            for page, document in PAGES.items():
                for place in (0, 1) if number % 2 else (1, 0):
                    for _ in range(each):
                        began = time.perf_counter()
                        await executor.execute(document, {"id": ids[place]})
                        pages[page].times[place].append((time.perf_counter() - began) * 1_000)
    finally:
        await database.close()
    return pages


async def _is_one_statement(executor: Executor, database: Database, document: str, id_: str) -> int:
    """How many comments the page holds."""
    before = await executed(database)
    answer = await executor.execute(document, {"id": id_})
    told = orjson.loads(answer.body)
    if "errors" in told or not next(iter(told["data"]["article"].values()))["nodes"]:
        raise RuntimeError(f"No page came: {answer.body[:500]!r}")
    if (await executed(database) - before).total() != 1:
        raise RuntimeError("A page took more than one statement.")
    return answer.body.count(b'"createdAt":')


def table(pages: dict[str, Page]) -> tuple[str, bool]:
    """The figures as a table, and whether all are as wanted."""
    lines = [
        f"| page | holds | {SHORT} comments, p50 / p99 ms | {LONG:,} comments, p50 / p99 ms | ratio of p50 | of p99 |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    reached = True
    for page, found in pages.items():
        (p50, p99), (long50, long99) = map(_percentiles, found.times)
        holds = " and ".join(map(str, found.holds))
        reached &= long99 <= WANTED * p99
        ratios = f"{long50 / p50:.2f} | {long99 / p99:.2f}"
        lines.append(f"| {page} | {holds} | {p50:.2f} / {p99:.2f} | {long50:.2f} / {long99:.2f} | {ratios} |")
    return "\n".join(lines), reached


def _percentiles(values: Sequence[float]) -> tuple[float, float]:
    cut = statistics.quantiles(values, n=100)
    return cut[49], cut[98]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30, help="interleaved rounds; 30")
    parser.add_argument("--each", type=int, default=50, help="reads of a page in a round; 50")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), SERVER) as url:
        ids = asyncio.run(filled(url))
        text, reached = table(asyncio.run(measured(url, ids, chosen.rounds, chosen.each)))
    print(f"{text}\n\nEach page in one statement. Wanted: a ratio of p99 of at most {WANTED}.")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
