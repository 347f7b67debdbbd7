"""`broadsheet alive`: whether the server or worker of this machine or container does its work, for health checks."""

from __future__ import annotations

import asyncio
import http.client
import socket
from datetime import UTC, datetime, timedelta

from api.database import opened
from api.port import reachable
from api.settings import Settings

# Six signs of life of a worker. jobs/worker.py, where their pace is written, is not imported: the queue's modules take
# longer to load than this whole check.
SILENT_AFTER = timedelta(seconds=30)


def server_is_alive(settings: Settings) -> bool:
    """Whether the server on this machine answers /readyz with 200."""
    connection = http.client.HTTPConnection(reachable(settings.host), settings.port, timeout=6)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def worker_is_alive(settings: Settings) -> bool:
    """Whether a worker on this machine has given a sign of life. Without the database, no."""
    return asyncio.run(_beats(settings))


async def _beats(settings: Settings) -> bool:
    from db.pool import DatabaseTimeout, DatabaseUnavailable
    from db.statements import statements

    if settings.database_url is None:
        return False
    async with opened(settings, "alive") as database:
        since = datetime.now(UTC) - SILENT_AFTER
        try:
            return bool(await database.value(statements("workers")["alive_on"], socket.gethostname(), since))
        except (DatabaseTimeout, DatabaseUnavailable):
            return False
