"""Texts of articles' pages, written beside what feeds carried."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from db.changes import Kind, Line, append
from db.pool import Database
from db.retry import write
from db.statements import statements
from ingest.decide import KeepPage, without_page
from jobs.written import known_of, page_columns


async def keep_pages(
    connection: Any, pages: Sequence[KeepPage], known: Mapping[UUID, Any], now: datetime
) -> list[Line]:
    """Write texts of pages, and say what the log is to say. Whatever is served of them, they can be searched for, so
    that searches find other articles now. `known`: as `articles.known` answered."""
    if not pages:
        return []
    rows = [
        (each.article_id, *page_columns(each.page), each.dateline, each.credit, each.rights_holder,
         each.rights_notice, each.word_count, each.search)
        for each in pages
    ]  # fmt: skip
    await connection.execute(statements("pages")["keep"], now, *map(list, zip(*rows, strict=True)))
    ids = [each.article_id for each in pages if known[each.article_id]["is_public"]]
    return [Line(Kind.ARTICLE_UPDATED, f"a_{article}", article, {"text": True}) for article in ids]


async def drop_page(database: Database, article: UUID, *, now: datetime) -> None:
    """Forget the text of an article's page, because the page is gone."""

    async def work(connection: Any) -> None:
        for row in await connection.fetch(statements("articles")["known"], [article]):
            decision = without_page(known_of(row))
            if isinstance(decision, KeepPage):
                await append(connection, await keep_pages(connection, [decision], {article: row}, now))

    await write(database, work)
