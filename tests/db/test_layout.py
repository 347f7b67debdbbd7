"""What a search reads of each match stands in the article's row, what one page reads of one article beside it."""

from datetime import UTC, datetime
from hashlib import sha256

from db.ids import uuid7
from db.pool import Database
from ingest.search_text import tsvector

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SOURCE, ARTICLE = uuid7(NOW), uuid7(NOW)

INSERT = """
insert into articles (id, source_id, url, is_public, headline, lead, body_html, body_text, body_extent, language,
  published_at, published_text, published_estimated, sort_updated_at, first_seen_at, changed_at, word_count, has_image,
  content_hash, search)
values ($1, $2, 'https://x.example/1', true, 'Harbour', $5, $4, $4, 'FULL', 'en', $3, '', false, $3, $3, $3, 300, false,
  '', $6::tsvector)
"""
# The bytes that columns of articles take outside of their rows.
APART = """
select coalesce(sum(octet_length(chunk_data)), 0) from %s
"""


async def test_the_words_of_an_article_stand_in_its_row_and_its_bodies_beside_it(database: Database) -> None:
    # Words without any pattern, which don't get shorter by being packed.
    words = [sha256(str(number).encode()).hexdigest()[:9] for number in range(200)]
    lead, body = " ".join(words[:20]), " ".join(words)
    async with database.transaction() as connection:
        await connection.execute(
            "insert into sources (id, slug, name, sort_name, created_at) values ($1, 'x', 'X', 'x', $2)", SOURCE, NOW
        )
        search = tsvector(headline="Harbour", lead=lead, body=body)
        await connection.execute(INSERT, ARTICLE, SOURCE, NOW, body, lead, search)
    apart = await database.value("select reltoastrelid::regclass::text from pg_class where relname = 'articles'")
    found, packed = await database.value(APART % apart), "pg_column_size(body_html) + pg_column_size(body_text)"
    assert found == await database.value(f"select {packed} from articles where pg_column_size(search) > 2000")
