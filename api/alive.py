"""`broadsheet alive`: whether the server or worker of this machine or container does its work, for health checks."""

from __future__ import annotations

import asyncio
import http.client
import socket
from datetime import UTC, datetime, timedelta

from api.settings import Settings

# A worker gives a sign of life every 5 seconds.
SILENT_AFTER = timedelta(seconds=30)


def server_is_alive(settings: Settings) -> bool:
    """Whether the server on this machine answers /readyz with 200."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104  # compared, not bound
    connection = http.client.HTTPConnection(host, settings.port, timeout=6)
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
    from db.pool import Database, DatabaseTimeout, DatabaseUnavailable
    from db.statements import statements

    if settings.database_url is None:
        return False
    database = await Database.open(settings.database_url, size=1, application_name="broadsheet alive")
    try:
        since = datetime.now(UTC) - SILENT_AFTER
        return bool(await database.value(statements("workers")["alive_on"], socket.gethostname(), since))
    except (DatabaseTimeout, DatabaseUnavailable):
        return False
    finally:
        await database.close()
