"""Which database the commands use: the given one, or else the embedded Postgres."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from api.settings import Settings


@contextmanager
def with_database(settings: Settings) -> Iterator[Settings]:
    """The settings with database_url set, for as long as the block lasts.

    With an address given, the embedded Postgres is not touched; without one it runs at least until the block ends.
    """
    if settings.database_url is not None:
        yield settings
        return
    from db.embedded import running

    with running(settings.data_dir) as url:
        yield settings.model_copy(update={"database_url": url})


def listen_url(settings: Settings) -> str:
    """The address for LISTEN: without a pooler between, where one stands before the database."""
    url = settings.listen_url or settings.database_url
    assert url is not None
    return url
