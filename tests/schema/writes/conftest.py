from collections.abc import AsyncIterator

import pytest

from db.pool import Database
from tests.conftest import EDITION
from tests.schema.writes.room import Room

# The edition's counters are examples; here they have to be true.
TRUE = """
update comments c set reaction_count = 0;
update comments set reply_count = (select count(*) from comments r where r.parent_id = comments.id and r.is_public);
update articles a set comment_count = (
  select count(*) from comments c where c.article_id = a.id and c.is_public and c.placeholder is null
);
update commenters m set comment_count = (
  select count(*) from comments c join articles a on a.id = c.article_id
  where c.author_id = m.id and c.is_public and c.placeholder is null and a.is_public
);
update comments set body_markdown = body_text;
update comments set body_html = null, body_text = null, body_markdown = null where placeholder = 'DELETED';
"""


@pytest.fixture
async def room(database: Database) -> AsyncIterator[Room]:
    async with database.transaction() as connection:
        await connection.execute(EDITION.read_text() + TRUE)
    room = Room(database)
    yield room
    assert await room.wrong() == []
